//! One row a network: as Parquet, or as CSV.

use std::io::{self, Write};
use std::path::Path;

use crate::landscape::Evidence;
use crate::outcome::{Fate, Kind, Kinds, Outcome};
use crate::report::parquet::{Cell, ColumnType};
use crate::report::row_table::{RowCell, RowColumn, RowForm, RowTable};
use crate::spec::Problem;
use crate::study::Delivered;

/// Columns after the fixed ones of both forms that are measured of the examined networks alone.
const MEASURED: [&str; 6] =
    ["gradient_norm", "largest_weight", "smallest_eigenvalue", "largest_eigenvalue", "eigenvalue_error", "escape_time"];

/// What was found of them.
const VERDICT: &str = "verdict";

/// The name of the metadata that holds the run's object.
pub const RUN_NOTE: &str = "basins.run";
/// The name of the metadata that holds the spec.
pub const SPEC_NOTE: &str = "basins.spec";

/// Writes outcomes as they come.
pub struct OutcomeRows<W: Write + Send> {
    seed: u64,
    table: RowTable<W>,
}

impl<W: Write + Send> OutcomeRows<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn new(target: W, form: RowForm, problem: &Problem, seed: u64) -> io::Result<Self> {
        let mut columns = outcome_columns(problem.examples().output_names());
        columns.extend(MEASURED.map(|name| RowColumn::one(name, ColumnType::F64)));
        columns.push(RowColumn::one(VERDICT, ColumnType::OptionalText));
        columns.push(RowColumn::one("seed", ColumnType::U64));
        let measured: Vec<&str> = MEASURED.into_iter().chain([VERDICT]).collect();
        Ok(Self { seed, table: RowTable::new(target, form, &columns, &measured)? })
    }

    /// The same for rows that follow so many others, in another file.
    #[must_use]
    pub fn after(self, rows: u64) -> Self {
        Self { table: self.table.after(rows), ..self }
    }

    /// Adds the rows of a file of this form. Those at these places in it, ascending, lose what was measured of their networks.
    ///
    /// # Errors
    /// It cannot be read, is no such file, or the target cannot be written.
    pub fn join(&mut self, path: &Path, cleared: &[u64]) -> io::Result<()> {
        self.table.join(path, cleared)
    }

    /// Adds the rows of a chunk.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn append(&mut self, problem: &Problem, chunk: &Delivered<'_>) -> io::Result<()> {
        if !self.table.is_written() {
            return Ok(());
        }
        let mut examined = chunk.examined.iter().peekable();
        let mut labels = Labels::new(problem);
        for row in chunk.outcomes.iter() {
            let evidence = examined.next_if(|examined| examined.network == row.network).map(|found| &found.evidence);
            let mut cells = Vec::new();
            push_outcome(&mut cells, labels.of(&row), &row, row.network);
            cells.extend(measured(evidence).map(|number| RowCell::One(Cell::F64(number))));
            let verdict = evidence.and_then(|found| found.verdict).map(|verdict| verdict.name());
            cells.extend([Cell::OptionalText(verdict), Cell::U64(self.seed)].map(RowCell::One));
            self.table.push(&cells)?;
        }
        Ok(())
    }

    /// Writes what is left; notes by name go into a Parquet file's metadata.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn finish(self, notes: &[(&str, String)]) -> io::Result<()> {
        self.table.finish(notes)
    }
}

/// What became of networks in words. Few kinds, many rows: a label is made once.
pub(in crate::report) struct Labels<'p> {
    problem: &'p Problem,
    kinds: Kinds<'p>,
    last: Option<(Kind, String)>,
}

impl<'p> Labels<'p> {
    /// Of the networks of this problem.
    pub(in crate::report) fn new(problem: &'p Problem) -> Self {
        Self { problem, kinds: Kinds::new(problem), last: None }
    }

    /// The fate of a network and its variant.
    pub(in crate::report) fn of(&mut self, row: &Outcome<'_>) -> (Fate, Option<&str>) {
        let kind = self.kinds.of(row);
        if self.last.as_ref().is_none_or(|(known, _)| *known != kind) {
            self.last = Some((kind, kind.variant.label(self.problem)));
        }
        let label = self.last.as_ref().map(|(_, label)| label.as_str());
        (kind.fate, label.filter(|label| !label.is_empty()))
    }
}

/// The columns of what became of a network; of outputs without names there are none.
pub(in crate::report) fn outcome_columns(outputs: Vec<String>) -> Vec<RowColumn> {
    let mut columns = vec![
        RowColumn::one("network", ColumnType::U64),
        RowColumn::one("fate", ColumnType::Text),
        RowColumn::one("variant", ColumnType::OptionalText),
        RowColumn::one("solved_epoch", ColumnType::U32),
        RowColumn::one("epochs", ColumnType::U32),
        RowColumn::one("loss", ColumnType::F64),
    ];
    columns.push(RowColumn::Outputs(outputs));
    columns
}

/// Their cells.
pub(in crate::report) fn push_outcome<'a>(
    cells: &mut Vec<RowCell<'a>>,
    (fate, variant): (Fate, Option<&'a str>),
    row: &Outcome<'a>,
    network: u64,
) {
    let solved = (row.solved_epoch > 0).then_some(row.solved_epoch);
    let plain = [
        Cell::U64(network),
        Cell::Text(fate.name()),
        Cell::OptionalText(variant),
        Cell::U32(solved),
        Cell::U32(Some(row.stop_epoch)),
        Cell::F64(Some(row.loss)),
    ];
    cells.extend(plain.map(RowCell::One));
    cells.push(RowCell::Outputs(row.outputs));
}

fn measured(evidence: Option<&Evidence>) -> [Option<f64>; MEASURED.len()] {
    [
        evidence.map(|found| found.gradient_norm),
        evidence.map(|found| found.largest_weight),
        evidence.and_then(|found| found.smallest_eigenvalue),
        evidence.and_then(|found| found.largest_eigenvalue),
        evidence.and_then(|found| found.eigenvalue_error),
        evidence.and_then(|found| found.escape_time),
    ]
}
