//! `basins compare`: two runs side by side, and whether they differ.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::report::{FateRows, RowForm, compare_json, compare_text, pretty};
use crate::study::{FatePairs, RunComparison, RunRecord};

use super::ending::Ending;
use super::print::print;
use super::record;
use super::stamp::{as_typed, stamped};
use super::verb::{Example, Execute, Verb};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// A run
    ///
    /// Its folder, run.json, what --json printed, outcomes.parquet or report.html
    #[arg(value_name = "A")]
    first: PathBuf,

    /// Another run
    #[arg(value_name = "B")]
    second: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A run that was found.
struct Found {
    name: String,
    run: RunRecord,
    /// Its rows, one a network, if there are any: where, and in which form.
    rows: Result<(PathBuf, RowForm), String>,
}

impl Found {
    fn open(path: &Path) -> Result<Self> {
        let (file, object) = record::read(path)?;
        let name = path.display().to_string();
        let run = RunRecord::read(&object).map_err(|what| Error::input(format!("{name} {what}")))?;
        Ok(Self { rows: rows_of(&file, &object), name, run })
    }
}

/// The rows that belong to the file of a result.
fn rows_of(file: &Path, object: &Value) -> Result<(PathBuf, RowForm), String> {
    let form = object["options"]["rows"].as_str().and_then(|name| name.parse().ok()).unwrap_or(RowForm::None);
    let Some(name) = form.file_name() else { return Err("rows were not kept".into()) };
    let path = file.with_file_name(name);
    match path.is_file() {
        true => Ok((path, form)),
        false => Err(format!("there are no rows in {}", path.display())),
    }
}

/// How each network fared in both runs, or why that is not known.
fn pairs(first: &Found, second: &Found) -> Result<FatePairs, String> {
    let open = |found: &Found| {
        let (path, form) = found.rows.clone()?;
        FateRows::open(&path, form).map(|rows| (rows, path.clone())).map_err(|error| unread(&path, &error))
    };
    let ((mut left, left_path), (mut right, right_path)) = (open(first)?, open(second)?);
    let mut pairs = FatePairs::default();
    loop {
        let one = left.next().transpose().map_err(|error| unread(&left_path, &error))?;
        let other = right.next().transpose().map_err(|error| unread(&right_path, &error))?;
        match (one, other) {
            (Some((network, one)), Some((same, other))) if network == same => pairs.add(one, other),
            (None, None) => return Ok(pairs),
            _ => return Err("their rows are not those of the same networks".into()),
        }
    }
}

fn unread(path: &Path, error: &io::Error) -> String {
    format!("the rows in {} cannot be read ({error})", path.display())
}

impl Execute for Args {
    const NAME: &'static str = "compare";
    const ABOUT: &'static str = "Put two runs side by side, and test whether they differ";
    const EXAMPLES: &'static [Example] = &[
        ("compare slow fast", "folders of two runs"),
        ("compare slow/run.json fast/report.html --json", "any forms of results"),
    ];

    fn execute(self, _verbs: &[Verb]) -> Result<Ending> {
        let (first, second) = (Found::open(&self.first)?, Found::open(&self.second)?);
        let pairs = match RunComparison::can_pair(&first.run, &second.run) {
            true => pairs(&first, &second),
            false => Err(String::new()),
        };
        let names = [first.name.as_str(), second.name.as_str()];
        let comparison = RunComparison::of(first.run, second.run, pairs);
        print(&match self.json {
            true => pretty(&stamped(compare_json(&comparison, names), as_typed())),
            false => compare_text(&comparison, names),
        })?;
        Ok(Ending::Complete)
    }
}
