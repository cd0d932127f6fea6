//! One row a network: as Parquet, or as CSV.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use crate::foreign::Source;
use crate::landscape::Evidence;
use crate::outcome::Kind;
use crate::report::parquet::{self, Cell, ColumnType, ParquetTable};
use crate::spec::Problem;
use crate::spec::keyword::keywords;
use crate::study::Delivered;

/// The form of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RowForm {
    /// `outcomes.parquet`, with the run's object in the metadata.
    #[default]
    Parquet,
    /// `outcomes.csv`.
    Csv,
    /// No file: counts alone.
    None,
}

keywords!(RowForm, "--rows", { Parquet => "parquet", Csv => "csv", None => "none" });

impl RowForm {
    /// Name of the file.
    pub fn file_name(self) -> Option<&'static str> {
        match self {
            Self::Parquet => Some("outcomes.parquet"),
            Self::Csv => Some("outcomes.csv"),
            Self::None => None,
        }
    }
}

/// Columns after the fixed ones of both forms that are measured of the examined networks alone.
const MEASURED: [&str; 6] =
    ["gradient_norm", "largest_weight", "smallest_eigenvalue", "largest_eigenvalue", "eigenvalue_error", "escape_time"];

/// The name of the metadata that holds the run's object.
pub const RUN_NOTE: &str = "basins.run";
/// The name of the metadata that holds the spec.
pub const SPEC_NOTE: &str = "basins.spec";

/// Writes outcomes as they come.
pub struct OutcomeRows<W: Write + Send> {
    seed: u64,
    form: Form<W>,
}

enum Form<W: Write + Send> {
    Parquet(Box<ParquetTable<W>>),
    Csv(Box<csv::Writer<W>>),
    None,
}

impl<W: Write + Send> OutcomeRows<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn new(target: W, form: RowForm, problem: &Problem, seed: u64) -> io::Result<Self> {
        let form = match form {
            RowForm::Parquet => Form::Parquet(Box::new(ParquetTable::new(target, &parquet_columns())?)),
            RowForm::Csv => {
                let mut writer = csv::Writer::from_writer(target);
                writer.write_record(csv_header(problem))?;
                Form::Csv(Box::new(writer))
            }
            RowForm::None => Form::None,
        };
        Ok(Self { seed, form })
    }

    /// The same for rows that follow so many others, in another file.
    #[must_use]
    pub fn after(self, rows: u64) -> Self {
        match self.form {
            Form::Parquet(table) => Self { form: Form::Parquet(Box::new(table.after(rows))), ..self },
            Form::Csv(_) | Form::None => self,
        }
    }

    /// Adds the rows of a file of this form. Those at these places in it, ascending, lose what was measured of their networks.
    ///
    /// # Errors
    /// It cannot be read, is no such file, or the target cannot be written.
    pub fn join(&mut self, path: &Path, cleared: &[u64]) -> io::Result<()> {
        let from = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        self.join_file(path, cleared).map_err(from)
    }

    fn join_file(&mut self, path: &Path, cleared: &[u64]) -> io::Result<()> {
        let file = Source::open(path)?.seekable()?;
        match &mut self.form {
            Form::Parquet(table) => table.join(&file, &measured_columns(), cleared),
            Form::Csv(writer) => {
                let mut reader = csv::ReaderBuilder::new().from_reader(file);
                let mut row = csv::ByteRecord::new();
                let mut place = 0;
                while reader.read_byte_record(&mut row)? {
                    if cleared.binary_search(&place).is_ok() {
                        // What is measured, and the verdict, stand before the seed.
                        let measured = row.len() - MEASURED.len() - 2..row.len() - 1;
                        let fields = row.iter().enumerate();
                        row = fields.map(|(at, field)| if measured.contains(&at) { b"" } else { field }).collect();
                    }
                    writer.write_byte_record(&row)?;
                    place += 1;
                }
                Ok(())
            }
            Form::None => Ok(()),
        }
    }

    /// Adds the rows of a chunk.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn append(&mut self, problem: &Problem, chunk: &Delivered<'_>) -> io::Result<()> {
        let mut examined = chunk.examined.iter().peekable();
        // Few kinds, many rows: a label is made once.
        let mut last: Option<(Kind, String)> = None;
        for row in chunk.outcomes.iter() {
            let kind = Kind::of(problem, &row);
            let evidence = examined.next_if(|examined| examined.network == row.network).map(|found| &found.evidence);
            if last.as_ref().is_none_or(|(known, _)| *known != kind) {
                last = Some((kind, kind.variant.label(problem)));
            }
            let label = last.as_ref().map_or("", |(_, label)| label);
            let solved = (row.solved_epoch > 0).then_some(row.solved_epoch);
            let verdict = evidence.and_then(|found| found.verdict).map_or("", |verdict| verdict.name());
            match &mut self.form {
                Form::Parquet(table) => {
                    let measured = measured(evidence).map(Cell::F64);
                    let mut cells = vec![
                        Cell::U64(row.network),
                        Cell::Text(kind.fate.name()),
                        Cell::Text(label),
                        Cell::U32(solved),
                        Cell::U32(Some(row.stop_epoch)),
                        Cell::F64(Some(row.loss)),
                        Cell::F32List(row.outputs),
                    ];
                    cells.extend(measured);
                    cells.extend([Cell::Text(verdict), Cell::U64(self.seed)]);
                    table.push(&cells)?;
                }
                Form::Csv(writer) => {
                    let text = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
                    let mut record = vec![row.network.to_string(), kind.fate.name().into(), label.into()];
                    record.push(solved.map_or(String::new(), |epoch| epoch.to_string()));
                    record.extend([row.stop_epoch.to_string(), row.loss.to_string()]);
                    record.extend(row.outputs.iter().map(f32::to_string));
                    record.extend(measured(evidence).map(text));
                    record.extend([verdict.into(), self.seed.to_string()]);
                    writer.write_record(record)?;
                }
                Form::None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Writes what is left; notes by name go into a Parquet file's metadata.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn finish(self, notes: &[(&str, String)]) -> io::Result<()> {
        match self.form {
            Form::Parquet(table) => table.finish(notes),
            Form::Csv(mut writer) => writer.flush(),
            Form::None => Ok(()),
        }
    }
}

/// Refuses a file of this form that does not hold the rows of these networks, one each, in order.
///
/// # Errors
/// What is wrong with it.
pub fn check_rows(form: RowForm, path: &Path, networks: Range<u64>) -> io::Result<()> {
    let wrong = |what: String| io::Error::other(format!("{}: {what}", path.display()));
    let file = || Source::open(path)?.seekable();
    let mut next = networks.start;
    let mut follows = |span: Range<u64>, rows: u64| {
        if span.start != next || span.end.checked_sub(span.start) != Some(rows) {
            let (first, last) = (networks.start, networks.end - 1);
            return Err(wrong(format!("its rows are not those of networks {first} to {last}")));
        }
        next = span.end;
        Ok(())
    };
    match form {
        RowForm::None => return Ok(()),
        RowForm::Parquet => {
            parquet::spans(&file()?, 0)?.into_iter().try_for_each(|(span, rows)| follows(span, rows))?;
        }
        RowForm::Csv => {
            let mut reader = csv::ReaderBuilder::new().from_reader(file()?);
            let mut row = csv::ByteRecord::new();
            while reader.read_byte_record(&mut row)? {
                let network = row.get(0).and_then(|field| std::str::from_utf8(field).ok()?.parse::<u64>().ok());
                let network = network.ok_or_else(|| wrong("a row has no network".into()))?;
                follows(network..network.saturating_add(1), 1)?;
            }
        }
    }
    if next != networks.end {
        return Err(wrong(format!("its rows end at network {next}, not at {}", networks.end)));
    }
    Ok(())
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

fn parquet_columns() -> Vec<(&'static str, ColumnType)> {
    let mut columns = vec![
        ("network", ColumnType::U64),
        ("fate", ColumnType::Text),
        ("variant", ColumnType::Text),
        ("solved_epoch", ColumnType::U32),
        ("epochs", ColumnType::U32),
        ("loss", ColumnType::F64),
        ("outputs", ColumnType::F32List),
    ];
    columns.extend(MEASURED.map(|name| (name, ColumnType::F64)));
    columns.extend([("verdict", ColumnType::Text), ("seed", ColumnType::U64)]);
    columns
}

/// Places of the columns of what was measured, and of the verdict.
fn measured_columns() -> Vec<usize> {
    let is_measured = |name: &str| MEASURED.contains(&name) || name == "verdict";
    parquet_columns().iter().enumerate().filter(|(_, (name, _))| is_measured(name)).map(|(at, _)| at).collect()
}

fn csv_header(problem: &Problem) -> Vec<String> {
    let mut header: Vec<String> =
        ["network", "fate", "variant", "solved_epoch", "epochs", "loss"].map(str::to_owned).to_vec();
    header.extend(problem.examples().output_names());
    header.extend(MEASURED.map(str::to_owned));
    header.extend(["verdict".to_owned(), "seed".to_owned()]);
    header
}
