//! Rows of networks in parts, as a run or a sweep keeps them: files beside each other of which the store speaks, joined when
//! all are trained.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::kept::{FileSum, Pace, Store, Summing, place, temporary_in};
use crate::report::RowForm;

/// What stands in the store: a study's state, and the parts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress<'a, S: Clone> {
    pub state: Cow<'a, S>,
    /// Networks of each part, in their order; of a sweep, of all points together.
    parts: Cow<'a, [u64]>,
    /// Whether the parts were joined, and are gone.
    pub joined: bool,
    /// Of the rows that they were joined to.
    #[serde(default)]
    pub rows: Option<FileSum>,
    /// The file that got their weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
}

/// The parts of a study with the state `S`.
pub(super) struct RowParts<S: Clone + 'static> {
    store: Store,
    form: RowForm,
    kept: Progress<'static, S>,
    pace: Pace,
}

impl<S: Clone + Default + Serialize + DeserializeOwned> RowParts<S> {
    /// Opens what is kept in a folder of this work, if there is any.
    ///
    /// # Errors
    /// The folder holds other work, or cannot be written.
    pub(super) fn open(folder: &Path, manifest: &Value, form: RowForm) -> Result<Self> {
        let store = Store::open(folder, manifest)?;
        let kept = store.progress()?.unwrap_or_default();
        Ok(Self { kept, ..Self::new(store, form) })
    }

    /// Of a store in which nothing is kept yet; `BASINS_KEEP_SECONDS` says how much may be lost.
    pub(super) fn new(store: Store, form: RowForm) -> Self {
        let seconds = std::env::var("BASINS_KEEP_SECONDS").ok().and_then(|text| text.parse::<f64>().ok());
        let pace = Pace::new(seconds.filter(|seconds| (0.0..=1e6).contains(seconds)));
        Self { store, form, kept: Progress::default(), pace }
    }

    /// What may be lost, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.pace.seconds()
    }

    /// What was found before.
    pub(super) fn state(&self) -> &S {
        &self.kept.state
    }

    /// The same, for the study to go on from.
    pub(super) fn take_state(&mut self) -> S {
        std::mem::take(&mut self.kept.state).into_owned()
    }

    /// Whether the parts are joined already: there is nothing left to train.
    pub(super) fn is_joined(&self) -> bool {
        self.kept.joined
    }

    /// Where the files of the parts are.
    pub(super) fn folder(&self) -> &Path {
        self.store.folder()
    }

    /// The form of the rows.
    pub(super) fn form(&self) -> RowForm {
        self.form
    }

    /// Networks of each part.
    pub(super) fn counts(&self) -> &[u64] {
        &self.kept.parts
    }

    /// Networks of all parts.
    pub(super) fn networks(&self) -> u64 {
        self.kept.parts.iter().sum()
    }

    /// Names of the rows of all parts.
    pub(super) fn names(&self) -> Vec<String> {
        (0..self.kept.parts.len()).filter_map(|part| self.name(part)).collect()
    }

    fn name(&self, part: usize) -> Option<String> {
        let (_, extension) = self.form.file_name()?.rsplit_once('.')?;
        Some(format!("rows-{part:06}.{extension}"))
    }

    /// Drops what is kept if not all that it speaks of is there: the rows, and what else the caller looked for. Files of which
    /// it does not speak go, but for `more`: a process was killed before it did.
    pub(super) fn settle(&mut self, rest_holds: bool, more: &[String]) {
        let rows = if self.kept.joined {
            let folder = self.folder().parent().unwrap_or(self.folder());
            let rows = self.kept.rows.zip(self.form.file_name()).map(|(sum, name)| sum.is_as_long(&folder.join(name)));
            rows.unwrap_or(self.form == RowForm::None)
        } else {
            self.names().iter().all(|name| self.folder().join(name).is_file())
        };
        if rows && rest_holds {
            return self.tidy(more);
        }
        log::warn!("rows or weights that {} speaks of are gone: it begins anew", self.folder().display());
        self.kept = Progress::default();
        self.tidy(&[]);
    }

    /// Removes files of which the store does not speak, but for `more`.
    fn tidy(&self, more: &[String]) {
        let names = self.names();
        let known = names.iter().chain(more).filter(|_| !self.kept.joined);
        self.store.retain(&known.map(String::as_str).collect::<Vec<_>>());
    }

    /// The error for a folder of parts that cannot be written.
    pub(super) fn fail(&self, error: &io::Error) -> Error {
        Error::file(self.folder(), "cannot be written", error)
    }

    /// Begins the rows of a part: the file, and what writes to it.
    pub(super) fn begin(&self) -> io::Result<(NamedTempFile, BufWriter<File>)> {
        let file = temporary_in(self.folder())?;
        let writer = BufWriter::new(file.as_file().try_clone()?);
        Ok((file, writer))
    }

    /// Puts a part of so many networks in its place after its rows are ended.
    pub(super) fn place(
        &mut self,
        file: NamedTempFile,
        networks: u64,
        end: impl FnOnce() -> io::Result<()>,
    ) -> Result<()> {
        if let Some(name) = self.name(self.kept.parts.len()) {
            let path = self.folder().join(name);
            let placed = end().and_then(|()| place(file, &path));
            placed.map_err(|error| Error::file(&path, "cannot be written", &error))?;
        }
        self.kept.parts.to_mut().push(networks);
        Ok(())
    }

    /// Whether it is time to keep.
    pub(super) fn is_due(&self) -> bool {
        self.pace.is_due()
    }

    /// Keeps how far the study is, with the parts that are in their places; that began with the last of these.
    pub(super) fn keep(&mut self, state: &S, began: Instant) -> Result<()> {
        let (state, parts) = (Cow::Borrowed(state), Cow::Borrowed(self.kept.parts.as_ref()));
        self.store.keep(&Progress { state, parts, joined: false, rows: None, weights: None })?;
        self.pace.kept(began);
        Ok(())
    }

    /// Joins the parts, and whatever else `write` knows, into the rows of the result.
    pub(super) fn join(
        &mut self,
        folder: &Path,
        write: impl FnOnce(&Self, Summing<BufWriter<File>>) -> io::Result<()>,
    ) -> Result<()> {
        let Some(name) = self.form.file_name() else { return Ok(()) };
        let target = folder.join(name);
        let joined = || {
            let file = temporary_in(folder)?;
            let writer = Summing::new(BufWriter::new(file.as_file().try_clone()?));
            let sum = writer.sum();
            write(self, writer)?;
            place(file, &target).map(|()| sum.get())
        };
        self.kept.rows = Some(joined().map_err(|error: io::Error| Error::file(&target, "cannot be written", &error))?);
        Ok(())
    }

    /// Ends a study: its parts are joined, and needed no more.
    pub(super) fn end(&mut self, state: &S, weights: Option<String>) -> Result<()> {
        let (state, parts) = (Cow::Borrowed(state), Cow::Borrowed(self.kept.parts.as_ref()));
        self.store.keep(&Progress { state, parts, joined: true, rows: self.kept.rows, weights })?;
        self.kept.joined = true;
        self.tidy(&[]);
        Ok(())
    }

    /// Leaves a study that was interrupted as it was when so many parts were in their places, but for `more`.
    pub(super) fn leave(&mut self, count: usize, more: &[String]) {
        self.kept.parts.to_mut().truncate(count);
        self.tidy(more);
    }

    /// What the store has now.
    pub(super) fn kept_state(&self) -> Result<S> {
        Ok(self.store.progress::<Progress<'_, S>>()?.unwrap_or_default().state.into_owned())
    }
}
