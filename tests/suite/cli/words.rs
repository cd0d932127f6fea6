//! What the program says: errors (`errors.md`), help, completions, the manual page.

use std::path::Path;

use super::{basins, names, printed, run};
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

/// What is said of a GPU that is not there depends on those that are; the exit code does not.
#[test]
fn a_missing_gpu_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = basins(folder.path()).args("--nets 2 --device nosuchgpu --out results".split(' ')).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("\"nosuchgpu\" matches no GPU; there are") || said.contains("no GPU"), "{said}");
    assert!(names(folder.path()).is_empty(), "a folder is left behind");
    // Whatever the machine has, hidden drivers are no GPU.
    let mut command = basins(folder.path());
    command.env("VK_DRIVER_FILES", "/nonexistent").env("VK_ICD_FILENAMES", "/nonexistent");
    let output = command.args("--nets 2 --epochs 2 --require-gpu".split(' ')).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    if cfg!(target_os = "linux") {
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert_eq!(said.lines().count(), 1, "other people's messages: {said}");
    }
}

#[test]
fn devices_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let text = printed(folder.path(), "devices");
    assert!(text.starts_with("CPU "), "{text}");
    assert!(text.contains("GPU 0") || text.contains("No GPU"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&printed(folder.path(), "devices --json")).unwrap();
    assert_eq!(json["schema"], "basins.devices/1");
}

#[test]
fn help_names_every_setting() {
    let folder = tempfile::tempdir().unwrap();
    let help = printed(folder.path(), "run -h");
    insta::assert_snapshot!("help", help);
    insta::assert_snapshot!("help_long", printed(folder.path(), "sweep --help"));
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
    let sweep = printed(folder.path(), "man sweep");
    assert!(sweep.contains(".TH basins-sweep 1") && sweep.contains("vary lr=0.01..10"), "{sweep}");
    assert!(!sweep.contains("continue\\-unsolved"), "that is of another verb");
    let mut command = basins(folder.path());
    assert!(command.args(["man", "--out", "pages"]).output().unwrap().status.success());
    let pages = names(&folder.path().join("pages"));
    assert!(pages.len() >= 15 && pages.contains(&"basins.1".into()), "{pages:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("pages/basins-sweep.1")).unwrap(), sweep);
    assert_eq!(run(folder.path(), "man swep").status.code(), Some(2));
    assert_eq!(run(folder.path(), "completions tcsh").status.code(), Some(2));
}

/// Commands under "Examples:" in a verb's help.
fn examples(folder: &Path, verb: &str) -> Vec<String> {
    let help = printed(folder, &format!("{verb} --help"));
    let (_, examples) = help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{verb} has no examples: {help}"));
    examples.lines().filter_map(|line| line.strip_prefix("  basins ")).map(str::to_owned).collect()
}

/// Those that train much say their settings, the others run.
#[test]
fn examples_of_help_work() {
    let folder = tempfile::tempdir().unwrap();
    for verb in ["run", "sweep", "map", "surface", "bench", "verify"] {
        for example in examples(folder.path(), verb).iter().filter(|example| !example.contains("--require-gpu")) {
            printed(folder.path(), &format!("{example} --print-config --quiet"));
        }
    }
    for verb in ["trace", "power", "devices", "completions"] {
        examples(folder.path(), verb).iter().for_each(|example| drop(printed(folder.path(), example)));
    }
}

/// What a verb does nothing with is not in its help.
#[test]
fn help_promises_what_a_verb_has() {
    let folder = tempfile::tempdir().unwrap();
    let help = |verb: &str| printed(folder.path(), &format!("{verb} --help"));
    for (verb, absent) in [
        ("bench", &["run.json", "survival.csv", "--shard", "--weights-in", "--interval"][..]),
        ("trace", &["run.json", "--nets", "--backend", "--threads"]),
        ("verify", &["--out", "--fresh", "--weights-out"]),
        ("map", &["run.json", "--nets", "--first", "--weights-out"]),
        ("surface", &["run.json", "--nets", "--shard"]),
        ("sweep", &["run.json", "--weights-in"]),
    ] {
        let help = help(verb);
        let promised: Vec<&&str> = absent.iter().filter(|word| help.contains(**word)).collect();
        assert!(promised.is_empty(), "{verb} promises {promised:?}");
    }
    assert!(help("run").contains("run.json") && help("bench").contains("bench.json"));
}
