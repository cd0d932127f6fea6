//! What a study has finished so far, in a folder: `manifest.json` says of what, `progress.json` how far it is.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::foreign::Source;
use crate::spec::keyword::typed;

use super::files::{place, remove_dead, temporary_in};

const MANIFEST: &str = "manifest.json";
const PROGRESS: &str = "progress.json";
/// Most bytes of either; a sweep that remembers 2^30 networks one by one needs a third of it.
const SIZE_LIMIT: u64 = 1 << 30;

/// A folder of finished work. Who opens it has locked it, or a folder around it.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// Whether it is gone again where nothing was finished.
    is_new: bool,
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.is_new && self.is_empty() {
            let _ = fs::remove_file(self.folder.join(MANIFEST));
            // Only an empty folder can be removed.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

impl Store {
    /// Opens the folder for this work, made if need be.
    ///
    /// # Errors
    /// It holds other work, and the first setting that differs is named; or it cannot be written.
    pub fn open(folder: &Path, manifest: &Value) -> Result<Self> {
        let mut store = Self::existing(folder);
        remove_dead(folder);
        match store.manifest()?.filter(|_| !store.is_empty()) {
            Some(found) => {
                if let Some(difference) = difference(&found, manifest) {
                    return Err(Error::input(format!(
                        "{} holds other work: {difference}; choose another folder, or begin anew with --fresh",
                        folder.parent().unwrap_or(folder).display()
                    )));
                }
            }
            // Of work of which nothing is finished nothing is lost.
            None => {
                fs::create_dir_all(folder).map_err(|error| Error::file(folder, "cannot be written", &error))?;
                store.write(MANIFEST, |target| target.write_all(format!("{manifest:#}\n").as_bytes()))?;
                store.is_new = true;
            }
        }
        Ok(store)
    }

    /// One that is there already, whatever it is of; to be read.
    pub fn existing(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), is_new: false }
    }

    /// Whether there is such a folder.
    pub fn is_there(&self) -> bool {
        self.folder.join(MANIFEST).is_file()
    }

    /// Whether it holds nothing but its manifest.
    fn is_empty(&self) -> bool {
        let mut entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.all(|entry| entry.file_name() == MANIFEST)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it says that it is of; nothing where there is no such file.
    ///
    /// # Errors
    /// It cannot be read, or is no JSON.
    pub fn manifest(&self) -> Result<Option<Value>> {
        self.read(MANIFEST)
    }

    /// How far it is; nothing if nothing is finished.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn progress<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.read(PROGRESS)
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let path = self.folder.join(name);
        match Source::open(&path).and_then(|file| file.bytes(SIZE_LIMIT)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
                Error::input(format!("{} is damaged: {error}; begin anew with --fresh", path.display()))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file(&path, "cannot be read", &error)),
        }
    }

    /// Keeps how far it is, in place of what was kept before.
    ///
    /// # Errors
    /// The disk is full, or the folder is gone.
    pub fn keep<T: Serialize>(&self, progress: &T) -> Result<()> {
        self.write(PROGRESS, |target| serde_json::to_writer(target, progress).map_err(io::Error::from))
    }

    /// Writes a file of the folder: whole or not at all.
    ///
    /// # Errors
    /// The disk is full, or the folder is gone.
    pub fn write(&self, name: &str, fill: impl FnOnce(&mut BufWriter<&fs::File>) -> io::Result<()>) -> Result<()> {
        let write = || -> io::Result<()> {
            let file = temporary_in(&self.folder)?;
            let mut target = BufWriter::new(file.as_file());
            fill(&mut target)?;
            target.flush()?;
            drop(target);
            place(file, &self.folder.join(name))
        };
        write().map_err(|error| Error::file(&self.folder.join(name), "cannot be written", &error))
    }

    /// Removes all but these files and the store's own.
    pub fn retain(&self, names: &[&str]) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let known = name.to_str().is_some_and(|name| [MANIFEST, PROGRESS].contains(&name) || names.contains(&name));
            if !known {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// When to keep: often enough that little is lost, seldom enough that it costs little.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    at_risk: Duration,
    due: Instant,
}

impl Pace {
    /// What may be lost, in time, if nothing else is said.
    const AT_RISK: Duration = Duration::from_secs(8);
    /// Keeping takes at most this part of the time.
    const COST: u32 = 50;

    /// From now on; work of about so many seconds may be lost.
    pub fn new(seconds: Option<f64>) -> Self {
        let at_risk = seconds.map_or(Self::AT_RISK, Duration::from_secs_f64);
        Self { at_risk, due: Instant::now() + at_risk }
    }

    /// What may be lost, in seconds.
    pub fn seconds(&self) -> f64 {
        self.at_risk.as_secs_f64()
    }

    /// Whether it is time.
    pub fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// Keeping began then and has ended now.
    pub fn kept(&mut self, began: Instant) {
        self.due = Instant::now() + self.at_risk.max(Self::COST * began.elapsed());
    }
}

/// FNV-1a over the numbers' bits: what a file holds may change while its name stays.
pub fn checksum<'a>(numbers: impl IntoIterator<Item = &'a f64>) -> String {
    let bytes = numbers.into_iter().flat_map(|number| number.to_le_bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}")
}

/// The first difference between two manifests, in words.
pub fn difference(found: &Value, wanted: &Value) -> Option<String> {
    let (found, wanted) = (flat(found), flat(wanted));
    let shown = |value: Option<&Value>| value.map_or("not said".into(), |value| typed(value).replace('"', ""));
    let names = wanted.keys().chain(found.keys().filter(|name| !wanted.contains_key(*name)));
    names
        .into_iter()
        .find(|name| found.get(*name) != wanted.get(*name))
        .map(|name| format!("there {name} is {}, here it is {}", shown(found.get(name)), shown(wanted.get(name))))
}

/// The fields, those of objects within among them.
fn flat(manifest: &Value) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in manifest.as_object().cloned().unwrap_or_default() {
        match value {
            Value::Object(fields) => all.extend(fields),
            value => drop(all.insert(name, value)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn other_work_is_refused_by_what_differs() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("parts");
        let manifest = json!({"schema": "a/1", "spec": {"lr": "0.1", "epochs": 7}, "nets": 5});
        let store = Store::open(&folder, &manifest).unwrap();
        assert_eq!(store.progress::<Value>().unwrap(), None);
        drop(store);
        assert!(!folder.exists(), "nothing was finished");
        let store = Store::open(&folder, &json!({"schema": "a/1"})).unwrap();
        std::mem::forget(store);
        // Left by a killed process, but empty: other work may take its place.
        let store = Store::open(&folder, &manifest).unwrap();
        store.keep(&json!({"done": 3})).unwrap();
        let again = Store::open(&folder, &manifest).unwrap();
        assert_eq!(again.progress::<Value>().unwrap(), Some(json!({"done": 3})));
        for (name, other, words) in [
            ("spec", json!({"lr": "0.2", "epochs": 7}), "there lr is 0.1, here it is 0.2"),
            ("nets", json!(6), "there nets is 5, here it is 6"),
            ("more", json!(1), "there more is not said, here it is 1"),
        ] {
            let mut changed = manifest.clone();
            changed[name] = other;
            let refused = Store::open(&folder, &changed).unwrap_err().to_string();
            assert!(refused.contains(words) && refused.contains("--fresh"), "{refused}");
        }
        let fewer = json!({"schema": "a/1", "spec": {"lr": "0.1", "epochs": 7}});
        assert!(Store::open(&folder, &fewer).unwrap_err().to_string().contains("there nets is 5, here it is not said"));
    }
}
