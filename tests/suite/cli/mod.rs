//! The program as a user meets it: each test runs the built binary.

mod bench;
mod compare;
mod docs;
mod files;
mod hostile;
mod kept;
mod maps;
mod pages;
mod phones;
mod pictures;
mod power;
mod records;
mod rerun;
mod runs;
mod schemas;
mod settings;
mod signals;
mod sweep;
mod width;
mod words;

use std::path::Path;
use std::process::{Command, Output};

/// What a run with `--rows csv` writes into its folder.
const RUN_FILES: [&str; 6] =
    ["outcomes.csv", "report.html", "run.json", "survival.csv", "survival.png", "survival.svg"];

/// A program call in a folder, with nothing of the caller's environment that means something to it.
pub(crate) fn basins(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_basins"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BASINS_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).stdin(std::process::Stdio::null());
    command
}

/// Runs with arguments separated by spaces, on the scalar backend.
fn run(folder: &Path, arguments: &str) -> Output {
    let mut command = basins(folder);
    command.env("BASINS_BACKEND", "reference").args(arguments.split_whitespace()).output().expect("the program starts")
}

/// What a successful run printed.
fn printed(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{arguments} complains: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The object that a run with `--json` printed, which is as its schema says.
fn json(folder: &Path, arguments: &str) -> serde_json::Value {
    let object = serde_json::from_str(&printed(folder, &format!("{arguments} --json"))).expect("JSON");
    schemas::holds_schema(&object);
    object
}

/// Names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
