//! A result then and now, as text and JSON.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Value, json};

use crate::outcome::Fate;
use crate::study::{Rerun, RerunRow, Trainer};

use super::number::{grouped, p_value, percent};
use super::table::{wrapped, write_table};

const SCHEMA: &str = "basins.rerun/1";

/// Rows of agreement that a terminal shows; those that differ are always shown.
const ROW_LIMIT: usize = 40;

/// The table of `basins rerun`, with its verdict.
pub fn rerun_text(rerun: &Rerun, file: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_rerun(&mut text, rerun, file);
    text
}

fn write_rerun(text: &mut String, rerun: &Rerun, file: &str) -> std::fmt::Result {
    let who = |trainer: &Trainer| format!("{} on {} ({})", trainer.backend, trainer.device, trainer.driver);
    writeln!(text, "{file}")?;
    wrapped(text, "   then: ", &who(&rerun.then))?;
    wrapped(text, "   now:  ", &who(&rerun.now))?;
    writeln!(text)?;
    let sweep = rerun.rows.iter().any(|row| !row.point.is_empty());
    // Of a sweep what was solved is enough where all agrees.
    let brief = |row: &&RerunRow| row.agrees == Some(false) || !sweep || row.quantity == "solved";
    let mut shown: Vec<&RerunRow> = rerun.rows.iter().filter(brief).collect();
    let all = shown.len();
    if all > ROW_LIMIT {
        let mut room = ROW_LIMIT;
        shown.retain(|row| {
            let kept = row.agrees == Some(false) || room > 0;
            room = room.saturating_sub(1);
            kept
        });
    }
    let mut table = vec![header(rerun, sweep)];
    table.extend(shown.iter().map(|row| cells(rerun, row, sweep)));
    let last = table[0].len() - 1;
    let words = if sweep { vec![0, 1, last] } else { vec![0, last] };
    write_table(text, &table, &words, if sweep { 2 } else { 1 })?;
    if shown.len() < all {
        writeln!(text, "   and {} more rows that agree", all - shown.len())?;
    }
    writeln!(text)?;
    for contradiction in &rerun.contradictions {
        wrapped(text, "", &format!("The record contradicts itself: {contradiction}"))?;
    }
    writeln!(text, "{}", verdict(rerun))?;
    wrapped(text, "   ", rule(rerun))
}

/// How they were compared.
fn rule(rerun: &Rerun) -> &'static str {
    match rerun.exact {
        true => "same backend, precision and instructions: every count must be identical",
        false => {
            "other rounding: shares by a two-sample score test at the 5% level, adjusted for all rows (Holm); \
             networks start alike"
        }
    }
}

fn verdict(rerun: &Rerun) -> String {
    let compared = rerun.rows.iter().filter(|row| row.agrees.is_some()).count();
    match (rerun.agrees(), rerun.disagreements()) {
        (true, _) => format!("It agrees: all {compared} numbers compared"),
        (false, 0) => "It does not agree".into(),
        (false, differing) => format!("It does not agree: {differing} of {compared} numbers compared differ"),
    }
}

fn header(rerun: &Rerun, sweep: bool) -> Vec<String> {
    let mut names = if sweep { vec!["point"] } else { Vec::new() };
    names.extend(["quantity", "then", "now"]);
    if !rerun.exact {
        names.extend(["difference", "95% interval", "p"]);
    }
    names.push("verdict");
    names.into_iter().map(str::to_owned).collect()
}

fn cells(rerun: &Rerun, row: &RerunRow, sweep: bool) -> Vec<String> {
    let count = |count: Option<u64>| count.map_or("missing".into(), grouped);
    let mut cells = if sweep { vec![row.point.clone()] } else { Vec::new() };
    cells.extend([quantity(&row.quantity), count(row.then), count(row.now)]);
    if !rerun.exact {
        match row.difference {
            Some(difference) => {
                let half = difference.interval.half_width();
                let share = |share: f64| percent(share, half);
                cells.push(share(difference.estimate));
                cells.push(format!("{} to {}", share(difference.interval.low), share(difference.interval.high)));
            }
            None => cells.extend([String::new(), String::new()]),
        }
        cells.push(row.adjusted_p.map_or(String::new(), p_value));
    }
    let verdict = match row.agrees {
        Some(true) if row.then == row.now => "same",
        Some(true) => "agrees",
        Some(false) => "DIFFERS",
        None => "not compared",
    };
    cells.push(verdict.into());
    cells
}

/// A fate, for which records have a key, in words; any other quantity as it is.
fn quantity(name: &str) -> String {
    Fate::ALL.into_iter().find(|fate| fate.name() == name).map_or(name, |fate| fate.words()).to_owned()
}

/// A result held against the same training done again.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RerunObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// The result that was trained again.
    file: &'a str,
    /// Its own schema.
    #[cfg_attr(test, schemars(with = "String"))]
    of: &'a Value,
    /// Whether nothing disagrees.
    agrees: bool,
    /// Whether counts must be identical: same backend, same precision, same instructions or GPU.
    exact: bool,
    /// What counts as agreement, in words.
    rule: &'static str,
    /// Who trained then.
    then: &'a Trainer,
    /// Who trained now.
    now: &'a Trainer,
    /// Rows and contradictions that disagree.
    disagreements: usize,
    /// What does not add up within the record itself, a sentence each.
    contradictions: &'a [String],
    /// The comparison, number by number.
    rows: &'a [RerunRow],
}

/// The object of `basins rerun --json`, schema `basins.rerun/1`.
pub fn rerun_json(rerun: &Rerun, file: &str, record: &Value) -> Value {
    json!(RerunObject {
        schema: SCHEMA,
        file,
        of: &record["schema"],
        agrees: rerun.agrees(),
        exact: rerun.exact,
        rule: rule(rerun),
        then: &rerun.then,
        now: &rerun.now,
        disagreements: rerun.disagreements(),
        contradictions: &rerun.contradictions,
        rows: &rerun.rows,
    })
}
