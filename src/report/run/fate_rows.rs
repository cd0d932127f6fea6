//! What became of each network, read from the rows of a run.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::foreign::Source;
use crate::outcome::Fate;
use crate::report::parquet::{ColumnType, ParquetColumns};
use crate::report::row_table::RowForm;

/// Networks with their fates, in the order of the file.
pub struct FateRows {
    form: Form,
    /// Rows that are read and not yet given.
    ready: VecDeque<(u64, Fate)>,
}

enum Form {
    Parquet(Box<ParquetColumns>),
    Csv(Box<csv::Reader<File>>),
}

impl FateRows {
    /// Rows of a file of this form.
    ///
    /// # Errors
    /// It cannot be read, is no such file, or has no column of networks and fates.
    pub fn open(path: &Path, form: RowForm) -> io::Result<Self> {
        let file = Source::open(path)?.seekable()?;
        let form = match form {
            RowForm::Parquet => {
                let columns = [("network", ColumnType::U64), ("fate", ColumnType::Text)];
                Form::Parquet(Box::new(ParquetColumns::open(&file, &columns)?))
            }
            RowForm::Csv => {
                let mut reader = csv::ReaderBuilder::new().from_reader(file);
                let header = reader.byte_headers()?;
                if header.get(0) != Some(b"network") || header.get(1) != Some(b"fate") {
                    return Err(io::Error::other("its first columns are not network and fate"));
                }
                Form::Csv(Box::new(reader))
            }
            RowForm::None => return Err(io::Error::other("no rows were kept")),
        };
        Ok(Self { form, ready: VecDeque::new() })
    }

    /// Reads some more rows, as many as there are at once.
    fn read(&mut self) -> io::Result<()> {
        match &mut self.form {
            Form::Parquet(columns) => {
                let Some(group) = columns.next_group() else { return Ok(()) };
                let (rows, columns) = group?;
                for row in 0..rows {
                    let found = columns[0].number(row).zip(fate(columns[1].text(row)));
                    self.ready.push_back(found.ok_or_else(unknown)?);
                }
            }
            Form::Csv(reader) => {
                let mut row = csv::ByteRecord::new();
                if reader.read_byte_record(&mut row)? {
                    let number = |field: &[u8]| std::str::from_utf8(field).ok()?.parse::<u64>().ok();
                    let found = row.get(0).and_then(number).zip(fate(row.get(1)));
                    self.ready.push_back(found.ok_or_else(unknown)?);
                }
            }
        }
        Ok(())
    }
}

fn fate(name: Option<&[u8]>) -> Option<Fate> {
    Fate::ALL.into_iter().find(|fate| Some(fate.name().as_bytes()) == name)
}

fn unknown() -> io::Error {
    io::Error::other("a row has no network or a fate that is not known")
}

impl Iterator for FateRows {
    type Item = io::Result<(u64, Fate)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty()
            && let Err(error) = self.read()
        {
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}
