//! Which HTTP a connection speaks, told by its first bytes before any of them is taken.
//!
//! hyper-util can tell by itself, but takes bytes for that and gives them to hyper as a first read of
//! their own. hyper then holds less than a head, makes room for more, and keeps a buffer of twice the
//! size for as long as the connection lasts. Looking at the bytes where they are leaves them to be
//! read as they came, and a client that has sent nothing has no buffers at all.

use std::io;

use hyper_util::{rt::TokioExecutor, server::conn::auto};
use tokio::net::TcpStream;

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// HTTP/1.0 or 1.1, or what is no HTTP.
    Http1,
    /// HTTP/2 with prior knowledge (RFC 9113, section 3.3).
    Http2,
    /// Too little came at once to tell.
    Unclear,
}

impl Protocol {
    /// Waits for the first bytes of a connection and looks at them.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub(super) async fn of(stream: &TcpStream) -> io::Result<Self> {
        let mut first = [0; 3];
        let length = stream.peek(&mut first).await?;
        Ok(Self::told_by(&first[..length]))
    }

    /// HTTP/2 opens with `PRI * HTTP/2.0`, and no method of HTTP/1 opens with `PRI`.
    fn told_by(first: &[u8]) -> Self {
        match first {
            b"PRI" => Self::Http2,
            b"" | b"P" | b"PR" => Self::Unclear,
            _ => Self::Http1,
        }
    }

    /// The builder of connections that speak nothing else; where it is unclear, hyper-util looks.
    pub(super) fn only(
        self,
        builder: auto::Builder<TokioExecutor>,
    ) -> auto::Builder<TokioExecutor> {
        match self {
            Self::Http1 => builder.http1_only(),
            Self::Http2 => builder.http2_only(),
            Self::Unclear => builder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_bytes_tell_what_a_connection_speaks() {
        let told = |first: &str| Protocol::told_by(first.as_bytes());
        assert_eq!(told("PRI"), Protocol::Http2);
        for first in ["GET", "POS", "PUT", "PRO", "G", "PA", "\0"] {
            assert_eq!(told(first), Protocol::Http1, "{first}");
        }
        for first in ["", "P", "PR"] {
            assert_eq!(told(first), Protocol::Unclear, "{first}");
        }
    }
}
