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
use crate::kept::{FileSum, Pace, Store, Summing, place, temporary_in};
use crate::outcome::{WeightsFile, read_final_weights};
use crate::report::{OutcomeRows, RowForm};
use crate::spec::Problem;
use crate::study::{Delivered, RunAnswer, RunPart, RunState};

use super::folder::Folder;

/// What stands in the store.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct KeptRun<'a> {
    pub state: Cow<'a, RunState>,
    /// Networks of each part, in their order.
    parts: Cow<'a, [u64]>,
    /// Whether the parts were joined, and are gone.
    pub joined: bool,
    /// Of the rows that they were joined to.
    #[serde(default)]
    pub rows: Option<FileSum>,
    /// The file that got their weights.
    #[serde(default)]
    pub weights: Option<String>,
}

/// What a shard wrote that is joined with that of others.
pub(super) struct ShardFiles {
    pub networks: u64,
    pub rows: Option<PathBuf>,
    /// Which of the rows lose what was measured of their networks.
    pub cleared: Vec<u64>,
    pub weights: Option<PathBuf>,
}

impl KeptRun<'_> {
    /// What was found, in a form that joins.
    pub(super) fn part(self) -> RunPart {
        RunPart::of(self.state.into_owned())
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
    /// Of shards, where these are joined.
    shards: Vec<ShardFiles>,
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
        let mut keeper = Self { kept, ..Self::joining(store, (problem, seed), form, weights_out, Vec::new()) };
        if !keeper.is_sound() {
            log::warn!("rows or weights that {} speaks of are gone: it begins anew", folder.display());
            keeper.kept = KeptRun::default();
        }
        keeper.tidy();
        Ok(keeper)
    }

    /// Joins the rows and weights of shards that were trained elsewhere.
    pub(super) fn joining(
        store: Store,
        (problem, seed): (&Problem, u64),
        form: RowForm,
        weights_out: Option<&Path>,
        shards: Vec<ShardFiles>,
    ) -> Self {
        let (open, weights_out, failure) = (None, weights_out.map(Path::to_owned), None);
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

    /// Whether the run was over before: there is nothing left to train.
    pub(super) fn is_over(&self) -> bool {
        self.kept.joined
    }

    /// Whether all that is spoken of is there.
    fn is_sound(&self) -> bool {
        let is_file = |path: PathBuf| path.is_file();
        if self.kept.joined {
            let folder = self.store.folder().parent().unwrap_or(self.store.folder());
            let rows = self.kept.rows.zip(self.form.file_name()).map(|(sum, name)| sum.is_as_long(&folder.join(name)));
            return rows.unwrap_or(self.form == RowForm::None)
                && self.weights_out.as_ref().is_none_or(|path| path.is_file());
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
        let count = chunk.outcomes.count() as u64;
        if self.open.is_none() && count > 0 {
            self.open = Some(self.begin()?);
        }
        if let Some(part) = &mut self.open {
            part.rows.append(&self.problem, chunk).map_err(fail)?;
            if let (Some(file), Some(weights)) = (&mut part.weights, chunk.weights) {
                file.append(weights)?;
            }
            part.networks += count;
        }
        if chunk.is_whole && self.pace.is_due() {
            let began = Instant::now();
            self.close()?;
            let (state, parts) = (Cow::Borrowed(chunk.state), Cow::Borrowed(self.kept.parts.as_ref()));
            self.store.keep(&KeptRun { state, parts, ..KeptRun::default() })?;
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
            let joined =
                self.join_rows(folder.path(), notes).and_then(|(file, sum)| place(file, &target).map(|()| sum));
            self.kept.rows = Some(joined.map_err(|error| Error::file(&target, "cannot be written", &error))?);
        }
        self.join_weights()?;
        if answer.interrupted || answer.cut_after {
            self.kept.parts.to_mut().truncate(kept_count);
        } else {
            let (state, parts) = (Cow::Owned(answer.state()), Cow::Borrowed(self.kept.parts.as_ref()));
            let weights = self.weights_out.as_ref().map(|path| path.display().to_string());
            self.store.keep(&KeptRun { state, parts, joined: true, rows: self.kept.rows, weights })?;
            self.kept.joined = true;
        }
        self.tidy();
        Ok(())
    }

    fn join_rows(&self, folder: &Path, notes: &[(&str, String)]) -> io::Result<(NamedTempFile, FileSum)> {
        let file = temporary_in(folder)?;
        let writer = Summing::new(BufWriter::new(file.as_file().try_clone()?));
        let sum = writer.sum();
        let mut rows = OutcomeRows::new(writer, self.form, &self.problem, self.seed)?;
        let own = (0..self.kept.parts.len()).filter_map(|part| rows_name(part, self.form));
        let shards = self.shards.iter().filter_map(|shard| Some((shard.rows.clone()?, shard.cleared.as_slice())));
        let own = own.map(|name| (self.store.folder().join(name), [].as_slice()));
        shards.chain(own).try_for_each(|(path, cleared)| rows.join(&path, cleared))?;
        rows.finish(notes)?;
        Ok((file, sum.get()))
    }

    fn join_weights(&self) -> Result<()> {
        let Some(path) = &self.weights_out else { return Ok(()) };
        let mut file = WeightsFile::create(path, self.problem.layers())?;
        let own = self.kept.parts.iter().enumerate();
        let own = own.map(|(part, count)| (self.store.folder().join(weights_name(part)), *count));
        let shards = self.shards.iter().filter_map(|shard| Some((shard.weights.clone()?, shard.networks)));
        for (path, count) in shards.chain(own) {
            let weights = read_final_weights(&path, self.problem.layers())?;
            if weights.count() as u64 != count {
                let (path, found) = (path.display(), weights.count());
                return Err(Error::failure(format!("{path} has the weights of {found} networks, not of {count}")));
            }
            file.append(&weights)?;
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
