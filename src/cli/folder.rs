//! The folder of `--out`: found writable before work starts; files are written beside their places and put there when all
//! are whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// Files that will stand in a folder.
pub(super) struct Folder {
    path: PathBuf,
    staged: Vec<(String, NamedTempFile)>,
}

impl Folder {
    /// Creates the folder if need be.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let fail = |error: io::Error| Error::input(format!("--out {} cannot be written: {error}", path.display()));
        std::fs::create_dir_all(path).map_err(fail)?;
        NamedTempFile::new_in(path).map_err(fail)?;
        Ok(Self { path: path.to_owned(), staged: Vec::new() })
    }

    /// Begins a file.
    pub(super) fn stage(&mut self, name: &str) -> Result<BufWriter<File>> {
        let begin = || {
            let file = NamedTempFile::new_in(&self.path)?;
            let writer = BufWriter::new(file.as_file().try_clone()?);
            Ok((file, writer))
        };
        let (file, writer) = begin().map_err(|error| self.fail(&error))?;
        self.staged.push((name.to_owned(), file));
        Ok(writer)
    }

    /// Writes a whole file.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut writer = self.stage(name)?;
        writer.write_all(bytes).and_then(|()| writer.flush()).map_err(|error| self.fail(&error))
    }

    /// The error for a file that cannot be written.
    pub(super) fn fail(&self, error: &io::Error) -> Error {
        Error::file(&self.path, "cannot be written", error)
    }

    /// Puts all files in their places.
    pub(super) fn place(self) -> Result<()> {
        let Self { path, staged } = self;
        for (name, file) in staged {
            let place = || {
                readable(&file)?;
                file.persist(path.join(&name)).map_err(|error| error.error)
            };
            place().map_err(|error| Error::file(&path.join(&name), "cannot be written", &error))?;
        }
        Ok(())
    }
}

/// Temporary files are private; results are as readable as any new file.
#[cfg(unix)]
fn readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &NamedTempFile) -> io::Result<()> {
    Ok(())
}
