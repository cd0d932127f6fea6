//! Tasks from files and truth tables.

use std::path::Path;

use basins::spec::{Levels, Problem, Spec, Task};
use proptest::prelude::*;

use crate::support::holds;

fn csv_problem(content: &[u8], layers: &str) -> Result<Problem, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("task.csv");
    std::fs::write(&path, content).unwrap();
    load(&path, layers)
}

fn load(path: &Path, layers: &str) -> Result<Problem, String> {
    let layers = layers.parse().expect("valid layers");
    Spec { task: Task::Csv(path.to_owned()), layers, ..Spec::default() }.problem().map_err(|error| error.to_string())
}

#[test]
fn rows_are_inputs_then_targets() {
    let problem = csv_problem(b"a,b,y\n# a comment\n0.5, -1,1\n2,3e-1,0\n", "2,3,1").unwrap();
    let examples = problem.examples();
    assert_eq!((examples.inputs(), examples.targets()), ([0.5, -1.0, 2.0, 0.3].as_slice(), [1.0, 0.0].as_slice()));
    let two = csv_problem(b"1,0,1\n0,1,0\n", "1,4,2").unwrap();
    assert_eq!((two.examples().input(1), two.examples().target(1)), ([0.0].as_slice(), [1.0, 0.0].as_slice()));
}

#[test]
fn what_spreadsheets_write_is_read() {
    let plain = csv_problem(b"0,0,0\n0,1,1\n", "2,2,1").unwrap();
    for (what, content) in [
        ("a byte-order mark", b"\xef\xbb\xbf0,0,0\n0,1,1\n".as_slice()),
        ("a byte-order mark before a header", b"\xef\xbb\xbfa,b,c\n0,0,0\n0,1,1\n"),
        ("Windows line ends", b"0,0,0\r\n0,1,1\r\n"),
        ("quotes", b"\"0\",\"0\",\"0\"\n0,1,1\n"),
        ("no line end at the end", b"0,0,0\n0,1,1"),
        ("empty lines", b"\n0,0,0\n\n0,1,1\n\n"),
        ("a header", b"left,right,target\n0,0,0\n0,1,1\n"),
    ] {
        let problem = csv_problem(content, "2,2,1").unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(problem.examples(), plain.examples(), "{what}");
    }
}

#[test]
fn wrong_files_are_named_with_line_and_reason() {
    for (content, reason) in [
        (b"0,0,0\n0,1\n".as_slice(), "line 2 has 2 columns, but --layers 2,2,1 needs 3: 2 inputs, then 1 target"),
        (b"0,0,0\n0,1,1,1\n", "line 2 has 4 columns"),
        (b"0,0,0\n0,one,1\n", "line 2, column 2: \"one\" is not a finite number"),
        (b"a,b,c\n0,,1\n", "line 2, column 2: \"\" is not a finite number"),
        (b"0,0,nan\n", "line 1, column 3: \"nan\" is not a finite number"),
        (b"0,1e39,0\n", "line 1, column 2: \"1e39\" is not a finite number"),
        (b"", "has no rows of numbers"),
        (b"a,b,c\n", "has no rows of numbers"),
        (b"# nothing\n", "has no rows of numbers"),
        (b"0,0,2\n", "cannot be reached"),
        (
            b"0;0;0\n0;1;1\n",
            "line 1 has 1 column, but --layers 2,2,1 needs 3: 2 inputs, then 1 target; commas go between columns",
        ),
        (b"left,right\n0,0,0\n", "line 1 has 2 columns"),
        (b"\xff\xfe\x00\x01\n", "UTF-8"),
    ] {
        let error = csv_problem(content, "2,2,1").expect_err("a wrong file");
        assert!(error.contains(reason), "{reason:?} is not said: {error}");
        assert!(!error.contains('\n'), "more than one line: {error}");
    }
    assert!(load(Path::new("/nowhere/task.csv"), "2,1").unwrap_err().contains("No such file"));
    assert!(load(Path::new("/"), "2,1").is_err());
}

#[test]
fn no_file_makes_the_reader_panic() {
    let near = "([0-9.,\"\n# -]|nan|1e400){0,60}".prop_map(String::into_bytes);
    holds(500, &prop_oneof![near, prop::collection::vec(any::<u8>(), 0..80)], |content| {
        if let Ok(problem) = csv_problem(&content, "2,1") {
            prop_assert!(problem.examples().inputs().iter().all(|value| value.is_finite()));
        }
        Ok(())
    });
}

#[test]
fn truth_tables_count_in_binary_with_the_first_input_first() {
    let examples = |task: &str, layers: &str| {
        let spec = Spec { task: task.parse().unwrap(), layers: layers.parse().unwrap(), ..Spec::default() };
        spec.problem().unwrap().examples().clone()
    };
    assert_eq!(examples("xor", "2,1").inputs(), [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
    assert_eq!(examples("xor", "2,1").targets(), [0.0, 1.0, 1.0, 0.0]);
    assert_eq!(examples("table:0110", "2,1"), examples("xor", "2,1"));
    assert_eq!(examples("table:0001", "2,1"), examples("and", "2,1"));
    assert_eq!(examples("table:0111", "2,1"), examples("or", "2,1"));
    assert_eq!(examples("parity:2", "2,1"), examples("xor", "2,1"));
    assert_eq!(examples("parity:3", "3,1").targets(), [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(examples("parity:8", "8,1").count(), 256);
    let levels = Spec { targets: Levels { low: 0.1, high: 0.9 }, ..Spec::default() };
    assert_eq!(levels.problem().unwrap().examples().targets(), [0.1, 0.9, 0.9, 0.1]);
}
