//! Arrays of numbers as an NPZ archive that NumPy reads.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Cursor, Read, Seek, Write};
use std::path::Path;

use zip::read::ZipFile;
use zip::result::ZipError;
use zip::write::FileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::npy::{Element, Header};
use crate::foreign::{Source, megabytes};

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
    archive: ZipWriter<W>,
}

impl<W: Write + Seek> ArraysFile<W> {
    /// Without arrays yet.
    pub(crate) fn new(target: W) -> Self {
        Self { archive: ZipWriter::new(target) }
    }

    /// Adds an array in the numbers' own format, compressed; as many must come as the shape says.
    ///
    /// # Errors
    /// The target cannot be written, a number cannot be had, or the shape does not fit.
    pub(crate) fn add<T: Element>(
        &mut self,
        name: &str,
        shape: &[u64],
        values: impl IntoIterator<Item = io::Result<T>>,
    ) -> io::Result<()> {
        // Losses hardly shrink, however hard one tries.
        let options = options().compression_method(CompressionMethod::Deflated).compression_level(Some(FASTEST));
        self.archive.start_file(file_name(name), options)?;
        self.write(&Header::of::<T>(shape), values)
    }

    /// Adds an array as it is, of any size.
    ///
    /// # Errors
    /// As [`ArraysFile::add`].
    pub(crate) fn add_stored<T: Element>(
        &mut self,
        name: &str,
        shape: &[u64],
        values: impl IntoIterator<Item = io::Result<T>>,
    ) -> io::Result<()> {
        let options = options().compression_method(CompressionMethod::Stored).large_file(true);
        self.archive.start_file(file_name(name), options)?;
        self.write(&Header::of::<T>(shape), values)
    }

    fn write<T: Element>(
        &mut self,
        header: &Header,
        values: impl IntoIterator<Item = io::Result<T>>,
    ) -> io::Result<()> {
        // The compressor takes its time for every call, so numbers go to it many at a time.
        let mut target = BufWriter::with_capacity(1 << 16, &mut self.archive);
        header.write(&mut target)?;
        let mut count = 0;
        for value in values {
            value?.write(&mut target)?;
            count += 1;
        }
        // Each time leaves five bytes in a compressed stream. Three times is how often it has been from the first version on:
        // the same numbers are the same file.
        (0..3).try_for_each(|_| target.flush())?;
        let expected = header.count()?;
        if count == expected {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, format!("{count} numbers where {expected} were announced")))
        }
    }

    /// Ends the archive and gives its target back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let mut target = self.archive.finish()?;
        target.flush()?;
        Ok(target)
    }
}

/// The same bytes whenever they are written.
fn options() -> FileOptions {
    FileOptions::default().last_modified_time(zip::DateTime::default())
}

fn file_name(array: &str) -> String {
    format!("{array}.npy")
}

/// Any archive's arrays may unpack to so many bytes each,
const SMALL: u64 = 64 << 20;
/// and those of larger ones to so many times the archive: numbers seldom pack as tightly, and what unpacks to a thousand
/// times its size was made to fill memory.
const PACKING: u64 = 100;

/// An archive of arrays to read from.
pub(crate) struct ArraysReader<R> {
    archive: ZipArchive<R>,
    /// Most bytes that an array may unpack to.
    limit: u64,
}

impl ArraysReader<BufReader<File>> {
    /// Of a file.
    ///
    /// # Errors
    /// It cannot be read, or is no archive.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Self::new(BufReader::new(Source::open(path)?.seekable()?))
    }

    /// The same for a file that a person names: what goes wrong is said in words that follow the file's name.
    ///
    /// # Errors
    /// As [`ArraysReader::open`].
    pub(crate) fn open_or_reason(path: &Path) -> Result<Self, String> {
        let file = Source::open(path).and_then(Source::seekable).map_err(|error| format!("cannot be read: {error}"))?;
        Self::new(BufReader::new(file)).map_err(|error| format!("is not an NPZ archive, or is damaged ({error})"))
    }
}

/// That an array cannot be read, in words that follow the file's name.
pub(crate) fn damaged(name: &str, error: &io::Error) -> String {
    format!("array {name} cannot be read, the file is damaged or truncated ({error})")
}

impl<R: Read + Seek> ArraysReader<R> {
    /// Of an archive's bytes.
    ///
    /// # Errors
    /// It is no archive.
    pub(crate) fn new(mut source: R) -> io::Result<Self> {
        let limit = source.seek(io::SeekFrom::End(0))?.saturating_mul(PACKING).max(SMALL);
        Ok(Self { archive: ZipArchive::new(source)?, limit })
    }

    /// Names of all arrays, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let files = self.archive.file_names();
        let mut names: Vec<String> = files.filter_map(|name| name.strip_suffix(".npy")).map(str::to_owned).collect();
        names.sort();
        names
    }

    /// An array's header, and its numbers to read; `None` where there is none of this name. It was read to its end
    /// before, for the archive's checksum: numbers alone would not show that a header was changed.
    ///
    /// # Errors
    /// It is damaged.
    pub(crate) fn array(&mut self, name: &str) -> io::Result<Option<(Header, ZipFile<'_>)>> {
        let (name, limit) = (file_name(name), self.limit);
        let unpacked = match self.archive.by_name(&name) {
            // What it says that it unpacks to need not be so.
            Ok(file) => io::copy(&mut file.take(limit + 1), &mut io::sink())?,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if unpacked > limit {
            let what = format!("it unpacks to more than {}, {PACKING} times the archive", megabytes(limit));
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let mut file = self.archive.by_name(&name)?;
        Ok(Some((Header::read(&mut file)?, file)))
    }

    /// Reads an array of so many numbers, whatever its shape.
    ///
    /// # Errors
    /// There is no such array, it is damaged, or holds other numbers.
    pub(crate) fn numbers<T: Element>(&mut self, name: &str, count: usize) -> io::Result<Vec<T>> {
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("array {name} {what}"));
        let (header, mut file) = self.array(name)?.ok_or_else(|| wrong("is missing"))?;
        let numbers = header.numbers(&mut file)?;
        if numbers.len() == count { Ok(numbers) } else { Err(wrong("has another size")) }
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
        let mut archive = ArraysReader::new(Cursor::new(bytes.unwrap())).unwrap();
        assert_eq!(archive.names(), ["loss", "x"]);
        assert_eq!(archive.array("loss").unwrap().unwrap().0.shape, [2, 3]);
        assert_eq!(archive.numbers::<f64>("loss", 6).unwrap(), values);
        assert!(archive.numbers::<f64>("loss", 5).is_err());
        assert!(archive.numbers::<f32>("loss", 6).is_err());
        assert!(archive.numbers::<f64>("lost", 6).is_err());
        assert!(npz_bytes(&[Array { name: "loss", shape: &[7], values: &values }]).is_err());
    }
}
