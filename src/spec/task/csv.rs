//! Examples from CSV files as people have them: commas, semicolons or tabs between columns, decimal commas beside the latter
//! two, a header or none, class labels for targets. A row is its inputs, then its targets.

use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord, Trim};

use super::super::{Examples, Layers, SpecError};
use super::labels::{Column, targets};
use crate::foreign::Source;

/// What may stand between columns. The comma comes last: between the others it may be a decimal sign.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];
/// Most bytes of a file: thirty for each number that a task may have.
const FILE_LIMIT: u64 = 128 << 20;
/// Most columns of a line, whatever stands between them.
const COLUMN_LIMIT: usize = 1 << 16;
/// The delimiter is found from so many rows.
const ROWS_LOOKED_AT: usize = 100;
/// What stands for a value that is not there.
const MISSING: [&str; 6] = ["", "?", "na", "n/a", "nan", "null"];

/// Reads a file; `range` is that of the outputs.
pub(super) fn read(path: &Path, layers: &Layers, range: (f64, f64)) -> Result<Examples, SpecError> {
    let fail = |what: String| SpecError::new(format!("--task csv:{}: {what}", path.display()));
    let bytes = Source::open(path).and_then(|file| file.bytes(FILE_LIMIT));
    let bytes = bytes.map_err(|error| fail(format!("cannot be read: {error}")))?;
    examples(&bytes, layers, range).map_err(fail)
}

/// The examples in a file's bytes; what is wrong is said in words that follow its name.
pub(super) fn examples(bytes: &[u8], layers: &Layers, range: (f64, f64)) -> Result<Examples, String> {
    let input_count = layers.input_count();
    let text = decoded(bytes)?;
    check_columns(text)?;
    let mut table = Table::read(text, layers)?;
    table.check_widths(layers)?;
    table.drop_header()?;
    let Some(width) = table.rows.first().map(|row| row.fields.len()) else {
        return Err("has no rows of numbers".into());
    };
    let mut inputs = Vec::with_capacity(table.rows.len() * input_count);
    for row in &table.rows {
        for column in 0..input_count {
            inputs.push(table.number(row, column).ok_or_else(|| table.no_number(row, column))?);
        }
    }
    let columns = (input_count..width).map(|column| table.column(column)).collect::<Result<Vec<_>, _>>()?;
    let targets = targets(&columns, layers, range)?;
    Ok(Examples::new(inputs, input_count, targets.values, layers.output_count()).with_labels(targets.labels))
}

/// Refuses lines of more columns than any network has units: they would be taken apart before anybody asked how many.
fn check_columns(text: &str) -> Result<(), String> {
    let between = |byte: &&u8| DELIMITERS.contains(byte);
    let wide = |line: &str| line.as_bytes().iter().filter(between).count() > COLUMN_LIMIT;
    let line = text.split('\n').position(wide);
    line.map_or(Ok(()), |line| Err(format!("line {} has more than {COLUMN_LIMIT} columns", line + 1)))
}

/// The text without the mark that some programs put first.
fn decoded(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("is UTF-16 text; save it as UTF-8".into());
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        format!("line {} is not UTF-8 text; save the file as UTF-8", Lines::of(bytes).at(error.valid_up_to()))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

struct Row {
    /// Its line in the file, from 1; the last one where quotes join several.
    line: usize,
    fields: StringRecord,
}

struct Table {
    rows: Vec<Row>,
    decimal_comma: bool,
}

impl Table {
    /// The rows but for comments and those that are empty.
    fn read(text: &str, layers: &Layers) -> Result<Self, String> {
        let delimiter = delimiter(text, &widths(layers));
        let (mut reader, mut lines) = (reader(text, delimiter), Lines::of(text.as_bytes()));
        let (mut rows, mut fields, mut field_count) = (Vec::new(), StringRecord::new(), 0);
        while reader.read_record(&mut fields).map_err(|error| format!("cannot be read: {error}"))? {
            // The reader stands after the first character of a line end: the one before that is the row's own line.
            let line = lines.at((reader.position().byte() as usize).saturating_sub(1));
            if !fields.iter().all(str::is_empty) {
                field_count += fields.len();
                if field_count > Examples::NUMBER_LIMIT + fields.len() {
                    return Err(format!("line {line}: at most {} numbers fit", Examples::NUMBER_LIMIT));
                }
                rows.push(Row { line, fields: fields.clone() });
            }
        }
        let commas = |field: &str| field.contains(',') && parsed(&field.replace(',', ".")).is_some();
        let decimal_comma = delimiter != b',' && rows.iter().any(|row| row.fields.iter().any(commas));
        Ok(Self { rows, decimal_comma })
    }

    /// Whether every row has the columns that the layers need; as many as the first.
    fn check_widths(&self, layers: &Layers) -> Result<(), String> {
        let (input_count, output_count) = (layers.input_count(), layers.output_count());
        let widths = widths(layers);
        let first = self.rows.first().map_or(0, |row| row.fields.len());
        let (width, what) = match first == widths[1] && output_count > 1 {
            true => (widths[1], "1 class label".to_owned()),
            false => (widths[0], counted(output_count, "target")),
        };
        let Some(row) = self.rows.iter().find(|row| row.fields.len() != width) else { return Ok(()) };
        let spaced = row.fields.len() == 1 && row.fields[0].contains(char::is_whitespace);
        Err(format!(
            "line {} has {}, but --layers {layers} needs {width}: {}, then {what}{}{}",
            row.line,
            counted(row.fields.len(), "column"),
            counted(input_count, "input"),
            if width > widths[1] { " or 1 class label" } else { "" },
            if spaced { "; commas, semicolons or tabs go between columns" } else { "" },
        ))
    }

    /// A first row without numbers is a header, provided that it has a word in each column: it could be a row of mistyped
    /// numbers as well.
    fn drop_header(&mut self) -> Result<(), String> {
        let Some(row) = self.rows.first() else { return Ok(()) };
        if (0..row.fields.len()).any(|column| self.number(row, column).is_some()) {
            return Ok(());
        }
        if let Some(column) = row.fields.iter().position(|field| !is_word(field)) {
            return Err(format!(
                "line {}, column {}: {:?} is neither a number nor a name; write a number, or a word in each column of \
                 the header",
                row.line,
                column + 1,
                &row.fields[column]
            ));
        }
        self.rows.remove(0);
        Ok(())
    }

    fn number(&self, row: &Row, column: usize) -> Option<f64> {
        let field = &row.fields[column];
        match self.decimal_comma {
            true if field.contains('.') => None,
            true => parsed(&field.replace(',', ".")),
            false => parsed(field),
        }
    }

    fn no_number(&self, row: &Row, column: usize) -> String {
        let field = &row.fields[column];
        let hint = match self.decimal_comma && parsed(field).is_some() {
            true => ": others in the file have a decimal comma",
            false => "",
        };
        format!("line {}, column {}: {field:?} is not a finite number{hint}", row.line, column + 1)
    }

    /// A column of targets: numbers or, where none of them is one, words.
    fn column(&self, column: usize) -> Result<Column, String> {
        let numbers: Vec<Option<f64>> = self.rows.iter().map(|row| self.number(row, column)).collect();
        if numbers.iter().all(Option::is_some) {
            return Ok(Column::Numbers(numbers.into_iter().flatten().collect()));
        }
        let fields = || self.rows.iter().map(|row| (row, &row.fields[column]));
        if numbers.iter().any(Option::is_some) || !fields().any(|(_, field)| is_word(field)) {
            let wrong = self.rows.iter().zip(&numbers).find(|(_, number)| number.is_none());
            return Err(wrong.map_or_else(String::new, |(row, _)| self.no_number(row, column)));
        }
        match fields().find(|(_, field)| is_missing(field)) {
            Some((row, field)) => Err(format!("line {}, column {}: {field:?} is no class label", row.line, column + 1)),
            None => Ok(Column::Words(fields().map(|(_, field)| field.to_owned()).collect())),
        }
    }
}

/// How many columns there may be: a target for each output, or one of class labels.
fn widths(layers: &Layers) -> [usize; 2] {
    [layers.input_count() + layers.output_count(), layers.input_count() + 1]
}

fn reader(text: &str, delimiter: u8) -> Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).comment(Some(b'#')).trim(Trim::All).delimiter(delimiter);
    builder.from_reader(text.as_bytes())
}

/// What stands between the columns: what makes rows of one width, best of one that is wanted; else what makes most rows so.
fn delimiter(text: &str, wanted: &[usize]) -> u8 {
    let widths = DELIMITERS.map(|delimiter| {
        let records = reader(text, delimiter).into_byte_records().take(ROWS_LOOKED_AT);
        (delimiter, records.flatten().map(|record| record.len()).collect::<Vec<usize>>())
    });
    let even = |widths: &[usize]| widths.first().is_some_and(|width| *width > 1 && widths.iter().all(|w| w == width));
    let fits = |width: &usize| wanted.contains(width);
    let fitting = widths.iter().find(|(_, widths)| even(widths) && widths.iter().all(fits));
    let found = fitting.or_else(|| widths.iter().find(|(_, widths)| even(widths)));
    let found = found.or_else(|| widths.iter().max_by_key(|(_, widths)| widths.iter().filter(|w| fits(w)).count()));
    found.map_or(b',', |(delimiter, _)| *delimiter)
}

fn parsed(field: &str) -> Option<f64> {
    field.parse::<f64>().ok().filter(|value| value.is_finite() && (*value as f32).is_finite())
}

/// Whether a field is a word for certain, not a mistyped number such as O, l5 or 1.2.3.
fn is_word(field: &str) -> bool {
    let alike = field.replace(['O', 'o'], "0").replace(['l', 'I'], "1").replace(',', ".");
    let starts_as_number = field.trim_start_matches(['+', '-', '.', ',']).starts_with(|c: char| c.is_ascii_digit());
    let is_like_number = starts_as_number || [field, &alike].iter().any(|text| text.parse::<f64>().is_ok());
    field.contains(char::is_alphabetic) && !is_like_number && !is_missing(field)
}

fn is_missing(field: &str) -> bool {
    MISSING.iter().any(|missing| field.eq_ignore_ascii_case(missing))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Counts lines, which end with \n, \r or both. (The reader's own count passes over blank lines and half of a \r\n.)
struct Lines<'a> {
    bytes: &'a [u8],
    position: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0, line: 1 }
    }

    /// The line of a position, which is not before the last one asked for.
    fn at(&mut self, position: usize) -> usize {
        let ends = |at: &usize| match self.bytes[*at] {
            b'\n' => true,
            b'\r' => self.bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        self.line += (self.position..position).filter(ends).count();
        self.position = position;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_mistyped_numbers() {
        for word in ["a", "x1", "setosa", "yes", "Iris-setosa", "größe", "e", "sepal length", "_y", "π"] {
            assert!(is_word(word), "{word}");
        }
        for other in
            ["O", "l", "I.5", "O,5", "1.2.3", "0x1f", "1O", "-.5x", "nan", "inf", "NA", "", "?", "-", "5%", "1 0"]
        {
            assert!(!is_word(other), "{other}");
        }
    }

    #[test]
    fn delimiters_are_found() {
        for (text, found) in [
            ("1,2,3\n4,5,6", b','),
            ("1;2;3\n4;5;6", b';'),
            ("1\t2\t3\n4\t5\t6", b'\t'),
            ("0,5;1,5;1\n1,5;2,5;0", b';'),
            ("0,5\t1,5\t1", b'\t'),
            ("1,2,a;b\n4,5,c;d", b','),
            ("\"a;b\",\"c;d\",y\n1,2,3", b','),
            ("1;2;3\n4;5", b';'),
            ("1,2,3\n4,5", b','),
            ("", b','),
        ] {
            assert_eq!(delimiter(text, &[3]), found, "{text:?}");
        }
    }

    #[test]
    fn tables_without_measure_are_refused() {
        let layers: Layers = "2,1".parse().unwrap();
        let refusal = |text: &str| examples(text.as_bytes(), &layers, (0.0, 1.0)).unwrap_err();
        let wide = ";".repeat(COLUMN_LIMIT + 1);
        assert_eq!(refusal(&format!("0,0,0\n{wide}\n")), "line 2 has more than 65536 columns");
        let long = "1\n".repeat(Examples::NUMBER_LIMIT + 2);
        assert_eq!(refusal(&long), "line 4194306: at most 4194304 numbers fit");
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("{end}a{end}{end}b");
            let mut lines = Lines::of(text.as_bytes());
            assert_eq!(lines.at(text.find('a').unwrap()), 2, "{end:?}");
            assert_eq!(lines.at(text.find('b').unwrap()), 4, "{end:?}");
        }
    }
}
