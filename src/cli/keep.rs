//! What a run keeps as it goes, in a folder of its own: how far it is, and the rows and weights of its networks in parts, which
//! are joined when it ends.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::kept::{Pace, Store, place, temporary_in};
use crate::outcome::{WeightsFile, read_final_weights};
use crate::report::{OutcomeRows, RowForm};
use crate::spec::Problem;
use crate::study::{Continued, ContinuedCounts, Delivered, RunAnswer, RunPart, RunState};

use super::folder::Folder;

/// What stands in the store.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct KeptRun<'a> {
    pub state: Cow<'a, RunState>,
    /// What became of those trained on, of a run that is over.
    pub continued: Option<ContinuedCounts>,
    /// Networks of each part, in their order.
    parts: Cow<'a, [u64]>,
    /// Whether the parts were joined, and are gone.
    pub joined: bool,
}

impl KeptRun<'_> {
    /// What was found, in a form that joins.
    pub(super) fn part(self) -> RunPart {
        RunPart::of(self.state.into_owned(), self.continued)
    }
}

/// A part that grows.
struct OpenPart {
    file: NamedTempFile,
    rows: OutcomeRows<BufWriter<File>>,
    weights: Option<WeightsFile>,
    networks: u64,
}

/// Keeps a run.
pub(super) struct RunKeeper {
    problem: Problem,
    form: RowForm,
    seed: u64,
    store: Store,
    kept: KeptRun<'static>,
    open: Option<OpenPart>,
    /// Rows of shards, where these are joined; and which of the rows lose what was measured of their networks.
    shards: Vec<(PathBuf, Vec<u64>)>,
    /// Where all weights go in the end.
    weights_out: Option<PathBuf>,
    pace: Pace,
    /// Why nothing more is kept: the run goes on all the same.
    failure: Option<Error>,
}

impl RunKeeper {
    /// Opens what is kept in a folder of this run, if there is any.
    ///
    /// # Errors
    /// The folder holds another run, or cannot be written.
    pub(super) fn open(
        folder: &Path,
        manifest: &Value,
        (problem, seed): (&Problem, u64),
        form: RowForm,
        weights_out: Option<&Path>,
    ) -> Result<Self> {
        let store = Store::open(folder, manifest)?;
        let kept = store.progress::<KeptRun>()?.unwrap_or_default();
        let weights_out = weights_out.map(Path::to_owned);
        let mut keeper = Self { kept, weights_out, ..Self::joining(store, problem, seed, form, Vec::new()) };
        if !keeper.is_sound() {
            log::warn!("rows or weights that {} speaks of are gone: it begins anew", folder.display());
            keeper.kept = KeptRun::default();
        }
        keeper.tidy();
        Ok(keeper)
    }

    /// Joins the rows of shards that were trained elsewhere.
    pub(super) fn joining(
        store: Store,
        problem: &Problem,
        seed: u64,
        form: RowForm,
        shards: Vec<(PathBuf, Vec<u64>)>,
    ) -> Self {
        let (open, weights_out, failure) = (None, None, None);
        let (problem, kept, pace) = (problem.clone(), KeptRun::default(), pace());
        Self { problem, form, seed, store, kept, open, shards, weights_out, pace, failure }
    }

    /// What may be lost, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.pace.seconds()
    }

    /// What was found before.
    pub(super) fn state(&mut self) -> RunState {
        std::mem::take(&mut self.kept.state).into_owned()
    }

    /// Of a run that was over before: what became of those trained on. There is nothing left to train.
    pub(super) fn over(&mut self) -> Option<Option<Continued>> {
        self.kept.joined.then(|| self.kept.continued.take().map(Continued::from))
    }

    /// Whether all that is spoken of is there.
    fn is_sound(&self) -> bool {
        let is_file = |path: PathBuf| path.is_file();
        if self.kept.joined {
            let folder = self.store.folder().parent().unwrap_or(self.store.folder());
            let rows = self.form.file_name().map(|name| folder.join(name));
            return rows.is_none_or(is_file) && self.weights_out.as_ref().is_none_or(|path| path.is_file());
        }
        let counted: u64 = self.kept.parts.iter().sum();
        let names = self.names();
        counted == self.kept.state.tally.networks() && names.iter().all(|name| is_file(self.store.folder().join(name)))
    }

    /// Names of all files of the parts.
    fn names(&self) -> Vec<String> {
        let weights = self.weights_out.iter().flat_map(|_| (0..self.kept.parts.len()).map(weights_name));
        (0..self.kept.parts.len()).filter_map(|part| rows_name(part, self.form)).chain(weights).collect()
    }

    /// Removes what a process wrote that was killed before it spoke of it.
    fn tidy(&self) {
        let names = if self.kept.joined { Vec::new() } else { self.names() };
        self.store.retain(&names.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Adds a chunk; keeps it and those before it when it is time. What fails ends the keeping, not the run.
    pub(super) fn add(&mut self, chunk: &Delivered<'_>) {
        if self.failure.is_none() {
            self.failure = self.try_add(chunk).err();
        }
    }

    fn try_add(&mut self, chunk: &Delivered<'_>) -> Result<()> {
        let fail = |error: io::Error| Error::file(self.store.folder(), "cannot be written", &error);
        if self.open.is_none() {
            self.open = Some(self.begin()?);
        }
        let Some(part) = &mut self.open else { return Ok(()) };
        part.rows.append(&self.problem, chunk).map_err(fail)?;
        if let (Some(file), Some(weights)) = (&mut part.weights, chunk.weights) {
            file.append(weights)?;
        }
        part.networks += chunk.outcomes.count() as u64;
        if chunk.is_whole && self.pace.is_due() {
            let began = Instant::now();
            self.close()?;
            let (state, parts) = (Cow::Borrowed(chunk.state), Cow::Borrowed(self.kept.parts.as_ref()));
            self.store.keep(&KeptRun { state, continued: None, parts, joined: false })?;
            self.pace.kept(began);
        }
        Ok(())
    }

    fn begin(&self) -> Result<OpenPart> {
        let folder = self.store.folder();
        let fail = |error: io::Error| Error::file(folder, "cannot be written", &error);
        let file = temporary_in(folder).map_err(fail)?;
        let writer = BufWriter::new(file.as_file().try_clone().map_err(fail)?);
        let rows = OutcomeRows::new(writer, self.form, &self.problem, self.seed).map_err(fail)?;
        let rows = rows.after(self.kept.parts.iter().sum());
        let path = folder.join(weights_name(self.kept.parts.len()));
        let weights = self.weights_out.as_ref().map(|_| WeightsFile::create(&path, self.problem.layers()));
        Ok(OpenPart { file, rows, weights: weights.transpose()?, networks: 0 })
    }

    /// Puts the part at hand in its place.
    fn close(&mut self) -> Result<()> {
        let Some(OpenPart { file, rows, weights, networks }) = self.open.take() else { return Ok(()) };
        if let Some(name) = rows_name(self.kept.parts.len(), self.form) {
            let path = self.store.folder().join(name);
            let placed = rows.finish(&[]).and_then(|()| place(file, &path));
            placed.map_err(|error| Error::file(&path, "cannot be written", &error))?;
        }
        weights.map_or(Ok(()), WeightsFile::finish)?;
        self.kept.parts.to_mut().push(networks);
        Ok(())
    }

    /// Joins the parts into the files of the result, which carry these notes. A run that is over needs its parts no more; one
    /// that was interrupted goes on from those kept.
    ///
    /// # Errors
    /// What failed now or before: then the parts stay.
    pub(super) fn finish(mut self, folder: &mut Folder, answer: &RunAnswer, notes: &[(&str, String)]) -> Result<()> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let rows = self.form.file_name();
        if let Some(name) = rows {
            folder.leave(name);
        }
        if self.kept.joined {
            return Ok(());
        }
        let kept_count = self.kept.parts.len();
        self.close()?;
        if let Some(name) = rows {
            let target = folder.path().join(name);
            let joined = self.join_rows(folder.path(), notes).and_then(|file| place(file, &target));
            joined.map_err(|error| Error::file(&target, "cannot be written", &error))?;
        }
        self.join_weights()?;
        if answer.interrupted || answer.cut_after {
            self.kept.parts.to_mut().truncate(kept_count);
        } else {
            let continued = answer.continued.as_ref().map(Continued::counts);
            let (state, parts) = (Cow::Owned(answer.state()), Cow::Borrowed(self.kept.parts.as_ref()));
            self.store.keep(&KeptRun { state, continued, parts, joined: true })?;
            self.kept.joined = true;
        }
        self.tidy();
        Ok(())
    }

    fn join_rows(&self, folder: &Path, notes: &[(&str, String)]) -> io::Result<NamedTempFile> {
        let file = temporary_in(folder)?;
        let writer = BufWriter::new(file.as_file().try_clone()?);
        let mut rows = OutcomeRows::new(writer, self.form, &self.problem, self.seed)?;
        let own = (0..self.kept.parts.len()).filter_map(|part| rows_name(part, self.form));
        let own = own.map(|name| (self.store.folder().join(name), Vec::new()));
        self.shards.iter().cloned().chain(own).try_for_each(|(path, cleared)| rows.join(&path, &cleared))?;
        rows.finish(notes)?;
        Ok(file)
    }

    fn join_weights(&self) -> Result<()> {
        let Some(path) = &self.weights_out else { return Ok(()) };
        let mut file = WeightsFile::create(path, self.problem.layers())?;
        for part in 0..self.kept.parts.len() {
            let path = self.store.folder().join(weights_name(part));
            file.append(&read_final_weights(&path, self.problem.layers())?)?;
        }
        file.finish()
    }
}

/// Of the rows of a part.
pub(super) fn rows_name(part: usize, form: RowForm) -> Option<String> {
    let (_, extension) = form.file_name()?.rsplit_once('.')?;
    Some(format!("rows-{part:06}.{extension}"))
}

fn weights_name(part: usize) -> String {
    format!("weights-{part:06}.npz")
}

/// How often to keep; `BASINS_KEEP_SECONDS` says otherwise.
pub(super) fn pace() -> Pace {
    let seconds = std::env::var("BASINS_KEEP_SECONDS").ok().and_then(|text| text.parse::<f64>().ok());
    Pace::new(seconds.filter(|seconds| (0.0..=1e6).contains(seconds)))
}
