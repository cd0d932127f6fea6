//! What a sweep keeps as it goes, in a folder of its own: how far it is, and the rows of its networks in parts, which are joined
//! when it ends.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::kept::{FileSum, Pace, Store, Summing, place, temporary_in};
use crate::report::{RowFile, RowForm, SweepRows};
use crate::spec::Population;
use crate::study::{SweepDelivered, SweepPlan, SweepState};

use super::folder::Folder;
use super::keep::{pace, rows_name};

/// What stands in the store.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct KeptSweep<'a> {
    pub state: Cow<'a, SweepState>,
    /// Rows of each part, in their order.
    parts: Cow<'a, [u64]>,
    /// Whether the parts were joined, and are gone.
    pub joined: bool,
    /// Of the rows that they were joined to.
    #[serde(default)]
    pub rows: Option<FileSum>,
}

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
    form: RowForm,
    store: Store,
    kept: KeptSweep<'static>,
    open: Option<OpenPart>,
    /// Rows of shards, where these are joined: the next so many of each in turn.
    shards: Vec<(PathBuf, u64)>,
    pace: Pace,
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
        let store = Store::open(folder, manifest)?;
        let kept = store.progress::<KeptSweep<'_>>()?.unwrap_or_default();
        let (open, shards, failure) = (None, Vec::new(), None);
        let mut keeper = Self { plan, population, form, store, kept, open, shards, pace: pace(), failure };
        if !keeper.is_sound() {
            log::warn!("rows that {} speaks of are gone: it begins anew", folder.display());
            keeper.kept = KeptSweep::default();
        }
        keeper.tidy();
        Ok(keeper)
    }

    /// Keeps what was found by shards that were trained elsewhere, and joins their rows.
    pub(super) fn joining(
        store: Store,
        state: &SweepState,
        (plan, population): (Arc<SweepPlan>, Population),
        form: RowForm,
        shards: Vec<(PathBuf, u64)>,
    ) -> Self {
        let kept = KeptSweep { state: Cow::Borrowed(state), parts: Cow::Borrowed(&[]), joined: false, rows: None };
        let failure = store.keep(&kept).err();
        let (open, kept) = (None, KeptSweep::default());
        Self { plan, population, form, store, kept, open, shards, pace: pace(), failure }
    }

    /// What may be lost, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.pace.seconds()
    }

    /// What was found before.
    pub(super) fn state(&mut self) -> SweepState {
        std::mem::take(&mut self.kept.state).into_owned()
    }

    /// Whether all that is spoken of is there.
    fn is_sound(&self) -> bool {
        if self.kept.joined {
            let folder = self.store.folder().parent().unwrap_or(self.store.folder());
            let rows = self.kept.rows.zip(self.form.file_name()).map(|(sum, name)| sum.is_as_long(&folder.join(name)));
            return rows.unwrap_or(self.form == RowForm::None);
        }
        let counted: u64 = self.kept.parts.iter().sum();
        (self.form == RowForm::None || counted == self.kept.state.networks())
            && self.names().iter().all(|name| self.store.folder().join(name).is_file())
    }

    /// Names of the files of all parts.
    fn names(&self) -> Vec<String> {
        (0..self.kept.parts.len()).filter_map(|part| rows_name(part, self.form)).collect()
    }

    /// Removes what a process wrote that was killed before it spoke of it.
    fn tidy(&self) {
        let names = if self.kept.joined { Vec::new() } else { self.names() };
        self.store.retain(&names.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Adds what was delivered; keeps it and all before it when it is time, or when there is nothing left to train. What fails
    /// ends the keeping, not the sweep.
    pub(super) fn add(&mut self, delivered: &SweepDelivered<'_>, is_over: bool) {
        if self.failure.is_none() {
            self.failure = self.try_add(delivered, is_over).err();
        }
    }

    fn try_add(&mut self, delivered: &SweepDelivered<'_>, is_over: bool) -> Result<()> {
        let fail = |error: io::Error| Error::file(self.store.folder(), "cannot be written", &error);
        if self.form != RowForm::None {
            if self.open.is_none() {
                self.open = Some(self.begin().map_err(fail)?);
            }
            let Some(part) = &mut self.open else { return Ok(()) };
            for (point, place, rows) in delivered.rows {
                part.rows.append(*point, *place, rows).map_err(fail)?;
                part.count += rows.count() as u64;
            }
        }
        if delivered.state.is_whole() && (self.pace.is_due() || is_over) {
            let began = Instant::now();
            self.close()?;
            let (state, parts) = (Cow::Borrowed(delivered.state), Cow::Borrowed(self.kept.parts.as_ref()));
            self.store.keep(&KeptSweep { state, parts, joined: false, rows: None })?;
            self.pace.kept(began);
        }
        Ok(())
    }

    fn begin(&self) -> io::Result<OpenPart> {
        let file = temporary_in(self.store.folder())?;
        let writer = BufWriter::new(file.as_file().try_clone()?);
        let rows = SweepRows::new(writer, self.form, self.plan.clone(), self.population)?;
        Ok(OpenPart { file, rows: rows.after(self.kept.parts.iter().sum()), count: 0 })
    }

    /// Puts the part at hand in its place.
    fn close(&mut self) -> Result<()> {
        let Some(OpenPart { file, rows, count }) = self.open.take() else { return Ok(()) };
        if let Some(name) = rows_name(self.kept.parts.len(), self.form) {
            let path = self.store.folder().join(name);
            let placed = rows.finish(&[]).and_then(|()| place(file, &path));
            placed.map_err(|error| Error::file(&path, "cannot be written", &error))?;
        }
        self.kept.parts.to_mut().push(count);
        Ok(())
    }

    /// Joins the parts into the rows of the result, which carry these notes. A sweep that is over needs its parts no more.
    ///
    /// # Errors
    /// What failed now or before: then the parts stay.
    pub(super) fn finish(mut self, folder: &mut Folder, is_over: bool, notes: &[(&str, String)]) -> Result<()> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let Some(name) = self.form.file_name() else { return Ok(()) };
        folder.leave(name);
        if self.kept.joined {
            return Ok(());
        }
        let kept_count = self.kept.parts.len();
        self.close()?;
        let target = folder.path().join(name);
        let joined = self.join_rows(folder.path(), notes).and_then(|(file, sum)| place(file, &target).map(|()| sum));
        self.kept.rows = Some(joined.map_err(|error| Error::file(&target, "cannot be written", &error))?);
        if is_over {
            // The state stands in the store already.
            let state = self.store.progress::<KeptSweep<'_>>()?.unwrap_or_default().state;
            self.store.keep(&KeptSweep { state, parts: Cow::Borrowed(&[]), joined: true, rows: self.kept.rows })?;
            self.kept.joined = true;
        } else {
            self.kept.parts.to_mut().truncate(kept_count);
        }
        self.tidy();
        Ok(())
    }

    /// The rows of shards by turns, and those of the parts one after another, as one file.
    fn join_rows(&self, folder: &Path, notes: &[(&str, String)]) -> io::Result<(NamedTempFile, FileSum)> {
        let file = temporary_in(folder)?;
        let writer = Summing::new(BufWriter::new(file.as_file().try_clone()?));
        let sum = writer.sum();
        let mut rows = SweepRows::new(writer, self.form, self.plan.clone(), self.population)?;
        let mut open: HashMap<&Path, RowFile> = HashMap::new();
        for (path, count) in &self.shards {
            if !open.contains_key(path.as_path())
                && let Some(found) = rows.open(path)?
            {
                open.insert(path, found);
            }
            if let Some(from) = open.get_mut(path.as_path()) {
                rows.take(from, *count)?;
            }
        }
        for name in self.names() {
            if let Some(mut from) = rows.open(&self.store.folder().join(name))? {
                rows.take(&mut from, u64::MAX)?;
            }
        }
        rows.finish(notes)?;
        Ok((file, sum.get()))
    }
}
