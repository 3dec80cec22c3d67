//! One thread that owns the model and writes for everyone who waits.
//!
//! Requests come through a channel in the order in which they are made; up to
//! [`WIDTH`](super::generate::WIDTH) are written together, and one that ends makes room for the
//! next. A caller who stops waiting drops the receiving end of its reply, which is looked at before
//! each token: its sequence ends there. The thread ends when the last [`Writer`] is dropped. If it
//! fails, the replies that are owed are dropped, which their callers see at once.

use std::{path::Path, thread, time::Duration};

use tokio::sync::{mpsc, oneshot};

use super::{
    generate::{Batch, Generated},
    model::{Model, ModelError},
};
use crate::{clock, prompt::Message};

/// Where prompts are handed in. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    requests: mpsc::UnboundedSender<Request>,
}

/// The thread is gone, or the prompt leaves no room for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unwritten {
    /// The thread failed; the model must be loaded again.
    Stopped,
    /// The prompt does not fit the model's window.
    TooLong,
}

#[derive(Debug)]
struct Request {
    messages: Vec<Message>,
    reply: Reply,
}

type Reply = oneshot::Sender<Result<Generated, Unwritten>>;

impl Writer {
    /// Loads a model on a thread of its own, reads the opening that all prompts share, and
    /// says when it is ready.
    ///
    /// # Errors
    /// Where the file is no usable model, or no thread can be had.
    pub(crate) async fn load(path: &Path, opening: Vec<Message>) -> Result<Self, ModelError> {
        let (requests, incoming) = mpsc::unbounded_channel();
        let (loaded, ready) = oneshot::channel();
        let path = path.to_owned();
        let body = move || match load(&path, &opening) {
            Ok((model, batch)) => {
                // Nobody waits any more: the thread ends with its first look at the channel.
                let _ = loaded.send(Ok(()));
                write_all(&model, batch, incoming);
            }
            Err(error) => drop(loaded.send(Err(error))),
        };
        thread::Builder::new().name("local-model".into()).spawn(body)?;
        let stopped = || ModelError::Tokenizer("the thread that loads the model stopped".into());
        ready.await.unwrap_or_else(|_| Err(stopped()))?;
        Ok(Self { requests })
    }

    /// Whether the thread is gone.
    pub(crate) fn is_stopped(&self) -> bool {
        self.requests.is_closed()
    }

    /// The answer to a prompt. Dropping the future ends its writing.
    pub(crate) async fn write(&self, messages: Vec<Message>) -> Result<Generated, Unwritten> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Request { messages, reply }).map_err(|_| Unwritten::Stopped)?;
        answer.await.unwrap_or(Err(Unwritten::Stopped))
    }
}

fn load(path: &Path, opening: &[Message]) -> Result<(Model, Batch<Reply>), ModelError> {
    let model = Model::load(path)?;
    let mut batch = Batch::new();
    batch.open(&model, &model.tokens(opening)?.fixed)?;
    Ok((model, batch))
}

/// How quickly the model reads and writes, told when it comes to rest.
#[derive(Debug, Default)]
struct Pace {
    read: usize,
    reading: Duration,
    written: usize,
    writing: Duration,
}

impl Pace {
    /// Takes a step in. One that reads prompts counts as reading, although others write meanwhile.
    fn step(&mut self, (prompts, writing): (usize, usize), took: Duration) {
        if prompts > 0 {
            self.read += prompts;
            self.reading += took;
        } else {
            self.written += writing;
            self.writing += took;
        }
    }

    fn tell(&mut self) {
        let Self { read, reading, written, writing } = std::mem::take(self);
        if written > 0 {
            let (reading_ms, writing_ms) = (reading.as_millis(), writing.as_millis());
            tracing::debug!(read, reading_ms, written, writing_ms, "the local model rests");
        }
    }
}

fn write_all(
    model: &Model,
    mut batch: Batch<Reply>,
    mut incoming: mpsc::UnboundedReceiver<Request>,
) {
    let mut pace = Pace::default();
    loop {
        if batch.is_empty() {
            pace.tell();
            let Some(request) = incoming.blocking_recv() else { return };
            admit(model, &mut batch, request);
        }
        while batch.has_room() {
            let Ok(request) = incoming.try_recv() else { break };
            admit(model, &mut batch, request);
        }
        batch.retain(|reply| !reply.is_closed());
        let (ahead, began) = (batch.ahead(), clock::now());
        let stepped = batch.step(model);
        pace.step(ahead, clock::now().duration_since(began));
        match stepped {
            Ok(ended) => {
                for (reply, generated) in ended {
                    // A caller that has just hung up does not want it any more.
                    let _ = reply.send(Ok(generated));
                }
            }
            Err(error) => {
                tracing::error!(%error, "the local model failed");
                return;
            }
        }
    }
}

fn admit(model: &Model, batch: &mut Batch<Reply>, Request { messages, reply }: Request) {
    if reply.is_closed() {
        return;
    }
    let Ok(tokens) = model.tokens(&messages) else { return };
    // English takes about as many tokens as the Arabic it renders; an answer half as long again
    // has run away.
    let limit = 32 + tokens.asked.len() * 3 / 2;
    match batch.add(model, tokens, limit, reply) {
        Ok(Some(reply)) => drop(reply.send(Err(Unwritten::TooLong))),
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "the local model failed to read a prompt"),
    }
}
