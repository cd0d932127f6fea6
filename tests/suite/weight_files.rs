//! NPZ files of weights: what is written is read, also by others; what is damaged is refused.

use std::path::Path;

use basins::outcome::{Values, Weights, WeightsFile, read_weights};
use basins::spec::Layers;
use proptest::prelude::*;

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

/// Signed zeros, infinities, denormals and NaN keep their bits.
#[test]
fn no_number_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.npz");
    let layers: Layers = "1,3".parse().unwrap();
    let odd = vec![f64::INFINITY, -0.0, 5e-324, -1.797e308, f64::NAN, f64::from_bits(0xfff8_0000_0000_0001)];
    write(&path, &layers, &Weights::new(&layers, Values::F64(odd.clone())), 1);
    let Values::F64(read) = read_weights(&path, &layers).unwrap().values().clone() else { panic!("not f64") };
    let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(read), bits(odd));
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

/// An array in NumPy's format, version 1.0, with a header of any text.
fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let mut header = header.to_owned();
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), data].concat()
}

fn header(dtype: &str, fortran: bool, shape: &str) -> String {
    let order = if fortran { "True" } else { "False" };
    format!("{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}, }}")
}

fn archive(path: &Path, arrays: &[(&str, Vec<u8>)], method: zip::CompressionMethod) {
    let mut writer = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in arrays {
        let options = zip::write::FileOptions::default().compression_method(method);
        writer.start_file(format!("{name}.npy"), options).unwrap();
        std::io::Write::write_all(&mut writer, bytes).unwrap();
    }
    writer.finish().unwrap();
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

#[test]
fn files_that_do_not_fit_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.npz");
    let layers: Layers = "1,1".parse().unwrap();
    let array = |dtype: &str, fortran: bool, shape: &str, data: Vec<u8>| npy(&header(dtype, fortran, shape), &data);
    for (reason, name, bytes) in [
        ("holds <i4, but weights are float32 or float64", "theta1", array("'<i4'", false, "(2, 2, 1)", vec![0; 16])),
        ("holds <f2, but weights are float32 or float64", "theta1", array("'<f2'", false, "(2, 2, 1)", vec![0; 8])),
        ("weights are float32 or float64", "theta1", array("'<c8'", false, "(2, 2, 1)", vec![0; 32])),
        ("weights are float32 or float64", "theta1", array("[('a', '<f4')]", false, "(2, 2, 1)", floats(4))),
        ("theta1", "theta1", array("'|O'", false, "(2, 2, 1)", vec![0; 32])),
        ("stored column by column", "theta1", array("'<f4'", true, "(2, 2, 1)", floats(4))),
        ("has shape [2, 1, 2]", "theta1", array("'<f4'", false, "(2, 1, 2)", floats(4))),
        ("has shape [4]", "theta1", array("'<f4'", false, "(4,)", floats(4))),
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
