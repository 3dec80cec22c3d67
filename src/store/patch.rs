//! What a file lacks, kept beside it until it is in it.
//!
//! After a disk has failed, the blocks that memory holds have to get into the file in one step, though
//! a crash may come between any two of them, and with less room than a second copy would take. So they
//! are written into a patch beside the file first, which counts once it is whole and has its name; then
//! into the file; then the patch is removed. Whoever opens a file that has a patch puts it in before
//! anything is read. A patch belongs to one file: beside another one, even of the same name, it is
//! nothing.
//!
//! Little-endian: [`MAGIC`], the file's inode, how many of its bytes count, its new length, the number of
//! blocks; each block's number and bytes; the BLAKE3 hash of all that.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Write},
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use super::backend::sync_folder;

const MAGIC: &[u8; 8] = b"mujazp01";

/// Bytes of one block.
pub(super) const BLOCK: u64 = 4096;
const BLOCK_BYTES: usize = 4096;

/// Blocks by their numbers, each of [`BLOCK`] bytes.
pub(super) type Blocks = HashMap<u64, Box<[u8]>>;

/// Everything that a file lacks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lacking<B> {
    /// Bytes of the file that count; what lies behind them reads as zero.
    pub(super) base: u64,
    /// The length that it has to get.
    pub(super) length: u64,
    /// What has to be laid over it.
    pub(super) blocks: B,
}

/// Brings what the file at `path` lacks into it: all of it or, until it is tried again, none.
///
/// # Errors
/// Where the disk does not take the patch or the file, or the patch cannot be removed.
pub(super) fn put_in(path: &Path, file: &File, lacking: &Lacking<&Blocks>) -> io::Result<()> {
    let patch = beside(path, "patch");
    let unnamed = beside(path, "patch-new");
    let written = write(&unnamed, file, lacking);
    if let Err(error) = written.and_then(|()| std::fs::rename(&unnamed, &patch)) {
        let _ = std::fs::remove_file(&unnamed);
        return Err(error);
    }
    sync_folder(path);
    lay_over(file, lacking)?;
    // One that stayed would undo what is written from now on.
    std::fs::remove_file(&patch)?;
    sync_folder(path);
    Ok(())
}

/// What the patch beside the file at `path` holds; `None` where there is none, or none of this file.
pub(super) fn read(path: &Path, file: &File) -> Option<Lacking<Blocks>> {
    let patch = File::open(beside(path, "patch")).ok()?;
    let inode = file.metadata().ok()?.ino();
    let whole = Reader { from: BufReader::new(patch), hasher: blake3::Hasher::new() }.whole(inode);
    whole
        .inspect_err(|error| {
            let file = path.display();
            tracing::warn!(%file, %error, "a patch in the state folder is no use and is passed over");
        })
        .ok()
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    path.with_extension(extension)
}

/// Writes a patch; it counts for nothing until it has its name.
pub(super) fn write(path: &Path, file: &File, lacking: &Lacking<&Blocks>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let patch = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let mut to = BufWriter::with_capacity(1 << 20, &patch);
    let mut hasher = blake3::Hasher::new();
    let mut put = |bytes: &[u8]| {
        hasher.update(bytes);
        to.write_all(bytes)
    };
    put(MAGIC)?;
    let count = lacking.blocks.len() as u64;
    for number in [file.metadata()?.ino(), lacking.base, lacking.length, count] {
        put(&number.to_le_bytes())?;
    }
    for (number, bytes) in lacking.blocks {
        put(&number.to_le_bytes())?;
        put(bytes)?;
    }
    to.write_all(hasher.finalize().as_bytes())?;
    to.flush()?;
    drop(to);
    patch.sync_all()
}

fn lay_over(file: &File, lacking: &Lacking<&Blocks>) -> io::Result<()> {
    // What lies behind the bytes that count reads as zero.
    file.set_len(lacking.base.min(lacking.length))?;
    file.set_len(lacking.length)?;
    for (number, bytes) in lacking.blocks {
        let offset = number * BLOCK;
        let room = lacking.length.saturating_sub(offset).min(BLOCK);
        file.write_all_at(&bytes[..usize::try_from(room).unwrap_or(BLOCK_BYTES)], offset)?;
    }
    file.sync_all()
}

struct Reader<R> {
    from: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Reader<R> {
    fn whole(mut self, inode: u64) -> io::Result<Lacking<Blocks>> {
        if self.take::<8>()? != *MAGIC || self.number()? != inode {
            return Err(io::Error::other("it belongs to another file"));
        }
        let (base, length, count) = (self.number()?, self.number()?, self.number()?);
        let mut blocks = Blocks::new();
        for _ in 0..count {
            let number = self.number()?;
            blocks.insert(number, Box::new(self.take::<BLOCK_BYTES>()?));
        }
        let hash = self.hasher.finalize();
        let told = self.take::<32>()?;
        if hash.as_bytes() != &told {
            return Err(io::Error::other("it is damaged"));
        }
        Ok(Lacking { base, length, blocks })
    }

    fn number(&mut self) -> io::Result<u64> {
        self.take().map(u64::from_le_bytes)
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        self.hasher.update(&bytes);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(of: &[(u64, u8)]) -> Blocks {
        of.iter().map(|(number, byte)| (*number, vec![*byte; BLOCK_BYTES].into())).collect()
    }

    /// A file of two blocks of ones, and its patch, which was not put in.
    fn patched(dir: &Path) -> (PathBuf, File, Blocks) {
        let path = dir.join("file.redb");
        std::fs::write(&path, [1; 2 * BLOCK_BYTES]).unwrap();
        let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let blocks = blocks(&[(1, 2), (3, 4)]);
        let lacking = Lacking { base: 2 * BLOCK, length: 3 * BLOCK + 10, blocks: &blocks };
        write(&beside(&path, "patch"), &file, &lacking).unwrap();
        (path, file, blocks)
    }

    #[test]
    fn what_is_put_in_is_all_there_and_leaves_nothing_beside() {
        let dir = tempfile::tempdir().unwrap();
        let (path, file, blocks) = patched(dir.path());
        let lacking = Lacking { base: BLOCK + 5, length: 3 * BLOCK + 10, blocks: &blocks };
        put_in(&path, &file, &lacking).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let told = [1, 2, 0, 4].map(|byte| vec![byte; BLOCK_BYTES]).concat();
        assert!(bytes == told[..3 * BLOCK_BYTES + 10]);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_patch_that_a_crash_left_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let (path, file, blocks) = patched(dir.path());
        let lacking = Lacking { base: 2 * BLOCK, length: 3 * BLOCK + 10, blocks };
        assert_eq!(read(&path, &file), Some(lacking));
    }

    #[test]
    fn a_torn_or_changed_patch_and_that_of_another_file_are_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (path, file, _) = patched(dir.path());
        let whole = std::fs::read(beside(&path, "patch")).unwrap();
        let mut changed = whole.clone();
        changed[5000] ^= 1;
        for bytes in [&whole[..whole.len() - 1], &whole[..0], &changed] {
            std::fs::write(beside(&path, "patch"), bytes).unwrap();
            assert_eq!(read(&path, &file), None);
        }
        std::fs::write(beside(&path, "patch"), &whole).unwrap();
        assert!(read(&path, &file).is_some());
        let other = dir.path().join("other");
        std::fs::write(&other, [1; 2 * BLOCK_BYTES]).unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert_eq!(read(&path, &File::open(&path).unwrap()), None);
    }
}
