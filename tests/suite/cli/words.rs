//! What the program says: errors (`errors.md`), help, completions, the manual page.

use std::path::Path;

use super::{names, printed, run};
use crate::support::root;

#[test]
fn errors_are_sentences() {
    let folder = root().join("tests/suite/cli/errors.in");
    let before = names(&folder);
    trycmd::TestCases::new()
        .env("BASINS_BACKEND", "reference")
        .default_bin_path(Path::new(env!("CARGO_BIN_EXE_basins")))
        .case("tests/suite/cli/errors.md")
        .run();
    assert_eq!(names(&folder), before, "an error has left something behind");
}

/// Every error in the list says one thing, and the list is as long as it is meant to be.
#[test]
fn errors_are_one_sentence_each() {
    let text = std::fs::read_to_string(root().join("tests/suite/cli/errors.md")).unwrap();
    let said: Vec<&str> = text.lines().filter(|line| line.starts_with("error: ")).collect();
    let asked = text.lines().filter(|line| line.starts_with("$ ")).count();
    assert_eq!(said.len(), asked);
    assert!(asked >= 70, "only {asked} errors are listed");
    assert!(said.iter().all(|sentence| sentence.len() > 30), "too short to say what would be right");
}

#[test]
fn help_names_every_setting() {
    let folder = tempfile::tempdir().unwrap();
    let help = printed(folder.path(), "run -h");
    insta::assert_snapshot!("help", help);
    let config = printed(folder.path(), "--print-config");
    for line in config.lines() {
        let name = line.split(' ').next().unwrap();
        assert!(help.contains(&format!("--{name}")), "{name} is a setting without help");
    }
    assert!(printed(folder.path(), "--help").contains("the same as `basins run`"));
    assert!(printed(folder.path(), "--version").starts_with("basins "));
}

#[test]
fn completions_and_manual_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(printed(folder.path(), &format!("completions {shell}")).contains("after-solved"), "{shell}");
    }
    let manual = printed(folder.path(), "man");
    assert!(manual.contains(".TH basins 1") && manual.contains("after\\-solved"));
    assert_eq!(run(folder.path(), "completions tcsh").status.code(), Some(2));
}
