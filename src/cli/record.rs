//! The object that a result holds of itself, in whatever form it was kept: JSON, Parquet, a page, a picture.

use std::path::Path;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::report::{RUN_NOTE, SWEEP_NOTE, page_data, read_note};

/// The keyword of a picture's text that holds the object.
const PICTURE_NOTE: &str = "basins";

/// Reads the object.
pub(super) fn read(path: &Path) -> Result<Value> {
    let fail = |what: &str| Error::input(format!("{}: {what}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| fail(&format!("cannot be read: {error}")))?;
    let text = if bytes.starts_with(b"PAR1") {
        from_parquet(path).map_err(|error| fail(&format!("is a damaged Parquet file: {error}")))?
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        from_picture(&bytes).map_err(|error| fail(&format!("is a damaged PNG file: {error}")))?
    } else {
        let text = String::from_utf8(bytes).map_err(|_| fail(NO_RESULT))?;
        match text.trim_start().starts_with('<') {
            true => page_data(&text).map(str::to_owned),
            false => Some(text),
        }
    };
    let text = text.ok_or_else(|| fail(NO_RESULT))?;
    if !text.trim_start().starts_with('{') {
        return Err(fail(NO_RESULT));
    }
    let object: Value = serde_json::from_str(&text).map_err(|error| fail(&format!("is damaged JSON: {error}")))?;
    match object["schema"].as_str() {
        Some(_) => Ok(object),
        None => Err(fail(NO_RESULT)),
    }
}

const NO_RESULT: &str = "holds no result of basins: run.json, sweep.json, map.json, what --json printed, Parquet files, \
                         report.html and a map's PNG files do";

fn from_parquet(path: &Path) -> std::io::Result<Option<String>> {
    let note = |name: &str| read_note(std::fs::File::open(path)?, name);
    match note(RUN_NOTE)? {
        Some(run) => Ok(Some(run)),
        None => note(SWEEP_NOTE),
    }
}

/// Text of a PNG stands in chunks of three forms, before its pixels or after them.
fn from_picture(bytes: &[u8]) -> Result<Option<String>, png::DecodingError> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info()?;
    reader.finish()?;
    let info = reader.info();
    let plain = info.uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == PICTURE_NOTE);
    if let Some(chunk) = plain {
        return Ok(Some(chunk.text.clone()));
    }
    if let Some(chunk) = info.compressed_latin1_text.iter().find(|chunk| chunk.keyword == PICTURE_NOTE) {
        return chunk.get_text().map(Some);
    }
    let wide = info.utf8_text.iter().find(|chunk| chunk.keyword == PICTURE_NOTE);
    wide.map(png::text_metadata::ITXtChunk::get_text).transpose()
}
