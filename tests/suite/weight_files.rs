//! NPZ files of weights: what is written is read, also by others; what is damaged is refused.

use std::path::Path;

use basins::outcome::{Values, Weights, WeightsFile, read_weights};
use basins::spec::Layers;
use proptest::prelude::*;

use crate::archives::{archive, header, npy};
use crate::support::holds;

fn write(path: &Path, layers: &Layers, weights: &Weights, chunk: usize) {
    let mut file = WeightsFile::create(path, layers).unwrap();
    for start in (0..weights.count()).step_by(chunk) {
        file.append(&weights.slice(start..weights.count().min(start + chunk))).unwrap();
    }
    file.finish().unwrap();
}

fn sample(layers: &Layers, count: usize, double: bool) -> Weights {
    let numbers = (0..layers.weight_count() * count).map(|at| (at as f64 * 0.37).sin() * 5.0);
    let values = match double {
        true => Values::F64(numbers.collect()),
        false => Values::F32(numbers.map(|value| value as f32).collect()),
    };
    Weights::new(layers, values)
}

fn doubles(weights: &Weights) -> Vec<f64> {
    match weights.values() {
        Values::F32(values) => values.iter().copied().map(f64::from).collect(),
        Values::F64(values) => values.clone(),
    }
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.npz");
    let sizes = prop::collection::vec(1usize..6, 2..5).prop_map(|sizes| Layers::new(sizes).unwrap());
    holds(60, &(sizes, 1usize..20, 1usize..20, any::<bool>()), |(layers, count, chunk, double)| {
        let weights = sample(&layers, count, double);
        write(&path, &layers, &weights, chunk);
        prop_assert_eq!(read_weights(&path, &layers).unwrap(), weights);
        Ok(())
    });
}

/// Signed zeros, denormals and the largest weights keep their bits.
#[test]
fn no_number_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.npz");
    let layers: Layers = "1,3".parse().unwrap();
    let odd = vec![0.1, -0.0, 5e-324, -1e6, 1.0 + f64::EPSILON, f64::from_bits(0x0008_0000_0000_0001)];
    write(&path, &layers, &Weights::new(&layers, Values::F64(odd.clone())), 1);
    let Values::F64(read) = read_weights(&path, &layers).unwrap().values().clone() else { panic!("not f64") };
    let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(read), bits(odd));
}

/// What would make a network diverge before its first epoch is named by array and index.
#[test]
fn weights_past_the_bound_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.npz");
    let layers: Layers = "1,2,1".parse().unwrap();
    let healthy = doubles(&sample(&layers, 3, true));
    let refusal = |position: usize, value: f64, double: bool| {
        let mut values = healthy.clone();
        values[position] = value;
        let values = match double {
            true => Values::F64(values),
            false => Values::F32(values.into_iter().map(|value| value as f32).collect()),
        };
        write(&path, &layers, &Weights::new(&layers, values), 3);
        read_weights(&path, &layers).map(|_| ()).map_err(|error| error.to_string())
    };
    // Seven weights a network: four of theta1, then three of theta2.
    for (position, value, double, place) in [
        (0, f64::NAN, true, "array theta1 is NaN at [0, 0, 0]"),
        (7 + 3, f64::INFINITY, false, "array theta1 is inf at [1, 1, 1]"),
        (14 + 6, -1e300, true, "array theta2 is -1e300 at [2, 2, 0]"),
        (14 + 5, -f64::INFINITY, false, "array theta2 is -inf at [2, 1, 0]"),
        (4, 1.000_001e6, true, "array theta2 is 1000001 at [0, 0, 0]"),
    ] {
        let error = refusal(position, value, double).expect_err(place);
        assert!(error.contains(place), "{place:?} is not said: {error}");
        assert!(error.contains("at most 1e6 in size"), "{error}");
    }
    assert_eq!(refusal(4, 1e6, true), Ok(()), "the bound itself is a weight");
    assert_eq!(refusal(4, -1e6, false), Ok(()));
}

/// Cut short anywhere - in a header of the archive, of an array, in numbers, in the directory at the end - the file is
/// refused; with any byte changed, it is refused or means the same.
#[test]
fn damage_anywhere_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, broken) = (folder.path().join("whole.npz"), folder.path().join("broken.npz"));
    let layers: Layers = "2,2,1".parse().unwrap();
    let weights = sample(&layers, 2, false);
    write(&whole, &layers, &weights, 2);
    let bytes = std::fs::read(&whole).unwrap();
    for length in 0..bytes.len() {
        std::fs::write(&broken, &bytes[..length]).unwrap();
        let error = read_weights(&broken, &layers).expect_err("a file cut short");
        assert!(error.is_input(), "cut to {length} bytes: {error}");
        assert!(error.to_string().contains("damaged"), "cut to {length} bytes: {error}");
    }
    let mut refused = 0;
    for at in 0..bytes.len() {
        for flip in [0x01, 0x20, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            std::fs::write(&broken, &changed).unwrap();
            match read_weights(&broken, &layers) {
                Ok(read) => assert_eq!(read, weights, "byte {at} changed by {flip:#x} gives other numbers"),
                Err(error) => {
                    refused += 1;
                    assert!(error.is_input() && !error.to_string().contains('\n'), "byte {at}: {error}");
                }
            }
        }
    }
    assert!(refused > bytes.len(), "only {refused} changes were refused");
}

fn floats(count: usize) -> Vec<u8> {
    (0..count).flat_map(|at| (at as f32).to_le_bytes()).collect()
}

/// Compressed, big-endian, of mixed precision, with arrays besides: as NumPy users may save them.
#[test]
fn files_of_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.npz");
    let layers: Layers = "1,1".parse().unwrap();
    let plain = npy(&header("'<f4'", false, "(2, 2, 1)"), &floats(4));
    let big: Vec<u8> = (0..4).flat_map(|at| (at as f32).to_be_bytes()).collect();
    let double: Vec<u8> = (0..4).flat_map(|at| f64::from(at).to_le_bytes()).collect();
    for method in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated] {
        let other = npy(&header("'<i8'", false, "()"), &[0; 8]);
        archive(&path, &[("seed", other), ("theta1", plain.clone())], method);
        assert_eq!(read_weights(&path, &layers).unwrap().to_f32(), [0.0, 1.0, 2.0, 3.0], "{method}");
    }
    archive(&path, &[("theta1", npy(&header("'>f4'", false, "(2, 2, 1)"), &big))], zip::CompressionMethod::Stored);
    assert_eq!(read_weights(&path, &layers).unwrap().to_f32(), [0.0, 1.0, 2.0, 3.0]);
    let deeper: Layers = "1,1,1".parse().unwrap();
    let double = npy(&header("'<f8'", false, "(2, 2, 1)"), &double);
    archive(&path, &[("theta1", plain), ("theta2", double)], zip::CompressionMethod::Stored);
    let mixed = read_weights(&path, &deeper).unwrap();
    assert_eq!(mixed.values(), &Values::F64(vec![0.0, 1.0, 0.0, 1.0, 2.0, 3.0, 2.0, 3.0]));
}

/// Half precision and integers, and arrays as `np.vstack([W.T, b])` makes them of a layer of PyTorch: stored column by
/// column, one network without the first dimension.
#[test]
fn forms_of_other_tools_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.npz");
    let layers: Layers = "2,2".parse().unwrap();
    let read = |dtype: &str, fortran: bool, shape: &str, data: &[u8]| {
        archive(&path, &[("theta1", npy(&header(dtype, fortran, shape), data))], zip::CompressionMethod::Deflated);
        let weights = read_weights(&path, &layers).unwrap_or_else(|error| panic!("{dtype} {shape}: {error}"));
        (weights.count(), doubles(&weights))
    };
    let rows = vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    let columns = vec![0.0, 3.0, 1.0, 4.0, 2.0, 5.0];
    assert_ne!(rows, columns, "else nothing is tested");
    assert_eq!(read("'<f4'", false, "(1, 3, 2)", &floats(6)), (1, rows.clone()));
    assert_eq!(read("'<f4'", false, "(3, 2)", &floats(6)), (1, rows.clone()), "one network");
    assert_eq!(read("'<f4'", true, "(3, 2)", &floats(6)), (1, columns.clone()), "one, column by column");
    assert_eq!(read("'<f4'", true, "(1, 3, 2)", &floats(6)), (1, columns));
    // As of np.arange(12).reshape((2, 3, 2), order="F").
    let two = vec![0.0, 6.0, 2.0, 8.0, 4.0, 10.0, 1.0, 7.0, 3.0, 9.0, 5.0, 11.0];
    assert_eq!(read("'<f4'", true, "(2, 3, 2)", &floats(12)), (2, two));
    let bytes = |size: usize| (0..6u8).flat_map(|at| [vec![at], vec![0; size - 1]].concat()).collect::<Vec<u8>>();
    for (dtype, size) in [("'|i1'", 1), ("'|u1'", 1), ("'<i2'", 2), ("'<u4'", 4), ("'<i4'", 4), ("'<i8'", 8)] {
        assert_eq!(read(dtype, false, "(1, 3, 2)", &bytes(size)), (1, rows.clone()), "{dtype}");
    }
    let halves = [0x0000u16, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500].map(u16::to_le_bytes).concat();
    assert_eq!(read("'<f2'", false, "(1, 3, 2)", &halves), (1, rows));
}

#[test]
fn files_that_do_not_fit_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.npz");
    let layers: Layers = "1,1".parse().unwrap();
    let array = |dtype: &str, fortran: bool, shape: &str, data: Vec<u8>| npy(&header(dtype, fortran, shape), &data);
    for (reason, name, bytes) in [
        ("is -2139062144 at [0, 0, 0]", "theta1", array("'<i4'", false, "(2, 2, 1)", vec![0x80; 16])),
        ("holds <c8, but weights are real numbers", "theta1", array("'<c8'", false, "(2, 2, 1)", vec![0; 32])),
        ("holds <f16, but weights", "theta1", array("'<f16'", false, "(2, 2, 1)", vec![0; 64])),
        ("weights are real numbers", "theta1", array("[('a', '<f4')]", false, "(2, 2, 1)", floats(4))),
        ("theta1", "theta1", array("'|O'", false, "(2, 2, 1)", vec![0; 32])),
        ("has shape [2, 1, 2]", "theta1", array("'<f4'", false, "(2, 1, 2)", floats(4))),
        ("has shape [4]", "theta1", array("'<f4'", false, "(4,)", floats(4))),
        ("needs (networks, 2, 1), or (2, 1) for one", "theta1", array("'<f4'", false, "(1, 2)", floats(2))),
        ("has shape [1, 2, 2, 1]", "theta1", array("'<f4'", false, "(1, 2, 2, 1)", floats(4))),
        ("holds no networks", "theta1", array("'<f4'", false, "(0, 2, 1)", vec![])),
        ("damaged", "theta1", array("'<f4'", false, "(3, 2, 1)", floats(4))),
        ("damaged", "theta1", array("'<f4'", false, "(4611686018427387904, 2, 1)", floats(4))),
        ("damaged", "theta1", array("'<f4'", false, "(1000000000000, 2, 1)", floats(4))),
        ("damaged", "theta1", b"\x93NUMPY\x01\x00\xff\xff{".to_vec()),
        ("has no array theta1", "weights", array("'<f4'", false, "(2, 2, 1)", floats(4))),
    ] {
        archive(&path, &[(name, bytes)], zip::CompressionMethod::Stored);
        let error = read_weights(&path, &layers).expect_err(reason);
        assert!(error.to_string().contains(reason), "{reason:?} is not said: {error}");
        assert!(error.is_input());
    }
    let two: Layers = "1,1,1".parse().unwrap();
    let counts = [("theta1", "(2, 2, 1)", 4), ("theta2", "(3, 2, 1)", 6)];
    let arrays = counts.map(|(name, shape, count)| (name, array("'<f4'", false, shape, floats(count))));
    archive(&path, &arrays, zip::CompressionMethod::Stored);
    let error = read_weights(&path, &two).unwrap_err().to_string();
    assert!(error.contains("theta1 holds 2 networks, but theta2 holds 3"), "{error}");
}

#[test]
fn nothing_is_left_where_nothing_was_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.npz");
    let layers: Layers = "2,1".parse().unwrap();
    std::fs::write(&path, "what was there before").unwrap();
    let mut file = WeightsFile::create(&path, &layers).unwrap();
    file.append(&sample(&layers, 3, false)).unwrap();
    drop(file);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "what was there before");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    for wrong in [folder.path().join("missing/weights.npz"), folder.path().to_owned()] {
        let error = WeightsFile::create(&wrong, &layers).err().expect("an impossible path");
        assert!(error.is_input() && error.to_string().contains("cannot be written"), "{error}");
    }
}
