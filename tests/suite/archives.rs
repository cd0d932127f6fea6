//! No test: NPZ archives as others write them, byte by byte.

use std::path::Path;

/// An array in NumPy's format, version 1.0, with a header of any text.
pub(crate) fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let mut header = header.to_owned();
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), data].concat()
}

/// What an array says of itself; `dtype` and `shape` are Python.
pub(crate) fn header(dtype: &str, fortran: bool, shape: &str) -> String {
    let order = if fortran { "True" } else { "False" };
    format!("{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}, }}")
}

/// An archive of arrays by name.
pub(crate) fn archive(path: &Path, arrays: &[(&str, Vec<u8>)], method: zip::CompressionMethod) {
    let mut writer = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in arrays {
        let options = zip::write::FileOptions::default().compression_method(method);
        writer.start_file(format!("{name}.npy"), options).unwrap();
        std::io::Write::write_all(&mut writer, bytes).unwrap();
    }
    writer.finish().unwrap();
}
