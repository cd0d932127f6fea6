//! A sweep as text, JSON, CSV and Parquet: one row a point.

mod object;
#[cfg(feature = "pictures")]
mod page;
#[cfg(feature = "pictures")]
mod picture;
#[cfg(feature = "tables")]
mod rows;

use std::fmt::Write;

use crate::outcome::Fate;
use crate::report::number::{grouped, p_value, percent, short, signed};
use crate::report::table::{wrapped, write_table};
use crate::report::words::trained_by;
use crate::stats::Interval;
use crate::study::{Sweep, SweepPoint};

#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::object::SweepObject;
pub use self::object::sweep_json;
#[cfg(feature = "pictures")]
pub use self::page::sweep_page;
#[cfg(feature = "pictures")]
pub use self::picture::{sweep_picture, sweep_title};
#[cfg(feature = "tables")]
pub use self::rows::SweepRows;

/// Rows of the table on a terminal; of larger sweeps the best are shown.
const ROW_LIMIT: usize = 40;

/// Points that are named among those that may be the best; the rest is counted.
const NAMED: usize = 4;
/// Said where rates of two kinds stand side by side.
const JUDGED_DIFFERENTLY: &str = "Note: judge=end counts the networks that are solved after the last epoch, during and \
                                  after those that are solved in any epoch; such rates differ by that alone.";

/// The summary of `basins sweep`.
pub fn sweep_text(sweep: &Sweep) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_sweep(&mut text, sweep);
    text
}

fn write_sweep(text: &mut String, sweep: &Sweep) -> std::fmt::Result {
    let varied: Vec<String> = sweep.varied.iter().map(ToString::to_string).collect();
    let count = grouped(sweep.points.len() as u64);
    wrapped(text, "", &format!("{count} points of {}, over {}", networks_each(sweep), varied.join(" x ")))?;
    if sweep.interrupted() {
        writeln!(text, "Interrupted: {} of {} points were trained to the end", sweep.points.len(), sweep.asked)?;
    }
    writeln!(text)?;
    let mut shown: Vec<usize> = (0..sweep.points.len()).collect();
    if shown.len() > ROW_LIMIT {
        shown.sort_by_key(|at| std::cmp::Reverse(sweep.points[*at].tally.solved()));
        shown.truncate(ROW_LIMIT);
    }
    let mut rows = vec![header(sweep)];
    rows.extend(shown.iter().map(|at| row(sweep, *at)));
    write_table(text, &rows, &[], sweep.varied.len())?;
    if sweep.points.len() > ROW_LIMIT {
        writeln!(text, "   and {} points with lower rates (all in --out and --json)", sweep.points.len() - ROW_LIMIT)?;
    }
    writeln!(text)?;
    for (at, words) in verdict(sweep).iter().enumerate() {
        wrapped(text, if at == 0 { "* " } else { "  " }, words)?;
    }
    writeln!(text)?;
    writeln!(
        text,
        "{} net-epochs in {:.1} s   (setup {:.1} s)",
        short(sweep.net_epochs() as f64),
        sweep.seconds.train,
        sweep.seconds.setup
    )?;
    trained_by(text, &sweep.trained_by)
}

/// How many networks each point has: "1,000 networks each".
fn networks_each(sweep: &Sweep) -> String {
    let Some(width) = sweep.until_width else { return format!("{} networks each", grouped(sweep.population.count())) };
    let (fewest, most) = sweep.network_counts();
    let wide = match sweep.too_wide() {
        0 => String::new(),
        count => format!("; {} of them wider, for want of networks", grouped(count as u64)),
    };
    format!("{} to {} networks, each until its interval is {width} wide{wide}", grouped(fewest), grouped(most))
}

fn header(sweep: &Sweep) -> Vec<String> {
    let mut cells: Vec<String> = sweep.varied.iter().map(|vary| vary.name.clone()).collect();
    if sweep.until_width.is_some() {
        cells.push("networks".into());
    }
    cells.extend(
        ["solved", "95% interval", "median epoch", "epochs per solution", "difference", "95% together", "p"]
            .map(Into::into),
    );
    cells
}

fn row(sweep: &Sweep, at: usize) -> Vec<String> {
    let point = &sweep.points[at];
    let mut cells = point.values.clone();
    if sweep.until_width.is_some() {
        cells.push(grouped(point.tally.networks()));
    }
    let half = point.interval.half_width();
    cells.push(percent(point.rate(), half));
    cells.push(between(point.interval, |share| percent(share, half)));
    cells.push(point.median.epoch.map_or("none".into(), |epoch| grouped(epoch.into())));
    cells.push(point.restart.map_or("-".into(), |restart| grouped(restart.best.expected_epochs.round() as u64)));
    match point.comparison {
        None => cells.extend(["*".to_owned(), String::new(), String::new()]),
        Some(comparison) => {
            let interval = comparison.difference.interval;
            let points = |share: f64| signed(share, interval.half_width());
            cells.push(points(comparison.difference.estimate));
            cells.push(between(interval, points));
            cells.push(p_value(comparison.adjusted_p));
        }
    }
    cells
}

fn between(interval: Interval, written: impl Fn(f64) -> String) -> String {
    format!("{} to {}", written(interval.low), written(interval.high))
}

/// Which point the others are compared with, and how many are not significantly different.
fn verdict(sweep: &Sweep) -> Vec<String> {
    let name = point_name(sweep, &sweep.points[sweep.against]);
    if sweep.points.len() == 1 {
        return vec![format!("{name}: the only point")];
    }
    let others = sweep.points.len() - 1;
    let chosen = if sweep.against_best { ", the best here (chosen from the same data, so biased upwards)" } else { "" };
    let tests: Vec<&str> = {
        let mut tests: Vec<&str> =
            sweep.points.iter().filter_map(|point| point.comparison).map(|c| c.difference.test).collect();
        tests.sort_unstable();
        tests.dedup();
        tests
    };
    let count = sweep.family.count();
    let tests = tests.join(" or ");
    let adjusted = match sweep.against_best {
        true => format!(
            "in percentage points; p by {tests} test; p and intervals of differences hold for all {count} pairs \
                         of points together (Bonferroni), any of which could have been the best and another"
        ),
        false => format!(
            "in percentage points; p by {tests} test, adjusted for {count} comparison{} (Holm); intervals of \
                          differences hold for all together (Bonferroni)",
            if count == 1 { "" } else { "s" }
        ),
    };
    let it = if sweep.against_best { "the best" } else { "*" };
    let mut lines = vec![
        format!("{name}{chosen}"),
        format!("difference from {it} {adjusted}"),
        format!("not significantly different (5% level): {} of {others}", sweep.indistinct()),
    ];
    let best = sweep.may_be_best();
    if !best.is_empty() {
        let named: Vec<String> = best.iter().take(NAMED).map(|at| point_name(sweep, &sweep.points[*at])).collect();
        let more = if best.len() > NAMED {
            format!("; and {} more", grouped((best.len() - NAMED) as u64))
        } else {
            String::new()
        };
        lines.push(format!("the best, with 95% confidence: {}{more}", named.join("; or ")));
    }
    if sweep.judges_differently() {
        lines.push(JUDGED_DIFFERENTLY.to_owned());
    }
    lines
}

/// `lr=0.1, hidden=3`.
fn point_name(sweep: &Sweep, point: &SweepPoint) -> String {
    let named: Vec<String> =
        sweep.varied.iter().zip(&point.values).map(|(vary, value)| format!("{}={value}", vary.name)).collect();
    named.join(", ")
}

/// Names of the columns of numbers after those of the settings and `solved`.
const NUMBERS: [&str; 11] = [
    "solved_rate",
    "low",
    "high",
    "median_epoch",
    "best_cut_off",
    "epochs_per_solution",
    "mean_loss",
    "difference",
    "difference_low",
    "difference_high",
    "adjusted_p",
];

fn numbers(point: &SweepPoint) -> [Option<f64>; 11] {
    let difference = point.comparison.map(|comparison| comparison.difference);
    [
        Some(point.rate()),
        Some(point.interval.low),
        Some(point.interval.high),
        point.median.epoch.map(f64::from),
        point.restart.map(|restart| f64::from(restart.best.epoch)),
        point.restart.map(|restart| restart.best.expected_epochs),
        point.mean_loss(),
        difference.map(|difference| difference.estimate),
        difference.map(|difference| difference.interval.low),
        difference.map(|difference| difference.interval.high),
        point.comparison.map(|comparison| comparison.adjusted_p),
    ]
}

/// Fates that have a column each after the numbers; how many are solved stands before them.
fn unsolved_fates() -> impl Iterator<Item = Fate> {
    Fate::ALL.into_iter().filter(|fate| *fate != Fate::Solved)
}

/// Column of a fate.
fn fate_column(fate: Fate) -> String {
    fate.name().replace('-', "_")
}

/// Column names of the varied settings, as tables have them.
fn setting_columns(sweep: &Sweep) -> Vec<String> {
    sweep.varied.iter().map(|vary| vary.name.replace('-', "_")).collect()
}

/// One row a point as CSV.
pub fn sweep_csv(sweep: &Sweep) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header = setting_columns(sweep);
    header.extend(["networks".to_owned(), "solved".to_owned()]);
    header.extend(NUMBERS.map(str::to_owned));
    header.extend(unsolved_fates().map(fate_column));
    // Writing to memory cannot fail.
    let _ = writer.write_record(header);
    for point in &sweep.points {
        let mut record = point.values.clone();
        record.extend([point.tally.networks().to_string(), point.tally.solved().to_string()]);
        record.extend(numbers(point).map(|number| number.map_or(String::new(), |number| number.to_string())));
        record.extend(unsolved_fates().map(|fate| point.tally.count(fate).to_string()));
        let _ = writer.write_record(record);
    }
    writer.into_inner().unwrap_or_default()
}

/// The name of the metadata that holds the object.
#[cfg(feature = "tables")]
pub const SWEEP_NOTE: &str = "basins.sweep";

/// One row a point as Parquet, with the sweep's object in the metadata.
#[cfg(feature = "tables")]
pub fn sweep_parquet<W: std::io::Write + Send>(sweep: &Sweep, target: W, object: &str) -> std::io::Result<()> {
    use crate::report::parquet::{Cell, ColumnType, ParquetTable};
    let settings = setting_columns(sweep);
    let numeric: Vec<bool> = sweep.varied.iter().map(crate::spec::Vary::is_numeric).collect();
    let kind = |numeric: &bool| if *numeric { ColumnType::F64 } else { ColumnType::Text };
    let mut columns: Vec<(&str, ColumnType)> =
        settings.iter().zip(&numeric).map(|(name, numeric)| (name.as_str(), kind(numeric))).collect();
    columns.extend([("networks", ColumnType::U64), ("solved", ColumnType::U64)]);
    columns.extend(NUMBERS.map(|name| (name, ColumnType::F64)));
    let fates: Vec<String> = unsolved_fates().map(fate_column).collect();
    columns.extend(fates.iter().map(|name| (name.as_str(), ColumnType::U64)));
    let mut table = ParquetTable::new(target, &columns)?;
    for point in &sweep.points {
        let setting = |(text, numeric)| match numeric {
            true => Cell::F64(str::parse(text).ok()),
            false => Cell::Text(text),
        };
        let mut cells: Vec<Cell<'_>> =
            point.values.iter().map(String::as_str).zip(numeric.iter().copied()).map(setting).collect();
        cells.extend([Cell::U64(point.tally.networks()), Cell::U64(point.tally.solved())]);
        cells.extend(numbers(point).map(Cell::F64));
        cells.extend(unsolved_fates().map(|fate| Cell::U64(point.tally.count(fate))));
        table.push(&cells)?;
    }
    table.finish(&[(SWEEP_NOTE, object.to_owned())])
}
