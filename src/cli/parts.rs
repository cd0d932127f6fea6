//! The parts of a result, each in a folder of its own: whether they belong together, and what there is of them. What joins them
//! is said by each verb whose work can be cut.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::foreign::Source;
use crate::kept::{FileSum, Store, checksum, difference};
use crate::report::RowForm;
use crate::spec::{Examples, Population, Shard, Spec};
use crate::study::rounding;

use super::arguments::OutputArgs;
use super::ending::Ending;
use super::folder::{PARTS, TILES};
use super::settings::Settings;

/// Parts that are named where some are missing.
const NAMED: usize = 10;
/// Most bytes of a result's object.
const OBJECT_LIMIT: u64 = 1 << 28;

/// A folder that a shard was written to. Little is kept of each: there may be a hundred thousand.
pub(super) struct Part {
    path: PathBuf,
    store: Store,
    shard: Option<Shard>,
    /// Which of the networks, or of a map's tiles, counted from the first one.
    range: (u64, u64),
}

/// Parts that belong together and follow one another.
pub(super) struct Parts {
    all: Vec<Part>,
    manifest: Value,
}

/// Folders of parts: these, and where one holds none, those in it that do.
pub(super) fn expanded(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in folders {
        let before = found.len();
        if holds_part(folder) {
            found.push(folder.clone());
        } else {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            found.extend(entries.map(|entry| entry.path()).filter(|path| holds_part(path)));
        }
        if found.len() == before {
            return Err(Error::input(format!(
                "{} holds no part of a run, a sweep or a map: --out of one is wanted, or a folder of such",
                folder.display()
            )));
        }
        found[before..].sort();
    }
    Ok(found)
}

fn holds_part(folder: &Path) -> bool {
    [PARTS, TILES].iter().any(|name| Store::existing(&folder.join(name)).is_there())
}

impl Part {
    /// Opens a folder, with what it is of.
    fn open(path: &Path) -> Result<(Self, Value)> {
        let name = if Store::existing(&path.join(PARTS)).is_there() { PARTS } else { TILES };
        let store = Store::existing(&path.join(name));
        let damaged = |what: &str| Error::input(format!("{} is damaged: {name} {what}", path.display()));
        let manifest = store.manifest()?.ok_or_else(|| damaged("has no manifest"))?;
        let part = &manifest["part"];
        let range = match (part[0].as_u64(), part[1].as_u64()) {
            (Some(start), Some(end)) if start < end && end <= manifest["nets"].as_u64().unwrap_or(end) => (start, end),
            _ if name == TILES => (0, 0),
            _ => return Err(damaged("does not say which networks it has")),
        };
        let shard = manifest["shard"].as_str().and_then(|text| text.parse().ok());
        Ok((Self { path: path.to_owned(), store, shard, range }, manifest))
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What is kept in it.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Networks that it should have.
    pub(super) fn count(&self) -> u64 {
        self.range.1 - self.range.0
    }

    /// How far it is.
    pub(super) fn progress<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.store.progress()
    }

    /// Whether its rows are what it wrote.
    pub(super) fn check_rows(&self, sum: Option<FileSum>, form: RowForm) -> Result<()> {
        let Some(name) = form.file_name() else { return Ok(()) };
        let sum = sum.ok_or_else(|| self.unfinished())?;
        sum.check(&self.path.join(name)).map_err(|error| Error::input(format!("a part is damaged: {error}")))
    }

    /// The file that its weights went to: as it was named where it was written, seen from here or from the folder.
    pub(super) fn weights(&self, name: Option<&str>) -> Result<PathBuf> {
        let name = Path::new(name.ok_or_else(|| {
            Error::input(format!("{} has no weights: it was trained without --weights-out", self.path.display()))
        })?);
        let beside = name.file_name().map(|name| self.path.join(name));
        let found = [Some(name.to_owned()), beside].into_iter().flatten().find(|path| path.is_file());
        found.ok_or_else(|| {
            Error::input(format!(
                "the weights of {} are not at {}, seen from here, and not in it",
                self.path.display(),
                name.display()
            ))
        })
    }

    /// The error for a part that was not trained to its end.
    pub(super) fn unfinished(&self) -> Error {
        Error::input(format!(
            "{} is not finished: run its command again, which goes on where it ended",
            self.path.display()
        ))
    }

    /// The object of its result.
    pub(super) fn object(&self, name: &str) -> Result<Value> {
        let path = self.path.join(name);
        let text = Source::open(&path).and_then(|file| file.text(OBJECT_LIMIT)).map_err(|_| self.unfinished())?;
        serde_json::from_str(&text).map_err(|error| Error::input(format!("{} is damaged: {error}", path.display())))
    }
}

/// What a folder says of networks that can be cut: all that decides what becomes of them, and which of those asked for it has.
pub(super) fn manifest<'a>(
    schema: &str,
    settings: &Settings,
    (asked, share): (Population, Population),
    backend: &dyn Backend,
    spec: &Spec,
    examples: impl Iterator<Item = &'a Examples>,
    options: &impl Serialize,
) -> Value {
    let start = share.first() - asked.first();
    json!({
        "schema": schema,
        "spec": spec,
        "seed": asked.seed(),
        "first": asked.first(),
        "nets": asked.count(),
        "shard": settings.shard(),
        "part": [start, start + share.count()],
        "backend": rounding(backend),
        // The table of a file may change while its name stays.
        "examples": checksum(examples.flat_map(|examples| examples.inputs().iter().chain(examples.targets()))),
        "interval": settings.interval.unwrap_or_default(),
        "options": options,
    })
}

/// What all parts of a work have in common.
fn identity(manifest: &Value) -> Value {
    let mut identity = manifest.clone();
    if let Some(fields) = identity.as_object_mut() {
        // Which parts have weights matters where they are joined.
        ["shard", "part", "backend", "weights"].iter().for_each(|name| drop(fields.remove(*name)));
    }
    identity
}

impl Parts {
    /// Opens folders. Refuses parts of different works, parts that overlap, and gaps; a part of the whole is enough where that
    /// is asked for.
    pub(super) fn open(folders: &[PathBuf], partial: bool) -> Result<Self> {
        let mut all = Vec::with_capacity(folders.len());
        let (first, mut manifest) = Part::open(&folders[0])?;
        let common = identity(&manifest);
        all.push(first);
        for folder in &folders[1..] {
            let (part, other) = Part::open(folder)?;
            if let Some(difference) = difference(&identity(&other), &common) {
                return Err(Error::input(format!(
                    "{} and {} do not belong together: {difference}",
                    folder.display(),
                    folders[0].display()
                )));
            }
            all.push(part);
        }
        all.sort_by_key(|part| part.range);
        if let Some(nets) = manifest["nets"].as_u64() {
            let (start, end) = covered(&all, nets, partial)?;
            manifest["part"] = json!([start, end]);
            manifest["shard"] = Value::Null;
        } else {
            check_numbers(&all)?;
            manifest.as_object_mut().map(|fields| fields.remove("shard"));
        }
        Ok(Self { all, manifest })
    }

    /// Whether weights are joined.
    pub(super) fn with_weights(&mut self, joined: bool) {
        if let Some(weights) = self.manifest.get_mut("weights") {
            *weights = json!(joined);
        }
    }

    /// What they are parts of.
    pub(super) fn schema(&self) -> &str {
        self.manifest["schema"].as_str().unwrap_or_default()
    }

    /// All of them, in order.
    pub(super) fn all(&self) -> &[Part] {
        &self.all
    }

    /// What a folder says that has all of them.
    pub(super) fn manifest(&self) -> &Value {
        &self.manifest
    }

    /// Their networks.
    pub(super) fn population(&self) -> Result<Population> {
        self.of_range((self.all[0].range.0, self.all.last().map_or(0, |part| part.range.1)))
    }

    /// Those of one of them.
    pub(super) fn share(&self, part: &Part) -> Result<Population> {
        self.of_range(part.range)
    }

    fn of_range(&self, (start, end): (u64, u64)) -> Result<Population> {
        let number = |name: &str| self.manifest[name].as_u64().unwrap_or(0);
        Ok(Population::new(number("first").saturating_add(start), end - start, number("seed"))?)
    }
}

/// Of parts that are known by number alone: all are there, each once.
fn check_numbers(parts: &[Part]) -> Result<()> {
    let count = parts.iter().find_map(|part| part.shard).map_or(0, Shard::count);
    let mut wanted: BTreeSet<u64> = (1..=count).collect();
    for part in parts {
        let number = part.shard.map_or(0, Shard::part);
        if !wanted.remove(&number) {
            let what =
                if number == 0 { "is no shard: it is whole" } else { "is there twice, or of another number of shards" };
            return Err(Error::input(format!("{} {what}", part.path.display())));
        }
    }
    let missing: Vec<String> = wanted.iter().map(|part| format!("{part}/{count}")).collect();
    if missing.is_empty() { Ok(()) } else { Err(Error::input(format!("parts are missing: {}", listed(missing)))) }
}

/// The range that parts in order cover, all of it unless less will do.
fn covered(parts: &[Part], nets: u64, partial: bool) -> Result<(u64, u64)> {
    for pair in parts.windows(2) {
        if pair[1].range.0 < pair[0].range.1 {
            return Err(Error::input(format!(
                "{} and {} have networks in common: each may be joined once",
                pair[0].path.display(),
                pair[1].path.display()
            )));
        }
    }
    let (start, end) = if partial { (parts[0].range.0, parts[parts.len() - 1].range.1) } else { (0, nets) };
    let mut missing = Vec::new();
    let mut next = start;
    for range in parts.iter().map(|part| part.range).chain([(end, end)]) {
        if range.0 > next {
            missing.push((next, range.0));
        }
        next = range.1;
    }
    if missing.is_empty() {
        return Ok((start, end));
    }
    let remedy = if partial { "" } else { " (--partial joins parts without a gap between them)" };
    Err(Error::input(format!("parts are missing: {}{remedy}", gaps(&missing, parts, nets))))
}

/// Gaps as shards where they are, else as networks.
fn gaps(missing: &[(u64, u64)], parts: &[Part], nets: u64) -> String {
    let count = parts.iter().find_map(|part| part.shard).map_or(0, Shard::count);
    let inside = |range: &std::ops::Range<u64>| missing.iter().any(|gap| gap.0 <= range.start && range.end <= gap.1);
    let shards = (1..=count).filter_map(|part| Shard::new(part, count).ok());
    let mut names: Vec<String> =
        shards.filter(|shard| shard.range(nets).is_some_and(|range| inside(&range))).map(|s| s.to_string()).collect();
    if names.is_empty() {
        names = missing.iter().map(|(start, end)| format!("networks {start} to {}", end - 1)).collect();
    }
    listed(names)
}

fn listed(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.join(", ") + &more
}

/// How parts of one schema are joined.
#[derive(Clone, Copy)]
pub(super) struct Joins {
    pub schema: &'static str,
    pub run: fn(&mut Parts, &Joined<'_>) -> Result<Ending>,
}

/// Where parts are joined to.
#[derive(Clone, Copy)]
pub(super) struct Joined<'a> {
    pub out: &'a Path,
    /// Where weights go, if they are joined too.
    pub weights_out: Option<&'a Path>,
    /// Whether results that are there are replaced.
    pub fresh: bool,
    pub output: &'a OutputArgs,
}
