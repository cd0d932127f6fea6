//! The JSON object that a PNG carries in a text chunk, so that it tells how it was made.

use std::fmt::Write;
use std::io::{self, Cursor, ErrorKind, Read};

use crate::foreign::megabytes;

/// The keyword of the text chunk in which a PNG carries its object.
pub const TEXT_KEYWORD: &str = "basins";

/// Adds a JSON object as a text chunk. Its text is plain ASCII: the chunk's own character set has no others in common
/// with JSON's.
pub(crate) fn add_text<W: std::io::Write>(
    encoder: &mut png::Encoder<'_, W>,
    object: &str,
) -> Result<(), png::EncodingError> {
    let mut text = String::with_capacity(object.len());
    for c in object.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            let mut units = [0; 2];
            // JSON writes characters by their UTF-16 units.
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    encoder.add_text_chunk(TEXT_KEYWORD.into(), text)
}

/// What every PNG begins with.
pub const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Most bytes of the object, packed or not.
const OBJECT_LIMIT: usize = 64 << 20;

/// The head of a grey picture of one pixel,
const HEAD: &[u8] = b"\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55";
/// and its pixel, which nobody reads.
const PIXELS: &[u8] = b"\0\0\0\0IDAT\x35\xaf\x06\x1e";

/// The object of a PNG whose signature was read. It may stand in chunks of three forms, as other programs write them again,
/// before the pixels or after them. The pixels are never unpacked: there may be more of them than fit anywhere.
///
/// # Errors
/// The file is damaged, or the object is too large.
pub fn read_text(source: &mut impl Read) -> io::Result<Option<String>> {
    let chunks = text_chunks(source)?;
    let picture = [&SIGNATURE, HEAD, &chunks, PIXELS].concat();
    let limits = png::Limits { bytes: 4 * OBJECT_LIMIT };
    let reader = png::Decoder::new_with_limits(Cursor::new(picture), limits).read_info()?;
    let info = reader.info();
    if let Some(chunk) = info.uncompressed_latin1_text.first() {
        return Ok(Some(chunk.text.clone()));
    }
    let too_large = |_| {
        let most = megabytes(OBJECT_LIMIT as u64);
        io::Error::new(ErrorKind::InvalidData, format!("its text is damaged, or unpacks to more than {most}"))
    };
    if let Some(mut chunk) = info.compressed_latin1_text.first().cloned() {
        chunk.decompress_text_with_limit(OBJECT_LIMIT).map_err(too_large)?;
        return Ok(Some(chunk.get_text()?));
    }
    let Some(mut chunk) = info.utf8_text.first().cloned() else { return Ok(None) };
    chunk.decompress_text_with_limit(OBJECT_LIMIT).map_err(too_large)?;
    Ok(Some(chunk.get_text()?))
}

/// The text chunks of our keyword as they stand in the file; all others are passed over.
fn text_chunks(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let keyword = [TEXT_KEYWORD.as_bytes(), &[0]].concat();
    let mut kept = Vec::new();
    loop {
        let mut start = [0; 8];
        source.read_exact(&mut start)?;
        let [a, b, c, d, kind @ ..] = start;
        // The checksum follows the bytes that are counted.
        let length = u64::from(u32::from_be_bytes([a, b, c, d])) + 4;
        if kind == *b"IEND" {
            return Ok(kept);
        }
        let mut read = Vec::new();
        if [*b"tEXt", *b"zTXt", *b"iTXt"].contains(&kind) {
            source.take(length.min(keyword.len() as u64)).read_to_end(&mut read)?;
        }
        let rest = length - read.len() as u64;
        let passed = if read != keyword {
            io::copy(&mut source.take(rest), &mut io::sink())?
        } else if (kept.len() as u64).saturating_add(rest) > OBJECT_LIMIT as u64 {
            let what = format!("its text is larger than {}", megabytes(OBJECT_LIMIT as u64));
            return Err(io::Error::new(ErrorKind::InvalidData, what));
        } else {
            kept.extend_from_slice(&start);
            kept.append(&mut read);
            source.take(rest).read_to_end(&mut kept)? as u64
        };
        if passed < rest {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use png::text_metadata::{ITXtChunk, ZTXtChunk};

    use super::*;

    const OBJECT: &str = r#"{"schema":"basins.map/1"}"#;

    /// A picture with what `add` writes before its pixels.
    fn picture(
        add: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
        after: impl FnOnce(&mut png::Writer<&mut Vec<u8>>),
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 3, 2);
        add(&mut encoder);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[7; 6]).unwrap();
        after(&mut writer);
        writer.finish().unwrap();
        bytes
    }

    fn text(picture: &[u8]) -> io::Result<Option<String>> {
        assert!(picture.starts_with(&SIGNATURE));
        read_text(&mut &picture[SIGNATURE.len()..])
    }

    #[test]
    fn text_is_read_in_every_form_and_place() {
        let ours = picture(|encoder| add_text(encoder, OBJECT).unwrap(), |_| ());
        let packed = ZTXtChunk::new(TEXT_KEYWORD, OBJECT);
        let mut wide = ITXtChunk::new(TEXT_KEYWORD, OBJECT);
        wide.compressed = true;
        let before = picture(|encoder| encoder.add_ztxt_chunk(TEXT_KEYWORD.into(), OBJECT.into()).unwrap(), |_| ());
        let after = picture(|_| (), |writer| writer.write_text_chunk(&packed).unwrap());
        let wide = picture(|_| (), |writer| writer.write_text_chunk(&wide).unwrap());
        for picture in [&ours, &before, &after, &wide] {
            assert_eq!(text(picture).unwrap().as_deref(), Some(OBJECT));
            for length in SIGNATURE.len()..picture.len() - 12 {
                assert!(text(&picture[..length]).is_err(), "cut to {length} bytes");
            }
        }
        let other = picture(|encoder| encoder.add_text_chunk("Title".into(), OBJECT.into()).unwrap(), |_| ());
        assert_eq!(text(&other).unwrap(), None);
    }

    /// A picture of two megabytes whose text fills two gigabytes, and one that says that its chunk does.
    #[test]
    fn text_that_fills_memory_is_refused() {
        let long = "0".repeat(OBJECT_LIMIT + 1);
        for form in ["zTXt", "iTXt"] {
            let bomb = picture(
                |encoder| match form {
                    "zTXt" => encoder.add_ztxt_chunk(TEXT_KEYWORD.into(), long.clone()).unwrap(),
                    _ => encoder.add_itxt_chunk(TEXT_KEYWORD.into(), long.clone()).unwrap(),
                },
                |_| (),
            );
            let error = text(&bomb).unwrap_err().to_string();
            assert!(error.contains("64 MiB"), "{form}: {error}");
        }
        let claim = [&SIGNATURE, HEAD, b"\xff\xff\xff\xfftEXtbasins\0{}".as_slice()].concat();
        assert!(text(&claim).unwrap_err().to_string().contains("larger than 64 MiB"));
    }
}
