//! Arrays of numbers as an NPZ archive that NumPy reads.

use std::io::{self, Cursor};

use npyz::WriterBuilder;
use npyz::npz::NpzWriter;

/// An array with its name and shape, row-major.
#[derive(Clone, Copy, Debug)]
pub struct Array<'a> {
    /// What NumPy finds it under.
    pub name: &'a str,
    /// Its dimensions; their product is the count of `values`.
    pub shape: &'a [u64],
    /// The numbers, written as float64.
    pub values: &'a [f64],
}

/// The archive's bytes.
///
/// # Errors
/// Memory is full, or a shape does not fit its values.
pub fn npz_bytes(arrays: &[Array<'_>]) -> io::Result<Vec<u8>> {
    let mut archive = NpzWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::FileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for Array { name, shape, values } in arrays {
        let mut array = archive.array(name, options)?.default_dtype().shape(shape).begin_nd()?;
        array.extend(values.iter().copied())?;
        array.finish()?;
    }
    let bytes = archive.zip_writer().finish()?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use npyz::npz::NpzArchive;

    use super::*;

    #[test]
    fn arrays_are_read_back() {
        let values: Vec<f64> = (0..6).map(|at| f64::from(at) / 3.0).collect();
        let bytes = npz_bytes(&[
            Array { name: "loss", shape: &[2, 3], values: &values },
            Array { name: "x", shape: &[1], values: &[f64::NAN] },
        ]);
        let mut archive = NpzArchive::new(Cursor::new(bytes.unwrap())).unwrap();
        let loss = archive.by_name("loss").unwrap().unwrap();
        assert_eq!(loss.shape(), [2, 3]);
        assert_eq!(loss.into_vec::<f64>().unwrap(), values);
        assert!(npz_bytes(&[Array { name: "loss", shape: &[7], values: &values }]).is_err());
    }
}
