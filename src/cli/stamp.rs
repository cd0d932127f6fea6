//! What every object says of how it came about: by which program, when, by which command.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::command::quoted;
use super::typed;

/// The object with the program's version, the time in UTC and the command.
pub(super) fn stamped(mut object: Value, command: String) -> Value {
    object["version"] = json!(env!("CARGO_PKG_VERSION"));
    object["date"] = json!(humantime::format_rfc3339_seconds(SystemTime::now()).to_string());
    object["command"] = json!(command);
    object
}

/// The command as it was typed, of verbs without settings.
pub(super) fn as_typed() -> String {
    let words = typed::words();
    std::iter::once("basins".to_owned()).chain(words.iter().map(|word| quoted(word))).collect::<Vec<_>>().join(" ")
}
