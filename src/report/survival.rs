//! The whole survival curve as CSV.

use std::fmt::Write;

use crate::study::EscapeRate;

/// One row an epoch in which networks were solved.
pub fn survival_csv(answer: &EscapeRate) -> String {
    let mut text = String::from("epoch,at_risk,solved,unsolved_share,low,high\n");
    for step in answer.survival().steps {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},{}",
            step.epoch, step.at_risk, step.solved, step.unsolved, step.low, step.high
        );
    }
    text
}
