//! The folder of `--out`: found writable before work starts; files are written beside their places and put there when all
//! are whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::kept::{FolderLock, place, remove_dead, temporary_in};
use crate::spec::Task;

use super::settings::Settings;
use super::written::{WrittenFile, size};

/// What verbs write into folders, their objects aside.
const RESULTS: [&str; 33] = [
    "bench.csv",
    "bench.md",
    "bench.png",
    "bench.svg",
    "explanation.md",
    "map.npz",
    "map.png",
    "map.svg",
    "network.png",
    "network.svg",
    "outcomes.csv",
    "outcomes.parquet",
    "pixels.png",
    "report.html",
    "surface-map.png",
    "surface-map.svg",
    "surface-slope.png",
    "surface-slope.svg",
    "surface.npz",
    "surface.png",
    "surface.svg",
    "survival.csv",
    "survival.png",
    "survival.svg",
    "sweep.csv",
    "sweep.parquet",
    "sweep.png",
    "sweep.svg",
    "trace.csv",
    "trace.npz",
    "trace.png",
    "trace.svg",
    "training.png",
];
/// Objects of verbs: each says of which a folder holds results.
pub(super) const OBJECTS: [&str; 6] =
    ["bench.json", "map.json", "run.json", "surface.json", "sweep.json", "trace.json"];

/// Where runs and sweeps keep what is finished.
pub(super) const PARTS: &str = "parts";
/// Where maps do.
pub(super) const TILES: &str = "tiles";

/// Files that will stand in a folder.
pub(super) struct Folder {
    path: PathBuf,
    staged: Vec<(String, NamedTempFile)>,
    /// Files that stand already, and stay.
    standing: Vec<String>,
    failures: Vec<Error>,
    /// Nothing where somebody else has it.
    lock: Option<FolderLock>,
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
    /// Takes the folder for this process, made if need be; `names` are the files that will stand in it. What a killed process
    /// left half written goes. Where all is to begin anew, so does what was finished before.
    pub(super) fn open(path: &Path, names: &[&str], fresh: bool) -> Result<Self> {
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
        let lock = FolderLock::take(path)?;
        remove_dead(path);
        if fresh {
            for kept in [PARTS, TILES].map(|name| path.join(name)).iter().filter(|kept| kept.exists()) {
                std::fs::remove_dir_all(kept).map_err(|error| Error::file(kept, "cannot be removed", &error))?;
            }
        } else if let Some(other) = OBJECTS.iter().find(|name| !names.contains(name) && path.join(name).exists()) {
            return Err(Error::input(format!(
                "--out {} holds results of basins {}: choose another folder, or replace them with --fresh",
                path.display(),
                other.trim_end_matches(".json")
            )));
        }
        Ok(Self { lock: Some(lock), ..Self::within(path, made) })
    }

    /// A folder that this process has opened already, for single files.
    pub(super) fn opened(path: &Path) -> Self {
        Self::within(path, Made(Vec::new()))
    }

    fn within(path: &Path, made: Made) -> Self {
        let (staged, standing, failures) = (Vec::new(), Vec::new(), Vec::new());
        Self { path: path.to_owned(), staged, standing, failures, lock: None, _made: made }
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

    /// A file that stands already belongs to the result.
    pub(super) fn leave(&mut self, name: &str) {
        self.standing.push(name.to_owned());
    }

    /// Does a part of the work: what fails is remembered, and the rest is written all the same.
    pub(super) fn attempt<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T>) -> Option<T> {
        match part(self) {
            Ok(done) => Some(done),
            Err(error) => {
                self.failures.push(error);
                None
            }
        }
    }

    /// The error for a file that cannot be written.
    pub(super) fn fail(&self, error: &io::Error) -> Error {
        Error::file(&self.path, "cannot be written", error)
    }

    /// Puts all files in their places, and takes away those of an earlier result that this one lacks. Those that stand now,
    /// in the order of their names.
    ///
    /// # Errors
    /// All that failed.
    pub(super) fn place(mut self) -> Result<Vec<WrittenFile>> {
        for (name, file) in std::mem::take(&mut self.staged) {
            let target = self.path.join(&name);
            match place(file, &target) {
                Ok(()) => self.standing.push(name),
                Err(error) => self.failures.push(Error::file(&target, "cannot be written", &error)),
            }
        }
        if self.lock.is_some() {
            let others =
                RESULTS.iter().chain(&OBJECTS).filter(|name| !self.standing.iter().any(|known| known == *name));
            for other in others {
                let _ = std::fs::remove_file(self.path.join(other));
            }
        }
        match self.failures.len() {
            0 => {
                self.standing.sort();
                Ok(self.standing.iter().map(|name| (name.clone(), size(&self.path.join(name)))).collect())
            }
            1 => Err(self.failures.swap_remove(0)),
            _ => {
                let mut sentences: Vec<String> = self.failures.iter().map(Error::to_string).collect();
                sentences.dedup();
                Err(Error::failure(sentences.join("; ")))
            }
        }
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
