//! How answers are shown: text for a terminal, JSON, CSV. Computes nothing.

mod csv;
mod fates;
mod json;
mod number;
mod terminal;

pub use self::csv::OutcomeCsv;
pub use json::escape_json;
pub use number::{grouped, percent, short};
pub use terminal::escape_text;
