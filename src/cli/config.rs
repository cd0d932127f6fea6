//! Settings from a TOML file, and as one.

use std::path::Path;

use crate::error::{Error, Result};
use crate::foreign::Source;
use crate::spec::keyword::nearest;

use super::count::Count;
use super::hints;
use super::settings::Settings;

/// Most bytes of a file: settings are a line each.
const FILE_LIMIT: u64 = 1 << 20;

/// Reads a file of settings; keys are the names of the flags.
pub(super) fn read(path: &Path) -> Result<Settings> {
    let fail = |what: String| Error::input(format!("--config {}: {what}", path.display()));
    let text = Source::open(path).and_then(|file| file.text(FILE_LIMIT));
    let text = text.map_err(|error| fail(format!("cannot be read: {error}")))?;
    settings(&text).map_err(fail)
}

/// The settings in a file's text; what is wrong is said in words that follow its name.
pub(super) fn settings(text: &str) -> Result<Settings, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| located(text, &error))?;
    let names = Settings::names();
    if let Some(unknown) = table.keys().find(|key| !names.contains(key)) {
        return Err(format!("there is no setting {unknown:?}{}", suggestion(unknown, &names)));
    }
    let settings: Settings = toml::from_str(text).map_err(|error| located(text, &error))?;
    // The command line has no empty paths either.
    let paths = [("weights-in", &settings.weights_in), ("weights-out", &settings.weights_out), ("out", &settings.out)];
    match paths.iter().find(|(_, path)| path.as_ref().is_some_and(|path| path.as_os_str().is_empty())) {
        Some((name, _)) => Err(format!("{name} needs a value")),
        None => Ok(settings),
    }
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
fn suggestion(unknown: &str, names: &[String]) -> String {
    let known = || names.iter().map(String::as_str);
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
