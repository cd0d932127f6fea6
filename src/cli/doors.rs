//! Every parser of bytes that others wrote, as a function of bytes: what fuzzers and the tests throw bytes at. Not for use.
//!
//! A door panics if what is behind it does, if it takes text that it does not print again the same, or if what it says of
//! wrong bytes is not a sentence.

use std::fmt::{Debug, Display};
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

use tempfile::NamedTempFile;

use crate::outcome::read_weights;
use crate::report::rerun_text;
use crate::spec::{
    Activations, Auto, Betas, Bias, BiasInit, Criterion, Init, Judge, Layers, Levels, Loss, MapAxis, Optimizer,
    PixelStarts, Rates, Schedule, Spec, Task, Update, Vary,
};
use crate::study::{Recorded, Rerun};

use super::config;
use super::count::Count;
use super::record;
use super::settings::Settings;

/// A parser by name.
pub type Door = (&'static str, fn(&[u8]));

/// All of them. Files of results come through one door; their seeds tell them apart.
pub const ALL: [Door; 8] = [
    ("csv", csv),
    ("npz", npz),
    ("toml", toml),
    ("words", words),
    ("json", result),
    ("parquet", result),
    ("png", result),
    ("html", result),
];

/// Runs what is behind a door of that name.
///
/// # Panics
/// There is none; or something is wrong.
pub fn enter(name: &str, bytes: &[u8]) {
    let (_, door) =
        ALL.into_iter().find(|(other, _)| *other == name).unwrap_or_else(|| panic!("there is no door {name}"));
    door(bytes);
}

/// Hands bytes over as a file.
fn with_file<T>(bytes: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("room for it");
    read(file.path())
}

/// What is said is a sentence, whatever is in the bytes.
fn sentence<T>(result: Result<T, impl Display>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            let said = error.to_string();
            let wrong = said.is_empty() || said.len() > 10_000 || said.contains(char::is_control);
            assert!(!wrong, "no sentence: {said:?}");
            None
        }
    }
}

fn layers(text: &str) -> Layers {
    text.parse().expect("layers")
}

fn csv(bytes: &[u8]) {
    with_file(bytes, |path| {
        for sizes in ["2,1", "1,3", "4,2,2"] {
            let task = Task::Csv(path.to_owned());
            sentence(Spec { task, layers: layers(sizes), ..Spec::default() }.problem());
        }
    });
}

fn npz(bytes: &[u8]) {
    with_file(bytes, |path| {
        let task = Task::Npz(path.to_owned());
        sentence(Spec { task, layers: layers("2,1"), ..Spec::default() }.problem());
        sentence(read_weights(path, &layers("1,1")));
        sentence(read_weights(path, &layers("2,2,1")));
    });
}

fn toml(bytes: &[u8]) {
    if let Some(settings) = with_file(bytes, |path| sentence(config::read(path))) {
        asked(&settings);
    }
}

/// What settings from anywhere ask for, unless it is to be read from a file.
fn asked(settings: &Settings) {
    let Some((settings, _)) = sentence(settings.clone().modernised()) else { return };
    if let Some(spec) = sentence(settings.spec()).filter(|spec| spec.task.file().is_none()) {
        sentence(spec.problem());
        // Refused where a population of this size is, which is no matter of the spec.
        let Some(text) = sentence(config::print(&settings, Some(1))) else { return };
        let again = with_file(text.as_bytes(), config::read).expect("what was printed is read");
        assert_eq!(again.spec().expect("the same"), spec);
    }
}

/// What is read is printed, and read again as the same.
fn word<T: FromStr<Err: Display> + Display + Debug + PartialEq>(text: &str) {
    if let Some(value) = sentence(text.parse::<T>()) {
        let printed = value.to_string();
        match printed.parse::<T>() {
            Ok(again) => assert_eq!(again, value, "{text:?} is printed as {printed:?}"),
            Err(error) => panic!("{text:?} is printed as {printed:?}: {error}"),
        }
    }
}

fn words(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for line in text.lines() {
        word::<Task>(line);
        word::<Layers>(line);
        word::<Activations>(line);
        word::<Rates>(line);
        word::<Schedule>(line);
        word::<Auto<Betas>>(line);
        word::<Auto<f64>>(line);
        word::<Criterion>(line);
        word::<Init>(line);
        word::<BiasInit>(line);
        word::<Levels>(line);
        word::<Update>(line);
        word::<Optimizer>(line);
        word::<Loss>(line);
        word::<Judge>(line);
        word::<Bias>(line);
        word::<MapAxis>(line);
        word::<Vary>(line);
        word::<PixelStarts>(line);
        sentence(line.parse::<Count>());
    }
}

/// A result in any form, up to where training would begin.
fn result(bytes: &[u8]) {
    let Some((_, object)) = with_file(bytes, |path| sentence(record::read(path))) else { return };
    for part in ["settings", "spec"] {
        if let Ok(settings) = Settings::deserialize_from(&object[part]) {
            asked(&settings);
        }
    }
    if let Ok(recorded) = Recorded::read(&object) {
        let text = rerun_text(&Rerun::compare(&recorded, &recorded), "file");
        assert!(!text.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Read without its last letter.
    #[derive(Debug, PartialEq)]
    struct Lossy(String);

    impl FromStr for Lossy {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            Ok(Self(text[..text.len().saturating_sub(1)].into()))
        }
    }

    impl Display for Lossy {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(&self.0)
        }
    }

    #[test]
    fn planted_faults_fall() {
        let falls = |door: fn()| std::panic::catch_unwind(door).is_err();
        assert!(falls(|| word::<Lossy>("ab")) && !falls(|| word::<Lossy>("")));
        fn said(text: &str) {
            let _ = sentence::<String>(Err(text));
        }
        assert!(falls(|| said("\u{1b}[2J")) && falls(|| said("")));
        assert!(falls(|| said(&"x".repeat(20_000))) && !falls(|| said("why")));
        assert!(falls(|| enter("window", b"")));
    }
}
