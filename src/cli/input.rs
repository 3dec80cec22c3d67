//! The article that a command names: a file, an address, or stdin for `-`.

use clap::Args;
use tokio::io::AsyncReadExt;

use super::Failed;
use crate::{
    article::{Source, extract::SourceKind},
    body::Body,
    brief::Detail,
    pipeline::Gateway,
};

/// Which article a command is about.
#[derive(Debug, Args)]
pub(super) struct Article {
    /// Article to read: a file, an address where `[fetch]` is enabled, or stdin for `-` or nothing
    #[arg(value_name = "FILE|URL", default_value = "-")]
    file: String,
    /// Its content type, such as `text/html` or `text/plain; charset=windows-1256`
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
}

/// An article with what a JSON file asks for beside it.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// The article.
    pub(super) source: Source,
    /// How much of it is wanted.
    pub(super) detail: Option<Detail>,
    /// Touch no cache and only confidential providers.
    pub(super) confidential: bool,
    /// Say what it would take, and do nothing.
    pub(super) dry_run: bool,
}

/// Several articles.
#[derive(Debug, Args)]
pub(super) struct Articles {
    /// Articles to read: files, addresses where `[fetch]` is enabled, or stdin for `-` or nothing
    #[arg(value_name = "FILE|URL", default_value = "-")]
    pub(super) files: Vec<String>,
    /// Their content type, such as `text/html` or `text/plain; charset=windows-1256`
    #[arg(long, value_name = "TYPE")]
    pub(super) content_type: Option<String>,
}

/// Reads the article that a command names.
///
/// # Errors
/// As [`named`].
pub(super) async fn read(article: &Article, gateway: &Gateway) -> Result<Input, Failed> {
    named(&article.file, article.content_type.as_deref(), gateway).await
}

/// Reads an article by its name, bounded by `server.max_body_bytes`. The content type is the one given,
/// or what the file's name says, or plain text; JSON is opened as the HTTP API opens it.
///
/// # Errors
/// Where it cannot be read, or its content type is none that is.
pub(super) async fn named(
    name: &str,
    content_type: Option<&str>,
    gateway: &Gateway,
) -> Result<Input, Failed> {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let json = matches!(essence.to_ascii_lowercase().as_str(), "application/json" | "text/json");
    if !json && !SourceKind::reads(essence) {
        return Err(Failed::usage(format!(
            "`{essence}` is not read\nhint: text/plain, text/html, text/markdown, \
             application/json and the news formats are"
        )));
    }
    if name.starts_with("http://") || name.starts_with("https://") {
        return fetch(name, content_type, gateway).await.map(Input::from);
    }
    let bytes = file(name, gateway.config.server.max_body_bytes).await?;
    if json || content_type.is_none() && is_request(name, &bytes) {
        return request(name, &bytes, gateway).await;
    }
    let content_type = content_type.or_else(|| SourceKind::content_type_of(name));
    let content_type = content_type.map(str::to_owned);
    Ok(Source { bytes: bytes.into(), content_type, ..Source::default() }.into())
}

impl From<Source> for Input {
    fn from(source: Source) -> Self {
        Self { source, ..Self::default() }
    }
}

/// Whether a file named `….json` is no news format, so that it must be a request.
fn is_request(name: &str, bytes: &[u8]) -> bool {
    const SIGNS: [&str; 7] = [
        "\"headline",
        "\"body_",
        "\"bodies\"",
        "\"pubstatus\"",
        "\"pubStatus\"",
        "\"versioncreated\"",
        "jsonfeed.org",
    ];
    name.to_ascii_lowercase().ends_with(".json")
        && !SIGNS.iter().any(|sign| memchr::memmem::find(bytes, sign.as_bytes()).is_some())
}

async fn request(name: &str, bytes: &[u8], gateway: &Gateway) -> Result<Input, Failed> {
    let body = Body::open(bytes).map_err(|error| Failed::work(format!("{name}: {error}")))?;
    let source = match body.carried.source() {
        Ok(source) => source,
        Err(url) => fetch(&url, None, gateway).await?,
    };
    let source = Source { title: body.title, published: body.published, ..source };
    let Body { detail, confidential, dry_run, .. } = body;
    Ok(Input { source, detail, confidential, dry_run })
}

/// Brings a page; a content type that is given wins over the page's own.
async fn fetch(url: &str, given: Option<&str>, gateway: &Gateway) -> Result<Source, Failed> {
    let page = gateway.outside.get(url).await.map_err(Failed::work)?;
    let content_type = Some(given.map_or(page.content_type, str::to_owned));
    Ok(Source { bytes: page.bytes, content_type, ..Source::default() })
}

async fn file(name: &str, limit: usize) -> Result<Vec<u8>, Failed> {
    let bytes = match name {
        "-" => bounded(tokio::io::stdin(), limit).await,
        name => match tokio::fs::File::open(name).await {
            Ok(file) => bounded(file, limit).await,
            Err(error) => Err(error),
        },
    };
    let bytes = bytes.map_err(|error| unread(name, &error))?;
    if bytes.len() > limit {
        return Err(Failed::work(format!(
            "{name} is larger than the limit of {limit} bytes\nhint: raise `server.max_body_bytes`"
        )));
    }
    Ok(bytes)
}

fn unread(name: &str, error: &std::io::Error) -> Failed {
    if error.kind() == std::io::ErrorKind::IsADirectory {
        let folder = name.trim_end_matches('/');
        return Failed::work(format!(
            "{name} is a folder\nhint: name its files, such as {folder}/*.txt"
        ));
    }
    Failed::work(format!("cannot read {name}: {error}"))
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
