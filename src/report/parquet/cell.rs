//! What columns hold.

use std::fmt::{self, Display, Formatter};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Whole numbers below 2^64.
    U64,
    /// Whole numbers below 2^32, or nothing.
    U32,
    /// Numbers, or nothing.
    F64,
    /// Numbers in single precision.
    F32,
    /// Text.
    Text,
    /// Text, or nothing.
    OptionalText,
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
    /// A number in single precision.
    F32(f32),
    /// Text.
    Text(&'a str),
    /// Text, or nothing.
    OptionalText(Option<&'a str>),
    /// A list.
    F32List(&'a [f32]),
}

/// As CSV has it: nothing is no text.
impl Display for Cell<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::U64(value) => value.fmt(f),
            Self::U32(Some(value)) => value.fmt(f),
            Self::F64(Some(value)) => value.fmt(f),
            Self::F32(value) => value.fmt(f),
            Self::Text(text) | Self::OptionalText(Some(text)) => f.write_str(text),
            Self::U32(None) | Self::F64(None) | Self::OptionalText(None) => Ok(()),
            Self::F32List(list) => list
                .iter()
                .enumerate()
                .try_for_each(|(at, value)| write!(f, "{}{value}", if at > 0 { " " } else { "" })),
        }
    }
}
