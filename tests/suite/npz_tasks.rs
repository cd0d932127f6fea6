//! Tasks from NPZ archives: arrays as others save them, and what is refused.

use std::path::Path;

use basins::outcome::example_label;
use basins::spec::{Problem, Spec, Task};
use zip::CompressionMethod::{Deflated, Stored};

use crate::archives::{archive, header, npy};

fn load(path: &Path, layers: &str) -> Result<Problem, String> {
    let spec = Spec { task: Task::Npz(path.to_owned()), layers: layers.parse().unwrap(), ..Spec::default() };
    spec.problem().map_err(|error| error.to_string())
}

fn doubles(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn array(dtype: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    npy(&header(dtype, fortran, shape), data)
}

const INPUTS: [f64; 8] = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];

fn inputs() -> Vec<u8> {
    array("'<f8'", false, "(4, 2)", &doubles(&INPUTS))
}

#[test]
fn arrays_are_read_whatever_their_names_and_kinds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("task.npz");
    let targets = [0.0, 1.0, 1.0, 0.0];
    let bytes = [0, 1, 1, 0];
    let columns: Vec<f64> = [0, 2, 4, 6, 1, 3, 5, 7].map(|at| INPUTS[at]).to_vec();
    assert_ne!(columns, INPUTS, "else the order of memory is not tested");
    for (what, x, y, files) in [
        ("one dimension", "X", "y", [inputs(), array("'<f8'", false, "(4,)", &doubles(&targets))]),
        ("two dimensions", "x", "Y", [inputs(), array("'<f8'", false, "(4, 1)", &doubles(&targets))]),
        ("bytes", "X", "Y", [inputs(), array("'|u1'", false, "(4,)", &bytes)]),
        ("truth values", "x", "y", [inputs(), array("'|b1'", false, "(4,)", &bytes)]),
        (
            "half precision, big-endian",
            "X",
            "y",
            [inputs(), array("'>f2'", false, "(4,)", &[0, 0, 0x3c, 0, 0x3c, 0, 0, 0])],
        ),
        (
            "column by column",
            "X",
            "y",
            [array("'<f8'", true, "(4, 2)", &doubles(&columns)), array("'|i1'", false, "(4,)", &bytes)],
        ),
    ] {
        let [x_file, y_file] = files;
        archive(&path, &[(x, x_file), ("other", vec![1, 2, 3]), (y, y_file)], Deflated);
        let problem = load(&path, "2,3,1").unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!((problem.examples().inputs(), problem.examples().targets()), (&INPUTS[..], &targets[..]), "{what}");
        assert_eq!((problem.examples().labels(), example_label(&problem, 3)), (None, "4".to_owned()));
    }
}

#[test]
fn class_labels_are_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("task.npz");
    let read = |labels: &[f64], layers: &str| {
        let y = array("'<f8'", false, "(4,)", &doubles(labels));
        archive(&path, &[("X", inputs()), ("y", y)], Stored);
        load(&path, layers).map(|problem| {
            (problem.examples().targets().to_vec(), problem.examples().labels().unwrap_or_default().to_owned())
        })
    };
    let said = |targets: &[f64], labels: &str| Ok((targets.to_vec(), labels.to_owned()));
    assert_eq!(read(&[1.0, 2.0, 2.0, 1.0], "2,1"), said(&[0.0, 1.0, 1.0, 0.0], "class labels: 1 = 0, 2 = 1"));
    assert_eq!(
        read(&[0.0, 1.0, 1.0, 0.0], "2,2"),
        said(&[1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0], "class labels: 0 = output 1, 1 = output 2")
    );
    assert_eq!(read(&[0.0, 1.0, 1.0, 0.0], "2,1"), said(&[0.0, 1.0, 1.0, 0.0], ""));
    let error = read(&[0.0, 1.0, 2.0, 0.0], "2,4,2").unwrap_err();
    assert!(error.contains("3 class labels (0, 1, 2), but --layers 2,4,2 has 2 outputs"), "{error}");
}

#[test]
fn wrong_archives_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("task.npz");
    let y = || array("'|u1'", false, "(4,)", &[0, 1, 1, 0]);
    let odd = |value: f64| {
        let values = [0.0, 0.0, 0.0, 1.0, 1.0, value, 1.0, 1.0];
        array("'<f8'", false, "(4, 2)", &doubles(&values))
    };
    for (reason, x, targets) in [
        ("array X has shape [8], but --layers 2,3,1 needs (examples, 2)", array("'|u1'", false, "(8,)", &[0; 8]), y()),
        ("array X has shape [4, 2, 1]", array("'|u1'", false, "(4, 2, 1)", &[0; 8]), y()),
        ("array X has shape []", array("'|u1'", false, "()", &[0]), y()),
        ("array X has shape [0, 2] and so no examples", array("'|u1'", false, "(0, 2)", &[]), y()),
        ("array y has shape [2, 2], but --layers", inputs(), array("'|u1'", false, "(2, 2)", &[0, 1, 1, 0])),
        ("array X has 4 rows, but y has 3", inputs(), array("'|u1'", false, "(3,)", &[0, 1, 1])),
        ("array X is NaN at [2, 1]", odd(f64::NAN), y()),
        ("array X is 1e39 at [2, 1]", odd(1e39), y()),
        ("array X holds <U3, but examples are real numbers", array("'<U3'", false, "(4, 2)", &[0; 96]), y()),
        ("array y holds |O", inputs(), array("'|O'", false, "(4,)", &[0; 32])),
        ("array X cannot be read, the file is damaged", array("'<f8'", false, "(4, 2)", &[0; 63]), y()),
        ("array X cannot be read", array("'<f8'", false, "(4611686018427387904, 2)", &[0; 64]), y()),
        ("array X cannot be read", b"nothing".to_vec(), y()),
        ("targets from 0 to 9 cannot be reached", inputs(), array("'|u1'", false, "(4,)", &[0, 1, 9, 0])),
    ] {
        archive(&path, &[("X", x), ("y", targets)], Stored);
        let error = load(&path, "2,3,1").expect_err(reason);
        assert!(error.contains(reason), "{reason:?} is not said: {error}");
        assert!(!error.contains('\n'), "more than one line: {error}");
    }
    archive(&path, &[("data", inputs()), ("y", y())], Stored);
    assert!(load(&path, "2,3,1").unwrap_err().contains("has no array X or x; the file holds data, y"));
    std::fs::write(&path, "0,0,0\n").unwrap();
    assert!(load(&path, "2,3,1").unwrap_err().contains("is not an NPZ archive"));
    assert!(load(Path::new("/nowhere/task.npz"), "2,1").unwrap_err().contains("No such file"));
    assert!(load(Path::new("/"), "2,1").is_err());
}

/// Cut short anywhere, an archive is refused.
#[test]
fn damage_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("task.npz");
    archive(&path, &[("X", inputs()), ("y", array("'|u1'", false, "(4,)", &[0, 1, 1, 0]))], Stored);
    let whole = std::fs::read(&path).unwrap();
    assert!(load(&path, "2,3,1").is_ok());
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = load(&path, "2,3,1").expect_err("a file cut short");
        assert!(error.contains("damaged"), "cut to {length} bytes: {error}");
    }
}
