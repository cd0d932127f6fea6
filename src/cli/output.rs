//! Files of a run: found writable before training, put in place when it ends.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Weights, WeightsFile};
use crate::report::OutcomeCsv;
use crate::spec::Problem;

use super::settings::Settings;

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
}

impl Output {
    /// Opens everything; creates the folder of `--out` if need be.
    pub(super) fn open(settings: &Settings, problem: &Problem) -> Result<Self> {
        Ok(Self {
            weights: settings
                .weights_out
                .as_ref()
                .map(|path| WeightsFile::create(path, problem.layers()))
                .transpose()?,
            folder: settings.out.as_ref().map(|path| Folder::open(path, problem)).transpose()?,
        })
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
        let fail = |error: io::Error| Error::input(format!("--out {} cannot be written: {error}", path.display()));
        std::fs::create_dir_all(path).map_err(fail)?;
        let json = NamedTempFile::new_in(path).map_err(fail)?;
        let rows_file = NamedTempFile::new_in(path).map_err(fail)?;
        let writer = BufWriter::new(rows_file.as_file().try_clone().map_err(fail)?);
        let rows = OutcomeCsv::new(writer, problem).map_err(fail)?;
        Ok(Self { path: path.to_owned(), json, rows, rows_file })
    }

    fn fail(&self, error: &io::Error) -> Error {
        Error::file(&self.path, "cannot be written", error)
    }

    fn finish(self, json: &str) -> Result<()> {
        let path = self.path.clone();
        self.place(json).map_err(|error| Error::file(&path, "cannot be written", &error))
    }

    fn place(mut self, json: &str) -> io::Result<()> {
        self.rows.finish()?;
        self.json.write_all(json.as_bytes())?;
        self.json.write_all(b"\n")?;
        for (file, name) in [(self.json, "run.json"), (self.rows_file, "outcomes.csv")] {
            readable(&file)?;
            file.persist(self.path.join(name)).map_err(|error| error.error)?;
        }
        Ok(())
    }
}

/// Temporary files are private; results are as readable as any new file.
#[cfg(unix)]
pub(super) fn readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(super) fn readable(_: &NamedTempFile) -> io::Result<()> {
    Ok(())
}
