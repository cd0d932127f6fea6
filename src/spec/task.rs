//! What the networks are to learn.

use std::path::{Path, PathBuf};

use super::examples::Examples;
use super::keyword::{serde_as_text, unknown};
use super::{Layers, Levels, SpecError};

/// A task: a truth table or the rows of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// Exclusive or of two inputs; examples in the order 00, 01, 10, 11.
    Xor,
    /// Conjunction of two inputs.
    And,
    /// Disjunction of two inputs.
    Or,
    /// Whether an odd number of this many inputs (2 to 8) is true.
    Parity(u32),
    /// A truth table of one output: the output for each row, rows in binary counting order with the first input as the
    /// most significant bit, so `table:0110` is XOR.
    Table(Vec<bool>),
    /// Rows of numbers, inputs first, then targets; how many of each is said by the layers.
    Csv(PathBuf),
}

impl Task {
    /// Most inputs of a truth table.
    pub const INPUT_LIMIT: u32 = 8;

    /// Inputs of the task, where the task itself says.
    pub(crate) fn input_count(&self) -> Option<usize> {
        match self {
            Self::Xor | Self::And | Self::Or => Some(2),
            Self::Parity(input_count) => Some(*input_count as usize),
            Self::Table(bits) => Some(bits.len().ilog2() as usize),
            Self::Csv(_) => None,
        }
    }

    /// The examples as numbers. Levels apply to truth tables; a file's numbers are taken as they are.
    pub(crate) fn examples(&self, layers: &Layers, inputs: Levels, targets: Levels) -> Result<Examples, SpecError> {
        match self {
            Self::Xor => Ok(truth_table(2, inputs, targets, |row| row.count_ones() % 2 == 1)),
            Self::And => Ok(truth_table(2, inputs, targets, |row| row == 3)),
            Self::Or => Ok(truth_table(2, inputs, targets, |row| row != 0)),
            Self::Parity(input_count) => {
                Ok(truth_table(*input_count, inputs, targets, |row| row.count_ones() % 2 == 1))
            }
            Self::Table(bits) => Ok(truth_table(bits.len().ilog2(), inputs, targets, |row| bits[row as usize])),
            Self::Csv(path) => read_csv(path, layers),
        }
    }
}

fn truth_table(input_count: u32, inputs: Levels, targets: Levels, truth: impl Fn(u32) -> bool) -> Examples {
    let rows = 0..1u32 << input_count;
    let bits = rows.clone().flat_map(|row| (0..input_count).rev().map(move |bit| row >> bit & 1 == 1));
    let input_values = bits.map(|bit| inputs.of(bit)).collect();
    let target_values = rows.map(|row| targets.of(truth(row))).collect();
    Examples::new(input_values, input_count as usize, target_values, 1)
}

/// Rows of `inputs + outputs` numbers; a first row of as many words is a header; `#` starts a comment.
fn read_csv(path: &Path, layers: &Layers) -> Result<Examples, SpecError> {
    let (input_count, output_count) = (layers.input_count(), layers.output_count());
    let column_count = input_count + output_count;
    let fail = |what: String| SpecError::new(format!("--task csv:{}: {what}", path.display()));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_path(path)
        .map_err(|error| fail(format!("cannot be read: {error}")))?;
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for (position, record) in reader.records().enumerate() {
        let record = record.map_err(|error| fail(format!("cannot be read: {error}")))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != column_count {
            let hint = match &record[0] {
                field if record.len() == 1 && field.contains([';', '\t', ' ']) => "; commas go between columns",
                _ => "",
            };
            return Err(fail(format!(
                "line {line} has {}, but --layers {layers} needs {column_count}: {}, then {}{hint}",
                counted(record.len(), "column"),
                counted(input_count, "input"),
                counted(output_count, "target")
            )));
        }
        if position == 0 && record.iter().all(|field| field.parse::<f64>().is_err()) {
            continue;
        }
        for (column, field) in record.iter().enumerate() {
            let value = field.parse::<f64>().ok().filter(|value| value.is_finite() && (*value as f32).is_finite());
            let value = value
                .ok_or_else(|| fail(format!("line {line}, column {}: {field:?} is not a finite number", column + 1)))?;
            if column < input_count { inputs.push(value) } else { targets.push(value) }
        }
    }
    if targets.is_empty() {
        return Err(fail("has no rows of numbers".into()));
    }
    Ok(Examples::new(inputs, input_count, targets, output_count))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl std::fmt::Display for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Xor => f.write_str("xor"),
            Self::And => f.write_str("and"),
            Self::Or => f.write_str("or"),
            Self::Parity(input_count) => write!(f, "parity:{input_count}"),
            Self::Table(bits) => {
                f.write_str("table:")?;
                bits.iter().try_for_each(|bit| f.write_str(if *bit { "1" } else { "0" }))
            }
            Self::Csv(path) => write!(f, "csv:{}", path.display()),
        }
    }
}

impl std::str::FromStr for Task {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        match text.trim().split_once(':') {
            None if text.trim() == "xor" => Ok(Self::Xor),
            None if text.trim() == "and" => Ok(Self::And),
            None if text.trim() == "or" => Ok(Self::Or),
            Some(("parity", count)) => match count.parse() {
                Ok(count) if (2..=Self::INPUT_LIMIT).contains(&count) => Ok(Self::Parity(count)),
                _ => Err(SpecError::new(format!(
                    "--task parity:N takes 2 to {} inputs, but got {count:?}",
                    Self::INPUT_LIMIT
                ))),
            },
            Some(("table", bits)) => parse_table(bits),
            Some(("csv", path)) if !path.is_empty() => Ok(Self::Csv(path.into())),
            _ => Err(unknown("--task", text, &["xor", "and", "or", "parity:N", "table:BITS", "csv:FILE"])),
        }
    }
}

fn parse_table(text: &str) -> Result<Task, SpecError> {
    let bits: Option<Vec<bool>> = text.chars().map(|c| matches!(c, '0' | '1').then_some(c == '1')).collect();
    match bits {
        Some(bits) if bits.len() >= 2 && bits.len() <= 1 << Task::INPUT_LIMIT && bits.len().is_power_of_two() => {
            Ok(Task::Table(bits))
        }
        _ => Err(SpecError::new(format!(
            "--task table:BITS takes 2, 4, 8, ... or {} digits 0 and 1, one for each row, as table:0110 for XOR; got \
             {text:?}",
            1 << Task::INPUT_LIMIT
        ))),
    }
}

serde_as_text!(Task);
