//! The bytes under a database that must go on when its disk does not.
//!
//! While the file can be written, this passes everything through. At the first write, growth or
//! sync that fails (disk full, mounted read-only, gone) it keeps what is written from then on in
//! memory, laid over the file, so the database above never sees the failure, loses nothing within
//! the process and stays readable in whole. What was written since the last good sync goes to
//! memory too, because after a failed sync nobody knows what reached the disk.
//!
//! Once the disk can be written again, what the file lacks is put into it by way of a patch
//! ([`super::patch`]), which takes little room and bears a crash: at a sync point the image is a
//! committed state. Where the file is gone or another one, the whole image is written beside it and
//! renamed.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use super::patch::{self, BLOCK, Blocks, Lacking};
use crate::clock::{self, Instant};

/// Bytes read and written at once when the image is put back on the disk.
const CHUNK: u64 = 1 << 20;
/// The first wait before the disk is tried again; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// A file with memory to fall back on. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Backend {
    image: Arc<RwLock<Image>>,
}

/// The database's bytes: a file's, with blocks from memory laid over them.
struct Image {
    path: Option<PathBuf>,
    file: Option<File>,
    /// Bytes of the file that count; what lies behind them reads as zero.
    file_length: u64,
    length: u64,
    /// While all is well: written since the last sync. Otherwise: everything the file lacks.
    blocks: Blocks,
    trouble: Option<Trouble>,
}

struct Trouble {
    reason: String,
    again: Instant,
    wait: Duration,
}

impl Backend {
    /// The file at `path`, created where it is not there. Where it cannot be written its content
    /// is read and the rest kept in memory.
    ///
    /// # Errors
    /// Where there is a file that can be neither written nor read.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let (file, reason) = match options.open(path) {
            Ok(file) => (Some(file), None),
            Err(error) => match File::open(path) {
                Ok(file) => (Some(file), Some(error.to_string())),
                Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                    (None, Some(error.to_string()))
                }
                Err(_) => return Err(error),
            },
        };
        let length = file.as_ref().map_or(Ok(0), |file| file.metadata().map(|meta| meta.len()))?;
        let mut image = Image::new(Some(path.to_owned()), file, length);
        image.trouble = reason.map(Trouble::new);
        if image.take_patch(path) {
            image.trouble.get_or_insert_with(|| Trouble::new("a patch waits".to_owned()));
            image.put_back();
        }
        Ok(Self { image: Arc::new(RwLock::new(image)) })
    }

    /// The file at `path` as it is; what is written stays in memory, because of `reason`.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn read_only(path: &Path, reason: &str) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut image = Image::new(None, Some(file), length);
        image.trouble = Some(Trouble::new(reason.to_owned()));
        image.take_patch(path);
        Ok(Self { image: Arc::new(RwLock::new(image)) })
    }

    /// Memory alone, for as long as the process lives; `trouble` says why, where that is a fault.
    pub(super) fn memory(trouble: Option<String>) -> Self {
        let mut image = Image::new(None, None, 0);
        image.trouble = trouble.map(Trouble::new);
        Self { image: Arc::new(RwLock::new(image)) }
    }

    /// Why the disk is not written, where it is not.
    pub(super) fn trouble(&self) -> Option<String> {
        self.read_image().trouble.as_ref().map(|trouble| trouble.reason.clone())
    }

    /// Bytes kept in memory because the disk does not take them.
    pub(super) fn bytes_in_memory(&self) -> u64 {
        let image = self.read_image();
        if image.on_disk() { 0 } else { image.blocks.len() as u64 * BLOCK }
    }

    fn read_image(&self) -> RwLockReadGuard<'_, Image> {
        // Nothing below panics while it holds the lock.
        self.image.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write_image(&self) -> RwLockWriteGuard<'_, Image> {
        self.image.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl redb::StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        Ok(self.read_image().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.read_image().read(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.write_image().set_len(length);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.write_image().sync();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.write_image().write(offset, data)
    }
}

impl Image {
    fn new(path: Option<PathBuf>, file: Option<File>, length: u64) -> Self {
        Self { path, file, file_length: length, length, blocks: Blocks::new(), trouble: None }
    }

    /// Lays over the file what an earlier process did not get into it. Gives whether there was any.
    fn take_patch(&mut self, path: &Path) -> bool {
        let lacking = self.file.as_ref().and_then(|file| patch::read(path, file));
        let Some(lacking) = lacking else { return false };
        self.file_length = self.file_length.min(lacking.base);
        self.length = lacking.length;
        self.blocks = lacking.blocks;
        true
    }

    fn on_disk(&self) -> bool {
        self.trouble.is_none() && self.file.is_some()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        if offset.saturating_add(out.len() as u64) > self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let in_file = self.file_length.saturating_sub(offset).min(out.len() as u64);
        let (from_file, zeros) = out.split_at_mut(usize_of(in_file));
        zeros.fill(0);
        if let Some(file) = self.file.as_ref().filter(|_| !from_file.is_empty()) {
            file.read_exact_at(from_file, offset)?;
        }
        if !self.on_disk() {
            for part in parts(offset, out.len()) {
                if let Some(block) = self.blocks.get(&part.block) {
                    let length = part.to - part.from;
                    out[part.at..part.at + length].copy_from_slice(&block[part.from..part.to]);
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        if self.on_disk() {
            let written = self.file.as_ref().map(|file| file.write_all_at(data, offset));
            if let Some(Err(error)) = written {
                self.fail(&error);
            } else {
                self.file_length = self.file_length.max(offset + data.len() as u64);
            }
        }
        self.length = self.length.max(offset + data.len() as u64);
        for part in parts(offset, data.len()) {
            let piece = &data[part.at..part.at + (part.to - part.from)];
            if piece.len() as u64 == BLOCK {
                self.blocks.insert(part.block, piece.into());
                continue;
            }
            self.prepare(part.block)?;
            if let Some(block) = self.blocks.get_mut(&part.block) {
                block[part.from..part.to].copy_from_slice(piece);
            }
        }
        Ok(())
    }

    /// Makes sure that `block` is in memory, with what it holds so far.
    fn prepare(&mut self, block: u64) -> io::Result<()> {
        if !self.blocks.contains_key(&block) {
            let mut bytes = vec![0; usize_of(BLOCK)];
            let held = self.length.saturating_sub(block * BLOCK).min(BLOCK);
            self.read(block * BLOCK, &mut bytes[..usize_of(held)])?;
            self.blocks.insert(block, bytes.into_boxed_slice());
        }
        Ok(())
    }

    fn set_len(&mut self, length: u64) {
        if self.on_disk() {
            let set = self.file.as_ref().map(|file| file.set_len(length));
            match set {
                Some(Err(error)) => self.fail(&error),
                _ => self.file_length = length,
            }
        }
        // What was cut off reads as zero when it comes back.
        self.file_length = self.file_length.min(length);
        if length < self.length {
            self.blocks.retain(|block, _| block * BLOCK < length);
            if let Some(last) = self.blocks.get_mut(&(length / BLOCK)) {
                last[usize_of(length % BLOCK)..].fill(0);
            }
        }
        self.length = length;
    }

    fn sync(&mut self) {
        if self.on_disk() {
            match self.file.as_ref().map(File::sync_data) {
                Some(Err(error)) => self.fail(&error),
                _ => self.blocks.clear(),
            }
        } else if self.trouble.as_ref().is_some_and(|trouble| trouble.again <= clock::now()) {
            self.put_back();
        }
    }

    fn fail(&mut self, error: &io::Error) {
        let file = self.path.as_deref().unwrap_or(Path::new("memory")).display();
        tracing::warn!(%file, reason = %error, "cannot write the state folder; going on in memory");
        self.trouble = Some(Trouble::new(error.to_string()));
    }

    fn put_back(&mut self) {
        let Some(path) = self.path.clone() else { return };
        let put = match self.same(&path) {
            Some(file) => self.put_in(&path, &file).map(|()| file),
            None => self.write_whole(&path),
        };
        match put {
            Ok(file) => {
                tracing::info!(file = %path.display(), "the state folder can be written again");
                self.file = Some(file);
                self.file_length = self.length;
                self.blocks.clear();
                self.trouble = None;
            }
            Err(error) => {
                if let Some(trouble) = &mut self.trouble {
                    trouble.later(error.to_string());
                }
            }
        }
    }

    /// The file at `path`, opened anew to be written, as long as it is the one below the blocks.
    fn same(&self, path: &Path) -> Option<File> {
        let file = OpenOptions::new().read(true).write(true).open(path).ok()?;
        let [there, mine] = [&file, self.file.as_ref()?].map(|file| file.metadata().ok());
        let (there, mine) = (there?, mine?);
        ((there.dev(), there.ino()) == (mine.dev(), mine.ino())).then_some(file)
    }

    fn put_in(&self, path: &Path, file: &File) -> io::Result<()> {
        let lacking = Lacking { base: self.file_length, length: self.length, blocks: &self.blocks };
        patch::put_in(path, file, &lacking)
    }

    /// Writes the image beside `path` and renames it over it.
    fn write_whole(&self, path: &Path) -> io::Result<File> {
        let beside = path.with_extension("new");
        let written = self.write_image(&beside).and_then(|file| {
            std::fs::rename(&beside, path)?;
            sync_folder(path);
            Ok(file)
        });
        if written.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        written
    }

    fn write_image(&self, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(path)?;
        let mut bytes = vec![0; usize_of(CHUNK)];
        let mut offset = 0;
        while offset < self.length {
            let chunk = &mut bytes[..usize_of((self.length - offset).min(CHUNK))];
            self.read(offset, chunk)?;
            file.write_all_at(chunk, offset)?;
            offset += chunk.len() as u64;
        }
        file.sync_all()?;
        Ok(file)
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Trouble {
    fn new(reason: String) -> Self {
        Self { reason, again: clock::now() + FIRST_WAIT, wait: FIRST_WAIT }
    }

    fn later(&mut self, reason: String) {
        self.reason = reason;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        self.again = clock::now() + self.wait;
    }
}

/// Makes a rename last; where the system cannot, the rename stands all the same.
pub(super) fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// A piece of a span that lies within one block.
struct Part {
    block: u64,
    /// Within the block.
    from: usize,
    to: usize,
    /// Within the span.
    at: usize,
}

fn parts(offset: u64, length: usize) -> impl Iterator<Item = Part> {
    let end = offset + length as u64;
    let blocks = offset / BLOCK..end.div_ceil(BLOCK);
    blocks.map(move |block| {
        let start = block * BLOCK;
        Part {
            block,
            from: usize_of(offset.saturating_sub(start)),
            to: usize_of((end - start).min(BLOCK)),
            at: usize_of(start.saturating_sub(offset)),
        }
    })
}

/// Sizes here are of buffers and blocks, which fit.
fn usize_of(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[path = "backend_tests.rs"]
mod tests;
