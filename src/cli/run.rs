//! `basins run`: train a population, print the rate and what became of the rest.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::backend::Open;
use crate::error::{Error, Result};
use crate::front::{Keep, Kept, Networks, Opened, Run};
use crate::kept::{Store, checksum};
use crate::outcome::{Values, WeightsFile, read_weights};
use crate::report::plot::Sheet;
use crate::report::{
    RUN_NOTE, RowForm, SPEC_NOTE, labelled, run_details, run_json, run_page, run_text, survival_csv, survival_picture,
    survival_title,
};
use crate::spec::{Population, Problem};
use crate::stats::{LEVEL, wilson_trials};
use crate::study::{ExamineBudget, RunAnswer, RunPart, RunState};

use super::again::Again;
use super::ending::Ending;
use super::folder::{Folder, PARTS};
use super::frame::{Frame, Record, Study};
use super::join::Join;
use super::keep::{RunKeeper, ShardFiles};
use super::parts::{Joins, Parts, manifest};
use super::pictures;
use super::repeat::Repeat;
use super::reply;
use super::row_parts::Progress;
use super::settings::Settings;
use super::verb::Example;

const SURVIVAL: &str = "survival.csv";
const CURVE: &str = "survival";
const PAGE: &str = "report.html";

/// What a run takes beside the shared settings.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Options {
    /// Train until the interval is this narrow
    ///
    /// The 95% interval of the rate. Takes up to 10% more networks (at widths to 0.05) than if their number were known
    /// beforehand, with --interval anytime four times as many; --nets is the most there may be [default: 1e9]
    #[arg(long, value_name = "WIDTH", value_parser = width, allow_hyphen_values = true)]
    until_width: Option<f64>,

    /// Examine so many of each fate
    ///
    /// Unsolved networks, in f64, or as many as take about so long (as 10s): minimum, saddle, descent found, dead (a relu
    /// layer off on every example); auto is a quarter of a second, 0 none
    #[arg(long, value_name = "COUNT", default_value_t, allow_hyphen_values = true)]
    examine: ExamineBudget,

    /// Train the unsolved on, as 10x
    ///
    /// To so many times --epochs; says how many of each kind escape
    #[arg(long, value_name = "FACTOR", value_parser = factor, allow_hyphen_values = true)]
    continue_unsolved: Option<u32>,

    /// Form of the rows in --out
    ///
    /// One a network: parquet or csv; none for counts alone
    #[arg(long, value_name = "FORM", default_value_t)]
    rows: RowForm,
}

/// 10x, or 10.
fn factor(text: &str) -> Result<u32> {
    let digits = text.trim();
    digits.strip_suffix('x').unwrap_or(digits).parse().map_err(|_| {
        Error::input(format!("--continue-unsolved takes a factor for --epochs from 2 on, as 10x; got {text:?}"))
    })
}

/// How many networks are trained at most, as far as progress is concerned: where a width decides, those that a rate of one half
/// takes.
pub(super) fn expected_count(most: u64, until_width: Option<f64>) -> u64 {
    until_width.and_then(|width| wilson_trials(0.5, width, LEVEL)).map_or(most, |needed| needed.min(most))
}

/// A width that an interval can have.
pub(super) fn width(text: &str) -> Result<f64> {
    match text.trim().parse::<f64>() {
        Ok(width) if width > 0.0 && width < 1.0 => Ok(width),
        _ => Err(Error::input(format!("--until-width takes a number between 0 and 1, as 0.001; got {text:?}"))),
    }
}

/// The answer, and what keeps its rows.
pub(super) struct Answer {
    rate: RunAnswer,
    keeper: Option<RunKeeper>,
    /// What is kept in memory.
    networks: Option<Networks>,
}

impl Answer {
    /// An answer of which nothing is kept in files.
    pub(super) fn of(rate: RunAnswer, networks: Option<Networks>) -> Self {
        Self { rate, keeper: None, networks }
    }
}

impl Study for Options {
    const NAME: &'static str = "run";
    const ABOUT: &'static str = "Train a population; print the rate and what became of the rest";
    const EXAMPLES: &'static [Example] = &[
        ("run", "100,000 of the tutorial's XOR networks"),
        (
            "run --task parity:3 --layers 3,5,1 --lr 1 --nets 1e6 --out parity",
            "another task; report.html and all else in a folder",
        ),
        ("run --like keras --activation relu,sigmoid --nets 1e5", "a framework's settings"),
        ("run --until-width 0.001 --continue-unsolved 10x", "until the rate is that sharp; who escapes later"),
    ];
    const AGAIN: Option<Again> = Some(Again::of::<Self>());
    const JOINS: Option<Joins> = Some(Joins::of::<Self>());

    type Answer = Answer;
    const HANDED_OVER: Option<fn(Answer) -> reply::Answer> =
        Some(|answer| reply::Answer::Run(Box::new(answer.rate), answer.networks.map(Box::new)));

    fn default_count(&self) -> Option<u64> {
        Some(Run::usual_count(self.until_width.is_some()))
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
        let run = self.run(settings, problem, frame.open()?)?;
        let run = if frame.keep == Keep::Weights { run.keep(Keep::Weights) } else { run };
        let (asked, population) = (run.asked()?, run.population()?);
        let weights_out = settings.weights_out.as_deref();
        // Found out before any work is done; where there is a folder, it is made anew from what is kept there.
        let mut weights = weights_out.map(|path| WeightsFile::create(path, problem.layers())).transpose()?;
        let opened = run.open_for(problem.clone())?;
        let mut keeper = match folder {
            Some(folder) => {
                weights = None;
                let manifest = self.manifest(settings, &opened, asked);
                let parts = folder.path().join(PARTS);
                Some(RunKeeper::open(&parts, &manifest, (problem, population.seed()), self.rows, weights_out)?)
            }
            None => None,
        };
        let before = keeper.as_mut().map(RunKeeper::take_state).unwrap_or_default();
        if keeper.as_ref().is_some_and(RunKeeper::is_over) {
            return Ok(Answer { rate: opened.over(before), keeper, networks: None });
        }
        let expected = expected_count(population.count(), self.until_width);
        let left = expected.saturating_sub(before.tally.networks()).max(1);
        let chunk_seconds = keeper.as_ref().map(RunKeeper::seconds);
        let keep = if keeper.is_none() { frame.keep } else { Keep::Counts };
        let mut kept = Kept::new(problem, population);
        let keep_rows = keeper.is_some() || weights.is_some() || keep != Keep::Counts;
        let rate = frame.watched(left, problem.spec().epochs, |watch| {
            opened.watched(watch).resume(before, chunk_seconds, keep_rows, &mut |chunk| {
                if let (Some(file), Some(weights)) = (&mut weights, chunk.weights) {
                    file.append(weights)?;
                }
                if let Some(keeper) = &mut keeper {
                    keeper.add(&chunk);
                }
                kept.add(&chunk, keep)
            })
        })?;
        weights.map_or(Ok(()), WeightsFile::finish)?;
        let networks = (keep != Keep::Counts).then(|| Networks::new(rate.clone(), kept));
        Ok(Answer { rate, keeper, networks })
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
        let title = labelled(&survival_title(rate.problem.spec()), object);
        folder.attempt(|folder| pictures::write(folder, CURVE, &survival_picture(rate, &title, Sheet::Wide)));
        folder.add(PAGE, run_page(rate, object, command)?.as_bytes())
    }

    fn text(&self, answer: &Answer, frame: &Frame<'_>) -> String {
        if frame.verbose { run_details(&answer.rate) } else { run_text(&answer.rate) }
    }

    fn ending(&self, answer: &Answer, _: &Frame<'_>) -> Result<Ending> {
        Ok(Ending::of(answer.rate.interrupted || answer.rate.cut_after))
    }
}

impl Options {
    /// What is asked, of a backend that is opened so.
    pub(super) fn run(&self, settings: &Settings, problem: &Problem, open: Open) -> Result<Run<'static>> {
        let starts = settings.weights_in.as_ref().map(|path| read_weights(path, problem.layers())).transpose()?;
        let run = settings.run(problem.spec().clone(), open);
        let run = starts.into_iter().fold(run, Run::starts);
        let run = self.until_width.into_iter().fold(run, Run::until_width);
        let run = self.continue_unsolved.into_iter().fold(run, Run::continue_unsolved);
        let keep = if settings.weights_out.is_some() { Keep::Weights } else { Keep::Counts };
        Ok(run.examine(self.examine).keep(keep))
    }

    /// All that decides what a folder keeps.
    fn manifest(&self, settings: &Settings, opened: &Opened<'_>, asked: Population) -> Value {
        let problem = opened.problem();
        let (spec, examples) = (problem.spec(), std::iter::once(problem.examples()));
        let shares = (asked, opened.population());
        let mut manifest = manifest(Self::PARTS_SCHEMA, settings, shares, opened.backend(), spec, examples, self);
        manifest["starts"] = json!(opened.starts().map(|starts| match starts.values() {
            Values::F64(values) => checksum(values),
            Values::F32(values) => checksum(&values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>()),
        }));
        manifest["weights"] = json!(settings.weights_out.is_some());
        manifest
    }
}

impl Join for Options {
    const PARTS_SCHEMA: &'static str = "basins.run-parts/4";
    const HAS_WEIGHTS: bool = true;

    fn join(&self, frame: &Frame<'_>, parts: &Parts, folder: &mut Folder) -> Result<Answer> {
        let (problem, settings) = (frame.problem()?, frame.settings);
        let population = parts.population()?;
        let mut joined = RunPart::default();
        let mut files = Vec::new();
        for part in parts.all() {
            let kept = part.progress::<Progress<'_, RunState>>()?.filter(|kept| kept.joined);
            let kept = kept.filter(|kept| kept.state.tally.networks() == part.count());
            let kept = kept.ok_or_else(|| part.unfinished())?;
            part.check_rows(kept.rows, self.rows)?;
            let weights = settings.weights_out.as_ref().map(|_| part.weights(kept.weights.as_deref())).transpose()?;
            let networks = parts.share(part)?.networks();
            let dropped =
                joined.append(RunPart::of(kept.state.into_owned()), self.examine.per_fate(problem)).into_iter();
            let cleared: Vec<u64> = dropped.filter_map(|network| network.checked_sub(networks.start)).collect();
            let rows = self.rows.file_name().map(|name| part.path().join(name));
            files.push(ShardFiles { networks: part.count(), rows, cleared, weights });
        }
        let imported_starts = !parts.manifest()["starts"].is_null();
        // Starts are read where networks are trained.
        let asked = Settings { weights_in: None, ..settings.clone() };
        let run = self.run(&asked, problem, Open::default())?;
        let rate = RunAnswer { imported_starts, ..run.study(problem, population).joined(joined) };
        let store = Store::open(&folder.path().join(PARTS), parts.manifest())?;
        let weights_out = settings.weights_out.as_deref();
        let keeper = RunKeeper::joining(store, (problem, population.seed()), self.rows, weights_out, files);
        Ok(Answer { rate, keeper: Some(keeper), networks: None })
    }
}

impl Repeat for Options {
    const SCHEMA: &'static str = "basins.run/1";

    fn for_counts(self) -> Self {
        Self { examine: ExamineBudget::Count(0), ..self }
    }
}
