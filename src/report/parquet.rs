//! Tables as Parquet files, which pandas, PyArrow, DuckDB and Polars read: written a row group at a time, with notes in the
//! file's metadata.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::foreign::megabytes;

/// Rows that are gathered before they are written.
const GROUP_ROWS: usize = 1 << 16;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Whole numbers below 2^64.
    U64,
    /// Whole numbers below 2^32, or nothing.
    U32,
    /// Numbers, or nothing.
    F64,
    /// Text.
    Text,
    /// A list of f32, not empty.
    F32List,
}

/// A value of a cell; must fit its column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// A whole number.
    U64(u64),
    /// A whole number, or nothing.
    U32(Option<u32>),
    /// A number, or nothing.
    F64(Option<f64>),
    /// Text.
    Text(&'a str),
    /// A list.
    F32List(&'a [f32]),
}

#[derive(Debug)]
enum Column {
    U64(Vec<i64>),
    U32(Optional<i32>),
    F64(Optional<f64>),
    Text(Vec<ByteArray>),
    F32List(Vec<f32>, Vec<i16>),
}

/// Values that are there, and for each row whether one is: 1 or 0, as Parquet's definition levels want it.
#[derive(Debug)]
struct Optional<T> {
    values: Vec<T>,
    present: Vec<i16>,
}

impl<T> Optional<T> {
    fn empty() -> Self {
        Self { values: Vec::new(), present: Vec::new() }
    }

    fn push(&mut self, value: Option<T>) {
        self.present.push(i16::from(value.is_some()));
        self.values.extend(value);
    }
}

impl Column {
    fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::U64 => Self::U64(Vec::new()),
            ColumnType::U32 => Self::U32(Optional::empty()),
            ColumnType::F64 => Self::F64(Optional::empty()),
            ColumnType::Text => Self::Text(Vec::new()),
            ColumnType::F32List => Self::F32List(Vec::new(), Vec::new()),
        }
    }

    fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Self::U64(values), Cell::U64(value)) => values.push(value.cast_signed()),
            (Self::U32(values), Cell::U32(value)) => values.push(value.map(u32::cast_signed)),
            (Self::F64(values), Cell::F64(value)) => values.push(*value),
            (Self::Text(values), Cell::Text(value)) => values.push(ByteArray::from(value.as_bytes().to_vec())),
            (Self::F32List(values, repeats), Cell::F32List(list)) => {
                values.extend_from_slice(list);
                repeats.extend((0..list.len()).map(|at| i16::from(at > 0)));
            }
            (column, cell) => debug_assert!(false, "{cell:?} in a column {column:?}"),
        }
    }

    fn write<W: Write + Send>(&self, group: &mut SerializedRowGroupWriter<'_, W>) -> Result<(), ParquetError> {
        match self {
            Self::U64(values) => write_column::<Int64Type, W>(group, values, None, None),
            Self::U32(column) => write_column::<Int32Type, W>(group, &column.values, Some(&column.present), None),
            Self::F64(column) => write_column::<DoubleType, W>(group, &column.values, Some(&column.present), None),
            Self::Text(values) => write_column::<ByteArrayType, W>(group, values, None, None),
            Self::F32List(values, repeats) => {
                write_column::<FloatType, W>(group, values, Some(&vec![1; values.len()]), Some(repeats))
            }
        }
    }
}

fn write_column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    definition: Option<&[i16]>,
    repetition: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let missing = || ParquetError::General("more columns than the schema has".into());
    let mut writer = group.next_column()?.ok_or_else(missing)?;
    writer.typed::<T>().write_batch(values, definition, repetition)?;
    writer.close()
}

/// A file that is being written.
pub struct ParquetTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    types: Vec<ColumnType>,
    columns: Vec<Column>,
    row_count: usize,
}

impl<W: Write + Send> ParquetTable<W> {
    /// Writes the head. Column names are of letters, digits and `_`.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn new(target: W, columns: &[(&str, ColumnType)]) -> io::Result<Self> {
        let fields: String = columns.iter().map(|(name, kind)| field(name, *kind)).collect();
        let schema = parse_message_type(&format!("message row {{ {fields} }}")).map_err(io::Error::other)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("basins {}", env!("CARGO_PKG_VERSION")))
            .build();
        let writer = SerializedFileWriter::new(target, Arc::new(schema), Arc::new(properties));
        let types: Vec<ColumnType> = columns.iter().map(|(_, kind)| *kind).collect();
        Ok(Self {
            writer: writer.map_err(io::Error::other)?,
            columns: types.iter().map(|kind| Column::new(*kind)).collect(),
            types,
            row_count: 0,
        })
    }

    /// Adds a row: one cell a column, in order.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn push(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        self.row_count += 1;
        if self.row_count == GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.row_count == 0 {
            return Ok(());
        }
        let mut write = || {
            let mut group = self.writer.next_row_group()?;
            self.columns.iter().try_for_each(|column| column.write(&mut group))?;
            group.close().map(|_| ())
        };
        write().map_err(io::Error::other)?;
        self.columns = self.types.iter().map(|kind| Column::new(*kind)).collect();
        self.row_count = 0;
        Ok(())
    }

    /// Writes what is left, and notes by name into the metadata.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn finish(mut self, notes: &[(&str, String)]) -> io::Result<()> {
        self.flush()?;
        for (name, text) in notes {
            self.writer.append_key_value_metadata(KeyValue::new((*name).to_owned(), text.clone()));
        }
        self.writer.finish().map_err(io::Error::other)?;
        self.writer.inner_mut().flush()
    }
}

fn field(name: &str, kind: ColumnType) -> String {
    match kind {
        ColumnType::U64 => format!("required int64 {name} (INTEGER(64,false)); "),
        ColumnType::U32 => format!("optional int32 {name} (INTEGER(32,false)); "),
        ColumnType::F64 => format!("optional double {name}; "),
        ColumnType::Text => format!("required binary {name} (STRING); "),
        ColumnType::F32List => {
            format!("required group {name} (LIST) {{ repeated group list {{ required float element; }} }} ")
        }
    }
}

/// Most bytes of a file's metadata: those of a thousand million rows take twenty megabytes.
const METADATA_LIMIT: u32 = 32 << 20;

/// Refuses metadata of a size that only somebody would write who wants memory filled.
fn check_metadata(mut file: &std::fs::File) -> io::Result<()> {
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

/// The note of that name in a file's metadata.
///
/// # Errors
/// The file is no Parquet file.
pub fn read_note(file: std::fs::File, name: &str) -> io::Result<Option<String>> {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    check_metadata(&file)?;
    let reader = SerializedFileReader::new(file).map_err(io::Error::other)?;
    let notes = reader.metadata().file_metadata().key_value_metadata();
    Ok(notes.and_then(|notes| notes.iter().find(|note| note.key == name)?.value.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    #[test]
    fn rows_come_back() {
        let file = tempfile::tempfile().unwrap();
        let columns = [
            ("network", ColumnType::U64),
            ("epoch", ColumnType::U32),
            ("loss", ColumnType::F64),
            ("fate", ColumnType::Text),
            ("outputs", ColumnType::F32List),
        ];
        let mut table = ParquetTable::new(file.try_clone().unwrap(), &columns).unwrap();
        let rows = GROUP_ROWS as u64 + 3;
        for network in 0..rows {
            let odd = network % 2 == 1;
            table
                .push(&[
                    Cell::U64(u64::MAX - network),
                    Cell::U32(odd.then_some(u32::MAX)),
                    Cell::F64((!odd).then_some(0.5)),
                    Cell::Text(if odd { "solved" } else { "" }),
                    Cell::F32List(&[network as f32, 2.0]),
                ])
                .unwrap();
        }
        table.finish(&[("note", "text".into())]).unwrap();
        let reader = SerializedFileReader::new(file.try_clone().unwrap()).unwrap();
        assert_eq!(reader.metadata().row_groups().len(), 2);
        let read: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(read.len() as u64, rows);
        let max = u64::MAX - 1;
        assert_eq!(
            read[1],
            format!("{{network: {max}, epoch: {}, loss: null, fate: \"solved\", outputs: [1.0, 2.0]}}", u32::MAX)
        );
        assert!(read[2].contains("epoch: null, loss: 0.5"), "{}", read[2]);
        assert_eq!(read_note(file.try_clone().unwrap(), "note").unwrap(), Some("text".into()));
        assert_eq!(read_note(file, "other").unwrap(), None);
    }

    #[test]
    fn metadata_is_bounded() {
        let mut file = tempfile::tempfile().unwrap();
        file.set_len(1 << 40).unwrap();
        file.seek(SeekFrom::End(-8)).unwrap();
        file.write_all(b"\xff\xff\xff\xffPAR1").unwrap();
        let error = read_note(file, "note").unwrap_err().to_string();
        assert_eq!(error, "its metadata is larger than 32 MiB");
        assert!(read_note(tempfile::tempfile().unwrap(), "note").is_err());
    }
}
