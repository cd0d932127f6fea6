//! Arrays of numbers as an NPZ archive that NumPy reads.

use std::io::{self, BufWriter, Cursor, Read, Seek, Write};

use npyz::npz::{NpzArchive, NpzWriter, file_name_from_array_name};
use npyz::{AutoSerialize, Deserialize, WriteOptions, WriterBuilder};

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
    let mut archive = ArraysFile::new(Cursor::new(Vec::new()));
    for Array { name, shape, values } in arrays {
        archive.add(name, shape, values.iter().copied().map(Ok))?;
    }
    Ok(archive.finish()?.into_inner())
}

/// The least compression.
const FASTEST: i32 = 1;

/// An archive written number by number, so that no array need be held.
pub(crate) struct ArraysFile<W: Write + Seek> {
    archive: NpzWriter<W>,
}

impl<W: Write + Seek> ArraysFile<W> {
    /// Without arrays yet.
    pub(crate) fn new(target: W) -> Self {
        Self { archive: NpzWriter::new(target) }
    }

    /// Adds an array in the numbers' own format; as many must come as the shape says.
    ///
    /// # Errors
    /// The target cannot be written, a number cannot be had, or the shape does not fit.
    pub(crate) fn add<T: AutoSerialize>(
        &mut self,
        name: &str,
        shape: &[u64],
        values: impl IntoIterator<Item = io::Result<T>>,
    ) -> io::Result<()> {
        // Losses hardly shrink, however hard one tries.
        let options = zip::write::FileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(FASTEST))
            .last_modified_time(zip::DateTime::default());
        let archive = self.archive.zip_writer();
        archive.start_file(file_name_from_array_name(name), options)?;
        // The compressor takes its time for every call, so numbers go to it many at a time.
        let mut target = BufWriter::with_capacity(1 << 16, archive);
        let mut array = WriteOptions::new().default_dtype().shape(shape).writer(&mut target).begin_nd()?;
        values.into_iter().try_for_each(|value| array.push(&value?))?;
        array.finish()?;
        target.flush()
    }

    /// Ends the archive and gives its target back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let mut target = self.archive.zip_writer().finish()?;
        target.flush()?;
        Ok(target)
    }
}

/// Reads an array of so many numbers, whatever its shape; the archive's checksum must hold.
///
/// # Errors
/// There is no such array, it is damaged, or holds other numbers.
pub(crate) fn read_numbers<T: Deserialize>(
    archive: &mut NpzArchive<impl Read + Seek>,
    name: &str,
    count: usize,
) -> io::Result<Vec<T>> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("array {name} {what}"));
    whole(archive, name)?;
    let file = archive.by_name(name)?.ok_or_else(|| wrong("is missing"))?;
    let numbers: Vec<T> = file.into_vec()?;
    if numbers.len() == count { Ok(numbers) } else { Err(wrong("has another size")) }
}

/// Reads an array to its end for the archive's checksum: numbers alone would not show that a header was changed.
pub(super) fn whole(archive: &mut NpzArchive<impl Read + Seek>, name: &str) -> io::Result<()> {
    match archive.zip_archive().by_name(&file_name_from_array_name(name)) {
        Ok(mut file) => io::copy(&mut file, &mut io::sink()).map(|_| ()),
        // That an array is missing is told with the names of those that are not.
        Err(zip::result::ZipError::FileNotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(read_numbers::<f64>(&mut archive, "loss", 6).unwrap(), values);
        assert!(read_numbers::<f64>(&mut archive, "loss", 5).is_err());
        assert!(read_numbers::<f64>(&mut archive, "lost", 6).is_err());
        assert!(npz_bytes(&[Array { name: "loss", shape: &[7], values: &values }]).is_err());
    }
}
