//! How answers are shown: text for a terminal, JSON, CSV. Computes nothing.

mod csv;
mod devices;
mod json;
mod number;
mod terminal;
mod verify;

pub use self::csv::OutcomeCsv;
pub use devices::{DeviceRow, devices_json, devices_text};
pub use json::escape_json;
pub use number::{grouped, percent, short};
pub use terminal::escape_text;
pub use verify::{agreement_text, checked_text, verdict_text, verify_json};
