//! What a sweep keeps as it goes, in a folder of its own: how far it is, and the rows of its networks in parts, which are
//! joined when it ends.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::kept::{Store, Summing};
use crate::report::{RowFile, RowForm, SweepRows};
use crate::spec::Population;
use crate::study::{SweepDelivered, SweepPlan, SweepState};

use super::folder::Folder;
use super::row_parts::RowParts;

/// A part that grows.
struct OpenPart {
    file: NamedTempFile,
    rows: SweepRows<BufWriter<File>>,
    count: u64,
}

/// Keeps a sweep.
pub(super) struct SweepKeeper {
    plan: Arc<SweepPlan>,
    population: Population,
    parts: RowParts<SweepState>,
    open: Option<OpenPart>,
    /// Rows of shards, where these are joined: the next so many of each in turn.
    shards: Vec<(PathBuf, u64)>,
    /// Why nothing more is kept: the sweep goes on all the same.
    failure: Option<Error>,
}

impl SweepKeeper {
    /// Opens what is kept in a folder of this sweep, if there is any.
    ///
    /// # Errors
    /// The folder holds another sweep, or cannot be written.
    pub(super) fn open(
        folder: &Path,
        manifest: &Value,
        (plan, population): (Arc<SweepPlan>, Population),
        form: RowForm,
    ) -> Result<Self> {
        let mut parts = RowParts::<SweepState>::open(folder, manifest, form)?;
        let all_there = parts.networks() == parts.state().networks();
        parts.settle(all_there || parts.is_joined() || form == RowForm::None, &[]);
        Ok(Self { plan, population, parts, open: None, shards: Vec::new(), failure: None })
    }

    /// Keeps what was found by shards that were trained elsewhere, and joins their rows.
    pub(super) fn joining(
        store: Store,
        state: &SweepState,
        (plan, population): (Arc<SweepPlan>, Population),
        form: RowForm,
        shards: Vec<(PathBuf, u64)>,
    ) -> Self {
        let mut parts = RowParts::new(store, form);
        let failure = parts.keep(state, Instant::now()).err();
        Self { plan, population, parts, open: None, shards, failure }
    }

    /// What may be lost, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.parts.seconds()
    }

    /// What was found before.
    pub(super) fn take_state(&mut self) -> SweepState {
        self.parts.take_state()
    }

    /// Adds what was delivered; keeps it and all before it when it is time, or when there is nothing left to train. What fails
    /// ends the keeping, not the sweep.
    pub(super) fn add(&mut self, delivered: &SweepDelivered<'_>, is_over: bool) {
        if self.failure.is_none() {
            self.failure = self.try_add(delivered, is_over).err();
        }
    }

    fn try_add(&mut self, delivered: &SweepDelivered<'_>, is_over: bool) -> Result<()> {
        if self.open.is_none() && self.parts.form() != RowForm::None {
            self.open = Some(self.begin().map_err(|error| self.parts.fail(&error))?);
        }
        if let Some(part) = &mut self.open {
            for (point, place, rows) in delivered.rows {
                part.rows.append(*point, *place, rows).map_err(|error| self.parts.fail(&error))?;
                part.count += rows.count() as u64;
            }
        }
        if delivered.state.is_whole() && (self.parts.is_due() || is_over) {
            let began = Instant::now();
            self.close()?;
            self.parts.keep(delivered.state, began)?;
        }
        Ok(())
    }

    fn begin(&self) -> io::Result<OpenPart> {
        let (file, writer) = self.parts.begin()?;
        let rows = SweepRows::new(writer, self.parts.form(), self.plan.clone(), self.population)?;
        Ok(OpenPart { file, rows: rows.after(self.parts.networks()), count: 0 })
    }

    /// Puts the part at hand in its place.
    fn close(&mut self) -> Result<()> {
        let Some(OpenPart { file, rows, count }) = self.open.take() else { return Ok(()) };
        self.parts.place(file, count, || rows.finish(&[]))
    }

    /// Joins the parts into the rows of the result, which carry these notes. A sweep that is over needs its parts no more.
    ///
    /// # Errors
    /// What failed now or before: then the parts stay.
    pub(super) fn finish(mut self, folder: &mut Folder, is_over: bool, notes: &[(&str, String)]) -> Result<()> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let Some(name) = self.parts.form().file_name() else { return Ok(()) };
        folder.leave(name);
        if self.parts.is_joined() {
            return Ok(());
        }
        let kept_count = self.parts.counts().len();
        self.close()?;
        self.parts.join(folder.path(), |parts, writer| {
            let mut rows = SweepRows::new(writer, parts.form(), self.plan.clone(), self.population)?;
            join_shards(&mut rows, &self.shards)?;
            for name in parts.names() {
                if let Some(mut from) = rows.open(&parts.folder().join(name))? {
                    rows.take(&mut from, u64::MAX)?;
                }
            }
            rows.finish(notes)
        })?;
        if !is_over {
            self.parts.leave(kept_count, &[]);
            return Ok(());
        }
        let state = self.parts.kept_state()?;
        self.parts.end(&state, None)
    }
}

/// The rows of shards by turns.
fn join_shards(rows: &mut SweepRows<Summing<BufWriter<File>>>, shards: &[(PathBuf, u64)]) -> io::Result<()> {
    let mut open: HashMap<&Path, RowFile> = HashMap::new();
    for (path, count) in shards {
        if !open.contains_key(path.as_path())
            && let Some(found) = rows.open(path)?
        {
            open.insert(path, found);
        }
        if let Some(from) = open.get_mut(path.as_path()) {
            rows.take(from, *count)?;
        }
    }
    Ok(())
}
