//! A run: its object, its survival curve as CSV; its summary, rows, picture and page beside.

mod advice;
#[cfg(feature = "tables")]
mod fate_rows;
mod fates;
mod object;
#[cfg(feature = "pictures")]
mod page;
#[cfg(feature = "pictures")]
mod picture;
#[cfg(feature = "tables")]
mod rows;
mod summary;
mod text;

use std::fmt::Write;

use crate::study::RunAnswer;

#[cfg(feature = "tables")]
pub use self::fate_rows::FateRows;
#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::object::RunObject;
pub use self::object::run_json;
#[cfg(feature = "pictures")]
pub use self::page::{run_page, survival_title};
#[cfg(feature = "pictures")]
pub use self::picture::survival_picture;
#[cfg(feature = "tables")]
pub(in crate::report) use self::rows::{Labels, outcome_columns, push_outcome};
#[cfg(feature = "tables")]
pub use self::rows::{OutcomeRows, RUN_NOTE, SPEC_NOTE};
pub use self::summary::run_text;
pub use self::text::run_details;

/// One row an epoch in which networks were solved: low and high hold at that epoch, the band for the whole curve.
pub fn survival_csv(answer: &RunAnswer) -> String {
    let mut text = String::from("epoch,at_risk,solved,unsolved_share,low,high,band_low,band_high\n");
    for step in answer.survival().steps {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{}",
            step.epoch, step.at_risk, step.solved, step.unsolved, step.low, step.high, step.band_low, step.band_high
        );
    }
    text
}
