//! One network's training: a summary, an explanation spelt out, CSV.

mod object;
#[cfg(feature = "pictures")]
mod page;
#[cfg(feature = "pictures")]
mod picture;

use std::fmt::Write;
use std::io;

use crate::outcome::Status;
use crate::report::table::{WIDTH, broken, wrapped};
use crate::report::words::{capital, dashed, settings};
use crate::spec::Problem;
use crate::study::{Explanation, Matrix, Trace};

#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::object::{ExplanationObject, TraceObject};
pub use self::object::{TracedNetwork, explanation_json, trace_json};
#[cfg(feature = "pictures")]
pub use self::page::{Animation, TracePage, explanation_markdown, explanation_page};
#[cfg(feature = "pictures")]
pub use self::picture::{network_picture, trace_picture};

/// Rows of the summary's table.
const ROWS: usize = 14;
/// Outputs that the summary's table shows.
const OUTPUTS: usize = 4;
/// Rows of a matrix that are spelt out.
const MATRIX_LIMIT: usize = 12;
/// Columns of a matrix that fit a line.
const COLUMN_LIMIT: usize = 6;

/// The summary of `basins trace`.
pub fn trace_text(trace: &Trace, problem: &Problem, network: &str, imported: bool) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_trace(&mut text, trace, problem, network, imported);
    text
}

fn write_trace(text: &mut String, trace: &Trace, problem: &Problem, network: &str, imported: bool) -> std::fmt::Result {
    let spec = problem.spec();
    wrapped(text, "", &format!("{network}: {} learning {}", dashed(&spec.layers), spec.task))?;
    wrapped(text, "", &settings(spec, imported))?;
    writeln!(text, "{}", ending(trace, problem))?;
    writeln!(text)?;
    let shown = trace.outputs_of(0).len().min(OUTPUTS);
    write!(text, "{:>9}  {:>12}  {:>12}  outputs", "epoch", "loss", "|gradient|")?;
    writeln!(text, "{}", if trace.outputs_of(0).len() > shown { " (the first ones)" } else { "" })?;
    for row in picked(trace) {
        write!(text, "{:>9}  {:>12.6e}  {:>12.4e} ", trace.epochs[row], trace.loss[row], trace.gradient_norm[row])?;
        trace.outputs_of(row)[..shown].iter().try_for_each(|output| write!(text, " {output:8.5}"))?;
        writeln!(text)?;
    }
    Ok(())
}

/// What became of the network, in a sentence.
fn ending(trace: &Trace, problem: &Problem) -> String {
    let last = trace.epochs[trace.row_count() - 1];
    match trace.status {
        Status::Solved => format!("solved at epoch {} by {}", trace.solved_epoch, problem.spec().solved),
        Status::Diverged => format!("diverged by epoch {last}"),
        Status::Unsolved | Status::Unfinished => format!("not solved within {last} epochs"),
    }
}

/// Rows for a short table: the first, the last, and between them at about even factors of the epoch.
fn picked(trace: &Trace) -> Vec<usize> {
    let last = trace.row_count() - 1;
    let end = f64::from(trace.epochs[last].max(1));
    let mut rows: Vec<usize> = (0..ROWS)
        .map(|at| {
            let epoch = end.powf(at as f64 / (ROWS - 1) as f64);
            trace.epochs.partition_point(|there| f64::from(*there) < epoch.floor()).min(last)
        })
        .collect();
    rows.insert(0, 0);
    rows.push(last);
    rows.dedup();
    rows
}

/// Every row as CSV: epoch, loss, gradient norm, outputs, weights by name.
///
/// # Errors
/// The target cannot be written.
pub fn trace_csv(trace: &Trace, problem: &Problem, target: impl io::Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(target);
    let examples = problem.examples();
    let mut header: Vec<String> = ["epoch", "loss", "gradient_norm"].map(str::to_owned).to_vec();
    for example in 0..examples.count() {
        for unit in 0..examples.output_count() {
            header.push(match examples.output_count() {
                1 => format!("output_{example}"),
                _ => format!("output_{example}_{unit}"),
            });
        }
    }
    header.extend((0..problem.layers().weight_count()).map(|position| problem.layers().weight_name(position)));
    writer.write_record(header)?;
    for row in 0..trace.row_count() {
        let numbers = [trace.loss[row], trace.gradient_norm[row]];
        let numbers = numbers.iter().chain(trace.outputs_of(row)).chain(trace.weights_of(row));
        let record = std::iter::once(trace.epochs[row].to_string()).chain(numbers.map(f64::to_string));
        writer.write_record(record.collect::<Vec<_>>())?;
    }
    writer.flush()
}

/// An explanation as it would stand on a blackboard.
pub fn explanation_text(explanation: &Explanation) -> String {
    let mut text = format!("Epoch {}\n", explanation.epoch);
    for section in &explanation.sections {
        let heading = capital(&section.heading);
        let lines = broken(&heading, WIDTH);
        let rule = "─".repeat(lines.iter().map(|line| line.chars().count()).max().unwrap_or(0));
        let _ = writeln!(text, "\n{}\n{rule}", lines.join("\n"));
        for matrix in &section.matrices {
            let _ = write_matrix(&mut text, matrix);
        }
    }
    text.push('\n');
    let _ = wrapped(&mut text, "", &explanation.ending);
    text
}

fn write_matrix(text: &mut String, matrix: &Matrix) -> std::fmt::Result {
    let Matrix { name, made, rows, columns, values } = matrix;
    wrapped(text, &format!("  {name} = "), &format!("{made} ({rows} x {columns})"))?;
    let shown = (*columns).min(COLUMN_LIMIT);
    for row in 0..(*rows).min(MATRIX_LIMIT) {
        write!(text, "      [")?;
        values[row * columns..][..shown].iter().try_for_each(|value| write!(text, " {}", digits(*value)))?;
        writeln!(text, "{} ]", if shown < *columns { " ..." } else { "" })?;
    }
    if *rows > MATRIX_LIMIT {
        writeln!(text, "      ...")?;
    }
    Ok(())
}

/// Ten characters.
fn digits(value: f64) -> String {
    if value == 0.0 || (1e-4..1e4).contains(&value.abs()) { format!("{value:10.6}") } else { format!("{value:10.2e}") }
}
