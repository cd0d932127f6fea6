//! What was written, in a sentence.

use std::path::Path;

use crate::report::{file_size, paragraph};

use super::settings::Settings;

/// A file and its bytes.
pub(super) type WrittenFile = (String, u64);

/// The files in the folder of `--out`, with their sizes, and that of `--weights-out`; nothing where nothing was asked for.
pub(super) fn written(settings: &Settings, files: &[WrittenFile]) -> String {
    let listed = |files: &[WrittenFile]| {
        let files: Vec<String> = files.iter().map(|(name, bytes)| format!("{name} ({})", file_size(*bytes))).collect();
        files.join(", ")
    };
    let mut text = String::new();
    if let Some(folder) = settings.out.as_ref().filter(|_| !files.is_empty()) {
        text += &paragraph("", &format!("Wrote to {}: {}", folder.display(), listed(files)));
    }
    if let Some(path) = &settings.weights_out {
        text += &paragraph("", &format!("Wrote {}", listed(&[(path.display().to_string(), size(path))])));
    }
    text
}

/// Nothing where it is gone again.
pub(super) fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}
