//! One row a network of a sweep: where it was trained, and what became of it.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::outcome::Outcomes;
use crate::report::parquet::{Cell, ColumnType};
use crate::report::row_table::{RowCell, RowColumn, RowFile, RowForm, RowTable};
use crate::report::run::{Labels, outcome_columns, push_outcome};
use crate::spec::Population;
use crate::study::SweepPlan;

/// Added to the name of a setting that a column of outcomes has already, as `loss`.
const SETTING: &str = "_setting";

/// Writes the rows of a sweep as they come: points in the order in which they are trained.
pub struct SweepRows<W: Write + Send> {
    plan: Arc<SweepPlan>,
    population: Population,
    table: RowTable<W>,
    /// Whether every point has the same outputs, which then have columns.
    has_outputs: bool,
}

impl<W: Write + Send> SweepRows<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn new(target: W, form: RowForm, plan: Arc<SweepPlan>, population: Population) -> io::Result<Self> {
        let outputs = plan.points[0].problem.examples().output_names();
        let has_outputs = plan.points.iter().all(|point| point.problem.examples().output_names() == outputs);
        let outcome = outcome_columns(if has_outputs { outputs } else { Vec::new() });
        let seed = RowColumn::one("seed", ColumnType::U64);
        let taken = |name: &str| outcome.iter().chain([&seed]).any(|column| column.is_called(name));
        let setting = |vary: &crate::spec::Vary| {
            let name = vary.name.replace('-', "_");
            let name = if taken(&name) { name + SETTING } else { name };
            RowColumn::One(name, if vary.is_numeric() { ColumnType::F64 } else { ColumnType::Text })
        };
        let mut columns: Vec<RowColumn> = plan.varied.iter().map(setting).collect();
        columns.extend(outcome.iter().cloned().chain([seed]));
        Ok(Self { plan, population, table: RowTable::new(target, form, &columns, &[])?, has_outputs })
    }

    /// The same for rows that follow so many others, in another file.
    #[must_use]
    pub fn after(self, rows: u64) -> Self {
        Self { table: self.table.after(rows), ..self }
    }

    /// Adds networks of a point; the first of them stands at this place of the population.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn append(&mut self, point: usize, place: u64, outcomes: &Outcomes) -> io::Result<()> {
        let point = &self.plan.points[point];
        let settings = self.plan.varied.iter().zip(&point.values);
        let settings: Vec<Cell<'_>> = settings
            .map(|(vary, text)| match vary.is_numeric() {
                true => Cell::F64(text.parse().ok()),
                false => Cell::Text(text),
            })
            .collect();
        let mut labels = Labels::new(&point.problem);
        for (network, row) in (self.population.first() + place..).zip(outcomes.iter()) {
            let mut cells: Vec<RowCell<'_>> = settings.iter().cloned().map(RowCell::One).collect();
            let mut row = row;
            let words = labels.of(&row);
            if !self.has_outputs {
                row.outputs = &[];
            }
            push_outcome(&mut cells, words, &row, network);
            cells.push(RowCell::One(Cell::U64(self.population.seed())));
            self.table.push(&cells)?;
        }
        Ok(())
    }

    /// Opens a file of such rows; nothing where none are written.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(&self, path: &Path) -> io::Result<Option<RowFile>> {
        self.table.open(path)
    }

    /// Adds the next rows of a file, at most so many.
    ///
    /// # Errors
    /// It is no such file, or the target cannot be written.
    pub fn take(&mut self, from: &mut RowFile, count: u64) -> io::Result<()> {
        self.table.take(from, count, &[])
    }

    /// Writes what is left; notes by name go into a Parquet file's metadata.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn finish(self, notes: &[(&str, String)]) -> io::Result<()> {
        self.table.finish(notes)
    }
}
