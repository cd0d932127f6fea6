//! How answers are shown, a folder or file an answer: text for a terminal, JSON, CSV, Parquet, pictures and pages. Computes
//! nothing.

mod bench;
mod compare;
mod devices;
#[cfg(feature = "pictures")]
mod html;
mod map;
mod number;
mod object;
#[cfg(feature = "tables")]
mod parquet;
#[cfg(feature = "pictures")]
pub mod plot;
mod power;
mod reproduce;
mod rerun;
#[cfg(feature = "tables")]
mod row_table;
mod run;
mod surface;
mod sweep;
mod table;
mod trace;
mod verify;
mod words;

pub use self::bench::*;
#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::compare::CompareObject;
pub use self::compare::{compare_json, compare_text};
#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::devices::DevicesObject;
pub use self::devices::{DeviceRow, devices_json, devices_text};
#[cfg(feature = "pictures")]
pub use self::html::{Fact, Page, Pixels, page_data};
pub use self::map::*;
pub use self::number::{grouped, percent, short};
#[cfg(feature = "tables")]
pub use self::parquet::{Cell, ColumnType, ParquetColumns, ParquetRows, ParquetTable, read_note};
#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::power::PowerObject;
pub use self::power::{power_json, power_text};
pub use self::reproduce::*;
#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::rerun::RerunObject;
pub use self::rerun::{rerun_json, rerun_text};
#[cfg(feature = "tables")]
pub use self::row_table::{OUTPUT_COLUMNS, RowFile, RowForm};
pub use self::run::*;
pub use self::surface::*;
pub use self::sweep::*;
pub use self::table::paragraph;
pub use self::trace::*;
#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::verify::VerifyObject;
pub use self::verify::{agreement_text, checked_text, verdict_text, verify_json};
pub use self::words::{capital, file_size, labelled};

/// JSON as text with a line a field, ending in a line break.
pub fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
