//! Reproductions: published figures beside ours, as text, Markdown and JSON.

#[cfg(feature = "pictures")]
mod curves;
#[cfg(feature = "pictures")]
mod grid;
mod object;

use std::fmt::Write;

use crate::backend::DeviceInfo;
use crate::report::number::{grouped, percent};
use crate::report::table::{WIDTH, broken, wrapped};
use crate::reproduce::{Accept, Extent, Figure, Measured, Reproduced, Reproduction, Row, Verdict};

#[cfg(feature = "pictures")]
pub use self::curves::curves_picture;
#[cfg(feature = "pictures")]
pub use self::grid::grid_picture;
#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::object::ReproduceObject;
pub use self::object::reproduce_json;

/// What was reproduced, and on what.
pub struct Reproductions<'a> {
    /// Those carried out.
    pub all: &'a [Reproduced],
    /// Who trained the populations.
    pub backend: &'a str,
    /// On what.
    pub device: &'a DeviceInfo,
    /// How much was spent.
    pub effort: Extent,
    /// Whether there would have been more.
    pub interrupted: bool,
}

/// The names, sources and figures of reproductions, before any is carried out.
pub fn reproduction_list(reproductions: &[Reproduction]) -> String {
    let mut text = String::new();
    for one in reproductions {
        let _ = wrapped(&mut text, &format!("{:<28} ", one.name), one.title);
        let _ = wrapped(&mut text, &format!("{:<28} ", ""), &format!("{}; {} figures", one.source, one.figures.len()));
    }
    text
}

/// The tables as text.
pub fn reproduce_text(report: &Reproductions<'_>) -> String {
    let mut text = String::new();
    for one in report.all {
        let _ = write_text(&mut text, one);
    }
    for line in summary(report).lines() {
        let _ = wrapped(&mut text, "", line);
    }
    text
}

fn write_text(text: &mut String, one: &Reproduced) -> std::fmt::Result {
    let Reproduction { name, title, source, setting, slip, .. } = one.reproduction;
    wrapped(text, "", &format!("{name}: {title}"))?;
    wrapped(text, "  source   ", source)?;
    wrapped(text, "  setting  ", setting)?;
    if let Some(slip) = slip {
        wrapped(text, "  slip     ", slip)?;
    }
    writeln!(text)?;
    for line in table(&cells(one)) {
        writeln!(text, "  {line}")?;
    }
    writeln!(text)?;
    for remark in &one.remarks {
        wrapped(text, "  - ", remark)?;
    }
    if one.remarks.is_empty() { Ok(()) } else { writeln!(text) }
}

/// The table's cells, its head first.
fn cells(one: &Reproduced) -> Vec<Vec<String>> {
    let corrected = one.rows.iter().any(|row| row.corrected.is_some());
    let head: &[&str] = match corrected {
        true => &["quantity", "published", "ours, as printed", "ours, corrected", "verdict"],
        false => &["quantity", "published", "ours", "verdict"],
    };
    let mut rows = vec![head.iter().map(|name| (*name).to_owned()).collect()];
    for row in &one.rows {
        let shown = |ours: &Option<Measured>| ours.as_ref().map_or(String::new(), |ours| value(&row.figure, ours));
        let mut cells = vec![row.figure.quantity.to_owned(), row.figure.published.to_owned(), shown(&row.ours)];
        if corrected {
            cells.push(shown(&row.corrected));
        }
        cells.push(verdict_line(row));
        rows.push(cells);
    }
    rows
}

/// Lines of a table whose last column and first one wrap where the page is too narrow.
fn table(rows: &[Vec<String>]) -> Vec<String> {
    const PAGE: usize = WIDTH - 2;
    const GAP: usize = 2;
    let columns = rows[0].len();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns).map(width).collect();
    let longest = |cell: &String| cell.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    let floors: Vec<usize> =
        (0..columns).map(|column| rows.iter().map(|row| longest(&row[column])).max().unwrap_or(0)).collect();
    // Figures keep to one line where they can; words give way first, from the widest column on, down to their longest word.
    while widths.iter().sum::<usize>() + GAP * (columns - 1) > PAGE {
        let roomy = |column: &usize| widths[*column] > floors[*column];
        let wide = (0..columns).filter(roomy).max_by_key(|column| widths[*column]);
        let Some(wide) = wide else { break };
        widths[wide] -= 1;
    }
    let mut lines = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<Vec<String>> = row.iter().zip(&widths).map(|(cell, width)| broken(cell, *width)).collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let parts = cells.iter().zip(&widths).map(|(cell, width)| {
                let part = cell.get(line).map_or("", String::as_str);
                format!("{part:<width$}")
            });
            lines.push(parts.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned());
        }
        if at == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            lines.push(rule.join(&" ".repeat(GAP)));
        }
    }
    lines
}

fn verdict_line(row: &Row) -> String {
    match &row.verdict {
        Verdict::Agrees => match row.resolution {
            Some(found) if row.figure.accept != Accept::Digits => format!("agrees (would find {})", found.words()),
            _ => "agrees".into(),
        },
        Verdict::TooWide(why) => format!("too wide to tell: {why}"),
        Verdict::Differs(by) => format!("differs by {by}   ({})", row.figure.reason),
        Verdict::NotComparable(why) => format!("not comparable: {why}"),
    }
}

/// Agrees, differs, too wide to tell, not comparable: how many of each.
fn counts(report: &Reproductions<'_>) -> [usize; 4] {
    let mut counts = [0; 4];
    for row in report.all.iter().flat_map(|one| &one.rows) {
        counts[match row.verdict {
            Verdict::Agrees => 0,
            Verdict::Differs(_) => 1,
            Verdict::TooWide(_) => 2,
            Verdict::NotComparable(_) => 3,
        }] += 1;
    }
    counts
}

fn summary(report: &Reproductions<'_>) -> String {
    let [agree, differ, wide, open] = counts(report);
    let seconds: f64 = report.all.iter().map(|one| one.seconds).sum();
    format!(
        "{} figures: {agree} agree, {differ} differ, {wide} too wide to tell, {open} not comparable.\n{} on {} ({}), {seconds:.0} s{}",
        agree + differ + wide + open,
        report.backend,
        report.device.name,
        report.device.kind,
        [
            (report.effort == Extent::Quick, ", quick"),
            (report.effort == Extent::Full, ", full"),
            (report.interrupted, ", interrupted")
        ]
        .into_iter()
        .filter_map(|(is_so, words)| is_so.then_some(words))
        .collect::<String>()
    )
}

/// A number in the digits of the figure it stands beside.
fn value(figure: &Figure, measured: &Measured) -> String {
    match measured {
        Measured::Numbers(numbers) => {
            let published = figure.published_numbers();
            let shown = numbers.iter().enumerate().map(|(at, number)| match published.get(at) {
                Some(digits) if figure.accept == Accept::Digits => decimals(*number, digits),
                _ => plain(*number),
            });
            shown.collect::<Vec<_>>().join(", ")
        }
        Measured::Share { trials, .. } => {
            let (low, high, half) = ends(measured);
            format!(
                "{} ({} to {}, of {})",
                percent(measured.value(), half),
                percent(low, half),
                percent(high, half),
                grouped(*trials)
            )
        }
        Measured::OneIn { trials, .. } => {
            let (low, high, half) = ends(measured);
            let shown = |number| resolved(number, half);
            format!("1 in {} ({} to {}, of {})", shown(measured.value()), shown(low), shown(high), grouped(*trials))
        }
        Measured::Estimate { .. } => {
            let (low, high, half) = ends(measured);
            // A digit more than the interval supports: that of an estimate is wide for chance it does not know.
            let shown = |number| resolved(number, 0.1 * half);
            format!("{} ({} to {})", shown(measured.value()), shown(low), shown(high))
        }
        Measured::Mean { count, .. } => {
            let (low, high, half) = ends(measured);
            let shown = |number| resolved(number, half);
            format!("{} ({} to {}, of {})", shown(measured.value()), shown(low), shown(high), grouped(*count))
        }
    }
}

fn ends(measured: &Measured) -> (f64, f64, f64) {
    let (low, high) = measured.interval().map_or((f64::NAN, f64::NAN), |interval| (interval.low, interval.high));
    (low, high, 0.5 * (high - low))
}

fn decimals(number: f64, like: &str) -> String {
    let decimals = like.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let text = format!("{number:.decimals$}");
    if text.parse() == Ok(0.0) { text.replace('-', "") } else { text }
}

/// A number with as many decimals as its uncertainty supports.
fn resolved(number: f64, half_width: f64) -> String {
    let decimals = (-half_width.max(1e-9).log10()).ceil().clamp(0.0, 6.0) as usize;
    if decimals == 0 && number.abs() >= 1e4 { grouped(number.round() as u64) } else { format!("{number:.decimals$}") }
}

/// A number without chance in it, in up to ten significant digits.
fn plain(number: f64) -> String {
    if number == 0.0 || !(1e-4..1e10).contains(&number.abs()) {
        return if number == 0.0 { "0".into() } else { format!("{number:.3e}") };
    }
    let decimals = (9.0 - number.abs().log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The tables as Markdown.
pub fn reproduce_markdown(report: &Reproductions<'_>, pictures: &[String]) -> String {
    let mut text = String::from("# Published figures and ours\n\n");
    let _ = writeln!(text, "{}\n", summary(report));
    let _ = writeln!(
        text,
        "Intervals are at 95%. A figure agrees only where a difference that matters would have been found with a probability of \
         80%; what it would have found stands beside it. A figure that does not match is shown as it is. To run one again: `basins reproduce NAME --out \
         DIR`, with the names of the headings.\n"
    );
    for one in report.all {
        let _ = write_markdown(&mut text, one, pictures);
    }
    text
}

fn write_markdown(text: &mut String, one: &Reproduced, pictures: &[String]) -> std::fmt::Result {
    let Reproduction { name, title, source, setting, slip, .. } = one.reproduction;
    writeln!(text, "## {name}: {title}\n\nSource: {source}. Setting: {setting}.\n")?;
    if let Some(slip) = slip {
        writeln!(text, "Slip: {slip}\n")?;
    }
    for (at, row) in cells(one).iter().enumerate() {
        let escaped: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        writeln!(text, "| {} |", escaped.join(" | "))?;
        if at == 0 {
            writeln!(text, "|{}", "---|".repeat(row.len()))?;
        }
    }
    writeln!(text)?;
    for remark in &one.remarks {
        writeln!(text, "- {remark}")?;
    }
    if !one.remarks.is_empty() {
        writeln!(text)?;
    }
    for exhibit in &one.exhibits {
        // A name may begin another's: a picture belongs to the longest name that it begins with.
        let closer = |file: &str| {
            one.exhibits.iter().any(|other| other.name.len() > exhibit.name.len() && file.starts_with(other.name))
        };
        let of_this = |file: &&String| file.starts_with(exhibit.name) && file.ends_with(".png") && !closer(file);
        for picture in pictures.iter().filter(of_this) {
            writeln!(text, "![{}]({picture})\n", exhibit.title)?;
        }
    }
    Ok(())
}
