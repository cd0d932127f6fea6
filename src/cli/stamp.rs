//! What every object says of how it came about: by which program, when, by which command, and what was asked.

use std::time::SystemTime;

use serde::Serialize;
use serde_json::{Value, json};

use super::command::quoted;
use super::typed;

/// An object with its origin.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Stamped<O> {
    #[serde(flatten)]
    object: O,
    /// Version of the program.
    version: &'static str,
    /// When it was printed or written, in UTC to the second.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    date: String,
    /// A command that asks the same again.
    command: String,
}

/// An object with what was asked, of verbs that take the shared settings.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Asking<O, S, V> {
    #[serde(flatten)]
    pub object: O,
    /// Settings that were given by flag, variable or file, by the names of the flags.
    pub settings: S,
    /// The verb's own options.
    pub options: V,
}

/// The object with the program's version, the time in UTC and the command.
pub(super) fn stamped(object: impl Serialize, command: String) -> Value {
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    json!(Stamped { object, version: env!("CARGO_PKG_VERSION"), date, command })
}

/// The command as it was typed, of verbs without settings.
pub(super) fn as_typed() -> String {
    let words = typed::words();
    std::iter::once("basins".to_owned()).chain(words.iter().map(|word| quoted(word))).collect::<Vec<_>>().join(" ")
}
