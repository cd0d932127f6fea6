//! What the networks are to learn.

mod csv;
mod given;
mod labels;
mod npz;
mod points;

use std::path::{Path, PathBuf};

use super::keyword::{serde_as_text, unknown};
use super::{Examples, Layers, Levels, SpecError};
pub use given::Given;
use points::{is_symmetric, one_hot, spirals, truth_table};

/// A task: a truth table, another set of examples that is made, or the rows of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    /// Whether this many bits (2 to 8) read the same from either end, rows as in a truth table. (Rumelhart, Hinton &
    /// Williams 1986, with six.)
    Symmetry(u32),
    /// This many examples (2 to 64), each a unit on by itself at the inputs and the same at the outputs. (Ackley, Hinton &
    /// Sejnowski 1985.)
    Encoder(u32),
    /// Two spirals of this many points each (2 to 10,000), three turns, the second the first mirrored at the origin; true on
    /// the first. With 97 the set of Lang & Witbrock (1988) in the CMU benchmark.
    Spirals(u32),
    /// Rows of numbers, inputs first, then targets or a class label; how many of each is said by the layers.
    Csv(PathBuf),
    /// Arrays `X` and `y` of a NumPy archive.
    Npz(PathBuf),
    /// Examples that a program hands over.
    Given(Given),
}

impl Task {
    /// Most inputs of a truth table.
    pub const INPUT_LIMIT: u32 = 8;

    /// Most units of an encoder's inputs.
    pub const ENCODER_LIMIT: u32 = 64;
    /// Points of each spiral in the benchmark.
    pub const SPIRAL_COUNT: u32 = 97;
    /// Most points of each spiral.
    pub const SPIRAL_LIMIT: u32 = 10_000;

    /// Inputs and outputs of the task, where the task itself says.
    pub(crate) fn unit_counts(&self) -> Option<(usize, usize)> {
        match self {
            Self::Xor | Self::And | Self::Or => Some((2, 1)),
            Self::Parity(input_count) | Self::Symmetry(input_count) => Some((*input_count as usize, 1)),
            Self::Table(bits) => Some((bits.len().ilog2() as usize, 1)),
            Self::Encoder(count) => Some((*count as usize, *count as usize)),
            Self::Spirals(_) => Some((2, 1)),
            Self::Csv(_) | Self::Npz(_) | Self::Given(_) => None,
        }
    }

    /// The file that it is read from.
    #[cfg(feature = "cli")]
    pub(crate) fn file(&self) -> Option<&Path> {
        if let Self::Csv(path) | Self::Npz(path) = self { Some(path) } else { None }
    }

    /// Whether examples are numbers of a file or of a program, taken as they are.
    pub(crate) fn has_own_numbers(&self) -> bool {
        matches!(self, Self::Csv(_) | Self::Npz(_) | Self::Given(_))
    }

    /// Whether the examples are all values of their inputs in counting order, so that bits name them.
    pub(crate) fn is_truth_table(&self) -> bool {
        match self {
            Self::Xor | Self::And | Self::Or | Self::Parity(_) | Self::Symmetry(_) | Self::Table(_) => true,
            Self::Encoder(_) | Self::Spirals(_) | Self::Csv(_) | Self::Npz(_) | Self::Given(_) => false,
        }
    }

    /// The examples as numbers. Levels stand for false and true, except in files, whose numbers are taken as they are;
    /// `range` is that of the outputs, outside of which a file's targets are class labels.
    pub(crate) fn examples(
        &self,
        layers: &Layers,
        inputs: Levels,
        targets: Levels,
        range: (f64, f64),
    ) -> Result<Examples, SpecError> {
        let table = |input_count: u32, truth: &dyn Fn(u32) -> bool| truth_table(input_count, inputs, targets, truth);
        Ok(match self {
            Self::Xor => table(2, &|row| row.count_ones() % 2 == 1),
            Self::And => table(2, &|row| row == 3),
            Self::Or => table(2, &|row| row != 0),
            Self::Parity(input_count) => table(*input_count, &|row| row.count_ones() % 2 == 1),
            Self::Table(bits) => table(bits.len().ilog2(), &|row| bits[row as usize]),
            Self::Symmetry(bit_count) => table(*bit_count, &|row| is_symmetric(row, *bit_count)),
            Self::Encoder(count) => one_hot(*count, inputs, targets),
            Self::Spirals(count) => spirals(*count, targets),
            Self::Csv(path) => csv::read(path, layers, range)?,
            Self::Npz(path) => npz::read(path, layers, range)?,
            Self::Given(given) => given.examples(layers, range)?,
        })
    }
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
            Self::Symmetry(bit_count) => write!(f, "symmetry:{bit_count}"),
            Self::Encoder(count) => write!(f, "encoder:{count}"),
            Self::Spirals(count) => write!(f, "spirals:{count}"),
            Self::Csv(path) => write!(f, "csv:{}", path.display()),
            Self::Npz(path) => write!(f, "npz:{}", path.display()),
            Self::Given(given) => write!(f, "given:{}", given.name()),
        }
    }
}

impl std::str::FromStr for Task {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let text = text.trim();
        match text.split_once(':') {
            None if text == "xor" => Ok(Self::Xor),
            None if text == "and" => Ok(Self::And),
            None if text == "or" => Ok(Self::Or),
            None if text == "spirals" => Ok(Self::Spirals(Self::SPIRAL_COUNT)),
            Some(("parity", count)) => parse_count(count, "parity:N", Self::INPUT_LIMIT, "inputs").map(Self::Parity),
            Some(("symmetry", count)) => {
                parse_count(count, "symmetry:N", Self::INPUT_LIMIT, "inputs").map(Self::Symmetry)
            }
            Some(("encoder", count)) => {
                parse_count(count, "encoder:N", Self::ENCODER_LIMIT, "inputs").map(Self::Encoder)
            }
            Some(("spirals", count)) => {
                parse_count(count, "spirals:N", Self::SPIRAL_LIMIT, "points a spiral").map(Self::Spirals)
            }
            Some(("table", bits)) => parse_table(bits),
            Some(("csv", path)) if !path.is_empty() => Ok(Self::Csv(path.into())),
            Some(("npz", path)) if !path.is_empty() => Ok(Self::Npz(path.into())),
            Some(("given", name)) if !name.is_empty() => Ok(Self::Given(Given::named(name))),
            _ => Err(match Path::new(text).extension().and_then(|extension| extension.to_str()) {
                Some("csv" | "tsv" | "txt" | "dat" | "data") => unmarked(text, "csv"),
                Some("npz") => unmarked(text, "npz"),
                _ => unknown("--task", text, &FORMS),
            }),
        }
    }
}

/// Every task as it is written.
const FORMS: [&str; 10] =
    ["xor", "and", "or", "parity:N", "table:BITS", "symmetry:N", "encoder:N", "spirals:N", "csv:FILE", "npz:FILE"];

/// The N of a form, from 2 on.
fn parse_count(text: &str, form: &str, most: u32, what: &str) -> Result<u32, SpecError> {
    let count = text.parse().ok().filter(|count| (2..=most).contains(count));
    count.ok_or_else(|| SpecError::new(format!("--task {form} takes 2 to {most} {what}, but got {text:?}")))
}

fn unmarked(path: &str, form: &str) -> SpecError {
    SpecError::new(format!("--task {path:?} is not known; a file is written {form}:{path}"))
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
