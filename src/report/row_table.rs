//! Rows as Parquet or as CSV: one table, two forms.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use crate::foreign::Source;
use crate::spec::keyword::keywords;

use super::parquet::{Cell, ColumnType, ParquetRows, ParquetTable};

/// The form of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RowForm {
    /// `outcomes.parquet`, with the result's object in the metadata.
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

/// Most outputs of a network that have a Parquet column each, by the names that CSV has; those of larger tasks are a list,
/// `outputs`, since a column costs memory and a line of the file's metadata for every 65,536 rows.
pub const OUTPUT_COLUMNS: usize = 100;

/// A column of rows.
#[derive(Clone, Debug)]
pub(super) enum RowColumn {
    /// By its name, of a type.
    One(String, ColumnType),
    /// The outputs of a network, by their names.
    Outputs(Vec<String>),
}

impl RowColumn {
    pub(super) fn one(name: &str, kind: ColumnType) -> Self {
        Self::One(name.to_owned(), kind)
    }

    pub(super) fn is_called(&self, text: &str) -> bool {
        match self {
            Self::One(name, _) => name == text,
            Self::Outputs(names) => text == "outputs" || names.iter().any(|name| name == text),
        }
    }
}

/// Writes rows as they come.
pub(super) struct RowTable<W: Write + Send> {
    form: Form<W>,
    /// Places of the cells that may be emptied.
    cleared: Vec<usize>,
}

enum Form<W: Write + Send> {
    Parquet(Box<ParquetTable<W>>),
    Csv(Box<csv::Writer<W>>),
    None,
}

/// A value of a row: of a column, or of all outputs.
pub(super) enum RowCell<'a> {
    One(Cell<'a>),
    Outputs(&'a [f32]),
}

impl<W: Write + Send> RowTable<W> {
    /// Writes the head. Cells of the columns with these names may be emptied when rows are joined.
    pub(super) fn new(target: W, form: RowForm, columns: &[RowColumn], cleared: &[&str]) -> io::Result<Self> {
        let mut flat: Vec<(String, ColumnType)> = Vec::new();
        for column in columns {
            match column {
                RowColumn::One(name, kind) => flat.push((name.clone(), *kind)),
                RowColumn::Outputs(names) if form == RowForm::Parquet && names.len() > OUTPUT_COLUMNS => {
                    flat.push(("outputs".to_owned(), ColumnType::F32List));
                }
                RowColumn::Outputs(names) => flat.extend(names.iter().map(|name| (name.clone(), ColumnType::F32))),
            }
        }
        let places = flat.iter().enumerate().filter(|(_, (name, _))| cleared.contains(&name.as_str()));
        let cleared = places.map(|(at, _)| at).collect();
        let form = match form {
            RowForm::Parquet => {
                let columns: Vec<(&str, ColumnType)> = flat.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
                Form::Parquet(Box::new(ParquetTable::new(target, &columns)?))
            }
            RowForm::Csv => {
                let mut writer = csv::Writer::from_writer(target);
                writer.write_record(flat.iter().map(|(name, _)| name))?;
                Form::Csv(Box::new(writer))
            }
            RowForm::None => Form::None,
        };
        Ok(Self { form, cleared })
    }

    /// The same for rows that follow so many others, in another file.
    pub(super) fn after(self, rows: u64) -> Self {
        match self.form {
            Form::Parquet(table) => Self { form: Form::Parquet(Box::new(table.after(rows))), ..self },
            Form::Csv(_) | Form::None => self,
        }
    }

    /// Whether rows are written at all.
    pub(super) fn is_written(&self) -> bool {
        !matches!(self.form, Form::None)
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: &[RowCell<'_>]) -> io::Result<()> {
        match &mut self.form {
            Form::Parquet(table) => {
                let mut cells = Vec::with_capacity(row.len());
                for cell in row {
                    match cell {
                        RowCell::One(cell) => cells.push(cell.clone()),
                        RowCell::Outputs(outputs) if outputs.len() > OUTPUT_COLUMNS => {
                            cells.push(Cell::F32List(outputs))
                        }
                        RowCell::Outputs(outputs) => cells.extend(outputs.iter().copied().map(Cell::F32)),
                    }
                }
                table.push(&cells)
            }
            Form::Csv(writer) => {
                for cell in row {
                    match cell {
                        RowCell::One(cell) => writer.write_field(cell.to_string())?,
                        RowCell::Outputs(outputs) => {
                            outputs.iter().try_for_each(|output| writer.write_field(output.to_string()))?;
                        }
                    }
                }
                Ok(writer.write_record(None::<&[u8]>)?)
            }
            Form::None => Ok(()),
        }
    }

    /// Adds all rows of a file of this form. Those at these places in it, ascending, lose what may be emptied.
    pub(super) fn join(&mut self, path: &Path, cleared: &[u64]) -> io::Result<()> {
        let Some(mut rows) = self.open(path)? else { return Ok(()) };
        self.take(&mut rows, u64::MAX, cleared)
    }

    /// Opens a file of this form, the rows of which are to be added.
    pub(super) fn open(&self, path: &Path) -> io::Result<Option<RowFile>> {
        let file = || Source::open(path)?.seekable();
        let from = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let rows = match &self.form {
            Form::Parquet(_) => Rows::Parquet(Box::new(file().and_then(ParquetRows::new).map_err(from)?)),
            Form::Csv(_) => Rows::Csv(Box::new(csv::ReaderBuilder::new().from_reader(file().map_err(from)?)), 0),
            Form::None => return Ok(None),
        };
        Ok(Some(RowFile { path: path.display().to_string(), rows }))
    }

    /// Adds the next rows of a file, at most so many.
    pub(super) fn take(&mut self, from: &mut RowFile, count: u64, cleared: &[u64]) -> io::Result<()> {
        let path = &from.path;
        let failed = |error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
        match (&mut self.form, &mut from.rows) {
            (Form::Parquet(table), Rows::Parquet(rows)) => {
                table.take(rows, count, &self.cleared, cleared).map_err(failed)
            }
            (Form::Csv(writer), Rows::Csv(reader, place)) => {
                let mut row = csv::ByteRecord::new();
                for _ in 0..count {
                    if !reader.read_byte_record(&mut row).map_err(|error| failed(error.into()))? {
                        break;
                    }
                    if cleared.binary_search(place).is_ok() {
                        let fields = row.iter().enumerate();
                        row = fields.map(|(at, field)| if self.cleared.contains(&at) { b"" } else { field }).collect();
                    }
                    writer.write_byte_record(&row)?;
                    *place += 1;
                }
                Ok(())
            }
            (Form::None, _) => Ok(()),
            _ => Err(failed(io::Error::other("its rows are of another form"))),
        }
    }

    /// Writes what is left; notes by name go into a Parquet file's metadata.
    pub(super) fn finish(self, notes: &[(&str, String)]) -> io::Result<()> {
        match self.form {
            Form::Parquet(table) => table.finish(notes),
            Form::Csv(mut writer) => writer.flush(),
            Form::None => Ok(()),
        }
    }
}

/// A file the rows of which are read one after another.
pub struct RowFile {
    path: String,
    rows: Rows,
}

enum Rows {
    Parquet(Box<ParquetRows>),
    /// With the place of the next row.
    Csv(Box<csv::Reader<File>>, u64),
}
