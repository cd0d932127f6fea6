//! The folder of `--out`: found writable before work starts; files are written beside their places and put there when all
//! are whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::outcome::files::temporary_in;
use crate::spec::Task;

use super::settings::Settings;

/// Files that will stand in a folder.
pub(super) struct Folder {
    path: PathBuf,
    staged: Vec<(String, NamedTempFile)>,
    /// Last, so that the files are gone when it is dropped.
    _made: Made,
}

/// Folders that were made for this run, innermost first. Dropped, it takes those away that have stayed empty.
struct Made(Vec<PathBuf>);

impl Drop for Made {
    fn drop(&mut self) {
        for folder in &self.0 {
            // Only an empty folder can be removed.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

impl Folder {
    /// Creates the folder if need be; `names` are the files that will stand in it.
    pub(super) fn open(path: &Path, names: &[&str]) -> Result<Self> {
        let refuse = |what: String| Error::input(format!("--out {} cannot be written: {what}", path.display()));
        let fail = |error: io::Error| refuse(error.to_string());
        if path.exists() && !path.is_dir() {
            return Err(refuse("it is a file, not a folder".into()));
        }
        if let Some(name) = names.iter().find(|name| path.join(name).is_dir()) {
            return Err(refuse(format!("{name} in it is a folder")));
        }
        if let Some(name) = names.iter().map(|name| path.join(name)).find(|file| file.exists() && !file.is_file()) {
            return Err(refuse(format!("{} is a device or a pipe, not a file", name.display())));
        }
        let made = Made(path.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect());
        std::fs::create_dir_all(path).map_err(fail)?;
        temporary_in(path).map_err(fail)?;
        Ok(Self { path: path.to_owned(), staged: Vec::new(), _made: made })
    }

    /// Where it stands.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a file.
    pub(super) fn stage(&mut self, name: &str) -> Result<BufWriter<File>> {
        let begin = || {
            let file = temporary_in(&self.path)?;
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
        for (name, file) in self.staged {
            let target = self.path.join(&name);
            file.persist(&target).map_err(|error| Error::file(&target, "cannot be written", &error.error))?;
        }
        Ok(())
    }
}

/// Refuses to write a file over one that is read, or two into one. `config` is the file that settings came from; `names` are
/// those of the files in the folder of `--out`.
pub(super) fn check_collisions(settings: &Settings, config: Option<&Path>, names: &[&str]) -> Result<()> {
    let mut taken: Vec<(String, PathBuf)> = Vec::new();
    let mut read = |flag: &str, path: &Path| taken.push((format!("{flag} {}", path.display()), whole(path)));
    if let Some(path) = config {
        read("--config", path);
    }
    match &settings.task {
        Some(Task::Csv(path)) => read("--task csv", path),
        Some(Task::Npz(path)) => read("--task npz", path),
        _ => {}
    }
    if let Some(path) = &settings.weights_in {
        read("--weights-in", path);
    }
    let mut written: Vec<(String, PathBuf)> = Vec::new();
    if let Some(path) = &settings.weights_out {
        written.push((format!("--weights-out {}", path.display()), whole(path)));
    }
    if let Some(folder) = &settings.out {
        let place = |name: &&str| (format!("{name} of --out {}", folder.display()), whole(&folder.join(name)));
        written.extend(names.iter().map(place));
    }
    for (what, path) in written {
        if let Some((other, _)) = taken.iter().find(|(_, there)| *there == path) {
            return Err(Error::input(format!("{what} is the same file as {other}; choose another name")));
        }
        taken.push((what, path));
    }
    Ok(())
}

/// The path by which a file is known, however it was written; the file need not exist yet.
fn whole(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let known = |path: &Path| path.canonicalize().ok();
    known(&absolute).or_else(|| Some(known(absolute.parent()?)?.join(absolute.file_name()?))).unwrap_or(absolute)
}
