//! How answers are shown: text for a terminal, JSON, CSV, Parquet. Computes nothing.

mod devices;
mod fates;
mod json;
mod number;
mod parquet;
mod rows;
mod survival;
mod terminal;
mod verify;

pub use devices::{DeviceRow, devices_json, devices_text};
pub use json::{escape_json, pretty};
pub use number::{grouped, percent, short};
pub use parquet::{Cell, ColumnType, ParquetTable, read_note};
pub use rows::{OutcomeRows, RUN_NOTE, RowForm, SPEC_NOTE};
pub use survival::survival_csv;
pub use terminal::escape_text;
pub use verify::{agreement_text, checked_text, verdict_text, verify_json};
