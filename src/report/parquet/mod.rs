//! Tables as Parquet files, which pandas, PyArrow, DuckDB and Polars read: written a row group at a time, with notes in the
//! file's metadata; and joined from such files.

mod cell;
mod column;
mod read;

pub use cell::{Cell, ColumnType};
pub use read::{ParquetColumns, ParquetRows};

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::TypePtr;

use self::column::Column;
use self::read::{check_metadata, reader};

/// Rows that are gathered before they are written.
const GROUP_ROWS: usize = 1 << 16;

/// A file that is being written.
pub struct ParquetTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    schema: TypePtr,
    /// Whether rows come from other files.
    is_joined: bool,
    types: Vec<ColumnType>,
    columns: Vec<Column>,
    row_count: usize,
    /// Rows after which the group at hand is whole.
    group_rows: usize,
}

impl<W: Write + Send> ParquetTable<W> {
    /// Writes the head. Column names are of letters, digits and `_`.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn new(target: W, columns: &[(&str, ColumnType)]) -> io::Result<Self> {
        let fields: String = columns.iter().map(|(name, kind)| field(name, *kind)).collect();
        let schema = parse_message_type(&format!("message row {{ {fields} }}")).map_err(io::Error::other)?;
        let schema = Arc::new(schema);
        let writer = writer(target, schema.clone()).map_err(io::Error::other)?;
        let types: Vec<ColumnType> = columns.iter().map(|(_, kind)| *kind).collect();
        Ok(Self {
            writer,
            schema,
            is_joined: false,
            columns: types.iter().map(|kind| Column::new(*kind)).collect(),
            types,
            row_count: 0,
            group_rows: GROUP_ROWS,
        })
    }

    /// The same for rows that follow so many others, in another file: groups end where they would end if all were in one.
    #[must_use]
    pub fn after(self, rows: u64) -> Self {
        Self { group_rows: GROUP_ROWS - (rows % GROUP_ROWS as u64) as usize, ..self }
    }

    /// Adds the next rows of a file with the same columns, at most so many. Whole groups are copied as they are where they
    /// follow whole groups. At `cleared_columns`, cells of the rows at the places `cleared` in the file, ascending, are emptied.
    ///
    /// # Errors
    /// It is no such file, or the target cannot be written.
    pub fn take(
        &mut self,
        from: &mut ParquetRows,
        count: u64,
        cleared_columns: &[usize],
        cleared: &[u64],
    ) -> io::Result<()> {
        self.try_take(from, count, cleared_columns, cleared).map_err(io::Error::other)
    }

    fn try_take(
        &mut self,
        from: &mut ParquetRows,
        mut count: u64,
        cleared_columns: &[usize],
        cleared: &[u64],
    ) -> Result<(), ParquetError> {
        self.is_joined = true;
        let within = |rows: std::ops::Range<u64>| {
            cleared.iter().copied().skip_while(move |at| *at < rows.start).take_while(move |at| *at < rows.end)
        };
        while count > 0 && from.ready()? {
            let (place, left) = (from.place(), from.left());
            let untouched = within(place..place + left as u64).next().is_none();
            if self.row_count == 0
                && left == self.group_rows
                && left as u64 <= count
                && from.is_untouched()
                && untouched
            {
                self.copy(from.file(), from.group())?;
                from.skip_group();
                count -= left as u64;
                continue;
            }
            let rows = left.min(self.group_rows - self.row_count).min(usize::try_from(count).unwrap_or(usize::MAX));
            from.fill(&mut self.columns, rows)?;
            for at in within(place..place + rows as u64) {
                let at = self.row_count + (at - place) as usize;
                cleared_columns.iter().for_each(|column| self.columns[*column].clear(at));
            }
            self.row_count += rows;
            count -= rows as u64;
            if self.row_count == self.group_rows {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Copies a group as it is.
    fn copy(&mut self, file: &File, group: &RowGroupMetaData) -> Result<(), ParquetError> {
        let mut target = self.writer.next_row_group()?;
        for column in group.columns() {
            let copied = ColumnCloseResult {
                bytes_written: column.compressed_size().unsigned_abs(),
                rows_written: group.num_rows().unsigned_abs(),
                metadata: column.clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            target.append_column(file, copied)?;
        }
        target.close()?;
        self.group_rows = GROUP_ROWS;
        Ok(())
    }

    /// Adds a row: one cell a column, in order.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn push(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        self.row_count += 1;
        if self.row_count == self.group_rows { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.row_count == 0 {
            return Ok(());
        }
        let columns = self.types.iter().map(|kind| Column::new(*kind)).collect();
        let columns = std::mem::replace(&mut self.columns, columns);
        if self.is_joined {
            // Copied, too: what a copy says of itself differs from what is said of the original.
            let spool = tempfile::tempfile()?;
            let mut writer = writer(spool.try_clone()?, self.schema.clone()).map_err(io::Error::other)?;
            write(&mut writer, &columns).and_then(|()| writer.finish().map(|_| ())).map_err(io::Error::other)?;
            let reader = reader(&spool).map_err(io::Error::other)?;
            self.copy(&spool, reader.metadata().row_group(0)).map_err(io::Error::other)?;
        } else {
            write(&mut self.writer, &columns).map_err(io::Error::other)?;
        }
        (self.row_count, self.group_rows) = (0, GROUP_ROWS);
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

fn writer<W: Write + Send>(target: W, schema: TypePtr) -> Result<SerializedFileWriter<W>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        // Groups are small enough to be skipped as a whole; and an index of pages could not be copied with them.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_created_by(format!("basins {}", env!("CARGO_PKG_VERSION")))
        .build();
    SerializedFileWriter::new(target, schema, Arc::new(properties))
}

/// Writes a group.
fn write<W: Write + Send>(target: &mut SerializedFileWriter<W>, columns: &[Column]) -> Result<(), ParquetError> {
    let mut group = target.next_row_group()?;
    columns.iter().try_for_each(|column| column.write(&mut group))?;
    group.close().map(|_| ())
}

fn field(name: &str, kind: ColumnType) -> String {
    match kind {
        ColumnType::U64 => format!("required int64 {name} (INTEGER(64,false)); "),
        ColumnType::U32 => format!("optional int32 {name} (INTEGER(32,false)); "),
        ColumnType::F64 => format!("optional double {name}; "),
        ColumnType::F32 => format!("required float {name}; "),
        ColumnType::Text => format!("required binary {name} (STRING); "),
        ColumnType::OptionalText => format!("optional binary {name} (STRING); "),
        ColumnType::F32List => {
            format!("required group {name} (LIST) {{ repeated group list {{ required float element; }} }} ")
        }
    }
}

/// The note of that name in a file's metadata.
///
/// # Errors
/// The file is no Parquet file.
pub fn read_note(file: std::fs::File, name: &str) -> io::Result<Option<String>> {
    check_metadata(&file)?;
    let reader = SerializedFileReader::new(file).map_err(io::Error::other)?;
    let notes = reader.metadata().file_metadata().key_value_metadata();
    Ok(notes.and_then(|notes| notes.iter().find(|note| note.key == name)?.value.clone()))
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom};

    use super::*;

    const COLUMNS: [(&str, ColumnType); 7] = [
        ("network", ColumnType::U64),
        ("epoch", ColumnType::U32),
        ("loss", ColumnType::F64),
        ("fate", ColumnType::Text),
        ("outputs", ColumnType::F32List),
        ("output", ColumnType::F32),
        ("verdict", ColumnType::OptionalText),
    ];

    /// A file with these rows, which follow so many others.
    fn part(rows: std::ops::Range<u64>) -> File {
        let file = tempfile::tempfile().unwrap();
        let mut table = ParquetTable::new(file.try_clone().unwrap(), &COLUMNS).unwrap().after(rows.start);
        for row in rows {
            let odd = row % 2 == 1;
            let cells = [
                Cell::U64(row),
                Cell::U32(odd.then_some(row as u32)),
                Cell::F64((!odd).then_some(row as f64 * 0.37)),
                Cell::Text(if odd { "solved" } else { "" }),
                Cell::F32List(&[row as f32, 2.0, 0.5][..1 + row as usize % 3]),
                Cell::F32(0.1 * row as f32),
                Cell::OptionalText((row % 3 == 0).then_some("found")),
            ];
            table.push(&cells).unwrap();
        }
        table.finish(&[]).unwrap();
        file
    }

    fn joined(parts: &[File]) -> Vec<u8> {
        use std::io::Read;
        let mut file = tempfile::tempfile().unwrap();
        let mut table = ParquetTable::new(file.try_clone().unwrap(), &COLUMNS).unwrap();
        for part in parts {
            table.take(&mut ParquetRows::new(part.try_clone().unwrap()).unwrap(), u64::MAX, &[], &[]).unwrap();
        }
        table.finish(&[("note", "text".into())]).unwrap();
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// However the rows were cut, the joined file is the same to the byte.
    #[test]
    fn cuts_leave_no_trace() {
        let group = GROUP_ROWS as u64;
        let end = 2 * group + 1_000;
        let whole = joined(&[part(0..end)]);
        let cuts = [vec![group], vec![1_000, 1_001, group - 1, group + 7], vec![group, 2 * group], vec![2 * group + 3]];
        for cut in cuts {
            let bounds: Vec<u64> = [0].into_iter().chain(cut.clone()).chain([end]).collect();
            let parts: Vec<File> = bounds.windows(2).map(|ends| part(ends[0]..ends[1])).collect();
            assert!(joined(&parts) == whole, "cut at {cut:?}");
        }
        assert!(joined(&[part(0..end - 1), part(end..end + 1)]) != whole, "another row");
    }

    /// Files that are read by turns: rows of the one, then of the other, and on.
    #[test]
    fn files_are_read_by_turns() {
        let group = GROUP_ROWS as u64;
        let by_turns = |counts: &[[u64; 2]]| {
            let target = tempfile::tempfile().unwrap();
            let mut table = ParquetTable::new(target.try_clone().unwrap(), &COLUMNS).unwrap();
            let mut files =
                [part(0..group + 5), part(500_000..500_000 + group)].map(|file| ParquetRows::new(file).unwrap());
            for counts in counts {
                files.iter_mut().zip(counts).for_each(|(file, count)| table.take(file, *count, &[], &[]).unwrap());
            }
            table.finish(&[]).unwrap();
            let mut columns = ParquetColumns::open(&target, &[("network", ColumnType::U64)]).unwrap();
            let mut networks = Vec::new();
            while let Some(found) = columns.next_group() {
                let (rows, columns) = found.unwrap();
                networks.extend((0..rows).map(|row| columns[0].number(row).unwrap()));
            }
            networks
        };
        let expected = |parts: &[std::ops::Range<u64>]| parts.iter().cloned().flatten().collect::<Vec<u64>>();
        let end = group + 5;
        let turns = [0..2, 500_000..500_001, 2..end, 500_001..500_000 + group];
        assert!(by_turns(&[[2, 1], [u64::MAX, u64::MAX]]) == expected(&turns));
        assert!(by_turns(&[[end, group]]) == expected(&[0..end, 500_000..500_000 + group]));
    }

    #[test]
    fn rows_come_back() {
        let file = tempfile::tempfile().unwrap();
        let mut table = ParquetTable::new(file.try_clone().unwrap(), &COLUMNS).unwrap();
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
                    Cell::F32(0.25),
                    Cell::OptionalText(odd.then_some("found")),
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
            format!(
                "{{network: {max}, epoch: {}, loss: null, fate: \"solved\", outputs: [1.0, 2.0], output: 0.25, \
                 verdict: \"found\"}}",
                u32::MAX
            )
        );
        assert!(read[2].contains("epoch: null, loss: 0.5") && read[2].contains("verdict: null"), "{}", read[2]);
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
