//! The article that a command names: a file, or stdin for `-`.

use std::path::Path;

use tokio::io::AsyncReadExt;

use clap::Args;

use super::Failed;
use crate::article::Source;

/// Which article a command is about.
#[derive(Debug, Args)]
pub(super) struct Article {
    /// Article to read; `-` or nothing reads stdin
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,
    /// Its content type, such as `text/html` or `text/plain; charset=windows-1256`
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
}

/// Reads the article, bounded by `limit` bytes. The content type is the one given, or what the
/// file's name says, or plain text.
pub(super) async fn read(article: &Article, limit: usize) -> Result<Source, Failed> {
    let (name, content_type) = (article.file.as_str(), article.content_type.as_deref());
    if name.starts_with("http://") || name.starts_with("https://") {
        return Err(Failed::usage(
            "fetching an address is off\nhint: save the page and name the file",
        ));
    }
    let bytes = match name {
        "-" => bounded(tokio::io::stdin(), limit).await,
        name => match tokio::fs::File::open(name).await {
            Ok(file) => bounded(file, limit).await,
            Err(error) => Err(error),
        },
    };
    let bytes = bytes.map_err(|error| Failed::work(format!("cannot read {name}: {error}")))?;
    if bytes.len() > limit {
        return Err(Failed::work(format!(
            "{name} is larger than the limit of {limit} bytes\nhint: raise `server.max_body_bytes`"
        )));
    }
    let content_type = content_type.or_else(|| by_name(name)).map(str::to_owned);
    Ok(Source { bytes: bytes.into(), content_type, ..Source::default() })
}

async fn bounded(
    reader: impl tokio::io::AsyncRead + Unpin,
    limit: usize,
) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than the limit tells a file that is too long from one that just fits.
    reader.take(limit as u64 + 1).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn by_name(name: &str) -> Option<&'static str> {
    let extension = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "html" | "htm" | "xhtml" => Some("text/html"),
        "md" | "markdown" => Some("text/markdown"),
        "json" => Some("application/ninjs+json"),
        "xml" | "rss" | "atom" => Some("application/xml"),
        _ => None,
    }
}
