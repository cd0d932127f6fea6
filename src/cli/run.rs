//! `basins run`: train a population, print the rate and what became of the rest.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::backend::{Backend, Driver};
use crate::error::{Error, Result};
use crate::kept::{Store, checksum};
use crate::outcome::{Values, Weights, WeightsFile, read_weights};
use crate::report::{
    RUN_NOTE, RowForm, SPEC_NOTE, check_rows, run_json, run_page, run_text, survival_csv, survival_picture,
    survival_title,
};
use crate::spec::{Population, Problem};
use crate::study::{Continued, ContinuedCounts, ExamineBudget, RunAnswer, RunState, RunStudy, Unsolved};

use super::again::Again;
use super::ending::Ending;
use super::folder::{Folder, PARTS};
use super::frame::{Frame, Record, Study};
use super::join::Join;
use super::keep::{KeptRun, RunKeeper};
use super::parts::{Joins, Parts, manifest};
use super::pictures;
use super::repeat::Repeat;
use super::settings::Settings;

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
    /// Train until the 95% interval of the rate is this narrow, which takes up to 10% more networks (at widths to 0.05) than if
    /// their number were known beforehand (with --interval anytime four times as many); --nets is the most there may be
    /// [default: 1e9]
    #[arg(long, value_name = "WIDTH", value_parser = width, allow_hyphen_values = true, help_heading = "Run")]
    until_width: Option<f64>,

    /// Examine so many unsolved networks of each fate in f64, or as many as take about so long (as 10s): minimum,
    /// saddle, descent found, dead (a relu layer off on every example); auto is a quarter of a second, 0 none
    #[arg(long, value_name = "COUNT", default_value_t, allow_hyphen_values = true, help_heading = "Run")]
    examine: ExamineBudget,

    /// Train those left unsolved to so many times --epochs, and say how many of each kind escape
    #[arg(long, value_name = "FACTOR", value_parser = factor, allow_hyphen_values = true, help_heading = "Run")]
    continue_unsolved: Option<u32>,

    /// Form of the rows in --out, one a network: parquet or csv; none for counts alone
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

/// The answer, and what keeps its rows.
pub(super) struct Answer {
    rate: RunAnswer,
    keeper: Option<RunKeeper>,
}

impl Study for Options {
    const NAME: &'static str = "run";
    const ABOUT: &'static str = "Train a population; print the rate and what became of the rest";
    const AGAIN: Option<Again> = Some(Again::of::<Self>());
    const JOINS: Option<Joins> = Some(Joins::of::<Self>());

    type Answer = Answer;

    fn default_count(&self) -> Option<u64> {
        Some(if self.until_width.is_some() { UNTIL_COUNT } else { DEFAULT_COUNT })
    }

    fn said(&self) -> Value {
        json!(self)
    }

    fn defaults() -> Value {
        json!({"examine": ExamineBudget::default(), "rows": RowForm::default()})
    }

    fn files(&self) -> Option<Vec<&'static str>> {
        let others = [SURVIVAL, "survival.svg", "survival.png", PAGE];
        Some(others.into_iter().chain(self.rows.file_name()).collect())
    }

    fn answer(&self, frame: &Frame<'_>, folder: Option<&mut Folder>) -> Result<Answer> {
        let (problem, settings) = (frame.problem()?, frame.settings);
        if let Some(factor) = self.continue_unsolved {
            Unsolved::longer(problem.spec(), factor)?;
        }
        let starts = settings.weights_in.as_ref().map(|path| read_weights(path, problem.layers())).transpose()?;
        let in_file = starts.as_ref().map(|weights| weights.count() as u64);
        let asked = settings.population(self.default_count().unwrap_or_default(), in_file)?;
        let population = self.share(settings, asked)?;
        let open = frame.open()?;
        let weights_out = settings.weights_out.as_deref();
        // Found out before any work is done; where there is a folder, it is made anew from what is kept there.
        let mut weights = weights_out.map(|path| WeightsFile::create(path, problem.layers())).transpose()?;
        let opened = Instant::now();
        let mut backend = open.backend()?;
        let mut keeper = match folder {
            Some(folder) => {
                weights = None;
                let manifest = self.manifest(settings, problem, (asked, population), backend.as_ref(), starts.as_ref());
                let parts = folder.path().join(PARTS);
                Some(RunKeeper::open(&parts, &manifest, (problem, population.seed()), self.rows, weights_out)?)
            }
            None => None,
        };
        let study = RunStudy {
            starts: starts.as_ref(),
            keep_weights: weights_out.is_some(),
            chunk_seconds: keeper.as_ref().map(RunKeeper::seconds),
            ..self.study(settings, problem, population)
        };
        let before = keeper.as_mut().map(RunKeeper::state).unwrap_or_default();
        if let Some(continued) = keeper.as_mut().and_then(RunKeeper::over) {
            return Ok(Answer { rate: study.answer(before, continued), keeper });
        }
        let left = population.count() - before.tally.networks();
        let rate = frame.watched(left, problem.spec().epochs, |watch| {
            let mut driver = Driver::new(backend.as_mut()).opened(opened).watched(watch);
            study.resume(before, &mut driver, &mut |chunk| {
                if let (Some(file), Some(weights)) = (&mut weights, chunk.weights) {
                    file.append(weights)?;
                }
                if let Some(keeper) = &mut keeper {
                    keeper.add(&chunk);
                }
                Ok(())
            })
        })?;
        weights.map_or(Ok(()), WeightsFile::finish)?;
        Ok(Answer { rate, keeper })
    }

    fn object(&self, answer: &Answer) -> Value {
        run_json(&answer.rate)
    }

    fn write(&self, answer: &mut Answer, result: &Record<'_>, folder: &mut Folder) -> Result<()> {
        let Record { object, command } = result;
        if let Some(keeper) = answer.keeper.take() {
            let notes = [(RUN_NOTE, object.to_string()), (SPEC_NOTE, object["spec"].to_string())];
            folder.attempt(|folder| keeper.finish(folder, &answer.rate, &notes));
        }
        let rate = &answer.rate;
        folder.attempt(|folder| folder.add(SURVIVAL, survival_csv(rate).as_bytes()));
        let title = survival_title(rate.problem.spec());
        folder.attempt(|folder| pictures::write(folder, CURVE, &survival_picture(rate, &title)));
        folder.add(PAGE, run_page(rate, object, command)?.as_bytes())
    }

    fn text(&self, answer: &Answer, _: &Frame<'_>) -> String {
        run_text(&answer.rate)
    }

    fn ending(&self, answer: &Answer, _: &Frame<'_>) -> Result<Ending> {
        Ok(Ending::of(answer.rate.interrupted || answer.rate.cut_after))
    }
}

impl Options {
    /// Which of the networks asked for are trained here.
    fn share(&self, settings: &Settings, asked: Population) -> Result<Population> {
        match settings.shard() {
            Some(shard) if self.until_width.is_some() => Err(Error::input(format!(
                "--shard {shard} does not go with --until-width: where to stop depends on the networks of all shards"
            ))),
            Some(shard) => Ok(shard.of(asked)?),
            None => Ok(asked),
        }
    }

    /// How the networks are counted and examined.
    fn study<'a>(&self, settings: &Settings, problem: &'a Problem, population: Population) -> RunStudy<'a> {
        RunStudy {
            method: settings.interval.unwrap_or_default(),
            until_width: self.until_width,
            examine_per_fate: self.examine.per_fate(problem),
            continue_factor: self.continue_unsolved,
            ..RunStudy::new(problem, population)
        }
    }

    /// All that decides what a folder keeps.
    fn manifest(
        &self,
        settings: &Settings,
        problem: &Problem,
        shares: (Population, Population),
        backend: &dyn Backend,
        starts: Option<&Weights>,
    ) -> Value {
        let (spec, examples) = (problem.spec(), std::iter::once(problem.examples()));
        let mut manifest = manifest(Self::PARTS_SCHEMA, settings, shares, backend, spec, examples, self);
        manifest["starts"] = json!(starts.map(|starts| match starts.values() {
            Values::F64(values) => checksum(values),
            Values::F32(values) => checksum(&values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>()),
        }));
        manifest["weights"] = json!(settings.weights_out.is_some());
        manifest
    }
}

impl Join for Options {
    const PARTS_SCHEMA: &'static str = "basins.run-parts/2";

    fn join(&self, frame: &Frame<'_>, parts: &Parts, folder: &mut Folder) -> Result<Answer> {
        let (problem, settings) = (frame.problem()?, frame.settings);
        let population = parts.population()?;
        let mut state = RunState::default();
        let mut continued: Option<ContinuedCounts> = None;
        let mut rows = Vec::new();
        for part in parts.all() {
            let kept = part.progress::<KeptRun>()?.filter(|kept| kept.joined);
            let kept = kept.filter(|kept| kept.state.tally.networks() == part.count());
            let kept = kept.ok_or_else(|| part.unfinished())?;
            let networks = parts.share(part)?.networks();
            let dropped = state.append(kept.state.into_owned(), self.examine.per_fate(problem)).into_iter();
            let dropped: Vec<u64> = dropped.filter_map(|network| network.checked_sub(networks.start)).collect();
            if let Some(more) = kept.continued {
                continued.get_or_insert_default().merge(&more);
            }
            if let Some(name) = self.rows.file_name() {
                let path = part.path().join(name);
                check_rows(self.rows, &path, networks)
                    .map_err(|error| Error::input(format!("a part is damaged: {error}")))?;
                rows.push((path, dropped));
            }
        }
        let imported_starts = !parts.manifest()["starts"].is_null();
        let study = self.study(settings, problem, population);
        let rate = RunAnswer { imported_starts, ..study.answer(state, continued.map(Continued::from)) };
        let store = Store::open(&folder.path().join(PARTS), parts.manifest())?;
        let keeper = RunKeeper::joining(store, problem, population.seed(), self.rows, rows);
        Ok(Answer { rate, keeper: Some(keeper) })
    }
}

impl Repeat for Options {
    const SCHEMA: &'static str = "basins.run/1";

    fn for_counts(self) -> Self {
        Self { examine: ExamineBudget::Count(0), ..self }
    }
}
