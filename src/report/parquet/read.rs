//! Reading files: all columns row after row, or some columns a row group at a time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;

use crate::foreign::megabytes;

use super::cell::ColumnType;
use super::column::Column;

/// Most rows of a group that is read: our own have 65,536, and whoever writes more at once wants memory filled.
const GROUP_LIMIT: i64 = 1 << 22;

/// A file the rows of which are read one after another.
pub struct ParquetRows {
    file: File,
    reader: SerializedFileReader<File>,
    /// The group at hand.
    group: usize,
    /// Rows of it that are read, and its columns if any are.
    read: usize,
    columns: Vec<ColumnReader>,
    /// Rows of the groups before it.
    before: u64,
}

impl ParquetRows {
    /// From the first row on.
    ///
    /// # Errors
    /// It is no Parquet file.
    pub fn new(file: File) -> io::Result<Self> {
        let reader = reader(&file).map_err(io::Error::other)?;
        Ok(Self { file, reader, group: 0, read: 0, columns: Vec::new(), before: 0 })
    }

    /// Whether there is a next row; goes on to its group.
    pub(super) fn ready(&mut self) -> Result<bool, ParquetError> {
        while self.group < self.reader.num_row_groups() {
            if u64::try_from(self.group().num_rows())? > self.read as u64 {
                return Ok(true);
            }
            self.skip_group();
        }
        Ok(false)
    }

    /// Place of the next row in the file.
    pub(super) fn place(&self) -> u64 {
        self.before + self.read as u64
    }

    /// Rows of the group at hand that are not read.
    pub(super) fn left(&self) -> usize {
        usize::try_from(self.group().num_rows()).unwrap_or(0).saturating_sub(self.read)
    }

    /// Whether none of them was read.
    pub(super) fn is_untouched(&self) -> bool {
        self.read == 0
    }

    /// The file itself.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The group at hand.
    pub(super) fn group(&self) -> &RowGroupMetaData {
        self.reader.metadata().row_group(self.group)
    }

    /// Goes on to the next group.
    pub(super) fn skip_group(&mut self) {
        self.before += self.group().num_rows().unsigned_abs();
        self.group += 1;
        self.read = 0;
        self.columns.clear();
    }

    /// Adds the next rows of the group at hand to columns like its own.
    pub(super) fn fill(&mut self, columns: &mut [Column], rows: usize) -> Result<(), ParquetError> {
        if self.columns.is_empty() {
            let group = self.reader.get_row_group(self.group)?;
            self.columns = (0..columns.len()).map(|at| group.get_column_reader(at)).collect::<Result<_, _>>()?;
        }
        columns.iter_mut().zip(&mut self.columns).try_for_each(|(column, reader)| column.fill(reader, rows))?;
        self.read += rows;
        Ok(())
    }
}

/// Reads columns by name.
pub struct ParquetColumns {
    reader: SerializedFileReader<File>,
    /// For each column asked for its place in the file, and what it holds.
    columns: Vec<(usize, ColumnType)>,
    next_group: usize,
}

impl ParquetColumns {
    /// Columns by name, each of a type that such files have.
    ///
    /// # Errors
    /// It is no Parquet file, or has no such column.
    pub fn open(file: &File, columns: &[(&str, ColumnType)]) -> io::Result<Self> {
        let reader = reader(file).map_err(io::Error::other)?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let place = |(name, kind): &(&str, ColumnType)| {
            let found = schema.columns().iter().position(|column| column.name() == *name);
            found.map(|at| (at, *kind)).ok_or_else(|| io::Error::other(format!("it has no column {name}")))
        };
        let columns = columns.iter().map(place).collect::<io::Result<_>>()?;
        Ok(Self { reader, columns, next_group: 0 })
    }

    /// The columns of the next group, in the order asked for, and its rows; nothing after the last.
    pub(in crate::report) fn next_group(&mut self) -> Option<io::Result<(usize, Vec<Column>)>> {
        let at = self.next_group;
        (at < self.reader.num_row_groups()).then(|| {
            self.next_group += 1;
            self.group(at).map_err(io::Error::other)
        })
    }

    fn group(&self, at: usize) -> Result<(usize, Vec<Column>), ParquetError> {
        let group = self.reader.get_row_group(at)?;
        let rows = group.metadata().num_rows();
        if !(0..=GROUP_LIMIT).contains(&rows) {
            return Err(ParquetError::General(format!("a group has {rows} rows")));
        }
        let rows = usize::try_from(rows)?;
        let read = |(place, kind): &(usize, ColumnType)| {
            let mut column = Column::new(*kind);
            column.fill(&mut group.get_column_reader(*place)?, rows)?;
            Ok(column)
        };
        Ok((rows, self.columns.iter().map(read).collect::<Result<_, ParquetError>>()?))
    }
}

/// Reads a file of which groups are copied: pages are said as they were written.
pub(super) fn reader(file: &File) -> Result<SerializedFileReader<File>, ParquetError> {
    check_metadata(file)?;
    let options = ReadOptionsBuilder::new().with_encoding_stats_as_mask(false).build();
    SerializedFileReader::new_with_options(file.try_clone()?, options)
}

/// Most bytes of a file's metadata: those of a thousand million rows take twenty megabytes.
const METADATA_LIMIT: u32 = 32 << 20;

/// Refuses metadata of a size that only somebody would write who wants memory filled.
pub(super) fn check_metadata(mut file: &std::fs::File) -> io::Result<()> {
    let mut end = [0; 8];
    // What is shorter is no such file, and is told to be none.
    if file.metadata()?.len() >= 8 {
        file.seek(SeekFrom::End(-8))?;
        file.read_exact(&mut end)?;
    }
    let [a, b, c, d, ..] = end;
    match u32::from_le_bytes([a, b, c, d]) > METADATA_LIMIT {
        true => Err(io::Error::other(format!("its metadata is larger than {}", megabytes(METADATA_LIMIT.into())))),
        false => Ok(()),
    }
}
