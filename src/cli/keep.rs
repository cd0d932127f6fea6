//! What a run keeps as it goes, in a folder of its own: how far it is, and the rows and weights of its networks in parts, which
//! are joined when it ends.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::kept::Store;
use crate::outcome::{WeightsFile, read_final_weights};
use crate::report::{OutcomeRows, RowForm};
use crate::spec::Problem;
use crate::study::{Delivered, RunAnswer, RunState};

use super::folder::Folder;
use super::row_parts::RowParts;

/// What a shard wrote that is joined with that of others.
pub(super) struct ShardFiles {
    pub networks: u64,
    pub rows: Option<PathBuf>,
    /// Which of the rows lose what was measured of their networks.
    pub cleared: Vec<u64>,
    pub weights: Option<PathBuf>,
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
    seed: u64,
    parts: RowParts<RunState>,
    open: Option<OpenPart>,
    /// Of shards, where these are joined.
    shards: Vec<ShardFiles>,
    /// Where all weights go in the end.
    weights_out: Option<PathBuf>,
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
        of: (&Problem, u64),
        form: RowForm,
        weights_out: Option<&Path>,
    ) -> Result<Self> {
        let mut keeper = Self::of(RowParts::open(folder, manifest, form)?, of, weights_out, Vec::new());
        let (parts, weights) = (&keeper.parts, keeper.weights());
        let holds = if parts.is_joined() {
            weights_out.is_none_or(Path::is_file)
        } else {
            parts.networks() == parts.state().tally.networks()
                && weights.iter().all(|name| parts.folder().join(name).is_file())
        };
        keeper.parts.settle(holds, &weights);
        Ok(keeper)
    }

    /// Joins the rows and weights of shards that were trained elsewhere.
    pub(super) fn joining(
        store: Store,
        of: (&Problem, u64),
        form: RowForm,
        weights_out: Option<&Path>,
        shards: Vec<ShardFiles>,
    ) -> Self {
        Self::of(RowParts::new(store, form), of, weights_out, shards)
    }

    fn of(
        parts: RowParts<RunState>,
        (problem, seed): (&Problem, u64),
        weights_out: Option<&Path>,
        shards: Vec<ShardFiles>,
    ) -> Self {
        let (problem, weights_out) = (problem.clone(), weights_out.map(Path::to_owned));
        Self { problem, seed, parts, open: None, shards, weights_out, failure: None }
    }

    /// What may be lost, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.parts.seconds()
    }

    /// What was found before.
    pub(super) fn take_state(&mut self) -> RunState {
        self.parts.take_state()
    }

    /// Whether the run was over before: there is nothing left to train.
    pub(super) fn is_over(&self) -> bool {
        self.parts.is_joined()
    }

    /// Names of the weights of all parts.
    fn weights(&self) -> Vec<String> {
        self.weights_out.iter().flat_map(|_| (0..self.parts.counts().len()).map(weights_name)).collect()
    }

    /// Adds a chunk; keeps it and those before it when it is time. What fails ends the keeping, not the run.
    pub(super) fn add(&mut self, chunk: &Delivered<'_>) {
        if self.failure.is_none() {
            self.failure = self.try_add(chunk).err();
        }
    }

    fn try_add(&mut self, chunk: &Delivered<'_>) -> Result<()> {
        let count = chunk.outcomes.count() as u64;
        if self.open.is_none() && count > 0 {
            self.open = Some(self.begin()?);
        }
        if let Some(part) = &mut self.open {
            part.rows.append(&self.problem, chunk).map_err(|error| self.parts.fail(&error))?;
            if let (Some(file), Some(weights)) = (&mut part.weights, chunk.weights) {
                file.append(weights)?;
            }
            part.networks += count;
        }
        if chunk.is_whole && self.parts.is_due() {
            let began = Instant::now();
            self.close()?;
            self.parts.keep(chunk.state, began)?;
        }
        Ok(())
    }

    fn begin(&self) -> Result<OpenPart> {
        let begin = || {
            let (file, writer) = self.parts.begin()?;
            let rows = OutcomeRows::new(writer, self.parts.form(), &self.problem, self.seed)?;
            Ok((file, rows.after(self.parts.networks())))
        };
        let (file, rows) = begin().map_err(|error| self.parts.fail(&error))?;
        let path = self.parts.folder().join(weights_name(self.parts.counts().len()));
        let weights = self.weights_out.as_ref().map(|_| WeightsFile::create(&path, self.problem.layers()));
        Ok(OpenPart { file, rows, weights: weights.transpose()?, networks: 0 })
    }

    /// Puts the part at hand in its place.
    fn close(&mut self) -> Result<()> {
        let Some(OpenPart { file, rows, weights, networks }) = self.open.take() else { return Ok(()) };
        weights.map_or(Ok(()), WeightsFile::finish)?;
        self.parts.place(file, networks, || rows.finish(&[]))
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
        if let Some(name) = self.parts.form().file_name() {
            folder.leave(name);
        }
        if self.parts.is_joined() {
            return Ok(());
        }
        let (kept_count, kept_weights) = (self.parts.counts().len(), self.weights());
        self.close()?;
        self.parts.join(folder.path(), |parts, writer| {
            let mut rows = OutcomeRows::new(writer, parts.form(), &self.problem, self.seed)?;
            let shards = self.shards.iter().filter_map(|shard| Some((shard.rows.clone()?, shard.cleared.as_slice())));
            let own = parts.names().into_iter().map(|name| (parts.folder().join(name), [].as_slice()));
            shards.chain(own).try_for_each(|(path, cleared)| rows.join(&path, cleared))?;
            rows.finish(notes)
        })?;
        self.join_weights()?;
        if answer.interrupted || answer.cut_after {
            self.parts.leave(kept_count, &kept_weights);
            return Ok(());
        }
        let weights = self.weights_out.as_ref().map(|path| path.display().to_string());
        self.parts.end(&answer.state(), weights)
    }

    fn join_weights(&self) -> Result<()> {
        let Some(path) = &self.weights_out else { return Ok(()) };
        let mut file = WeightsFile::create(path, self.problem.layers())?;
        let own = self.weights().into_iter().zip(self.parts.counts());
        let own = own.map(|(name, count)| (self.parts.folder().join(name), *count));
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

fn weights_name(part: usize) -> String {
    format!("weights-{part:06}.npz")
}
