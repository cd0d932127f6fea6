//! The table of what became of the networks that were not solved.

use std::fmt::{Result, Write};

use crate::landscape::{Evidence, PlaceKind};
use crate::outcome::{Fate, Kind};
use crate::report::number::{grouped, percent};
use crate::report::table::wrapped;
use crate::study::{Escapes, Examined, KindRow, RunAnswer, Verdicts, is_examinable};

/// Variants shown of a fate; the rest is summed up in a line.
const VARIANT_LIMIT: usize = 8;
/// Columns for the words of a fate.
const LABEL: usize = 22;
/// Dead networks that are named; the rest is counted.
pub(super) const DEAD_LIMIT: usize = 4;
/// How far verdicts hold where there are kinks.
pub(super) const WITHIN_REGION: &str = "where no unit changes side (kinks)";

/// A row a fate and a row a variant, with counts, shares, mean loss and evidence.
pub(super) fn write_fates(text: &mut String, answer: &RunAnswer) -> Result {
    let rest = answer.tally.networks() - answer.tally.solved();
    if rest == 0 {
        return Ok(());
    }
    writeln!(text, "The {} unsolved", grouped(rest))?;
    // Networks that finish before an interruption are no fair sample: their shares have no honest interval.
    let interval = if answer.interrupted { "" } else { "95% interval" };
    writeln!(text, "   {:<LABEL$}{:>9} {:>8}   {interval:<20}  {:>9}", "fate", "networks", "share", "mean loss")?;
    let fates = answer.fates();
    each_row(text, answer, &fates, write_row)?;
    for row in &fates {
        wrapped(text, &format!("   {}: ", row.kind.fate.words()), row.kind.fate.description())?;
    }
    if let Some(words) = medians(answer) {
        wrapped(text, "   ", words)?;
    }
    if !answer.examined.is_empty() {
        writeln!(text)?;
        if answer.has_verdicts_within_regions() {
            writeln!(
                text,
                "   {:<LABEL$}{:>8} {:>4} {:>4}  found, share (95% interval)",
                "examined in f64", "networks", "idle", "off"
            )?;
            each_row(text, answer, &fates, write_examined_with_off)?;
            write_off_units(text, answer)?;
            writeln!(text, "   idle: networks with units that could be left out; off: with units off on every")?;
            writeln!(text, "   example. Minima and saddles are shown {WITHIN_REGION}.")?;
        } else {
            writeln!(
                text,
                "   {:<LABEL$}{:>8} {:>4}  found, share (95% interval)",
                "examined in f64", "networks", "idle"
            )?;
            each_row(text, answer, &fates, write_examined)?;
            writeln!(text, "   idle: networks with units that could be left out.")?;
        }
        for line in flow_lines(answer) {
            wrapped(text, "   ", &line)?;
        }
    } else if fates.iter().any(|row| is_examinable(row.kind.fate)) {
        writeln!(text, "   Judged by outputs and loss alone: a small gradient is no minimum (see --examine)")?;
    }
    writeln!(text)
}

/// A row a fate, and below it one a variant.
fn each_row(
    text: &mut String,
    answer: &RunAnswer,
    fates: &[KindRow],
    write: fn(&mut String, &RunAnswer, &str, &KindRow) -> Result,
) -> Result {
    for row in fates {
        write(text, answer, row.kind.fate.words(), row)?;
        let variants = answer.variants(row.kind.fate);
        for variant in variants.iter().take(VARIANT_LIMIT) {
            write(text, answer, &format!("  {}", variant.kind.variant.label(&answer.problem)), variant)?;
        }
        if variants.len() > VARIANT_LIMIT {
            writeln!(text, "     and {} more variants", variants.len() - VARIANT_LIMIT)?;
        }
    }
    Ok(())
}

fn write_row(text: &mut String, answer: &RunAnswer, name: &str, row: &KindRow) -> Result {
    let share = row.tally.count as f64 / answer.tally.networks() as f64;
    let half = row.interval.half_width();
    let interval = match answer.interrupted {
        true => String::new(),
        false => format!("{} to {}", percent(row.interval.low, half), percent(row.interval.high, half)),
    };
    let loss = row.tally.mean_loss().map_or("-".into(), loss_text);
    let name = short_name(text, name)?;
    let (count, share) = (grouped(row.tally.count), percent(share, half));
    let line = format!("   {name:<LABEL$}{count:>9} {share:>8}   {interval:<20}  {loss:>9}");
    writeln!(text, "{}", line.trim_end())
}

/// The name, or nothing where it needed lines of its own: variants of many examples are long.
fn short_name<'n>(text: &mut String, name: &'n str) -> std::result::Result<&'n str, std::fmt::Error> {
    if name.chars().count() < LABEL {
        return Ok(name);
    }
    wrapped(text, "     ", name)?;
    Ok("")
}

/// A loss in nine characters.
pub(super) fn loss_text(loss: f64) -> String {
    if loss < 1e3 { format!("{loss:.5}") } else { format!("{loss:.2e}") }
}

/// Where groups rest if not at their mean.
pub(super) fn medians(answer: &RunAnswer) -> Option<&'static str> {
    let words =
        "Under absolute error examples that share an output rest at a median of their targets, not at the mean.";
    answer.problem.loss().rests_at_median().then_some(words)
}

/// How many escaped when they were trained on.
pub(super) fn write_continued(text: &mut String, answer: &RunAnswer) -> Result {
    let Some(continued) = &answer.continued else { return Ok(()) };
    let first = if continued.partial { "the first " } else { "all " };
    writeln!(
        text,
        "Trained on to {} epochs: {first}{} unsolved",
        grouped(continued.epochs.into()),
        grouped(continued.networks)
    )?;
    if continued.interrupted {
        writeln!(text, "   Interrupted: more would have escaped, so shares are lower bounds")?;
    }
    writeln!(
        text,
        "   {:<LABEL$}{:>9} {:>9} {:>8}   {:<20}",
        "had been", "networks", "escaped", "share", "95% interval"
    )?;
    for row in &continued.rows {
        let half = row.interval.half_width();
        let line = format!(
            "   {:<LABEL$}{:>9} {:>9} {:>8}   {:<20}",
            row.fate.words(),
            grouped(row.networks),
            grouped(row.solved),
            percent(row.solved as f64 / row.networks as f64, half),
            match continued.interrupted {
                true => String::new(),
                false => format!("{} to {}", percent(row.interval.low, half), percent(row.interval.high, half)),
            },
        );
        writeln!(text, "{}", line.trim_end())?;
        let others = others(row);
        if !others.is_empty() {
            wrapped(text, "      the others: ", &others)?;
        }
    }
    writeln!(text)
}

/// "still improving 12, diverged 3": what those came to that did not escape.
pub(super) fn others(row: &Escapes) -> String {
    let others = row.others.iter().map(|(fate, count)| format!("{} {}", fate.words(), grouped(*count)));
    others.collect::<Vec<_>>().join(", ")
}

/// How many were examined, how many of them have idle units, and what was found.
fn write_examined(text: &mut String, _: &RunAnswer, name: &str, row: &KindRow) -> Result {
    write_found(text, name, &format!("{:>8} {:>4}  ", row.verdicts.examined, row.verdicts.reducible), row)
}

/// The same with how many have units that are off on every example.
fn write_examined_with_off(text: &mut String, _: &RunAnswer, name: &str, row: &KindRow) -> Result {
    let Verdicts { examined, reducible, with_off_units, .. } = row.verdicts;
    write_found(text, name, &format!("{examined:>8} {reducible:>4} {with_off_units:>4}  "), row)
}

/// Verdicts with their shares of the fate; of a variant counts.
fn write_found(text: &mut String, name: &str, counts: &str, row: &KindRow) -> Result {
    if row.verdicts.examined == 0 || !is_examinable(row.kind.fate) {
        return Ok(());
    }
    let is_whole = row.kind == Kind::whole(row.kind.fate);
    let part = |(verdict, count): (PlaceKind, usize)| match is_whole {
        true => format!("{} {}", verdict.name(), share(&row.verdicts, verdict, count)),
        false => format!("{} {count}", verdict.name()),
    };
    let parts: Vec<String> = row.verdicts.ranked().into_iter().map(part).collect();
    let name = short_name(text, name)?;
    wrapped(text, &format!("   {name:<LABEL$}{counts}"), &parts.join(", "))
}

/// "66% (48 to 80%)".
fn share(verdicts: &Verdicts, verdict: PlaceKind, count: usize) -> String {
    let whole = |share: f64| format!("{:.0}", 100.0 * share);
    let interval = verdicts.share(verdict);
    let share = count as f64 / verdicts.examined as f64;
    format!("{}% ({} to {}%)", whole(share), whole(interval.low), whole(interval.high))
}

/// What the gradient flow of those examined came to, and what its time is.
pub(super) fn flow_lines(answer: &RunAnswer) -> Vec<String> {
    let all = Verdicts::count(&answer.examined, |_| true);
    let times = &all.escape_times;
    let mut lines = Vec::new();
    if let (Some(first), Some(last)) = (times.first(), times.last()) {
        lines.push(format!(
            "{} of {} examined are solved by the gradient flow, at flow times {first:.1e} to {last:.1e}, half of them by {:.1e}; \
             an epoch of plain descent advances it by the learning rate.",
            times.len(),
            all.examined,
            times[times.len() / 2]
        ));
    }
    if all.of(PlaceKind::NoDescent) + all.of(PlaceKind::MinimumAtInfinity) > 0 {
        lines.push(format!("No descent found, minimum at infinity: to flow time {:.0e}.", Evidence::FLOW_TIME));
    }
    lines
}

/// Which layers of dead networks are off, network by network.
fn write_off_units(text: &mut String, answer: &RunAnswer) -> Result {
    let lines = dead_networks(answer);
    for line in lines.iter().take(DEAD_LIMIT) {
        wrapped(text, "   dead: ", line)?;
    }
    if lines.len() > DEAD_LIMIT {
        writeln!(text, "   and {} more dead networks (see --json)", lines.len() - DEAD_LIMIT)?;
    }
    Ok(())
}

/// "network 17, layer 1 (units 0, 1, 2): 9 weights have no gradient", of each dead network that was examined.
pub(super) fn dead_networks(answer: &RunAnswer) -> Vec<String> {
    let line = |examined: &Examined| {
        let evidence = &examined.evidence;
        let dead = evidence.dead?;
        let units = evidence.units.off.iter().filter(|unit| unit.layer == dead.layer);
        let units: Vec<String> = units.map(|unit| unit.unit.to_string()).collect();
        Some(format!(
            "network {}, hidden layer {} (units {}): the gradient of {} weights is exactly 0",
            examined.network,
            dead.layer,
            units.join(", "),
            dead.still_weights
        ))
    };
    answer.with_off_units().filter_map(line).collect()
}

/// "no descent found 7 of 8, saddle 1; 2 with idle units".
pub(super) fn evidence(fate: Fate, verdicts: &Verdicts) -> String {
    if verdicts.examined == 0 || !is_examinable(fate) {
        return String::new();
    }
    let ranked = verdicts.ranked();
    let mut parts: Vec<String> = ranked.iter().map(|(verdict, count)| format!("{} {count}", verdict.name())).collect();
    if let Some(first) = parts.first_mut() {
        first.push_str(&format!(" of {}", verdicts.examined));
    }
    let mut line = parts.join(", ");
    if verdicts.reducible > 0 {
        line.push_str(&format!("; {} with idle units", verdicts.reducible));
    }
    if verdicts.with_off_units > 0 {
        line.push_str(&format!("; {} with units off on every example", verdicts.with_off_units));
    }
    line
}
