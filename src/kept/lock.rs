//! One process at a time writes a folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

const NAME: &str = ".basins-lock";
/// More would not be ours.
const HOLDER_LIMIT: u64 = 200;

/// A folder that no other process of this program writes until this is dropped.
#[derive(Debug)]
pub struct FolderLock {
    path: PathBuf,
    file: Option<File>,
}

impl FolderLock {
    /// Takes the folder, which must be there.
    ///
    /// # Errors
    /// Another process has it, which is named; or it cannot be written.
    pub fn take(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        let fail = |error: io::Error| Error::file(folder, "cannot be written", &error);
        loop {
            let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
            let mut file = options.map_err(fail)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(held(folder, &mut file)),
                // Some file systems know no locks.
                Err(TryLockError::Error(error)) => {
                    log::warn!("{} cannot be locked: {error}", folder.display());
                    return Ok(Self { path, file: None });
                }
            }
            // Whoever had it before may have removed it between opening and locking.
            if !is_still(&file, &path) {
                continue;
            }
            let _ = file.set_len(0).and_then(|()| file.write_all(holder().as_bytes()));
            return Ok(Self { path, file: Some(file) });
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Removed while it is held: who opens the name from now on makes a new file.
        if self.file.is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// "process 4711 on node17".
fn holder() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| std::env::var("COMPUTERNAME").ok());
    let host = host.map_or(String::new(), |host| format!(" on {}", host.trim()));
    format!("process {}{host}", std::process::id())
}

fn held(folder: &Path, file: &mut File) -> Error {
    let mut text = String::new();
    let _ = file.rewind().and_then(|()| file.take(HOLDER_LIMIT).read_to_string(&mut text));
    let holder = if text.is_empty() { "another process" } else { text.trim() };
    Error::input(format!(
        "{} is being written by {holder}; wait until that has ended, or choose another folder",
        folder.display()
    ))
}

#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let known = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(known).ok() == std::fs::metadata(path).map(known).ok()
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn is_still(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_one_is_told_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path()).unwrap();
        let refused = FolderLock::take(folder.path()).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the lock is no result");
        drop(FolderLock::take(folder.path()).unwrap());
    }
}
