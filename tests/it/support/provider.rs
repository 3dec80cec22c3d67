//! A provider on loopback whose faults are data, and which counts what reaches it.
//!
//! It runs on the test's own current-thread runtime, because paused time jumps ahead whenever that
//! runtime has nothing to do: a server on another runtime would make calls time out that were
//! about to be answered. HTTP is written by hand, since most of what it says is not valid HTTP.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

use super::vendors;

/// What the provider does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Answers each text with `en: ` and the text, as [`super::plain`] reads it.
    Translate,
    /// Answers as `LibreTranslate` does.
    Libre,
    /// Answers as DeepL does.
    DeepL,
    /// Answers as a language model does that speaks chat completions and does its task well.
    Chat,
    /// Says this in a chat completion.
    Says(String),
    /// The first where the request holds this word, else the second.
    Where(&'static str, Box<Act>, Box<Act>),
    /// Waits, then does something.
    After(Duration, Box<Act>),
    /// A status with headers and a body.
    Status(u16, Vec<(&'static str, String)>, String),
    /// Closes the connection without a word.
    Close,
    /// Promises more bytes than it sends, then closes.
    Truncate,
    /// Sends a chunk whose length is no number.
    BadChunk,
    /// Begins a body in chunks, then closes without ending it.
    CutStream,
    /// Begins a body in chunks, then says nothing more.
    Stall,
    /// One byte a second, for ever.
    Drip,
    /// A body without end, as fast as it is read.
    Endless,
    /// A few kilobytes that unpack to sixteen megabytes.
    Bomb,
    /// Never answers, and gives no sign of life either.
    Hang,
    /// Begins a stream of events, then says nothing more.
    Mute,
}

/// A bare status.
pub(crate) fn status(code: u16) -> Act {
    Act::Status(code, Vec::new(), r#"{"message":"vendor words sk-VENDORKEY"}"#.to_owned())
}

/// A 429 with this `Retry-After` in seconds.
pub(crate) fn throttled(seconds: u64) -> Act {
    Act::Status(429, vec![("retry-after", seconds.to_string())], String::new())
}

/// A success with this body.
pub(crate) fn body(kind: &'static str, text: &str) -> Act {
    Act::Status(200, vec![("content-type", kind.to_owned())], text.to_owned())
}

/// The same after a time.
pub(crate) fn after(wait: Duration, act: Act) -> Act {
    Act::After(wait, Box::new(act))
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) head: String,
    pub(crate) body: String,
}

#[derive(Debug)]
struct Script {
    next: VecDeque<Act>,
    then: Act,
    seen: Vec<Seen>,
    connections: usize,
    open: usize,
    /// It hangs, so nothing is answered any more.
    deaf: bool,
}

/// A provider on loopback. It ends with the test's runtime.
#[derive(Clone, Debug)]
pub(crate) struct Stub {
    script: Arc<Mutex<Script>>,
    pub(crate) url: String,
}

impl Stub {
    /// Always does the same.
    pub(crate) async fn always(act: Act) -> Self {
        Self::scripted([], act).await
    }

    /// Does these in order, then the last for ever.
    pub(crate) async fn scripted(first: impl IntoIterator<Item = Act>, then: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/root", listener.local_addr().unwrap());
        let next = first.into_iter().collect();
        let script = Script { next, then, seen: Vec::new(), connections: 0, open: 0, deaf: false };
        let stub = Self { script: Arc::new(Mutex::new(script)), url };
        let serving = stub.clone();
        spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.with(|script| (script.connections += 1, script.open += 1));
                let one = serving.clone();
                spawn(async move {
                    let _ = one.serve(stream).await;
                    one.with(|script| script.open -= 1);
                });
            }
        });
        stub
    }

    /// Requests that have arrived.
    pub(crate) fn hits(&self) -> usize {
        self.with(|script| script.seen.len())
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.with(|script| script.seen.clone())
    }

    /// Connections opened so far, and those open now.
    pub(crate) fn connections(&self) -> (usize, usize) {
        self.with(|script| (script.connections, script.open))
    }

    /// From now on does this.
    pub(crate) fn turn_to(&self, act: Act) {
        self.with(|script| {
            script.next.clear();
            script.then = act;
            script.deaf = false;
        });
    }

    /// Does this for the next request.
    pub(crate) fn turn_to_once(&self, act: Act) {
        self.with(|script| script.next.push_front(act));
    }

    fn with<T>(&self, look: impl FnOnce(&mut Script) -> T) -> T {
        look(&mut self.script.lock().unwrap())
    }

    fn act(&self, head: String, body: &str) -> Act {
        self.with(|script| {
            script.seen.push(Seen { at: Instant::now(), head, body: body.to_owned() });
            let act = script.next.pop_front().unwrap_or_else(|| script.then.clone());
            script.deaf = matches!(act, Act::Hang);
            act
        })
    }

    /// What a question without text is answered, which counts as no call.
    fn sign_of_life(&self) -> Act {
        match self.with(|script| script.deaf) {
            true => Act::Hang,
            false => Act::Status(404, Vec::new(), String::new()),
        }
    }

    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        while let Some((head, body)) = request(&mut stream).await? {
            let act = match head.starts_with("HEAD ") {
                true => self.sign_of_life(),
                false => self.act(head, &body),
            };
            if !perform(&mut stream, act, &body).await? {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Does one act; false closes the connection.
async fn perform(stream: &mut TcpStream, mut act: Act, request: &str) -> std::io::Result<bool> {
    loop {
        act = match act {
            Act::After(wait, then) if patient(stream, wait).await => *then,
            Act::After(..) => return Ok(false),
            Act::Where(word, one, _) if request.contains(word) => *one,
            Act::Where(_, _, other) => *other,
            Act::Translate => json_body(translation(request)),
            Act::Libre => json_body(vendors::libre(request)),
            Act::DeepL => json_body(vendors::deepl(request)),
            Act::Chat => Act::Says(vendors::told(request).to_string()),
            Act::Says(words) => {
                let (kind, text) = vendors::completion(request, &words);
                body(kind, &text)
            }
            Act::Status(code, headers, text) => {
                answer(stream, code, &headers, &text).await?;
                return Ok(true);
            }
            fault => return misbehave(stream, fault).await.map(|()| false),
        };
    }
}

fn json_body(text: String) -> Act {
    body("application/json", &text)
}

/// Does what no provider should do, until the connection is to be closed.
async fn misbehave(stream: &mut TcpStream, act: Act) -> std::io::Result<()> {
    const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    match act {
        Act::Close => {}
        Act::Truncate => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"te").await?;
        }
        Act::BadChunk => stream.write_all(&[CHUNKED, b"zz\r\n{}\r\n"].concat()).await?,
        Act::CutStream => stream.write_all(&[CHUNKED, b"4\r\n{\"te\r\n"].concat()).await?,
        Act::Stall => {
            stream.write_all(&[CHUNKED, b"4\r\n{\"te\r\n"].concat()).await?;
            patient(stream, Duration::from_secs(86_400)).await;
        }
        Act::Drip => {
            stream.write_all(CHUNKED).await?;
            while patient(stream, Duration::from_secs(1)).await {
                stream.write_all(b"1\r\n \r\n").await?;
            }
        }
        Act::Endless => {
            stream.write_all(CHUNKED).await?;
            let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 65_536], b"\r\n"].concat();
            loop {
                stream.write_all(&chunk).await?;
            }
        }
        Act::Hang => {
            patient(stream, Duration::from_secs(86_400)).await;
        }
        Act::Bomb => {
            let packed = include_bytes!("zeros.gz");
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                        content-encoding: gzip\r\ncontent-length: ";
            let head = format!("{head}{}\r\n\r\n", packed.len());
            stream.write_all(&[head.as_bytes(), packed].concat()).await?;
        }
        Act::Mute => {
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
            stream
                .write_all(
                    &[head, b"transfer-encoding: chunked\r\n\r\n3\r\n:\n\n\r\n".as_slice()]
                        .concat(),
                )
                .await?;
            patient(stream, Duration::from_secs(86_400)).await;
        }
        answered => unreachable!("{answered:?} is answered by its caller"),
    }
    Ok(())
}

/// Waits; false where the other side hangs up first.
async fn patient(stream: &mut TcpStream, wait: Duration) -> bool {
    let mut byte = [0];
    tokio::select! {
        () = sleep(wait) => true,
        _ = stream.read(&mut byte) => false,
    }
}

async fn answer(
    stream: &mut TcpStream,
    code: u16,
    headers: &[(&str, String)],
    text: &str,
) -> std::io::Result<()> {
    let mut wire = format!("HTTP/1.1 {code} X\r\ncontent-length: {}\r\n", text.len());
    for (name, value) in headers {
        wire += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{wire}\r\n{text}").as_bytes()).await
}

/// One request's head and body; nothing where the other side has gone.
async fn request(stream: &mut TcpStream) -> std::io::Result<Option<(String, String)>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let whole = end + 4 + length.map_or(0, |n| n.parse().unwrap());
            while bytes.len() < whole {
                if stream.read_buf(&mut bytes).await? == 0 {
                    return Ok(None);
                }
            }
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            return Ok(Some((head, String::from_utf8_lossy(&bytes[end + 4..]).into_owned())));
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

fn translation(request: &str) -> String {
    let request: Value = serde_json::from_str(request).unwrap_or_default();
    let texts = request["texts"].as_array().cloned().unwrap_or_default();
    let english: Vec<_> =
        texts.iter().map(|text| format!("en: {}", text.as_str().unwrap_or("?"))).collect();
    let usage = json!({"input_tokens": 10 * english.len(), "output_tokens": 4 * english.len()});
    json!({"texts": english, "usage": usage}).to_string()
}

fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    #[expect(clippy::disallowed_methods, reason = "the stub ends with the test's runtime")]
    drop(tokio::spawn(work));
}
