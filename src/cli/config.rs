//! Settings from a TOML file, and as one.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::foreign::Source;
use crate::spec::keyword::nearest;

use super::count::Count;
use super::hints;
use super::settings::Settings;

/// Most bytes of a file: settings are a line each.
const FILE_LIMIT: u64 = 1 << 20;

/// A file of settings and of a verb's options; keys are the names of the flags.
pub(super) struct File {
    path: PathBuf,
    text: String,
    table: toml::Table,
}

impl File {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let fail = |what: String| Error::input(format!("--config {}: {what}", path.display()));
        let text = Source::open(path).and_then(|file| file.text(FILE_LIMIT));
        let text = text.map_err(|error| fail(format!("cannot be read: {error}")))?;
        let table = text.parse().map_err(|error: toml::de::Error| fail(located(&text, &error)))?;
        Ok(Self { path: path.to_owned(), text, table })
    }

    /// As the flag was typed.
    pub(super) fn name(&self) -> String {
        format!("--config {}", self.path.display())
    }

    /// The error for what is wrong in it.
    pub(super) fn fail(&self, what: &str) -> Error {
        Error::input(format!("{}: {what}", self.name()))
    }

    /// Refuses what is neither a setting nor one of these options of the verb; `verb_with` says which verb has an option.
    pub(super) fn check(
        &self,
        verb: &str,
        options: &[&str],
        verb_with: &dyn Fn(&str) -> Option<&'static str>,
    ) -> Result<()> {
        let settings = Settings::names();
        let names: Vec<&str> = settings.iter().map(String::as_str).chain(options.iter().copied()).collect();
        let Some(unknown) = self.table.keys().find(|key| !names.contains(&key.as_str())) else { return Ok(()) };
        Err(self.fail(&match verb_with(unknown) {
            Some(other) => format!("{unknown} is an option of basins {other}, not of basins {verb}"),
            None => format!("there is no setting {unknown:?}{}", suggestion(unknown, &names)),
        }))
    }

    /// Its settings, without the options.
    pub(super) fn settings(&self) -> Result<Settings> {
        let settings: Settings = toml::from_str(&self.text).map_err(|error| self.fail(&located(&self.text, &error)))?;
        // The command line has no empty paths either.
        let paths =
            [("weights-in", &settings.weights_in), ("weights-out", &settings.weights_out), ("out", &settings.out)];
        match paths.iter().find(|(_, path)| path.as_ref().is_some_and(|path| path.as_os_str().is_empty())) {
            Some((name, _)) => Err(self.fail(&format!("{name} needs a value"))),
            None => Ok(settings),
        }
    }

    /// The values of an option as typed, if it is there.
    pub(super) fn values(&self, option: &str) -> Option<Vec<String>> {
        let typed = |value: &toml::Value| match value {
            toml::Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        Some(match self.table.get(option)? {
            toml::Value::Array(values) => values.iter().map(typed).collect(),
            value => vec![typed(value)],
        })
    }
}

/// Reads a file of settings alone.
pub(super) fn read(path: &Path) -> Result<Settings> {
    let file = File::read(path)?;
    file.check("run", &[], &|_| None)?;
    file.settings()
}

/// Where and why, in one line; a list is a likely mistake, as settings with several numbers are text.
fn located(text: &str, error: &toml::de::Error) -> String {
    let reason = error.message().replace('\n', " ");
    let hint = if reason.contains("sequence") { "; lists are written as text, as layers = \"2,3,1\"" } else { "" };
    match error.span() {
        Some(span) => {
            let before = &text.as_bytes()[..span.start.min(text.len())];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            let key = text.lines().nth(line - 1).and_then(|line| Some(line.split_once('=')?.0.trim()));
            let key = key.filter(|key| !key.is_empty() && !reason.contains(&format!("--{key}")));
            format!("line {line}{}: {reason}{hint}", key.map(|key| format!(", {key}")).unwrap_or_default())
        }
        None => format!("{reason}{hint}"),
    }
}

/// What was likely meant by an unknown name, as a question; else all there are.
fn suggestion(unknown: &str, names: &[&str]) -> String {
    let known = || names.iter().copied();
    let meant = hints::flag_for(unknown).filter(|flag| known().any(|name| name == *flag));
    match meant.or_else(|| nearest(&unknown.replace('_', "-"), known())) {
        Some(name) => format!("; did you mean {name}?"),
        None => format!("; there are {}", names.join(", ")),
    }
}

/// All settings in effect as a file that `--config` reads. `default_count` is how many networks the verb trains if nothing is
/// said; none where it trains no population.
pub(super) fn print(settings: &Settings, default_count: Option<u64>) -> Result<String> {
    let spec = toml::to_string(&settings.spec()?).map_err(|error| Error::failure(error.to_string()))?;
    let all: Settings = toml::from_str(&spec).map_err(|error| Error::failure(error.to_string()))?;
    let population = default_count.map(|count| settings.population(count)).transpose()?;
    let defaults = Settings {
        nets: population.filter(|_| settings.weights_in.is_none()).map(|population| Count(population.count())),
        first: population.map(|population| Count(population.first())),
        seed: Some(settings.seed.unwrap_or(Count(0))),
        backend: Some(settings.backend.unwrap_or_default()),
        ..Settings::default()
    };
    toml::to_string(&settings.clone().or(all).or(defaults)).map_err(|error| Error::failure(error.to_string()))
}

/// The options of a verb in the form of that file: those that are given, or have a value if nothing is said.
pub(super) fn print_options(options: &Value) -> Result<String> {
    let fail = |error: String| Error::failure(error);
    let is_given =
        |value: &Value| !matches!(value, Value::Null | Value::Bool(false)) && value != &Value::Array(Vec::new());
    let mut table = toml::Table::new();
    for (name, value) in options.as_object().into_iter().flatten().filter(|(_, value)| is_given(value)) {
        let value = toml::Value::try_from(value).map_err(|error| fail(error.to_string()))?;
        table.insert(name.replace('_', "-"), value);
    }
    toml::to_string(&table).map_err(|error| fail(error.to_string()))
}
