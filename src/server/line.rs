//! A TCP connection that does not wait for ever and does not hang up on who is still talking.
//!
//! Writing: a client that takes in nothing for the allowed time is gone, or wants to be a burden;
//! the connection ends. Closing: a request that was answered before its body was read has a client
//! that is still sending. Closing at once would make the system reset the connection, and the client
//! would see the reset and not its answer. So the writing side is closed first, and what still comes is
//! thrown away for a short time.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use super::listen::Activity;

/// How long what a client still sends is thrown away, at most, before the connection is closed.
const LINGER: Duration = Duration::from_secs(2);

/// A connection of the server.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    patience: Duration,
    activity: Arc<Activity>,
    stalled: Option<Pin<Box<Sleep>>>,
    lingering: Option<Pin<Box<Sleep>>>,
}

impl Line {
    /// A connection whose client must take in something within `patience`.
    pub(super) fn new(stream: TcpStream, patience: Duration, activity: Arc<Activity>) -> Self {
        Self { stream, patience, activity, stalled: None, lingering: None }
    }

    /// Ends a wait for the client that has lasted too long.
    fn watched<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            self.activity.touch();
            return written;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        match stalled.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watched(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            // Closes the writing side; on TCP that never waits.
            std::task::ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.lingering = Some(Box::pin(sleep(LINGER)));
        }
        let mut thrown_away = [0; 4096];
        loop {
            let over =
                self.lingering.as_mut().is_none_or(|end| end.as_mut().poll(context).is_ready());
            if over {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match std::task::ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                // The client has closed its side too, or is gone.
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    async fn pair(patience: Duration) -> (Line, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        (Line::new(server, patience, Arc::default()), client)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_in_nothing_is_given_up() {
        let (mut line, client) = pair(Duration::from_secs(30)).await;
        // More than the system keeps for a connection.
        let answer = vec![b'a'; 64 << 20];
        let error = line.write_all(&answer).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(client);
    }

    #[tokio::test]
    async fn who_is_still_sending_gets_the_answer_before_the_end() {
        let (mut line, mut client) = pair(Duration::from_secs(30)).await;
        let (sent, read) = tokio::join!(
            async {
                client.write_all(&vec![b'a'; 4 << 20]).await.unwrap();
                let mut answer = Vec::new();
                client.read_to_end(&mut answer).await.unwrap();
                drop(client);
                answer
            },
            async {
                line.write_all(b"refused").await.unwrap();
                line.shutdown().await.unwrap();
            }
        );
        assert_eq!((sent.as_slice(), read), (b"refused".as_slice(), ()));
    }
}
