//! A run in about twelve lines, as it is printed if nothing is said; all of it: `text.rs`.

use std::fmt::{Result, Write};

use crate::outcome::Fate;
use crate::report::number::{grouped, percent, short};
use crate::report::table::wrapped;
use crate::report::words::{duration, epochs, trained_on};
use crate::study::{Continued, KindRow, RunAnswer, is_examinable};

use super::advice::write_advice;
use super::text::{CUT_AFTER, width_words, write_asked, write_interrupted};

/// The summary of `basins run`.
pub fn run_text(answer: &RunAnswer) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_summary(&mut text, answer);
    text
}

fn write_summary(text: &mut String, answer: &RunAnswer) -> Result {
    write_asked(text, answer)?;
    writeln!(text)?;
    write_rate(text, answer)?;
    write_unsolved(text, answer)?;
    if let Some(continued) = &answer.continued {
        wrapped(text, "", &continued_words(continued))?;
    }
    writeln!(text)?;
    write_advice(text, answer)?;
    if answer.cut_after {
        writeln!(text, "{CUT_AFTER}")?;
    }
    let (rate, seconds) = (short(answer.throughput()), duration(answer.seconds.train));
    wrapped(text, "", &format!("{rate} net-epochs/s for {seconds}: {}", trained_on(&answer.trained_by)))
}

/// How many were solved, when, and what a solution costs.
fn write_rate(text: &mut String, answer: &RunAnswer) -> Result {
    let interval = answer.interval();
    let half = interval.half_width();
    let (low, high) = (percent(interval.low, half), percent(interval.high, half));
    let rate = format!("{} (95% interval {low} to {high})", percent(answer.rate(), half));
    let within = format!("Solved within {}", epochs(answer.last_epoch()));
    if !answer.interrupted {
        let solved = grouped(answer.tally.solved());
        wrapped(text, "", &format!("{within}: {solved} = {rate}"))?;
    } else {
        write_interrupted(text, answer)?;
        if answer.tells_rate() {
            let source = if answer.unfinished() > 0 { "by the survival curve" } else { "of those trained" };
            wrapped(text, "", &format!("{within}, {source}: {rate}"))?;
        }
    }
    if let Some(words) = width_words(answer) {
        wrapped(text, "   ", &words)?;
    }
    if let Some(epochs) = answer.epochs_to_solve() {
        let [median, low, high] = [epochs.median, epochs.p05, epochs.p95].map(|epoch| grouped(epoch.into()));
        writeln!(text, "Epochs to solve: median {median} (5% to 95%: {low} to {high})")?;
    }
    let Some(restart) = answer.restart().filter(|_| !answer.interrupted) else { return Ok(()) };
    let cost = grouped(restart.at_budget.expected_epochs.round() as u64);
    let earlier = match restart.pays() {
        true => format!("earlier saves {:.0}%", 100.0 * restart.saving()),
        false => "earlier saves <1%".into(),
    };
    wrapped(text, "", &format!("Expected epochs per solution, with restarts: {cost}; restarting {earlier}"))
}

/// A line a fate: what it is, how many, and what was most often found of those examined.
fn write_unsolved(text: &mut String, answer: &RunAnswer) -> Result {
    let fates = answer.fates();
    if fates.is_empty() {
        return Ok(());
    }
    let head = format!("The {} unsolved", grouped(answer.tally.networks() - answer.tally.solved()));
    let examined = if answer.examined.is_empty() { "" } else { "examined in f64" };
    let line = format!("{head:<34}{:>10} {:>8}   {examined}", "networks", "share");
    writeln!(text, "\n{}", line.trim_end())?;
    for row in &fates {
        let share = row.tally.count as f64 / answer.tally.networks() as f64;
        let share = percent(share, row.interval.half_width());
        let (name, count) = (name(answer, row.kind.fate), grouped(row.tally.count));
        let line = format!("   {name:<31}{count:>10} {share:>8}   {}", found(row));
        writeln!(text, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The fate in words, with its squared error where that is the usual one.
fn name(answer: &RunAnswer, fate: Fate) -> String {
    let examples = answer.problem.examples();
    let usual =
        examples.output_count() == 1 && examples.targets().iter().all(|target| *target == 0.0 || *target == 1.0);
    match fate.squared_error().filter(|_| usual) {
        Some(error) => format!("{} ({error})", fate.words()),
        None => fate.words().to_owned(),
    }
}

/// "descent found 72%": the commonest verdict.
fn found(row: &KindRow) -> String {
    let ranked = row.verdicts.ranked();
    let Some((verdict, count)) = ranked.first().filter(|_| is_examinable(row.kind.fate)) else { return String::new() };
    format!("{} {:.0}%", verdict.name(), 100.0 * *count as f64 / row.verdicts.examined as f64)
}

/// How many escaped when they were trained on.
fn continued_words(continued: &Continued) -> String {
    let solved: u64 = continued.rows.iter().map(|row| row.solved).sum();
    let whose = if continued.partial { "the first " } else { "the " };
    let so_far = if continued.interrupted { "at least " } else { "" };
    format!(
        "Trained on to {} epochs, {so_far}{} of {whose}{} are solved",
        grouped(continued.epochs.into()),
        grouped(solved),
        grouped(continued.networks)
    )
}
