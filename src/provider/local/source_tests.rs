//! Where a model file comes from, and what is told when it cannot be had.

use std::{fs, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{super::fetch::Silent, *};

const BODY: &str = "not really a model";
/// SHA-256 of nothing in particular.
const OTHER: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn source(more: &str) -> Result<Source, LocalError> {
    let config = format!("name = \"local\"\nkind = \"local\"\n{more}");
    Source::of(&toml::from_str(&config).unwrap())
}

async fn file(source: &Source, cache: &Path) -> Result<PathBuf, LocalError> {
    source.file(cache, Arc::new(Silent)).await
}

#[test]
fn a_contradictory_configuration_is_refused() {
    for more in ["path = 'a'\nhub = 'b/c'", "hub = 'b/c'", "hub = 'b'\nfile = 'c'"] {
        let error = source(more).unwrap_err();
        assert!(error.to_string().contains("`local`"), "{error}");
    }
    assert_eq!(source("").unwrap(), Source::Wheels);
}

#[tokio::test]
async fn a_path_is_taken_as_it_is_and_its_hash_is_held_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let at = |more: &str| source(&format!("path = '{}'\n{more}", path.display())).unwrap();
    let missing = file(&at(""), folder.path()).await.unwrap_err();
    assert!(missing.to_string().contains("model.gguf"), "{missing}");
    fs::write(&path, "abc").unwrap();
    assert_eq!(file(&at(""), folder.path()).await.unwrap(), path);
    assert!(file(&at(&format!("sha256 = '{OTHER}'")), folder.path()).await.is_ok());
    fs::write(&path, "another").unwrap();
    let wrong = file(&at(&format!("sha256 = '{OTHER}'")), folder.path()).await.unwrap_err();
    assert!(matches!(wrong, LocalError::Hash { .. }), "{wrong}");
}

/// A hub on loopback that has one file, and counts the requests for it.
async fn hub() -> (String, Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    #[expect(clippy::disallowed_methods, reason = "the stand-in ends with the test's runtime")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let mut request = vec![0; 8192];
            let read = stream.read(&mut request).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let _ = stream.write_all(answer(&request).as_bytes()).await;
        }
    });
    (address, count)
}

fn answer(request: &str) -> String {
    let known = request.contains("/owner/name/resolve/main/model.gguf");
    let status = if known { "200 OK" } else { "404 Not Found" };
    let body = if known && request.starts_with("GET") { BODY } else { "" };
    let length = if known { BODY.len() } else { 0 };
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\netag: \"tag\"\r\n\
         x-repo-commit: 0123456789012345678901234567890123456789\r\n\
         accept-ranges: bytes\r\nconnection: close\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn a_hub_file_is_fetched_once_and_found_on_disk_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let (address, requests) = hub().await;
    let more = format!("hub = 'owner/name'\nfile = 'model.gguf'\nbase_url = '{address}'");
    let wanted = source(&more).unwrap();
    let path = file(&wanted, folder.path()).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), BODY);
    let asked = requests.load(std::sync::atomic::Ordering::Relaxed);
    assert!(asked > 0);
    assert_eq!(file(&wanted, folder.path()).await.unwrap(), path);
    assert_eq!(requests.load(std::sync::atomic::Ordering::Relaxed), asked);
    let wrong = source(&format!("{more}\nsha256 = '{OTHER}'")).unwrap();
    let error = file(&wrong, folder.path()).await.unwrap_err();
    assert!(matches!(error, LocalError::Hash { .. }), "{error}");
}

#[tokio::test]
async fn a_file_that_the_hub_has_not_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (address, _) = hub().await;
    let more = format!("hub = 'owner/name'\nfile = 'other.gguf'\nbase_url = '{address}'");
    let error = file(&source(&more).unwrap(), folder.path()).await.unwrap_err().to_string();
    assert!(error.contains("`other.gguf` of `owner/name`") && error.contains("`path`"), "{error}");
}
