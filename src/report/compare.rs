//! Two runs side by side, as text and JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use serde_json::{Value, json};

use crate::spec::keyword::typed;
use crate::stats::{Difference, LEVEL};
use crate::study::{BestCutOff, Ends, FateRow, RunComparison, RunRecord, SettingRow, SolvedEpochs};

use super::number::{grouped, p_value, p_words, percent, signed};
use super::table::{WIDTH, wrapped, write_table};

const SCHEMA: &str = "basins.compare/1";

/// The tables of `basins compare`; `names` are the files of the two.
pub fn compare_text(comparison: &RunComparison, names: [&str; 2]) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_comparison(&mut text, comparison, names);
    text
}

fn write_comparison(text: &mut String, comparison: &RunComparison, names: [&str; 2]) -> std::fmt::Result {
    let runs = [&comparison.first, &comparison.second];
    for ((letter, name), run) in ["A", "B"].into_iter().zip(names).zip(runs) {
        let label = run.label.as_ref().map_or(String::new(), |label| format!("   ({label})"));
        wrapped(text, &format!("{letter}   "), &format!("{name}{label}"))?;
    }
    writeln!(text)?;
    write_settings(text, &comparison.settings)?;
    write_shares(text, comparison)?;
    write_epochs(text, runs)?;
    write_fates(text, comparison)?;
    for note in &comparison.notes {
        wrapped(text, "Note: ", note)?;
    }
    Ok(())
}

fn write_settings(text: &mut String, settings: &[SettingRow]) -> std::fmt::Result {
    if settings.is_empty() {
        return writeln!(text, "All settings are the same\n");
    }
    let value = |value: &Value| if value.is_null() { "-".to_owned() } else { typed(value) };
    let mut rows = vec![["setting", "A", "B"].map(str::to_owned).to_vec()];
    rows.extend(settings.iter().map(|row| vec![row.name.clone(), value(&row.first), value(&row.second)]));
    let mut table = String::new();
    write_table(&mut table, &rows, &[0, 1, 2], 1)?;
    writeln!(text, "Settings that differ")?;
    // Values that are long stand below each other, and not in tables by turns.
    if table.lines().count() == rows.len() && table.lines().all(|line| line.chars().count() <= WIDTH) {
        text.push_str(&table);
    } else {
        for row in &rows[1..] {
            writeln!(text, "   {}", row[0])?;
            wrapped(text, "      A   ", &row[1])?;
            wrapped(text, "      B   ", &row[2])?;
        }
    }
    writeln!(text)
}

fn write_shares(text: &mut String, comparison: &RunComparison) -> std::fmt::Result {
    let (first, second) = (&comparison.first, &comparison.second);
    match first.within == second.within {
        true => writeln!(text, "Solved within {} epochs", grouped(first.within))?,
        false => {
            writeln!(text, "Solved within {} (A) and {} (B) epochs", grouped(first.within), grouped(second.within))?
        }
    }
    let mut rows = vec![["", "solved", "networks", "share", "95% interval"].map(str::to_owned).to_vec()];
    for (letter, run) in [("A", first), ("B", second)] {
        let mut row = vec![letter.to_owned(), grouped(run.solved), grouped(run.networks)];
        match (run.rate, run.interval) {
            (Some(rate), Some(ends)) => {
                let half = 0.5 * (ends.high - ends.low);
                row.push(percent(rate, half));
                row.push(format!("{} to {}", percent(ends.low, half), percent(ends.high, half)));
            }
            _ => row.extend(["-".to_owned(), "-".to_owned()]),
        }
        rows.push(row);
    }
    write_table(text, &rows, &[0], 1)?;
    let Some(difference) = comparison.difference else { return writeln!(text) };
    let interval = difference.interval;
    let points = |share: f64| signed(share, interval.half_width());
    let verdict =
        if comparison.differs() == Some(true) { "significantly different" } else { "not significantly different" };
    writeln!(
        text,
        "   B - A   {} percentage points (95% interval {} to {})",
        points(difference.estimate),
        points(interval.low),
        points(interval.high)
    )?;
    writeln!(text, "           {}: {verdict} (5% level)", p_words(difference.p_value))?;
    let how = match comparison.pairs {
        Some(pairs) => format!(
            "The same networks in both, compared one by one ({}): {} solved in A alone, {} in B alone, {} in both.",
            difference.test,
            grouped(pairs.first_only),
            grouped(pairs.second_only),
            grouped(pairs.both)
        ),
        None => format!("Compared as two independent samples ({} test).", difference.test),
    };
    wrapped(text, "   ", &how)?;
    writeln!(text)
}

fn write_epochs(text: &mut String, runs: [&RunRecord; 2]) -> std::fmt::Result {
    if runs.iter().all(|run| run.epochs.is_none()) {
        return Ok(());
    }
    let whole = |number: Option<u64>| number.map_or("-".to_owned(), grouped);
    let row = |name: &str, cell: &dyn Fn(&RunRecord) -> String| vec![name.to_owned(), cell(runs[0]), cell(runs[1])];
    let cost =
        |run: &RunRecord| run.cut_off.map_or("-".to_owned(), |best| grouped(best.expected_epochs.round() as u64));
    let interval = |run: &RunRecord| {
        let ends =
            run.cut_off.map(|best| [best.interval.low, best.interval.high].map(|end| grouped(end.round() as u64)));
        ends.map_or("-".to_owned(), |[low, high]| format!("{low} to {high}"))
    };
    let rows = [
        row("epochs to solve", &|_| String::new()),
        row("  first", &|run| whole(run.epochs.map(|epochs| epochs.min))),
        row("  5%", &|run| whole(run.epochs.map(|epochs| epochs.p05))),
        row("  median", &|run| whole(run.epochs.map(|epochs| epochs.median))),
        row("  95%", &|run| whole(run.epochs.map(|epochs| epochs.p95))),
        row("  last", &|run| whole(run.epochs.map(|epochs| epochs.max))),
        row("  mean", &|run| whole(run.epochs.map(|epochs| epochs.mean.round() as u64))),
        row("expected epochs per solution, with restarts", &cost),
        row("  95% interval", &interval),
        row("  restarting after epochs", &|run| whole(run.cut_off.map(|best| best.epoch))),
    ];
    let header = vec!["Of the solved".to_owned(), "A".to_owned(), "B".to_owned()];
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    write_table(text, &rows, &[0], 1)?;
    writeln!(text)
}

fn write_fates(text: &mut String, comparison: &RunComparison) -> std::fmt::Result {
    if comparison.fates.is_empty() {
        return writeln!(text, "No network is unsolved\n");
    }
    let mut rows = vec![["Unsolved, by fate", "A", "B", "B - A", "95% interval", "p"].map(str::to_owned).to_vec()];
    for row in &comparison.fates {
        let mut cells = vec![row.fate.words().to_owned(), grouped(row.first), grouped(row.second)];
        match row.difference {
            Some(difference) => {
                let points = |share: f64| signed(share, difference.interval.half_width());
                cells.push(points(difference.estimate));
                cells.push(format!("{} to {}", points(difference.interval.low), points(difference.interval.high)));
                cells.push(row.adjusted_p.map_or("-".to_owned(), p_value));
            }
            None => cells.extend(["-", "-", "-"].map(str::to_owned)),
        }
        rows.push(cells);
    }
    write_table(text, &rows, &[0], 1)?;
    if let Some(test) = comparison.fates.iter().find_map(|row| Some(row.difference?.test)) {
        let count = comparison.fates.len();
        let adjusted = if count > 1 { format!(", adjusted for {count} fates (Holm)") } else { String::new() };
        let words = format!(
            "Differences in percentage points of all networks, each interval by itself; p by {test}{adjusted}."
        );
        wrapped(text, "   ", &words)?;
    }
    writeln!(text)
}

/// Two runs side by side.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CompareObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// The first run.
    a: RunSide<'a>,
    /// The second.
    b: RunSide<'a>,
    /// Settings that differ.
    settings: Vec<SettingSides<'a>>,
    /// Level of all intervals, and one less the level of the tests.
    level: f64,
    /// Share solved in b less that in a; null where networks were cut off in their middle.
    difference: Option<Difference>,
    /// Whether that is significant at the level; null where there is no difference to test.
    differs: Option<bool>,
    /// Where both runs trained the same networks: how many were solved in which; else null.
    pairs: Option<PairsObject>,
    /// Each fate but solved that some network of either run has.
    fates: Vec<FateSides>,
    /// What to know before the difference is believed, a sentence each.
    notes: &'a [String],
}

/// What is known of one of the runs.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RunSide<'a> {
    /// Where it was read.
    file: &'a str,
    /// Its `--label`; null if it has none.
    label: Option<&'a str>,
    /// Networks that are counted.
    networks: u64,
    /// Networks solved.
    solved: u64,
    /// Share solved, from 0 to 1; null where nothing is known of it.
    solved_rate: Option<f64>,
    /// Epochs within which that share is solved.
    solved_within: u64,
    /// Interval of that share.
    solved_interval: Option<Ends>,
    /// Epochs that the solved ones took; null if there are none.
    epochs_to_solve: Option<SolvedEpochs>,
    /// Restarting at the cheapest cut-off; null if nothing was solved.
    best_cut_off: Option<BestCutOff>,
    /// Networks by key of the fate.
    fates: &'a BTreeMap<String, u64>,
    /// Whether it ended before its last network.
    interrupted: bool,
}

/// A setting that differs. Null where a run does not have it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SettingSides<'a> {
    /// By its name in files.
    name: &'a str,
    /// Its value in the first run.
    a: &'a Value,
    /// In the second.
    b: &'a Value,
}

/// How the same networks fared in both runs.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PairsObject {
    /// Networks solved in both.
    both: u64,
    /// Networks solved in the first alone.
    a_only: u64,
    /// Networks solved in the second alone.
    b_only: u64,
    /// Networks solved in neither.
    neither: u64,
}

/// How many networks had a fate.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FateSides {
    /// Key of the fate.
    #[cfg_attr(test, schemars(with = "crate::outcome::Fate"))]
    fate: &'static str,
    /// Networks of the first run.
    a: u64,
    /// Networks of the second.
    b: u64,
    /// Share in b less that in a; null where shares cannot be compared.
    difference: Option<Difference>,
    /// Its p-value, adjusted for the number of fates by Holm's method; 0 stands for one below what a double holds.
    adjusted_p: Option<f64>,
}

/// The object of `basins compare --json`, schema `basins.compare/1`.
pub fn compare_json(comparison: &RunComparison, names: [&str; 2]) -> Value {
    let pairs = comparison.pairs.map(|pairs| PairsObject {
        both: pairs.both,
        a_only: pairs.first_only,
        b_only: pairs.second_only,
        neither: pairs.neither,
    });
    let settings = comparison.settings.iter();
    json!(CompareObject {
        schema: SCHEMA,
        a: RunSide::new(&comparison.first, names[0]),
        b: RunSide::new(&comparison.second, names[1]),
        settings: settings.map(|row| SettingSides { name: &row.name, a: &row.first, b: &row.second }).collect(),
        level: LEVEL,
        difference: comparison.difference,
        differs: comparison.differs(),
        pairs,
        fates: comparison.fates.iter().map(FateSides::from).collect(),
        notes: &comparison.notes,
    })
}

impl<'a> RunSide<'a> {
    fn new(run: &'a RunRecord, file: &'a str) -> Self {
        Self {
            file,
            label: run.label.as_deref(),
            networks: run.networks,
            solved: run.solved,
            solved_rate: run.rate,
            solved_within: run.within,
            solved_interval: run.interval,
            epochs_to_solve: run.epochs,
            best_cut_off: run.cut_off,
            fates: &run.fates,
            interrupted: run.interrupted,
        }
    }
}

impl From<&FateRow> for FateSides {
    fn from(row: &FateRow) -> Self {
        let FateRow { fate, first, second, difference, adjusted_p } = row;
        Self { fate: fate.name(), a: *first, b: *second, difference: *difference, adjusted_p: *adjusted_p }
    }
}
