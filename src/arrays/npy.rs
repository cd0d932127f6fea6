//! One array as NumPy keeps it: a line of Python that says what follows, then the numbers. Versions 1 to 3 of the format are
//! read, the first is written. What a file holds of arrays is in [`super::npz`].

use std::io::{self, ErrorKind, Read, Write};

use super::python::Python;
use super::real::real;

const MAGIC: &[u8] = b"\x93NUMPY";
/// Numbers begin at a multiple of so many bytes.
const ALIGNMENT: usize = 64;
/// Most bytes asked of memory at once: a header may promise more numbers than the file has.
const PIECE: usize = 1 << 20;
/// Most bytes of a header: what the format's first version has room for. Arrays of numbers have a line.
const HEADER_LIMIT: u64 = 1 << 16;

/// A number that arrays are made of.
pub(crate) trait Element: Copy {
    /// Its kind and count of bytes, as NumPy writes them.
    const KIND: &'static str;
    /// Count of bytes.
    const SIZE: usize;

    /// Writes the number, its least byte first.
    fn write(self, target: &mut impl Write) -> io::Result<()>;

    /// The number of so many bytes, the least first or last.
    fn from_bytes(bytes: &[u8], big: bool) -> Option<Self>;
}

macro_rules! element {
    ($($number:ty, $kind:literal;)*) => {$(
        impl Element for $number {
            const KIND: &'static str = $kind;
            const SIZE: usize = size_of::<Self>();

            fn write(self, target: &mut impl Write) -> io::Result<()> {
                target.write_all(&self.to_le_bytes())
            }

            fn from_bytes(bytes: &[u8], big: bool) -> Option<Self> {
                let bytes = bytes.try_into().ok()?;
                Some(if big { Self::from_be_bytes(bytes) } else { Self::from_le_bytes(bytes) })
            }
        }
    )*};
}

element! { u8, "u1"; u16, "u2"; u32, "u4"; f32, "f4"; f64, "f8"; }

/// What an array says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Byte order, kind and size of a number, as `<f4`; of a record the Python text.
    pub descr: String,
    /// Whether the first dimension runs fastest.
    pub fortran_order: bool,
    /// Dimensions.
    pub shape: Vec<u64>,
}

impl Header {
    /// Of numbers of one kind, the last dimension fastest.
    pub(crate) fn of<T: Element>(shape: &[u64]) -> Self {
        let order = if T::SIZE == 1 { '|' } else { '<' };
        Self { descr: format!("{order}{}", T::KIND), fortran_order: false, shape: shape.to_vec() }
    }

    /// Reads up to the first number.
    ///
    /// # Errors
    /// The source ends early, or this is no array.
    pub(crate) fn read(source: &mut impl Read) -> io::Result<Self> {
        let mut start = [0; 8];
        source.read_exact(&mut start).map_err(|_| invalid("magic not found for NPY file"))?;
        if &start[..6] != MAGIC {
            return Err(invalid("magic not found for NPY file"));
        }
        let length = match start[6..] {
            [1, 0] => u64::from(u16::from_le_bytes(bytes(source)?)),
            [2 | 3, 0] => u64::from(u32::from_le_bytes(bytes(source)?)),
            _ => return Err(invalid(format!("unsupported version: ({}, {})", start[6], start[7]))),
        };
        if length > HEADER_LIMIT {
            return Err(invalid(format!("a header of {length} bytes, where {HEADER_LIMIT} are plenty")));
        }
        let mut text = Vec::new();
        if source.take(length).read_to_end(&mut text)? as u64 != length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8(text).map_err(|_| invalid("could not parse utf-8"))?;
        let (descr, fortran_order, shape) =
            Python::new(&text).header().ok_or_else(|| invalid("could not parse Python expression"))?;
        Ok(Self { descr, fortran_order, shape })
    }

    /// Writes up to the first number.
    pub(crate) fn write(&self, target: &mut impl Write) -> io::Result<()> {
        let order = if self.fortran_order { "True" } else { "False" };
        let shape: String = self.shape.iter().map(|size| format!("{size}, ")).collect();
        let mut text = format!("{{'descr': '{}', 'fortran_order': {order}, 'shape': ({shape}), }}", self.descr);
        let before = MAGIC.len() + 4;
        text.push_str(&" ".repeat(ALIGNMENT - 1 - (before + text.len()) % ALIGNMENT));
        text.push('\n');
        let length = u16::try_from(text.len()).map_err(|_| invalid("too many dimensions"))?;
        target.write_all(MAGIC)?;
        target.write_all(&[1, 0])?;
        target.write_all(&length.to_le_bytes())?;
        target.write_all(text.as_bytes())
    }

    /// How many numbers follow.
    pub(crate) fn count(&self) -> io::Result<usize> {
        let product = self.shape.iter().try_fold(1u64, |product, size| product.checked_mul(*size));
        product.and_then(|count| count.try_into().ok()).ok_or_else(|| invalid("larger than memory"))
    }

    /// Whether the numbers are of a kind, in either order of bytes.
    pub(crate) fn holds<T: Element>(&self) -> bool {
        self.kind() == T::KIND
    }

    /// Reads the numbers, the last dimension fastest whichever the file has so.
    ///
    /// # Errors
    /// The source ends early, or the numbers are of another kind.
    pub(crate) fn numbers<T: Element>(&self, source: &mut impl Read) -> io::Result<Vec<T>> {
        if !self.holds::<T>() {
            return Err(invalid(format!("numbers are {}, not {}", self.descr, T::KIND)));
        }
        self.read_each(source, T::SIZE, |bytes, big| T::from_bytes(bytes, big).ok_or_else(|| invalid("no number")))
    }

    /// Reads numbers of any real kind: floats, integers, truth values. `None` where they are of another.
    ///
    /// # Errors
    /// The source ends early.
    pub(crate) fn reals(&self, source: &mut impl Read) -> io::Result<Option<Vec<f64>>> {
        let kind = self.kind();
        if real(kind, 0).is_none() {
            return Ok(None);
        }
        let size = usize::from(kind.as_bytes()[1] - b'0');
        let number = |bytes: &[u8], big: bool| {
            let shifted = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
            let bits = if big { bytes.iter().fold(0, shifted) } else { bytes.iter().rev().fold(0, shifted) };
            real(kind, bits).ok_or_else(|| invalid("no number"))
        };
        self.read_each(source, size, number).map(Some)
    }

    /// An element by its position, the last dimension fastest, as NumPy names it: `[4, 2, 0]`.
    pub(crate) fn index(&self, position: usize) -> String {
        let mut rest = position;
        let mut indices: Vec<String> = Vec::new();
        for size in self.shape.iter().rev().map(|size| *size as usize) {
            indices.push((rest % size).to_string());
            rest /= size;
        }
        indices.reverse();
        format!("[{}]", indices.join(", "))
    }

    /// Kind and size of a number without its order of bytes.
    fn kind(&self) -> &str {
        self.descr.strip_prefix(['<', '>', '=', '|']).unwrap_or(&self.descr)
    }

    fn read_each<T: Copy>(
        &self,
        source: &mut impl Read,
        size: usize,
        number: impl Fn(&[u8], bool) -> io::Result<T>,
    ) -> io::Result<Vec<T>> {
        let big = self.descr.starts_with('>') || (self.descr.starts_with('=') && cfg!(target_endian = "big"));
        let mut rest = self.count()?;
        let mut numbers = Vec::new();
        while rest > 0 {
            let count = rest.min(PIECE / size);
            let mut piece = vec![0; count * size];
            source.read_exact(&mut piece)?;
            for bytes in piece.chunks_exact(size) {
                numbers.push(number(bytes, big)?);
            }
            rest -= count;
        }
        Ok(if self.fortran_order { last_fastest(&numbers, &self.shape) } else { numbers })
    }
}

/// Numbers whose first dimension runs fastest, so that the last does.
fn last_fastest<T: Copy>(numbers: &[T], shape: &[u64]) -> Vec<T> {
    let place = |position: usize| {
        let (mut rest, mut place, mut stride) = (position, 0, numbers.len());
        for size in shape.iter().rev().map(|size| *size as usize) {
            stride /= size;
            place += rest % size * stride;
            rest /= size;
        }
        place
    };
    (0..numbers.len()).map(|position| numbers[place(position)]).collect()
}

fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what.into())
}

fn bytes<const N: usize>(source: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_read() {
        let text = "{'descr': '<u2', 'fortran_order': False, 'shape': (2,), }\n";
        let length = text.len() as u32;
        for version in 1..=4u8 {
            let length = if version == 1 { length.to_le_bytes()[..2].to_vec() } else { length.to_le_bytes().to_vec() };
            let file = [MAGIC, &[version, 0], &length, text.as_bytes(), &[1, 0, 0, 1]].concat();
            let mut source = file.as_slice();
            let header = Header::read(&mut source);
            if version == 4 {
                assert!(header.unwrap_err().to_string().contains("unsupported version: (4, 0)"));
                continue;
            }
            let header = header.unwrap();
            assert_eq!(header.numbers::<u16>(&mut &*source).unwrap(), [1, 256]);
            assert!(header.numbers::<u32>(&mut &*source).unwrap_err().to_string().contains("<u2, not u4"));
            assert!(header.numbers::<u16>(&mut &source[1..]).is_err());
        }
    }

    /// A header that says it fills memory is not read.
    #[test]
    fn headers_are_bounded() {
        let read = |length: u32| {
            let start = [MAGIC, &[2, 0], &length.to_le_bytes()].concat();
            Header::read(&mut start.chain(io::repeat(b'['))).unwrap_err().to_string()
        };
        assert!(read(HEADER_LIMIT as u32).contains("could not parse"));
        assert!(read(HEADER_LIMIT as u32 + 1).contains("a header of 65537 bytes"));
        assert!(read(u32::MAX).contains("a header of 4294967295 bytes"));
    }

    #[test]
    fn every_real_kind_is_read() {
        let header = |descr: &str| Header { descr: descr.into(), fortran_order: false, shape: vec![1] };
        let read = |descr: &str, bytes: &[u8]| header(descr).reals(&mut &*bytes).unwrap().map(|numbers| numbers[0]);
        for (descr, bytes, value) in [
            ("|b1", [1].as_slice(), 1.0),
            ("|u1", &[255], 255.0),
            ("|i1", &[255], -1.0),
            ("<i2", &[0xfe, 0xff], -2.0),
            (">i2", &[0xff, 0xfe], -2.0),
            ("<u2", &[0xfe, 0xff], 65534.0),
            ("<i4", &(-7i32).to_le_bytes(), -7.0),
            (">u4", &7u32.to_be_bytes(), 7.0),
            ("<i8", &(-9i64).to_le_bytes(), -9.0),
            ("<u8", &9u64.to_le_bytes(), 9.0),
            ("<f2", &0x3e00u16.to_le_bytes(), 1.5),
            (">f2", &0x3e00u16.to_be_bytes(), 1.5),
            ("<f4", &0.1f32.to_le_bytes(), f64::from(0.1f32)),
            (">f8", &0.1f64.to_be_bytes(), 0.1),
        ] {
            assert_eq!(read(descr, bytes), Some(value), "{descr}");
        }
        for other in ["<c8", "<U3", "|S1", "|O", "<f16", "<M8[ns]", "[('a', '<f4')]", "", "f"] {
            assert_eq!(read(other, &[0; 16]), None, "{other}");
        }
        assert!(header("<f4").reals(&mut &[0u8; 3][..]).is_err());
    }

    #[test]
    fn elements_are_named_as_numpy_does() {
        let header = Header::of::<f32>(&[2, 3, 4]);
        assert_eq!(
            (header.index(0), header.index(23), header.index(17)),
            ("[0, 0, 0]".into(), "[1, 2, 3]".into(), "[1, 1, 1]".into())
        );
        assert_eq!(Header::of::<f32>(&[9]).index(7), "[7]");
    }

    #[test]
    fn the_last_dimension_runs_fastest() {
        let header = |fortran_order| Header { descr: "|u1".into(), fortran_order, shape: vec![2, 3, 2] };
        let file: Vec<u8> = (0..12).collect();
        let read = |fortran_order| header(fortran_order).numbers::<u8>(&mut file.as_slice()).unwrap();
        assert_eq!(read(false), file);
        // As of np.arange(12).reshape((2, 3, 2), order="F").ravel().
        assert_eq!(read(true), [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
        let none = Header { descr: "|u1".into(), fortran_order: true, shape: vec![2, 0] };
        assert_eq!(none.numbers::<u8>(&mut &[][..]).unwrap(), [0u8; 0]);
    }

    #[test]
    fn what_is_written_is_read_and_aligned() {
        for dimensions in 0..12 {
            let header = Header::of::<f64>(&vec![123_456; dimensions]);
            let mut file = Vec::new();
            header.write(&mut file).unwrap();
            assert!(file.len().is_multiple_of(ALIGNMENT) && file.ends_with(b"\n"));
            assert_eq!(Header::read(&mut file.as_slice()).unwrap(), header);
        }
    }
}
