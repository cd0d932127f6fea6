//! A folder of results: found writable before work, each file whole or absent.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::outcome::files::temporary_in;

/// The folder of `--out`.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Creates it if need be.
    ///
    /// # Errors
    /// It cannot be written to.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let fail = |error| Error::input(format!("--out {} cannot be written: {error}", path.display()));
        std::fs::create_dir_all(path).map_err(fail)?;
        temporary_in(path).map_err(fail)?;
        Ok(Self { path: path.to_owned() })
    }

    /// Where a file of it lies.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Puts a file in place.
    ///
    /// # Errors
    /// The disk is full.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path(name);
        let place = || {
            let mut file = temporary_in(&self.path)?;
            file.write_all(bytes)?;
            file.persist(&path).map_err(|error| error.error)
        };
        place().map(|_| ()).map_err(|error| Error::file(&path, "cannot be written", &error))
    }
}
