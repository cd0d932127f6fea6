//! Files of a run: `--out`, `--weights-in` and `--weights-out`.

use std::path::Path;

use basins::outcome::{Values, Weights, read_weights};
use basins::spec::Layers;

use super::{RUN_FILES, json, names, printed, run};

fn weights(path: &Path) -> Weights {
    let layers: Layers = "2,3,1".parse().unwrap();
    read_weights(path, &layers).unwrap_or_else(|error| panic!("{error}"))
}

/// These names and that of the folder in which a run keeps how far it is, sorted.
fn with_parts<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = [names, &["parts"]].concat();
    names.sort_unstable();
    names
}

#[test]
fn out_holds_the_summary_and_a_row_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/results");
    let answer = json(folder.path(), "--nets 30 --lr 4 --epochs 1500 --first 4 --rows csv --out deep/results");
    assert_eq!(names(&out), with_parts(&RUN_FILES));
    let saved: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("run.json")).unwrap()).unwrap();
    assert_eq!(saved, answer);
    let rows = std::fs::read_to_string(out.join("outcomes.csv")).unwrap();
    let mut lines = rows.lines();
    let measured = "gradient_norm,largest_weight,smallest_eigenvalue,largest_eigenvalue,eigenvalue_error,escape_time";
    let head = format!(
        "network,fate,variant,solved_epoch,epochs,loss,output_0,output_1,output_2,output_3,{measured},verdict,seed"
    );
    assert_eq!(lines.next(), Some(head.as_str()));
    let fields: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(fields.len(), 30);
    for (at, row) in fields.iter().enumerate() {
        assert_eq!(row[0], (at + 4).to_string());
        assert_eq!(row[1] == "solved", !row[3].is_empty());
        assert!(row[5..10].iter().all(|number| number.parse::<f64>().is_ok()), "{row:?}");
        assert!(row[10..16].iter().all(|number| number.is_empty() || number.parse::<f64>().is_ok()), "{row:?}");
        assert!(row[1] != "solved" || row[10].is_empty(), "solved networks are not examined: {row:?}");
    }
    let count = |fate: &str| fields.iter().filter(|row| row[1] == fate).count() as u64;
    for (fate, expected) in answer["fates"].as_object().unwrap() {
        assert_eq!(count(fate), expected.as_u64().unwrap(), "{fate}");
    }
    let work: u64 = fields.iter().map(|row| row[4].parse::<u64>().unwrap()).sum();
    assert_eq!(answer["net_epochs"], work);
}

#[test]
fn results_are_replaced_and_nothing_else_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    printed(folder.path(), "--nets 3 --epochs 2 --rows csv --out .");
    let first = std::fs::read_to_string(folder.path().join("outcomes.csv")).unwrap();
    printed(folder.path(), "--nets 4 --epochs 2 --rows csv --out . --fresh");
    let expected = with_parts(&[&["mine.txt"], &RUN_FILES[..]].concat());
    assert_eq!(names(folder.path()), expected);
    assert_ne!(std::fs::read_to_string(folder.path().join("outcomes.csv")).unwrap(), first);
}

/// Trained in two halves through files is trained in one: plain descent keeps nothing but its weights.
#[test]
fn weights_go_out_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let common = "--after-solved continue --lr 0.7";
    printed(folder.path(), &format!("--nets 20 --epochs 40 --weights-out whole.npz {common}"));
    printed(folder.path(), &format!("--nets 20 --epochs 25 --weights-out half.npz {common}"));
    let summary = printed(folder.path(), &format!("--weights-in half.npz --epochs 15 --weights-out two.npz {common}"));
    assert!(summary.contains("20 networks") && summary.contains("imported starts"), "{summary}");
    let [whole, half, two] = ["whole.npz", "half.npz", "two.npz"].map(|name| weights(&folder.path().join(name)));
    assert!(matches!(whole.values(), Values::F64(_)), "the reference trains in f64");
    assert_eq!(whole, two);
    assert_ne!(whole, half);
    let part = "--weights-in half.npz --first 5 --nets 3 --epochs 15 --weights-out part.npz";
    printed(folder.path(), &format!("{part} {common}"));
    assert_eq!(weights(&folder.path().join("part.npz")), whole.slice(5..8));
    printed(folder.path(), &format!("--nets 20 --epochs 40 --precision f32 --weights-out single.npz {common}"));
    assert!(matches!(weights(&folder.path().join("single.npz")).values(), Values::F32(_)));
    assert_eq!(names(folder.path()), ["half.npz", "part.npz", "single.npz", "two.npz", "whole.npz"]);
}

/// A run that fails leaves no file and no folder behind, and what was there stays as it was.
#[test]
fn a_failed_run_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("w.npz"), "kept").unwrap();
    let output = run(folder.path(), "--nets 3 --epochs 2 --out new/results --weights-out missing/w.npz");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(names(folder.path()), ["w.npz"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("w.npz")).unwrap(), "kept");
}

#[test]
#[cfg(unix)]
fn results_are_as_readable_as_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), "--nets 3 --epochs 2 --out results --weights-out results/w.npz");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, "").unwrap();
    for name in ["run.json", "outcomes.parquet", "survival.csv", "w.npz"] {
        assert_eq!(mode(&folder.path().join("results").join(name)), mode(&plain), "{name}");
    }
}
