//! Connections that were used once and are then kept open, saying nothing.
//!
//! Prints `open N` when all of them have been answered, and how many are still open when its input
//! ends, which is how `scripts/bench` tells it to look.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Outcome, argument};

/// Opens them, waits for the end of its input, counts them.
pub(crate) async fn hold(arguments: &[&str]) -> Outcome<()> {
    let address = argument(arguments, 0)?;
    let count: usize = argument(arguments, 1)?.parse()?;
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let mut open = Vec::with_capacity(count);
    let mut buffer = [0; 4096];
    for _ in 0..count {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        if stream.read(&mut buffer).await? == 0 {
            return Err(format!("closed at once after {} connections", open.len()).into());
        }
        open.push(stream);
    }
    println!("open {}", open.len());
    let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    // A connection that was closed meanwhile reads its end at once.
    let alive = open.iter().filter(|stream| match stream.try_read(&mut [0; 64]) {
        Ok(read) => read > 0,
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    });
    println!("alive {}", alive.count());
    Ok(())
}
