//! `report.html` of a trace, and an explanation as a page and as Markdown.

use std::fmt::Write;

use serde_json::Value;

use crate::error::Result;
use crate::report::html::{Fact, Page, Pixels, spec_pairs};
use crate::report::number::grouped;
use crate::report::plot::{Scene, Shade, Sheet, animation};
use crate::report::words::{capital, dashed, labelled, settings};
use crate::spec::Problem;
use crate::study::{Explanation, Matrix, Trace};

use super::picture::{network_picture, trace_picture, training_frames};
use super::{MATRIX_LIMIT, OUTPUTS, digits, ending, picked};

/// What was traced, for a page.
pub struct TracePage<'a> {
    /// The trace.
    pub trace: &'a Trace,
    /// What was learned.
    pub problem: &'a Problem,
    /// Which network, in words.
    pub name: &'a str,
    /// Whether its start was read from a file.
    pub imported: bool,
    /// The training as it goes on.
    pub animation: &'a Animation,
}

/// A training as it goes on, as animated PNGs.
pub struct Animation {
    pixels: Pixels,
    width: f64,
}

impl Animation {
    /// Of a trace.
    ///
    /// # Errors
    /// A picture is too large.
    pub fn of(trace: &Trace, problem: &Problem, title: &str) -> Result<Self> {
        let drawn = |sheet: Sheet| -> Result<([Vec<u8>; 2], f64)> {
            let scenes = training_frames(trace, problem, title, sheet);
            let width = scenes.first().map_or(0.0, Scene::width);
            Ok(([animation(&scenes, 1.0, Shade::Light)?, animation(&scenes, 1.0, Shade::Dark)?], width))
        };
        let ((wide, width), (narrow, _)) = (drawn(Sheet::Wide)?, drawn(Sheet::Narrow)?);
        Ok(Self { pixels: Pixels { wide, narrow }, width })
    }

    /// As a file.
    pub fn file(&self) -> &[u8] {
        &self.pixels.wide[0]
    }

    fn show(&self, page: &mut Page, caption: &str) {
        page.png(&self.pixels, self.width, caption);
    }
}

impl TracePage<'_> {
    /// The page; `object` is the trace's, `command` what makes it again.
    ///
    /// # Errors
    /// A picture cannot be encoded.
    pub fn page(&self, object: &Value, command: &str) -> Result<String> {
        let (trace, problem) = (self.trace, self.problem);
        let spec = problem.spec();
        let title = format!("{}: {} learning {}", self.name, dashed(&spec.layers), spec.task);
        let title = labelled(&title, object);
        let mut page = Page::new(&title, &settings(spec, self.imported));
        let last = trace.row_count() - 1;
        page.facts(&[
            Fact::new(grouped(trace.epochs[last].into()), capital(&ending(trace, problem))),
            Fact::new(
                format!("{:.6}", trace.loss[last]),
                format!("loss at the end; at the start {:.6}", trace.loss[0]),
            ),
            Fact::new(format!("{:.2e}", trace.gradient_norm[last]), "norm of the gradient at the end"),
        ]);
        page.section("Training");
        let regions = if problem.layers().input_count() == 2 { ", and the answers over the input square" } else { "" };
        let caption = format!("The output for each example by epoch{regions}, as training goes on.");
        self.animation.show(&mut page, &caption);
        let caption =
            "Loss and norm of the gradient, and the output for each example, by epoch. Epoch E means after E epochs.";
        page.picture(|sheet| trace_picture(trace, problem, &title, sheet), caption)?;
        page.section("The network");
        let caption = "Weights as lines, as broad as they are large; a number in a unit is its bias. At the start, and at the end.";
        page.picture(|sheet| network_picture(trace, problem, &title, sheet), caption)?;
        page.section("Epochs");
        let shown = trace.outputs_of(0).len().min(OUTPUTS);
        let outputs: Vec<String> = (0..shown).map(|at| format!("output {at}")).collect();
        let mut head = vec!["epoch", "loss", "|gradient|"];
        head.extend(outputs.iter().map(String::as_str));
        let rows: Vec<Vec<String>> = picked(trace)
            .into_iter()
            .map(|row| {
                let mut cells = vec![
                    grouped(trace.epochs[row].into()),
                    format!("{:.6e}", trace.loss[row]),
                    format!("{:.4e}", trace.gradient_norm[row]),
                ];
                cells.extend(trace.outputs_of(row)[..shown].iter().map(|output| format!("{output:.5}")));
                cells
            })
            .collect();
        page.table(&head, &rows, &[]);
        page.paragraph("All epochs that were kept are in trace.csv and trace.npz.");
        page.section("Settings");
        let pairs = spec_pairs(&object["spec"]);
        page.settings(pairs.iter().map(|(name, value)| (name.as_str(), value.clone())));
        page.made_by(command);
        page.data(&object.to_string());
        Ok(page.finish())
    }
}

/// An explanation as a page, with the whole training.
pub fn explanation_page(
    explanation: &Explanation,
    title: &str,
    animation: &Animation,
    object: &Value,
    command: &str,
) -> String {
    let mut page = Page::new(
        &format!("{title}, epoch {}", explanation.epoch),
        "One epoch spelt out, every matrix with its shape.",
    );
    animation.show(&mut page, "The whole training, of which this is one epoch.");
    for section in &explanation.sections {
        page.section(&capital(&section.heading));
        for matrix in &section.matrices {
            let Matrix { name, made, rows, columns, .. } = matrix;
            page.paragraph(&format!("{name} = {made}   ({rows} x {columns})"));
            let cells = shown_rows(matrix);
            let head: Vec<String> = (0..cells.first().map_or(0, Vec::len)).map(|at| at.to_string()).collect();
            page.table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &cells, &[]);
        }
    }
    page.paragraph(&explanation.ending);
    page.made_by(command);
    page.data(&object.to_string());
    page.finish()
}

/// An explanation as Markdown.
pub fn explanation_markdown(explanation: &Explanation, title: &str) -> String {
    let mut text = format!("# {title}, epoch {}\n", explanation.epoch);
    for section in &explanation.sections {
        let _ = writeln!(text, "\n## {}", capital(&section.heading));
        for matrix in &section.matrices {
            let Matrix { name, made, rows, columns, .. } = matrix;
            let _ = writeln!(text, "\n`{name}` = {made} ({rows} x {columns})\n");
            let cells = shown_rows(matrix);
            let width = cells.first().map_or(0, Vec::len);
            let head: Vec<String> = (0..width).map(|at| at.to_string()).collect();
            let _ = writeln!(text, "| {} |\n|{}", head.join(" | "), "---:|".repeat(width));
            for row in cells {
                let _ = writeln!(text, "| {} |", row.join(" | "));
            }
        }
    }
    let _ = writeln!(text, "\n{}\n\n![the whole training](training.png)", explanation.ending);
    text
}

/// The cells of a matrix that are spelt out; what is left out is said by dots.
fn shown_rows(matrix: &Matrix) -> Vec<Vec<String>> {
    let Matrix { rows, columns, values, .. } = matrix;
    let shown = (*columns).min(MATRIX_LIMIT);
    let mut cells: Vec<Vec<String>> = (0..(*rows).min(MATRIX_LIMIT))
        .map(|row| {
            let mut cells: Vec<String> =
                values[row * columns..][..shown].iter().map(|value| digits(*value).trim().to_owned()).collect();
            cells.extend((shown < *columns).then(|| "...".to_owned()));
            cells
        })
        .collect();
    if *rows > MATRIX_LIMIT {
        cells.push(vec!["...".to_owned(); cells.first().map_or(1, Vec::len)]);
    }
    cells
}
