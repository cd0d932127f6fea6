//! All of a run in words, as `-v` prints it; in few: `summary.rs`.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::report::number::{grouped, percent, short};
use crate::report::table::wrapped;
use crate::report::words::{dashed, duration, epochs, settings, trained_by};
use crate::stats::{CutOff, EpochInterval};
use crate::study::RunAnswer;

use super::advice::write_advice;
use super::fates::{write_continued, write_fates};

/// Of a run that was interrupted when all its networks were trained.
pub(super) const CUT_AFTER: &str = "Interrupted after training: what follows it is missing or incomplete";

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const BAR_COUNT: usize = 60;

/// Everything that `basins run -v` prints.
pub fn run_details(answer: &RunAnswer) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_run(&mut text, answer);
    text
}

fn write_run(text: &mut String, answer: &RunAnswer) -> std::fmt::Result {
    write_asked(text, answer)?;
    writeln!(text)?;
    write_rate(text, answer)?;
    writeln!(text)?;
    write_epochs(text, answer)?;
    write_survival(text, answer)?;
    write_fates(text, answer)?;
    write_continued(text, answer)?;
    write_advice(text, answer)?;
    if answer.cut_after {
        writeln!(text, "{CUT_AFTER}")?;
        writeln!(text)?;
    }
    let words = format!(
        "{} net-epochs in {}: {} net-epochs/s{} (setup {})",
        match answer.tally.net_epochs() {
            few @ 0..1_000_000 => grouped(few),
            many => short(many as f64),
        },
        duration(answer.seconds.train),
        short(answer.throughput()),
        idle(answer),
        duration(answer.seconds.setup),
    );
    wrapped(text, "", &words)?;
    trained_by(text, &answer.trained_by)
}

/// What was asked for.
pub(super) fn write_asked(text: &mut String, answer: &RunAnswer) -> std::fmt::Result {
    let spec = answer.problem.spec();
    let tally = &answer.tally;
    // With a width to reach, what was asked for is no more than a bound.
    let count = match answer.until_width {
        Some(_) if !answer.interrupted => tally.networks(),
        _ => answer.population.count(),
    };
    let networks = if count == 1 { "network" } else { "networks" };
    let (layers, starts) = (dashed(&spec.layers), starts(answer));
    wrapped(text, "", &format!("{} {networks} {layers} learning {}{starts}", grouped(count), spec.task))?;
    wrapped(text, "", &settings(spec, answer.imported_starts))?;
    if let Some(labels) = answer.problem.examples().labels() {
        wrapped(text, "", labels)?;
    }
    Ok(())
}

/// How many were solved.
fn write_rate(text: &mut String, answer: &RunAnswer) -> std::fmt::Result {
    let (spec, tally) = (answer.problem.spec(), &answer.tally);
    let interval = answer.interval();
    let half = interval.half_width();
    let solved = format!("{} of {}", grouped(tally.solved()), grouped(tally.networks()));
    let (low, high) = (percent(interval.low, half), percent(interval.high, half));
    let rate = format!("{} (95% interval {low} to {high})", percent(answer.rate(), half));
    if answer.interrupted {
        write_interrupted(text, answer)?;
        if answer.tells_rate() {
            // Networks that need few epochs finish first: the share so far would be too low, the curve's is not.
            let source = if answer.unfinished() > 0 { "by the survival curve" } else { "of those trained" };
            wrapped(text, "", &format!("Solved within {}, {source}: {rate}", epochs(answer.last_epoch())))?;
        }
    } else {
        wrapped(text, "", &format!("Solved within {}: {solved} = {rate}", epochs(spec.epochs)))?;
    }
    if let Some(words) = width_words(answer) {
        wrapped(text, "   ", &words)?;
    }
    Ok(())
}

/// How far an interrupted run came.
pub(super) fn write_interrupted(text: &mut String, answer: &RunAnswer) -> std::fmt::Result {
    let (begun, asked) = (grouped(answer.tally.networks()), grouped(answer.population.count()));
    let (unfinished, solved) = (grouped(answer.unfinished()), grouped(answer.tally.solved()));
    wrapped(text, "", &format!("Interrupted: {begun} of {asked} networks begun, {unfinished} of them unfinished"))?;
    writeln!(text, "Solved so far: {solved} of {begun}")
}

/// When they were solved.
fn write_epochs(text: &mut String, answer: &RunAnswer) -> std::fmt::Result {
    if let Some(epochs) = answer.epochs_to_solve() {
        writeln!(text, "Epochs to solve    first      5%     25%  median     75%     95%    last    mean")?;
        write!(text, "{:16}", "")?;
        for epoch in [epochs.min, epochs.p05, epochs.p25, epochs.median, epochs.p75, epochs.p95, epochs.max] {
            write!(text, "{:>8}", grouped(epoch.into()))?;
        }
        writeln!(text, "{:>8}", grouped(epochs.mean.round() as u64))?;
        if epochs.min < epochs.max {
            let (start, end) = (grouped(epochs.min.into()), grouped(epochs.max.into()));
            writeln!(text, "   {}", histogram(&answer.tally.solved_epochs(), epochs.min, epochs.max))?;
            writeln!(text, "   {start}{end:>width$}", width = BAR_COUNT - start.len())?;
        }
        writeln!(text)?;
    }
    Ok(())
}

/// Whether the width asked for was reached, and why the interval holds its level nevertheless.
pub(super) fn width_words(answer: &RunAnswer) -> Option<String> {
    let width = answer.until_width?;
    let reached = if answer.is_narrow_enough() { "reached" } else { "not reached" };
    let why = match answer.method.is_anytime() {
        true => "stays valid however often one looks",
        false => "allows for having decided when to stop",
    };
    Some(format!("The width asked for, {width}, was {reached}; the interval {why} ({}).", answer.interval().method))
}

fn write_survival(text: &mut String, answer: &RunAnswer) -> std::fmt::Result {
    let lines = survival_lines(answer);
    for line in &lines {
        let indent = if line.starts_with(' ') { "   " } else { "" };
        wrapped(text, indent, line)?;
    }
    if lines.is_empty() { Ok(()) } else { writeln!(text) }
}

/// When half are solved, when to give up on a start, and what that gains; nothing where nothing is known of it.
pub(super) fn survival_lines(answer: &RunAnswer) -> Vec<String> {
    let Some(restart) = answer.restart().filter(|_| !answer.interrupted) else { return Vec::new() };
    let whole = |epochs: f64| grouped(epochs.round() as u64);
    let or_none = |epoch: Option<u32>| epoch.map_or("none".into(), |epoch| grouped(epoch.into()));
    let median = answer.survival().median();
    let cost = |cut: &CutOff| {
        let (low, high) = (whole(cut.interval.low), whole(cut.interval.high));
        format!("{} ({low} to {high})", whole(cut.expected_epochs))
    };
    let (from, to) = (grouped(restart.near_best.0.into()), grouped(restart.near_best.1.into()));
    let budget = epochs(answer.problem.spec().epochs);
    let best = epochs(restart.best.epoch);
    let mut lines = vec![match median.epoch {
        Some(epoch) => format!(
            "Half of all networks are solved by epoch {} (95% interval {} to {})",
            grouped(epoch.into()),
            or_none(median.low),
            or_none(median.high)
        ),
        None => "Fewer than half of all networks are solved".into(),
    }];
    lines.push(format!("Expected epochs per solution, with restarts after {budget}: {}", cost(&restart.at_budget)));
    lines.push(match restart.pays() {
        true => format!("Restarting after {best} saves {:.0}%: {}", 100.0 * restart.saving(), cost(&restart.best)),
        false => format!("Restarting earlier saves less than 1%: the best cut-off is after {best}"),
    });
    if let Some(EpochInterval { low, high, .. }) = answer.cut_off_interval() {
        lines.push(format!("   Best cut-off: 95% interval {} to {} epochs (bootstrap)", or_none(low), or_none(high)));
    }
    lines.push(format!("   Cut-offs from {from} to {to} cost at most 5% more than the best"));
    if restart.never_solved > 0.0 {
        lines.push("   Without restarts a network may never be solved".into());
    }
    lines
}

/// Where the networks' starts come from, so that the run can be repeated.
fn starts(answer: &RunAnswer) -> String {
    let seed = if answer.imported_starts { String::new() } else { format!(", seed {}", answer.population.seed()) };
    match answer.population.first() {
        0 => seed,
        first => format!("{seed}, from network {} on", grouped(first)),
    }
}

/// Work on lanes whose network had finished, and time in which the device waited for the host, where there was any to
/// speak of.
fn idle(answer: &RunAnswer) -> String {
    let share = answer.executed_net_epochs as f64 / answer.tally.net_epochs().max(1) as f64 - 1.0;
    let lanes =
        if share < 0.01 { String::new() } else { format!(", {:.0}% padding (unused SIMD lanes)", 100.0 * share) };
    let busy = answer.seconds.device.map_or(1.0, |device| device / answer.seconds.train.max(1e-9));
    let waits =
        if busy > 0.99 { String::new() } else { format!(", the device idle {:.0}% of the time", 100.0 * (1.0 - busy)) };
    lanes + &waits
}

/// Counts of solved networks over the epochs from the first to the last, as bars. Fewer epochs than bars are spread.
fn histogram(counts: &BTreeMap<u32, u64>, first: u32, last: u32) -> String {
    let mut bins = [0u64; BAR_COUNT];
    let width = u64::from(last - first) + 1;
    for (epoch, count) in counts {
        bins[(u64::from(epoch - first) * BAR_COUNT as u64 / width) as usize] += count;
    }
    let most = bins.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: u64| match count {
        0 => ' ',
        count => BARS[(count * 7).div_ceil(most).min(7) as usize],
    };
    bins.into_iter().map(bar).collect()
}
