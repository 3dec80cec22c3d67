//! The binary as a process of its own, with an environment, against stand-ins of the test's
//! runtime.

use std::process::{Output, Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

/// A command in a folder without configuration.
pub(crate) fn mujaz(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mujaz"));
    command
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .env_remove("MUJAZ_CONFIG")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Everything that a command printed.
pub(crate) fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Sends one request over a connection of its own; gives the whole answer, head and body.
pub(crate) async fn send(
    address: &str,
    method: &str,
    path: &str,
    kind: &str,
    body: &str,
) -> String {
    send_with(address, (method, path), &[("content-type", kind)], body).await
}

/// The same with these headers.
async fn send_with(
    address: &str,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{headers}content-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// `mujaz serve` at work.
pub(crate) struct Serving {
    child: Child,
    stderr: BufReader<tokio::process::ChildStderr>,
    address: String,
    heard: String,
    /// A state folder belongs to one process.
    _state: tempfile::TempDir,
}

impl Serving {
    /// Starts it on a free port and waits until it listens.
    pub(crate) async fn start(mut command: Command) -> Self {
        let state = tempfile::tempdir().unwrap();
        let mut child = command.env("XDG_STATE_HOME", state.path()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut heard = String::new();
        let address = loop {
            let from = heard.len();
            assert!(stderr.read_line(&mut heard).await.unwrap() > 0, "it ended: {heard}");
            if let Some((_, address)) = heard[from..].split_once("listens on http://") {
                break address.trim().to_owned();
            }
        };
        Self { child, stderr, address, heard, _state: state }
    }

    /// The process's number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sends one request over a connection of its own; gives the whole answer, head and body.
    pub(crate) async fn send(&self, method: &str, path: &str, kind: &str, body: &str) -> String {
        send(&self.address, method, path, kind, body).await
    }

    /// Everything it wrote to stderr, once a line with this word is among what was not heard before.
    pub(crate) async fn hear(&mut self, word: &str) -> String {
        loop {
            let from = self.heard.len();
            let read = self.stderr.read_line(&mut self.heard).await.unwrap();
            assert!(read > 0, "it ended: {}", self.heard);
            if self.heard[from..].contains(word) {
                return self.heard.clone();
            }
        }
    }

    /// Sends it a signal, by the name that `kill` knows.
    pub(crate) fn signal(&self, name: &str) {
        let mut kill = std::process::Command::new("kill");
        assert!(kill.args(["-s", name, &self.pid().to_string()]).status().unwrap().success());
    }

    /// Waits until it has ended by itself; gives its exit code and everything that it wrote to
    /// stderr.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        self.stderr.read_to_string(&mut self.heard).await.unwrap();
        (self.child.wait().await.unwrap().code(), self.heard)
    }

    /// One request with these headers.
    pub(crate) async fn send_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> String {
        send_with(&self.address, (method, path), headers, body).await
    }

    /// Tells it to end, and waits for that; gives everything that it wrote to stdout and stderr.
    pub(crate) async fn stop(mut self) -> String {
        self.signal("INT");
        self.stderr.read_to_string(&mut self.heard).await.unwrap();
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_string(&mut self.heard).await.unwrap();
        }
        assert!(self.child.wait().await.unwrap().success(), "{}", self.heard);
        self.heard
    }

    /// Ends it; gives everything that it wrote to stderr.
    pub(crate) async fn end(mut self) -> String {
        self.child.kill().await.unwrap();
        self.stderr.read_to_string(&mut self.heard).await.unwrap();
        self.heard
    }
}
