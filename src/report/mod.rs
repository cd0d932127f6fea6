//! How answers are shown: text for a terminal, JSON, CSV. Computes nothing.

mod csv;
mod json;
mod number;
mod reproduce;
mod terminal;

pub use self::csv::OutcomeCsv;
pub use json::escape_json;
pub use number::{grouped, percent, short};
pub use reproduce::{Reproductions, reproduce_json, reproduce_markdown, reproduce_text, reproduction_list};
pub use terminal::escape_text;
