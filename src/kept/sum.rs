//! A checksum of a file, made while it is written, by which a change is found when it is read.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Length and CRC-32 of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileSum {
    bytes: u64,
    crc32: u32,
}

impl FileSum {
    fn of(sum: &crc32fast::Hasher, bytes: u64) -> Self {
        Self { bytes, crc32: sum.clone().finalize() }
    }

    /// Whether a file is there that is as long.
    pub(crate) fn is_as_long(self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == self.bytes)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or is not as it was written.
    pub(crate) fn check(self, path: &Path) -> io::Result<()> {
        let changed = || io::Error::other(format!("{} is not as it was written", path.display()));
        if !self.is_as_long(path) {
            return Err(changed());
        }
        let mut file = BufReader::new(File::open(path)?).take(self.bytes);
        let mut target = Summing::new(io::sink());
        io::copy(&mut file, &mut target)?;
        if target.sum().get() == self { Ok(()) } else { Err(changed()) }
    }
}

/// Passes bytes on and sums them up.
pub(crate) struct Summing<W> {
    target: W,
    sum: Sum,
}

/// The sum of what a [`Summing`] passed on, also when that is gone.
#[derive(Clone, Default)]
pub(crate) struct Sum(Arc<Mutex<(crc32fast::Hasher, u64)>>);

impl Sum {
    pub(crate) fn get(&self) -> FileSum {
        let sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        FileSum::of(&sum.0, sum.1)
    }
}

impl<W> Summing<W> {
    pub(crate) fn new(target: W) -> Self {
        Self { target, sum: Sum::default() }
    }

    pub(crate) fn sum(&self) -> Sum {
        self.sum.clone()
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.target.write(bytes)?;
        let mut sum = self.sum.0.lock().unwrap_or_else(PoisonError::into_inner);
        sum.0.update(&bytes[..written]);
        sum.1 += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        let mut file = Summing::new(File::create(&path).unwrap());
        file.write_all(b"123").unwrap();
        file.write_all(b"456789").unwrap();
        let sum = file.sum();
        drop(file);
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(sum.get(), FileSum { bytes: 9, crc32: 0xcbf4_3926 });
        sum.get().check(&path).unwrap();
        for changed in ["123456780", "1234567890", "12345678", ""] {
            std::fs::write(&path, changed).unwrap();
            assert!(sum.get().check(&path).is_err(), "{changed}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(sum.get().check(&path).is_err() && !sum.get().is_as_long(&path));
    }
}
