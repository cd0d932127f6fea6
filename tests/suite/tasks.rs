//! Tasks: truth tables, others that are made, and files as people have them.

use std::path::Path;

use basins::outcome::example_label;
use basins::spec::{Activation, Levels, Loss, Problem, Spec, Task};
use proptest::prelude::*;

use crate::support::holds;

fn csv_problem(content: &[u8], layers: &str) -> Result<Problem, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("task.csv");
    std::fs::write(&path, content).unwrap();
    load(&path, layers)
}

/// Inputs, targets, and what class labels became.
type Read = (Vec<f64>, Vec<f64>, String);

fn read(content: &str, layers: &str) -> Read {
    let problem = csv_problem(content.as_bytes(), layers).unwrap_or_else(|error| panic!("{content:?}: {error}"));
    let examples = problem.examples();
    (examples.inputs().to_vec(), examples.targets().to_vec(), examples.labels().unwrap_or_default().to_owned())
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
        ("a quoted header", b"\"left, or first\",right,target\n0,0,0\n0,1,1\n"),
        ("semicolons", b"0;0;0\n0;1;1\n"),
        ("semicolons and a header", b"left;right;target\r\n0;0;0\r\n0;1;1\r\n"),
        ("tabs", b"0\t0\t0\n0\t1\t1\n"),
        ("decimal commas between semicolons", b"0,0;0,0;0\n0;1,0;1\n"),
        ("decimal commas between tabs", b"0,0\t0,0\t0,0\n0,0\t1,0\t1,0\n"),
        ("rows of empty cells", b"0,0,0\n,,\n0,1,1\n,,\n"),
        ("line ends of old", b"0,0,0\r0,1,1\r"),
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
            b"0 0 0\n0 1 1\n",
            "line 1 has 1 column, but --layers 2,2,1 needs 3: 2 inputs, then 1 target; commas, semicolons or tabs go between",
        ),
        (b"0;0;0\n0;1\n", "line 2 has 2 columns"),
        (b"0,0,0\n0;1;1\n", "line 2 has 1 column"),
        (
            b"0,5;0;0\n1.5;1;1\n",
            "line 2, column 1: \"1.5\" is not a finite number: others in the file have a decimal comma",
        ),
        (b"\xff\xfe0\x00,\x000\x00", "is UTF-16 text; save it as UTF-8"),
        (b"0,0,0\n0,1,\xe9\n", "line 2 is not UTF-8 text"),
        (b"left,right\n0,0,0\n", "line 1 has 2 columns"),
        (b"\xff\xfd\x00\x01\n", "line 1 is not UTF-8 text"),
    ] {
        let error = csv_problem(content, "2,2,1").expect_err("a wrong file");
        assert!(error.contains(reason), "{reason:?} is not said: {error}");
        assert!(!error.contains('\n'), "more than one line: {error}");
    }
    assert!(load(Path::new("/nowhere/task.csv"), "2,1").unwrap_err().contains("No such file"));
    assert!(load(Path::new("/"), "2,1").is_err());
}

/// As an editor counts lines, whatever ends them and whichever are left out.
#[test]
fn errors_name_the_line_that_an_editor_shows() {
    for end in ["\n", "\r\n", "\r"] {
        for (lines, line) in [
            (vec!["0,0,0", "0,1,1", "0,x,1"], 3),
            (vec!["a,b,c", "0,1,1", "0,x,1", "1,1,0"], 3),
            (vec!["", "", "0,0,0", "", "0,x,1", ""], 5),
            (vec!["0,0,0", ",,", "0,x,1"], 3),
            (vec!["0,0,0", "0,x,1", "", ""], 2),
        ] {
            let error = csv_problem(lines.join(end).as_bytes(), "2,2,1").unwrap_err();
            assert!(error.contains(&format!("line {line}, column 2: \"x\"")), "{lines:?} {end:?}: {error}");
        }
        let error = csv_problem(["0,0,0", "", "0,1"].join(end).as_bytes(), "2,2,1").unwrap_err();
        assert!(error.contains("line 3 has 2 columns"), "{end:?}: {error}");
    }
    let error = csv_problem(b"# of 1986\n\n# here\n0,0,0\n# there\n0,x,1\n", "2,2,1").unwrap_err();
    assert!(error.contains("line 6, column 2"), "{error}");
    let error = csv_problem(b"# of 1986\r\n\r\n0,0,0\r\n0,x,1\r\n", "2,2,1").unwrap_err();
    assert!(error.contains("line 4, column 2"), "{error}");
}

/// A first row of mistyped numbers must not vanish as a header.
#[test]
fn a_header_has_a_word_in_each_column() {
    for (row, column) in
        [("O,O,O", 1), ("l,O,I", 1), ("a,O,c", 2), ("a,,c", 2), ("a,b,1.2.3", 3), ("nan,inf,x", 1), ("?,-,!", 1)]
    {
        let error = csv_problem(format!("{row}\n0,0,0\n0,1,1\n").as_bytes(), "2,2,1").expect_err(row);
        let field = row.split(',').nth(column - 1).unwrap();
        let place = format!("line 1, column {column}: {field:?} is neither a number nor a name");
        assert!(error.contains(&place), "{row}: {error}");
    }
    for row in ["0,O,0", "O,0,0", "0,0,O"] {
        let error = csv_problem(format!("{row}\n0,1,1\n").as_bytes(), "2,2,1").expect_err(row);
        assert!(error.contains("\"O\" is not a finite number"), "{row}: {error}");
    }
    for row in ["a,b,c", "x1,x2,y", "Größe,π,class", "In 1,In 2,Out"] {
        assert_eq!(read(&format!("{row}\n0,0,0\n0,1,1\n"), "2,2,1").1, [0.0, 1.0], "{row}");
    }
}

#[test]
fn class_labels_are_mapped_and_named() {
    let labels = |content: &str, layers: &str| {
        let (_, targets, labels) = read(content, layers);
        (targets, labels)
    };
    let said = |targets: &[f64], labels: &str| (targets.to_vec(), labels.to_owned());
    assert_eq!(labels("0,0,yes\n0,1,no\n", "2,1"), said(&[1.0, 0.0], "class labels: no = 0, yes = 1"));
    assert_eq!(labels("0,0,2\n0,1,1\n", "2,1"), said(&[1.0, 0.0], "class labels: 1 = 0, 2 = 1"));
    assert_eq!(labels("0,0,-1\n0,1,1\n", "2,1"), said(&[0.0, 1.0], "class labels: -1 = 0, 1 = 1"));
    assert_eq!(labels("0;0,5;true\n0;1;false\n", "2,1"), said(&[1.0, 0.0], "class labels: false = 0, true = 1"));
    assert_eq!(labels("a,b,kind\n0,0,x\n0,1,o\n", "2,1"), said(&[1.0, 0.0], "class labels: o = 0, x = 1"));
    assert_eq!(
        labels("5.1,setosa\n6.3,virginica\n5.9,versicolor\n", "1,3,3"),
        said(
            &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0],
            "class labels: setosa = output 1, versicolor = output 2, virginica = output 3"
        )
    );
    assert_eq!(labels("0,3\n1,1\n", "1,2"), said(&[0.0, 1.0, 1.0, 0.0], "class labels: 1 = output 1, 3 = output 2"));
    // Numbers that the outputs reach are what is to be learnt.
    assert_eq!(labels("0,0,1\n0,1,0\n", "2,1"), said(&[1.0, 0.0], ""));
    assert_eq!(labels("0,0,0.1\n0,1,0.9\n", "2,1"), said(&[0.1, 0.9], ""));
    for (content, layers, reason) in [
        ("0,0,a\n0,1,b\n1,0,c\n", "2,1", "has 3 class labels (a, b, c) as targets of one output"),
        ("0,a\n1,b\n", "1,3", "2 class labels (a, b), but --layers 1,3 has 3 outputs"),
        ("0,0,yes\n0,1,\n", "2,1", "line 2, column 3: \"\" is no class label"),
        ("0,0,yes\n0,1,NA\n", "2,1", "line 2, column 3: \"NA\" is no class label"),
        ("0,0,1\n0,1,yes\n", "2,1", "line 2, column 3: \"yes\" is not a finite number"),
        ("0,0,yes\n0,1,yes\n", "2,1", "has 1 class label (yes)"),
        ("0,0,0.5\n0,1,7.5\n", "2,1", "cannot be reached"),
        ("0,0,1\n0,1,2\n1,0,3\n", "2,1", "cannot be reached"),
        ("1\n2\n", "1,3", "line 1 has 1 column, but --layers 1,3 needs 4: 1 input, then 3 targets or 1 class label"),
        ("1,a\n2,b,c\n", "1,3", "line 2 has 3 columns, but --layers 1,3 needs 2: 1 input, then 1 class label"),
    ] {
        let error = csv_problem(content.as_bytes(), layers).expect_err(reason);
        assert!(error.contains(reason), "{reason:?} is not said: {error}");
    }
}

/// Which targets are labels depends on what the outputs reach.
#[test]
fn targets_follow_the_outputs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("task.csv");
    std::fs::write(&path, "0,0,-1\n0,1,1\n").unwrap();
    let spec = Spec { task: Task::Csv(path), layers: "2,3,1".parse().unwrap(), loss: Loss::Mse, ..Spec::default() };
    let sigmoid = spec.problem().unwrap();
    let tanh = sigmoid.with(|spec| spec.activation = Activation::Tanh.into()).unwrap();
    assert_eq!((sigmoid.examples().targets(), sigmoid.midpoint()), ([0.0, 1.0].as_slice(), 0.5));
    assert_eq!((tanh.examples().targets(), tanh.midpoint()), ([-1.0, 1.0].as_slice(), 0.0));
    assert_eq!((sigmoid.examples().labels().is_some(), tanh.examples().labels()), (true, None));
    let again = tanh.with(|spec| spec.activation = Activation::Sigmoid.into()).unwrap();
    assert_eq!(again.examples(), sigmoid.examples());
}

#[test]
fn no_file_makes_the_reader_panic() {
    let near = "([0-9.,;\t\"\r\n# -]|nan|1e400|yes|no|O){0,60}".prop_map(String::into_bytes);
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

fn made(task: &str, layers: &str) -> Result<Problem, String> {
    let spec = Spec { task: task.parse().unwrap(), layers: layers.parse().unwrap(), ..Spec::default() };
    spec.problem().map_err(|error| error.to_string())
}

/// Rumelhart, Hinton & Williams 1986: true where the pattern is its own mirror image.
#[test]
fn symmetry_compares_a_pattern_with_its_mirror_image() {
    let problem = made("symmetry:4", "4,2,1").unwrap();
    let true_rows: Vec<String> = (0..16)
        .filter(|row| problem.examples().target(*row) == [1.0])
        .map(|row| example_label(&problem, row))
        .collect();
    assert_eq!(true_rows, ["0000", "0110", "1001", "1111"]);
    for (input_count, symmetric) in [(2, 2.0), (3, 4.0), (6, 8.0), (8, 16.0)] {
        let problem = made(&format!("symmetry:{input_count}"), &format!("{input_count},2,1")).unwrap();
        assert_eq!(problem.examples().count(), 1 << input_count);
        assert_eq!(problem.examples().targets().iter().sum::<f64>(), symmetric, "{input_count} bits");
    }
    assert_ne!(made("symmetry:3", "3,1").unwrap().examples(), made("parity:3", "3,1").unwrap().examples());
}

#[test]
fn an_encoder_gives_back_the_unit_that_is_on() {
    let problem = made("encoder:8", "8,3,8").unwrap();
    let examples = problem.examples();
    assert_eq!((examples.count(), examples.inputs()), (8, examples.targets()));
    for example in 0..8 {
        assert_eq!(examples.input(example).iter().sum::<f64>(), 1.0);
        assert_eq!(examples.input(example)[example], 1.0);
        assert_eq!(example_label(&problem, example), (example + 1).to_string());
    }
    let levels = problem.with(|spec| spec.targets = Levels { low: 0.1, high: 0.9 }).unwrap();
    assert_eq!(levels.examples().target(1)[..3], [0.1, 0.9, 0.1]);
    assert_eq!(levels.examples().input(1)[..3], [0.0, 1.0, 0.0]);
    let levels = problem.with(|spec| spec.inputs = Levels { low: -1.0, high: 1.0 }).unwrap();
    assert_eq!(levels.examples().input(1)[..3], [-1.0, 1.0, -1.0]);
    for (task, layers, hint) in [
        ("encoder:8", "2,3,1", "which has 8 inputs and 8 outputs; try --layers 8,3,8"),
        ("encoder:4", "4,2,1", "try --layers 4,2,4"),
        ("spirals", "8,3,8", "which has 2 inputs and 1 output; try --layers 2,3,1"),
        ("symmetry:6", "2,2,1", "try --layers 6,2,1"),
    ] {
        let error = made(task, layers).unwrap_err();
        assert!(error.contains(hint), "{error}");
    }
}

/// Lang & Witbrock 1988. What the points are: beside their formula.
#[test]
fn spirals_take_levels_for_targets_alone() {
    let problem = made("spirals", "2,5,5,1").unwrap();
    assert_eq!(problem.spec().task.to_string(), "spirals:97");
    assert_eq!((problem.examples().count(), example_label(&problem, 193)), (194, "194".into()));
    assert_eq!(problem.examples().input(0), [6.5, 0.0]);
    assert_eq!(problem.examples().targets()[..4], [1.0, 0.0, 1.0, 0.0]);
    let levels = problem.with(|spec| spec.targets = Levels { low: 0.1, high: 0.9 }).unwrap();
    assert_eq!((levels.examples().targets()[..2].to_vec(), levels.midpoint()), (vec![0.9, 0.1], 0.5));
    let error = problem.with(|spec| spec.inputs = Levels { low: -1.0, high: 1.0 }).unwrap_err().to_string();
    assert!(error.contains("--task spirals:97 has points of a plane"), "{error}");
    for count in ["1", "10001", "", "many"] {
        assert!(format!("spirals:{count}").parse::<Task>().unwrap_err().to_string().contains("2 to 10000 points"));
    }
}

#[test]
fn files_without_their_form_are_recognised() {
    let error = |text: &str| text.parse::<Task>().unwrap_err().to_string();
    assert!(error("data.csv").ends_with("a file is written csv:data.csv"), "{}", error("data.csv"));
    assert!(error("/tmp/my.npz").ends_with("a file is written npz:/tmp/my.npz"));
    assert!(error("xro").contains("(did you mean xor?)"));
    assert!(error("encoder").contains("(did you mean encoder:N?)"));
    assert!(error("mnist.gz").contains("there are xor, and"));
}
