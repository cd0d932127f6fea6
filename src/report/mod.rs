//! How answers are shown: text for a terminal, JSON, CSV, Parquet. Computes nothing.

mod fates;
mod json;
mod number;
mod parquet;
mod rows;
mod terminal;

pub use json::escape_json;
pub use number::{grouped, percent, short};
pub use parquet::{Cell, ColumnType, ParquetTable, read_note};
pub use rows::{OutcomeRows, RUN_NOTE, RowForm, SPEC_NOTE};
pub use terminal::escape_text;
