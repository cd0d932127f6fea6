//! The values of a column of one row group, on their way into a file or out of one.

use std::io::Write;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedRowGroupWriter;

use super::cell::{Cell, ColumnType};

#[derive(Debug)]
pub(in crate::report) enum Column {
    U64(Vec<i64>),
    U32(Optional<i32>),
    F64(Optional<f64>),
    F32(Vec<f32>),
    Text(Vec<ByteArray>),
    OptionalText(Optional<ByteArray>),
    F32List(Vec<f32>, Vec<i16>),
}

/// Values that are there, and for each row whether one is: 1 or 0, as Parquet's definition levels want it.
#[derive(Debug)]
pub(in crate::report) struct Optional<T> {
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

    fn clear(&mut self, row: usize) {
        if std::mem::take(&mut self.present[row]) == 1 {
            let before = self.present[..row].iter().filter(|present| **present == 1).count();
            self.values.remove(before);
        }
    }
}

impl Column {
    pub(super) fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::U64 => Self::U64(Vec::new()),
            ColumnType::U32 => Self::U32(Optional::empty()),
            ColumnType::F64 => Self::F64(Optional::empty()),
            ColumnType::F32 => Self::F32(Vec::new()),
            ColumnType::Text => Self::Text(Vec::new()),
            ColumnType::OptionalText => Self::OptionalText(Optional::empty()),
            ColumnType::F32List => Self::F32List(Vec::new(), Vec::new()),
        }
    }

    pub(super) fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Self::U64(values), Cell::U64(value)) => values.push(value.cast_signed()),
            (Self::U32(values), Cell::U32(value)) => values.push(value.map(u32::cast_signed)),
            (Self::F64(values), Cell::F64(value)) => values.push(*value),
            (Self::F32(values), Cell::F32(value)) => values.push(*value),
            (Self::Text(values), Cell::Text(value)) => values.push(bytes(value)),
            (Self::OptionalText(values), Cell::OptionalText(value)) => values.push(value.map(bytes)),
            (Self::F32List(values, repeats), Cell::F32List(list)) => {
                values.extend_from_slice(list);
                repeats.extend((0..list.len()).map(|at| i16::from(at > 0)));
            }
            (column, cell) => debug_assert!(false, "{cell:?} in a column {column:?}"),
        }
    }

    pub(super) fn write<W: Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        match self {
            Self::U64(values) => write_column::<Int64Type, W>(group, values, None, None),
            Self::U32(column) => write_column::<Int32Type, W>(group, &column.values, Some(&column.present), None),
            Self::F64(column) => write_column::<DoubleType, W>(group, &column.values, Some(&column.present), None),
            Self::F32(values) => write_column::<FloatType, W>(group, values, None, None),
            Self::Text(values) => write_column::<ByteArrayType, W>(group, values, None, None),
            Self::OptionalText(column) => {
                write_column::<ByteArrayType, W>(group, &column.values, Some(&column.present), None)
            }
            Self::F32List(values, repeats) => {
                write_column::<FloatType, W>(group, values, Some(&vec![1; values.len()]), Some(repeats))
            }
        }
    }

    /// The whole number of a row, of a column of such.
    pub(in crate::report) fn number(&self, row: usize) -> Option<u64> {
        match self {
            Self::U64(values) => values.get(row).map(|value| value.cast_unsigned()),
            _ => None,
        }
    }

    /// The text of a row, of a column of such.
    pub(in crate::report) fn text(&self, row: usize) -> Option<&[u8]> {
        match self {
            Self::Text(values) => values.get(row).map(ByteArray::data),
            _ => None,
        }
    }

    /// Empties a cell that may be empty.
    pub(super) fn clear(&mut self, row: usize) {
        match self {
            Self::U32(column) => column.clear(row),
            Self::F64(column) => column.clear(row),
            Self::OptionalText(column) => column.clear(row),
            Self::U64(_) | Self::F32(_) | Self::Text(_) | Self::F32List(..) => {}
        }
    }

    /// Takes the next records of a column that was written as this one is.
    pub(super) fn fill(&mut self, reader: &mut ColumnReader, records: usize) -> Result<(), ParquetError> {
        match (self, reader) {
            (Self::U64(values), ColumnReader::Int64ColumnReader(reader)) => read(reader, records, None, None, values),
            (Self::U32(column), ColumnReader::Int32ColumnReader(reader)) => {
                read(reader, records, Some(&mut column.present), None, &mut column.values)
            }
            (Self::F64(column), ColumnReader::DoubleColumnReader(reader)) => {
                read(reader, records, Some(&mut column.present), None, &mut column.values)
            }
            (Self::F32(values), ColumnReader::FloatColumnReader(reader)) => read(reader, records, None, None, values),
            (Self::Text(values), ColumnReader::ByteArrayColumnReader(reader)) => {
                read(reader, records, None, None, values)
            }
            (Self::OptionalText(column), ColumnReader::ByteArrayColumnReader(reader)) => {
                read(reader, records, Some(&mut column.present), None, &mut column.values)
            }
            (Self::F32List(values, repeats), ColumnReader::FloatColumnReader(reader)) => {
                // A list is never empty, so that every element is there.
                read(reader, records, Some(&mut Vec::new()), Some(repeats), values)
            }
            _ => Err(ParquetError::General("columns of another type".into())),
        }
    }
}

fn bytes(text: &str) -> ByteArray {
    ByteArray::from(text.as_bytes().to_vec())
}

fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    records: usize,
    mut definition: Option<&mut Vec<i16>>,
    mut repetition: Option<&mut Vec<i16>>,
    values: &mut Vec<T::T>,
) -> Result<(), ParquetError> {
    let mut left = records;
    while left > 0 {
        let (read, ..) = reader.read_records(left, definition.as_deref_mut(), repetition.as_deref_mut(), values)?;
        if read == 0 {
            return Err(ParquetError::General("fewer rows than the file says".into()));
        }
        left -= read;
    }
    Ok(())
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
