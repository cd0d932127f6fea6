//! `basins run`: train a population, print the rate and what became of the rest.

use std::fs::File;
use std::io::BufWriter;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::backend::Driver;
use crate::error::{Error, Result};
use crate::outcome::{WeightsFile, read_weights};
use crate::report::{
    OutcomeRows, RowForm, run_json, run_page, run_text, survival_csv, survival_picture, survival_title,
};
use crate::study::{RunAnswer, RunStudy, Unsolved};

use super::again::Again;
use super::folder::Folder;
use super::frame::{Frame, Record, Study};
use super::pictures;
use super::repeat::Repeat;
use super::verb::Ending;

/// Networks of a run that does not say how many.
const DEFAULT_COUNT: u64 = 100_000;
/// Networks that a run until some width may take if nothing else is said.
const UNTIL_COUNT: u64 = 1_000_000_000;

const SURVIVAL: &str = "survival.csv";
const CURVE: &str = "survival";
const PAGE: &str = "report.html";

/// What a run takes beside the shared settings.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Options {
    /// Train until the interval of the rate is this narrow, by one that stays valid under repeated looks; --nets is the
    /// most there may be [default: 1e9]
    #[arg(long, value_name = "WIDTH", value_parser = width, allow_hyphen_values = true, help_heading = "Run")]
    until_width: Option<f64>,

    /// Examine so many unsolved networks of each kind in f64: minimum, minimum at infinity, saddle, dead
    /// (a relu layer off on every example); 0 for none
    #[arg(long, value_name = "COUNT", default_value_t = RunStudy::EXAMINE_PER_KIND, allow_hyphen_values = true)]
    #[arg(help_heading = "Run")]
    examine: usize,

    /// Train those left unsolved to so many times --epochs, and say how many of each kind escape
    #[arg(long, value_name = "FACTOR", value_parser = factor, allow_hyphen_values = true, help_heading = "Run")]
    continue_unsolved: Option<u32>,

    /// Form of the rows in --out, one a network: parquet or csv
    #[arg(long, value_name = "FORM", default_value_t, help_heading = "Run")]
    rows: RowForm,
}

/// 10x, or 10.
fn factor(text: &str) -> Result<u32> {
    let digits = text.trim();
    digits.strip_suffix('x').unwrap_or(digits).parse().map_err(|_| {
        Error::input(format!("--continue-unsolved takes a factor for --epochs from 2 on, as 10x; got {text:?}"))
    })
}

fn width(text: &str) -> Result<f64> {
    match text.trim().parse::<f64>() {
        Ok(width) if width > 0.0 && width < 1.0 => Ok(width),
        _ => Err(Error::input(format!("--until-width takes a number between 0 and 1, as 0.001; got {text:?}"))),
    }
}

/// The answer, and the rows that were written of it.
pub(super) struct Answer {
    rate: RunAnswer,
    rows: Option<OutcomeRows<BufWriter<File>>>,
}

impl Study for Options {
    const NAME: &'static str = "run";
    const ABOUT: &'static str = "Train a population; print the rate and what became of the rest";
    const AGAIN: Option<Again> = Some(Again::of::<Self>());

    type Answer = Answer;

    fn default_count(&self) -> Option<u64> {
        Some(if self.until_width.is_some() { UNTIL_COUNT } else { DEFAULT_COUNT })
    }

    fn said(&self) -> Value {
        json!(self)
    }

    fn defaults() -> Value {
        json!({"examine": RunStudy::EXAMINE_PER_KIND, "rows": RowForm::default()})
    }

    fn files(&self) -> Option<Vec<&'static str>> {
        Some(vec![SURVIVAL, "survival.svg", "survival.png", PAGE, self.rows.file_name()])
    }

    fn answer(&self, frame: &Frame<'_>, mut folder: Option<&mut Folder>) -> Result<Answer> {
        let (problem, settings) = (frame.problem()?, frame.settings);
        if let Some(factor) = self.continue_unsolved {
            Unsolved::longer(problem.spec(), factor)?;
        }
        let starts = settings.weights_in.as_ref().map(|path| read_weights(path, problem.layers())).transpose()?;
        let in_file = starts.as_ref().map(|weights| weights.count() as u64);
        let population = settings.population(self.default_count().unwrap_or_default(), in_file)?;
        let open = frame.open()?;
        let mut rows = match &mut folder {
            Some(folder) => {
                let writer = folder.stage(self.rows.file_name())?;
                let rows = OutcomeRows::new(writer, self.rows, problem, population.seed());
                Some(rows.map_err(|error| folder.fail(&error))?)
            }
            None => None,
        };
        let path = settings.weights_out.as_ref();
        let mut weights = path.map(|path| WeightsFile::create(path, problem.layers())).transpose()?;
        let opened = Instant::now();
        let mut backend = open.backend()?;
        let study = RunStudy {
            starts: starts.as_ref(),
            keep_weights: weights.is_some(),
            method: settings.interval.unwrap_or_default(),
            until_width: self.until_width,
            examine_per_kind: self.examine,
            continue_factor: self.continue_unsolved,
            ..RunStudy::new(problem, population)
        };
        let rate = frame.watched(population.count(), problem.spec().epochs, |watch| {
            let mut driver = Driver::new(backend.as_mut()).opened(opened).watched(watch);
            study.deliver(&mut driver, &mut |chunk| {
                if let (Some(file), Some(weights)) = (&mut weights, chunk.weights) {
                    file.append(weights)?;
                }
                if let (Some(rows), Some(folder)) = (&mut rows, &folder) {
                    rows.append(problem, &chunk).map_err(|error| folder.fail(&error))?;
                }
                Ok(())
            })
        })?;
        weights.map_or(Ok(()), WeightsFile::finish)?;
        Ok(Answer { rate, rows })
    }

    fn object(&self, answer: &Answer) -> Value {
        run_json(&answer.rate)
    }

    fn write(&self, answer: &mut Answer, result: &Record<'_>, folder: &mut Folder) -> Result<()> {
        let Record { object, command } = result;
        if let Some(rows) = answer.rows.take() {
            rows.finish(&object.to_string(), &object["spec"].to_string()).map_err(|error| folder.fail(&error))?;
        }
        let rate = &answer.rate;
        folder.add(SURVIVAL, survival_csv(rate).as_bytes())?;
        let title = survival_title(rate.problem.spec());
        pictures::write(folder, CURVE, &survival_picture(rate, &title))?;
        folder.add(PAGE, run_page(rate, object, command)?.as_bytes())
    }

    fn text(&self, answer: &Answer, _: &Frame<'_>) -> String {
        run_text(&answer.rate)
    }

    fn ending(&self, answer: &Answer, _: &Frame<'_>) -> Result<Ending> {
        Ok(Ending::of(answer.rate.interrupted || answer.rate.cut_after))
    }
}

impl Repeat for Options {
    const SCHEMA: &'static str = "basins.run/1";

    fn for_counts(self) -> Self {
        Self { examine: 0, ..self }
    }
}
