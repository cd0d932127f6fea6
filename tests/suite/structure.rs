//! The shape of the source: which folder may use which, how long a file may be, how things are called.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Whom each part of the library may use, by the names behind `crate::`. A path with more parts allows that item alone.
/// Data flows from the first lines to the last: no arrow points back.
const ARROWS: &[(&str, &[&str])] = &[
    // What others wrote: files read within bounds, text shown without harm.
    ("foreign", &[]),
    ("arrays", &["foreign"]),
    ("rule", &["foreign"]),
    ("spec", &["arrays", "foreign", "rule"]),
    ("error", &["foreign", "spec::SpecError"]),
    ("kept", &["error", "foreign", "spec::keyword"]),
    ("seed", &["spec"]),
    ("plan", &["spec"]),
    ("outcome", &["arrays", "error", "foreign", "kept", "rule", "spec"]),
    ("stats", &["seed::Purpose", "seed::Stream", "seed::normal_quantile", "spec::keyword"]),
    // The surface around one network: what became of it is told by `outcome`.
    ("landscape", &["outcome", "rule", "spec"]),
    ("gpu", &["error"]),
    ("backend", &["error", "foreign", "gpu", "outcome", "plan", "rule", "seed", "spec", "conformance"]),
    (
        "study",
        &[
            "arrays",
            "backend",
            "error",
            "foreign",
            "gpu::Gpu",
            "kept",
            "landscape",
            "outcome",
            "plan",
            "rule",
            "seed",
            "spec",
            "stats",
        ],
    ),
    ("reproduce", &["backend", "error", "landscape", "outcome", "plan", "rule", "seed", "spec", "stats", "study"]),
    // What a program asks in a few words.
    ("front", &["backend", "error", "gpu::Gpu", "outcome", "spec", "stats::RateMethod", "study"]),
    // Types to show; what is computed is computed elsewhere.
    (
        "report",
        &[
            "backend::DeviceInfo",
            "backend::DeviceKind",
            "error",
            "foreign",
            "landscape::Evidence",
            "landscape::PlaceKind",
            "landscape::UnitName",
            "outcome",
            "reproduce",
            "spec",
            "stats::CutOff",
            "stats::Difference",
            "stats::Dimension",
            "stats::EpochInterval",
            "stats::EpochSummary",
            "stats::Interval",
            "stats::LEVEL",
            "stats::Restart",
            "stats::SurvivalStep",
            "study",
        ],
    ),
    (
        "cli",
        &[
            "arrays",
            "backend",
            "error",
            "foreign",
            "front",
            "gpu",
            "kept",
            "outcome",
            "plan",
            "report",
            "reproduce",
            "seed",
            "spec",
            "stats",
            "study",
        ],
    ),
    ("lib", &["*"]),
    ("main", &["*"]),
];

const LINE_LIMIT: usize = 420;

/// Every Rust file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn source() -> Vec<(PathBuf, String)> {
    let folder = root().join("src");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path.strip_prefix(&folder).unwrap().to_owned(), text)
    };
    files(&folder).into_iter().map(read).collect()
}

/// Source without comments. A `//` inside a string ends the line as well, which hides nothing that matters here.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// What stands behind each `crate::`, groups in braces opened: `crate::{a, b::C}` names `a` and `b::C`.
fn used(text: &str) -> BTreeSet<String> {
    let code = code(text);
    code.match_indices("crate::").flat_map(|(at, found)| paths(&code[at + found.len()..])).collect()
}

/// The paths at the start of a text, each of names joined by `::`.
pub(crate) fn paths(text: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    if let Some(group) = text.strip_prefix('{') {
        let (mut depth, mut start, mut items) = (1, 0, Vec::new());
        for (at, c) in group.char_indices() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if (c == ',' && depth == 1) || depth == 0 {
                items.push(group[start..at].trim());
                start = at + 1;
            }
            if depth == 0 {
                break;
            }
        }
        return items.into_iter().filter(|item| !item.is_empty()).flat_map(paths).collect();
    }
    let first = name(text);
    match text[first.len()..].strip_prefix("::") {
        Some(rest) if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '{') => {
            paths(rest).into_iter().map(|path| format!("{first}::{path}")).collect()
        }
        _ => vec![first],
    }
}

/// Arrows that are not allowed, as "file uses path".
fn wrong_arrows(source: &[(PathBuf, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, text) in source {
        let part = path.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == part) else {
            wrong.push(format!("{} belongs to no known part of the library", path.display()));
            continue;
        };
        for used in used(text) {
            let within = |allowed: &str| used == allowed || used.starts_with(&format!("{allowed}::"));
            if !within(&part) && !allowed.iter().any(|allowed| *allowed == "*" || within(allowed)) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    wrong
}

#[test]
fn arrows_point_one_way() {
    let source = source();
    assert!(source.len() > 40, "only {} files were found", source.len());
    let wrong = wrong_arrows(&source);
    assert!(wrong.is_empty(), "not allowed:\n{}", wrong.join("\n"));
}

#[test]
fn planted_arrows_are_found() {
    for (file, line) in [
        ("spec/task.rs", "use crate::error::Error;"),
        ("stats/interval.rs", "use crate::seed::Starts;"),
        ("stats/interval.rs", "fn f() { crate::backend::Mock::new(); }"),
        ("report/json.rs", "use crate::{\n    outcome::Fate,\n    backend::{DeviceInfo, Reference},\n};"),
        ("report/run/text.rs", "use crate::stats::{Interval, wilson};"),
        ("gpu/buffer.rs", "use crate::spec::Spec;"),
        ("outcome/fate.rs", "use crate::backend::Job;"),
        ("extra/new.rs", ""),
    ] {
        let planted = [(PathBuf::from(file), line.to_owned())];
        assert_eq!(wrong_arrows(&planted).len(), 1, "{file}: {line}");
    }
    let right = "// use crate::cli\nuse crate::{seed::normal_quantile};\nuse std::fmt;\nuse super::quantile;";
    assert!(wrong_arrows(&[("stats/new.rs".into(), right.into())]).is_empty());
}

/// Code that is not for tests alone: a module of tests stands last.
pub(crate) fn own(text: &str) -> String {
    let code = code(text);
    let (mut lines, mut own) = (code.lines(), String::new());
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            own.push_str(line);
            own.push('\n');
        } else if lines.next().is_some_and(|next| next.starts_with("mod ") && next.ends_with('{')) {
            break;
        }
    }
    own
}

/// Files but for those that are compiled for tests alone.
pub(crate) fn own_files() -> Vec<(PathBuf, String)> {
    let all = source();
    let for_tests = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let parent = path.with_file_name("mod.rs");
        all.iter().any(|(path, text)| *path == parent && text.contains(&format!("#[cfg(test)]\nmod {stem};")))
    };
    all.iter().filter(|(path, _)| !for_tests(path)).cloned().collect()
}

/// Whether a file's own code, tests aside, climbs by `super::` past the folder that its part of the library is.
fn climbs(path: &Path, text: &str) -> bool {
    let depth = path.components().count() - 1;
    let allowed = if path.ends_with("mod.rs") { depth.saturating_sub(1) } else { depth };
    own(text).contains(&"super::".repeat(allowed + 1))
}

/// Neighbours are reached by `crate::`, where the arrows are seen.
#[test]
fn nobody_climbs_out_of_a_folder() {
    for (path, text) in source() {
        assert!(!climbs(&path, &text), "{} climbs past its folder", path.display());
    }
    assert!(climbs(Path::new("stats/mod.rs"), "use super::spec::Spec;"));
    assert!(climbs(Path::new("stats/interval.rs"), "use super::super::spec::Spec;"));
    assert!(!climbs(Path::new("stats/interval.rs"), "use super::quantile; // super::super::"));
}

#[test]
fn files_are_of_one_thought() {
    let long: Vec<String> = source()
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINE_LIMIT)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "longer than {LINE_LIMIT} lines:\n{}", long.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    for (path, text) in source() {
        assert!(text.starts_with("//! "), "{} has no head comment", path.display());
    }
}

/// Names that are abbreviations here: quantities end in `_count`, positions have names.
fn banned(text: &str) -> Vec<String> {
    // Names of other crates that we call.
    const FOREIGN: [&str; 5] = ["num_threads", "current_num_threads", "num_args", "num_row_groups", "num_rows"];
    let code = code(text);
    let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let wrong = |word: &&str| {
        word.starts_with("num_") || word.starts_with("n_") || word.split('_').any(|part| part == "idx" || part == "num")
    };
    words.filter(wrong).filter(|word| !FOREIGN.contains(word)).map(str::to_owned).collect()
}

#[test]
fn names_are_words() {
    for (path, text) in source() {
        let found = banned(&text);
        assert!(found.is_empty(), "{}: {}", path.display(), found.join(", "));
    }
    assert_eq!(banned("let num_nets = n_layers + row_idx; // num_x"), ["num_nets", "n_layers", "row_idx"]);
}

/// The library prints nothing: `clippy` forbids it, and nowhere outside `cli` may it be allowed again.
#[test]
fn only_the_command_line_speaks() {
    let speaks = |text: &str| ["println!", "print!", "dbg!"].iter().any(|word| own(text).contains(word));
    for (path, text) in own_files() {
        assert!(!speaks(&text) || path.starts_with("cli"), "{} prints", path.display());
    }
    assert!(speaks("fn f() { eprintln!() }") && !speaks("fn f() {}\n#[cfg(test)]\nmod tests {\n println!() }"));
    assert!(speaks("#[cfg(test)]\nmod accuracy;\nfn f() { eprintln!() }"));
}

/// Whether a file reads others by itself, with no bound and from whatever the path is. (What is kept opens locks and folders.)
fn reads(path: &Path, text: &str) -> bool {
    let ways = ["File::open(", "fs::read(", "fs::read_to_string(", ".read(true)"];
    path != Path::new("foreign/file.rs") && !path.starts_with("kept") && ways.iter().any(|way| own(text).contains(way))
}

#[test]
fn one_file_reads_files() {
    for (path, text) in own_files() {
        assert!(!reads(&path, &text), "{} opens files by itself: ask `foreign::Source`", path.display());
    }
    assert!(reads(Path::new("cli/config.rs"), "let text = std::fs::read_to_string(path)?;"));
    assert!(!reads(Path::new("cli/config.rs"), "let text = Source::open(path)?; // File::open("));
}

/// Whether a file prepares a backend and trains on it by hand, where `backend/driver.rs` should.
fn trains(path: &Path, text: &str) -> bool {
    let code = code(text);
    !path.starts_with("backend") && (code.contains(".prepare(") || code.contains("backend.train("))
}

#[test]
fn one_loop_trains() {
    for (path, text) in source() {
        assert!(!trains(&path, &text), "{} trains by hand: ask a driver", path.display());
    }
    assert!(trains(Path::new("study/run.rs"), "let limit = backend.prepare(&job)?;"));
    assert!(trains(Path::new("cli/bench.rs"), "self.backend.train(&job, &mut chunks, watch, deliver)?;"));
    assert!(!trains(Path::new("backend/driver.rs"), "self.backend.train(&self.job, chunks, watch, deliver)?;"));
    assert!(!trains(Path::new("study/run.rs"), "lab.train(&problem)?; // backend.train("));
}

#[test]
fn main_only_calls_the_library() {
    let main = source().into_iter().find(|(path, _)| path == Path::new("main.rs")).unwrap();
    assert!(main.1.lines().count() <= 40);
}
