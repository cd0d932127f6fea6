//! What to do next, in words.

use std::fmt::{Result, Write};

use crate::report::table::wrapped;
use crate::report::words::epochs;
use crate::study::{Advice, RunAnswer};

/// What to do next, with a line between it and what follows.
pub(super) fn write_advice(text: &mut String, answer: &RunAnswer) -> Result {
    let lines = advice_lines(answer);
    for line in &lines {
        wrapped(text, "Next: ", line)?;
    }
    if lines.is_empty() { Ok(()) } else { writeln!(text) }
}

/// What to do next, a sentence each.
pub(super) fn advice_lines(answer: &RunAnswer) -> Vec<String> {
    let percent = |share: f64| format!("{:.0}%", 100.0 * share);
    let line = |advice: Advice| match advice {
        Advice::LowerRate { share } => {
            format!("{} of the unsolved diverged; try a lower --lr", percent(share))
        }
        Advice::ReviveUnits { share } => format!(
            "about {} of the unsolved have a dead relu layer; try leaky-relu, --init he or a lower --lr",
            percent(share)
        ),
        Advice::TrainOn { share, factor } => {
            format!("{} of the unsolved are still improving; try --continue-unsolved {factor}x", percent(share))
        }
        Advice::RestartEarlier { epoch, saving } => {
            let (epoch, saving) = (epochs(epoch), percent(saving));
            format!("give up a start after {epoch}, which saves {saving}")
        }
    };
    answer.advice().into_iter().map(line).collect()
}
