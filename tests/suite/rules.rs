//! A rule stands in one file: who else names one by its variant is counted.

use std::path::{Path, PathBuf};

use basins::spec::{Activation, Criterion, Init, Loss, Optimizer, Update};

use crate::structure::own_files;

/// Most files that may name a variant, beside the rules' own room.
const FILE_LIMIT: usize = 3;

/// Where naming one is a setting and no knowledge of what it means: the default, published experiments, what
/// conformance asks of every backend.
const SETTINGS: [&str; 3] = ["spec/training.rs", "reproduce/", "backend/conformance/"];

/// The only such place for optimizers, which even settings name in few files.
const CHECKED: [&str; 1] = ["backend/conformance/"];

/// `Type::Variant` for every rule, as code names it.
fn variants() -> Vec<String> {
    // A variant's debug text begins with its name; parameters follow it.
    fn named<T: std::fmt::Debug>(kind: &str, all: &[T]) -> Vec<String> {
        let word = |value: &T| format!("{value:?}").split('(').next().unwrap_or_default().to_owned();
        let mut names: Vec<String> = all.iter().map(|value| format!("{kind}::{}", word(value))).collect();
        names.dedup();
        names
    }
    [
        named("Activation", Activation::ALL),
        named("Loss", Loss::ALL),
        named("Optimizer", Optimizer::ALL),
        named("Update", Update::ALL),
        named("Init", Init::ALL),
        named("Criterion", Criterion::ALL),
    ]
    .concat()
}

/// Code without comments and without the tests at a file's end.
fn own(text: &str) -> String {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
    code.join("\n").split("#[cfg(test)]").next().unwrap_or("").to_owned()
}

/// Whether code names a variant, and not one whose name only begins like it.
fn names(code: &str, variant: &str) -> bool {
    code.match_indices(variant).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + variant.len()..].chars().next();
        let in_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !in_word(before) && !in_word(after)
    })
}

/// A variant's row, as code names it that is compiled for one rule.
fn row(variant: &str) -> String {
    let (kind, word) = variant.split_once("::").unwrap_or_default();
    format!("{}_rows::{word}", kind.to_lowercase())
}

/// Variants that more files name than may, with the files; files in these places are not counted.
fn named_too_often(source: &[(PathBuf, String)], variants: &[String], places: &[&str]) -> Vec<String> {
    let is_setting = |path: &Path| places.iter().any(|place| path.to_string_lossy().starts_with(place));
    let counted: Vec<(&PathBuf, String)> = source
        .iter()
        .filter(|(path, _)| !path.starts_with("rule") && !is_setting(path) && !path.ends_with("tests.rs"))
        .map(|(path, text)| (path, own(text)))
        .collect();
    let mut wrong = Vec::new();
    for variant in variants {
        let row = row(variant);
        let files: Vec<String> = counted
            .iter()
            .filter(|(_, code)| names(code, variant) || names(code, &row))
            .map(|(path, _)| path.display().to_string())
            .collect();
        if files.len() > FILE_LIMIT {
            wrong.push(format!("{variant}: {}", files.join(", ")));
        }
    }
    wrong
}

#[test]
fn a_rule_is_known_in_few_files() {
    let files = own_files();
    assert!(files.len() > 40 && variants().len() > 15, "{} files, {} rules", files.len(), variants().len());
    let optimizers: Vec<String> = variants().into_iter().filter(|name| name.starts_with("Optimizer::")).collect();
    assert_eq!(optimizers.len(), Optimizer::ALL.len());
    let mut wrong = named_too_often(&files, &variants(), &SETTINGS);
    wrong.extend(named_too_often(&files, &optimizers, &CHECKED));
    assert!(wrong.is_empty(), "named in more than {FILE_LIMIT} files outside src/rule:\n{}", wrong.join("\n"));
}

#[test]
fn a_rule_that_is_known_everywhere_is_found() {
    let planted = |line: &str| -> Vec<(PathBuf, String)> {
        ["study/a.rs", "report/b.rs", "cli/c.rs", "gpu/d.rs"].map(|path| (path.into(), line.to_owned())).into()
    };
    let found = |line: &str| named_too_often(&planted(line), &variants(), &SETTINGS).len();
    assert_eq!(found("if loss == Loss::Mse {}"), 1);
    assert_eq!(found("type Fast = optimizer_rows::Rprop;"), 1);
    assert_eq!(found("fn f() {} // Loss::Mse\n#[cfg(test)]\nLoss::Mse"), 0);
    assert_eq!(found("MyLoss::Mse, Loss::MseOfMine"), 0);
    // A setting is counted where optimizers are.
    let mut settings = planted("Optimizer::Adam");
    settings[0].0 = SETTINGS[0].into();
    assert_eq!(named_too_often(&settings, &variants(), &SETTINGS), [] as [String; 0]);
    assert_eq!(named_too_often(&settings, &variants(), &CHECKED).len(), 1);
}
