//! A real redis-server on a free port of loopback, which ends with the test.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// The server, running or stopped. It keeps nothing on the disk.
pub(crate) struct Redis {
    child: Child,
    port: u16,
}

impl Redis {
    /// Starts one; `None`, and a loud word, where redis-server is not installed.
    pub(crate) fn start() -> Option<Self> {
        // A free port may be taken by somebody else before the server has it.
        (0..10).find_map(|_| {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut redis = Self { child: spawn(port)?, port };
            redis.answers().then_some(redis)
        })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it as `kill -9` does; what it held is gone.
    pub(crate) fn stop(&mut self) {
        let _ = (self.child.kill(), self.child.wait());
    }

    /// Starts it again, empty.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.child = spawn(self.port).unwrap();
        assert!(self.answers());
    }

    /// Makes it hang, or go on.
    pub(crate) fn hang(&self, hang: bool) {
        let signal = if hang { "-STOP" } else { "-CONT" };
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// A connection to look into it.
    pub(crate) fn look(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection().unwrap()
    }

    /// Whether it answers soon; false where it has ended.
    fn answers(&mut self) -> bool {
        for _ in 0..500 {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if ping(self.port).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(port: u16) -> Option<Child> {
    let server = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .args(["--appendonly", "no", "--daemonize", "no"])
        .current_dir(std::env::temp_dir())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if server.is_err() {
        // Not by eprintln!, which the harness keeps to itself.
        let loud = "\n!!!! SKIPPED: a test with a real Redis, because redis-server is not \
                    installed (apt-get install redis-server)\n";
        let _ = std::io::stderr().write_all(loud.as_bytes());
    }
    server.ok()
}

fn ping(port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"PING\r\n")?;
    let mut pong = [0; 7];
    stream.read_exact(&mut pong)
}
