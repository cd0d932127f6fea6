//! The object that a result holds of itself, in whatever form it was kept: JSON, Parquet, a page, a picture.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::foreign::{Source, bounded};
use crate::report::plot::{SIGNATURE, read_text};
use crate::report::{RUN_NOTE, SWEEP_NOTE, page_data, read_note};

use super::folder::OBJECTS;

/// Most bytes of JSON or of a page. A sweep of ten thousand points is a third of it.
const TEXT_LIMIT: u64 = 64 << 20;

/// Objects by which a result is done again.
const AGAIN: [&str; 3] = ["run.json", "sweep.json", "map.json"];

/// The object in a file, or in one of a folder, and in which.
pub(super) fn read(path: &Path) -> Result<(PathBuf, Value)> {
    let inside = AGAIN.iter().chain(&OBJECTS).chain(&["reproduce.json"]).map(|name| path.join(name));
    let path = match path.is_dir() {
        false => path.to_owned(),
        true => inside.into_iter().find(|file| file.is_file()).ok_or_else(|| {
            Error::input(format!(
                "{}: cannot be read: it is a folder without a result of basins; one of --out is wanted",
                path.display()
            ))
        })?,
    };
    let object = in_file(&path)?;
    Ok((path, object))
}

fn in_file(path: &Path) -> Result<Value> {
    let found = text(path).and_then(|text| text.ok_or_else(|| NO_RESULT.into())).and_then(|text| object(&text));
    found.map_err(|what| Error::input(format!("{}: {what}", path.display())))
}

const NO_RESULT: &str = "holds no result of basins: run.json, sweep.json, map.json, what --json printed, Parquet files, \
                         report.html and a map's PNG files do";

/// The object's text; what is wrong is said in words that follow the file's name.
fn text(path: &Path) -> Result<Option<String>, String> {
    let unread = |error: io::Error| format!("cannot be read: {error}");
    let mut source = Source::open(path).map_err(unread)?;
    let mut start = Vec::new();
    source.by_ref().take(SIGNATURE.len() as u64).read_to_end(&mut start).map_err(unread)?;
    if start.starts_with(b"PAR1") {
        let file = source.seekable().map_err(unread)?;
        from_parquet(&file).map_err(|error| format!("is a damaged Parquet file: {error}"))
    } else if start == SIGNATURE {
        read_text(&mut BufReader::new(source)).map_err(|error| format!("is a damaged PNG file: {error}"))
    } else {
        Ok(from_text(bounded(start.chain(source), TEXT_LIMIT).map_err(unread)?))
    }
}

/// The text of JSON, or the JSON in a page.
pub(super) fn from_text(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    if text.trim_start().starts_with('<') { page_data(&text).map(str::to_owned) } else { Some(text) }
}

/// The object in its text.
pub(super) fn object(text: &str) -> Result<Value, String> {
    if !text.trim_start().starts_with('{') {
        return Err(NO_RESULT.into());
    }
    let object: Value = serde_json::from_str(text).map_err(|error| format!("is damaged JSON: {error}"))?;
    if object["schema"].is_string() { Ok(object) } else { Err(NO_RESULT.into()) }
}

/// The object in a file's metadata.
pub(super) fn from_parquet(file: &File) -> io::Result<Option<String>> {
    match read_note(file.try_clone()?, RUN_NOTE)? {
        Some(run) => Ok(Some(run)),
        None => read_note(file.try_clone()?, SWEEP_NOTE),
    }
}
