//! Files of a run: found writable before training, put in place when it ends.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::outcome::files::temporary_in;
use crate::outcome::{Outcomes, Weights, WeightsFile};
use crate::report::OutcomeCsv;
use crate::spec::{Problem, Task};

use super::settings::Settings;

const SUMMARY: &str = "run.json";
const ROWS: &str = "outcomes.csv";

/// What a run writes.
pub(super) struct Output {
    weights: Option<WeightsFile>,
    folder: Option<Folder>,
}

struct Folder {
    path: PathBuf,
    json: NamedTempFile,
    rows: OutcomeCsv<BufWriter<File>>,
    rows_file: NamedTempFile,
    /// Last, so that the files are gone when it is dropped.
    made: Made,
}

/// Folders that were made for this run, innermost first. Dropped, it takes those away that have stayed empty.
struct Made(Vec<PathBuf>);

impl Output {
    /// Opens everything; creates the folder of `--out` if need be. `config` is the file that settings came from.
    pub(super) fn open(settings: &Settings, config: Option<&Path>, problem: &Problem) -> Result<Self> {
        check_collisions(settings, config)?;
        let folder = settings.out.as_ref().map(|path| Folder::open(path, problem)).transpose()?;
        let weights = settings.weights_out.as_ref();
        let weights = weights.map(|path| WeightsFile::create(path, problem.layers())).transpose()?;
        Ok(Self { weights, folder })
    }

    /// Whether final weights are wanted.
    pub(super) fn keeps_weights(&self) -> bool {
        self.weights.is_some()
    }

    /// Writes a chunk.
    pub(super) fn append(&mut self, problem: &Problem, outcomes: &Outcomes, weights: Option<&Weights>) -> Result<()> {
        if let (Some(file), Some(weights)) = (&mut self.weights, weights) {
            file.append(weights)?;
        }
        if let Some(folder) = &mut self.folder {
            folder.rows.append(problem, outcomes).map_err(|error| folder.fail(&error))?;
        }
        Ok(())
    }

    /// Puts the files in place.
    pub(super) fn finish(self, json: &str) -> Result<()> {
        if let Some(weights) = self.weights {
            weights.finish()?;
        }
        self.folder.map_or(Ok(()), |folder| folder.finish(json))
    }
}

impl Folder {
    fn open(path: &Path, problem: &Problem) -> Result<Self> {
        let refuse = |what: String| Error::input(format!("--out {} cannot be written: {what}", path.display()));
        let fail = |error: io::Error| refuse(error.to_string());
        if path.exists() && !path.is_dir() {
            return Err(refuse("it is a file, not a folder".into()));
        }
        if let Some(name) = [SUMMARY, ROWS].into_iter().find(|name| path.join(name).is_dir()) {
            return Err(refuse(format!("{name} in it is a folder")));
        }
        let made = Made(path.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect());
        std::fs::create_dir_all(path).map_err(fail)?;
        let json = temporary_in(path).map_err(fail)?;
        let rows_file = temporary_in(path).map_err(fail)?;
        let writer = BufWriter::new(rows_file.as_file().try_clone().map_err(fail)?);
        let rows = OutcomeCsv::new(writer, problem).map_err(fail)?;
        Ok(Self { path: path.to_owned(), json, rows, rows_file, made })
    }

    fn fail(&self, error: &io::Error) -> Error {
        Error::file(&self.path, "cannot be written", error)
    }

    fn finish(self, json: &str) -> Result<()> {
        let path = self.path.clone();
        self.place(json).map_err(|error| Error::file(&path, "cannot be written", &error))
    }

    fn place(self, json: &str) -> io::Result<()> {
        let Self { path, json: mut summary, rows, rows_file, made: _made } = self;
        rows.finish()?;
        writeln!(summary, "{json}")?;
        for (file, name) in [(summary, SUMMARY), (rows_file, ROWS)] {
            file.persist(path.join(name)).map_err(|error| error.error)?;
        }
        Ok(())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for folder in &self.0 {
            // Only an empty folder can be removed.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Refuses to write a file over one that is read, or two into one.
fn check_collisions(settings: &Settings, config: Option<&Path>) -> Result<()> {
    let mut taken: Vec<(String, PathBuf)> = Vec::new();
    let mut read = |flag: &str, path: &Path| taken.push((format!("{flag} {}", path.display()), whole(path)));
    if let Some(path) = config {
        read("--config", path);
    }
    if let Some(Task::Csv(path)) = &settings.task {
        read("--task csv", path);
    }
    if let Some(path) = &settings.weights_in {
        read("--weights-in", path);
    }
    let mut written: Vec<(String, PathBuf)> = Vec::new();
    if let Some(path) = &settings.weights_out {
        written.push((format!("--weights-out {}", path.display()), whole(path)));
    }
    if let Some(folder) = &settings.out {
        let name = |name: &str| (format!("{name} of --out {}", folder.display()), whole(&folder.join(name)));
        written.extend([name(SUMMARY), name(ROWS)]);
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
