//! What columns hold.

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
