//! `basins sweep`: the same networks under many settings.

use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::backend::Driver;
use crate::error::{Error, Result};
use crate::front::Run;
use crate::kept::Store;
use crate::report::plot::Sheet;
use crate::report::{
    RowForm, SWEEP_NOTE, labelled, sweep_csv, sweep_json, sweep_page, sweep_parquet, sweep_picture, sweep_text,
    sweep_title,
};
use crate::spec::{Population, Spec, Vary};
use crate::study::{Sweep, SweepPlan, SweepState, SweepStudy};

use super::again::Again;
use super::ending::Ending;
use super::folder::{Folder, PARTS};
use super::frame::{Flag, Frame, Record, Study};
use super::join::Join;
use super::keep_sweep::SweepKeeper;
use super::parts::{Joins, Parts, manifest};
use super::pictures;
use super::repeat::Repeat;
use super::reply;
use super::row_parts::Progress;
use super::run::{expected_count, width};
use super::settings::Settings;
use super::verb::Example;

/// Networks a point if nothing is said.
const DEFAULT_COUNT: u64 = 1_000;

const TABLE: &str = "sweep.csv";
const PARQUET: &str = "sweep.parquet";
const PAGE: &str = "report.html";
const PICTURE: &str = "sweep";

/// Why weights are refused.
const DRAWN: &str = "belongs to `basins run`: a sweep draws the starts of every point";

/// What a sweep takes beside the shared settings.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Options {
    /// A setting and its values, as lr=0.1,1
    ///
    /// NAME=A,B,C or NAME=LOW..HIGH:COUNT with :log and :random between if wanted, as lr=0.01..10:log:7; repeatable, every
    /// combination is a point. Values with commas are parted by semicolons: "layers=2,3,1;2,4,1". Besides the settings' own
    /// names there are hidden (units of every hidden layer), init-width, lr1, lr2, ..., beta1, beta2, slope, lr-factor
    #[arg(long, value_name = "SETTING", allow_hyphen_values = true)]
    vary: Vec<Vary>,

    /// What all are held against, as lr=0.1
    ///
    /// One of the points, as lr=0.1,hidden=3 [default: the best]
    #[arg(long, value_name = "POINT")]
    against: Option<String>,

    /// Train each until so narrow
    ///
    /// Each point until the 95% interval of its rate is this narrow, by the rule of `basins run`; --nets is the most that each
    /// may take [default: 1e9]
    #[arg(long, value_name = "WIDTH", value_parser = width, allow_hyphen_values = true)]
    #[serde(default)]
    until_width: Option<f64>,

    /// Form of the rows in --out
    ///
    /// One for each network of each point: parquet or csv; none for counts alone
    #[arg(long, value_name = "FORM", default_value_t = RowForm::None)]
    #[serde(default = "no_rows")]
    rows: RowForm,
}

fn no_rows() -> RowForm {
    RowForm::None
}

/// The answer, and what keeps it.
pub(super) struct Answer {
    sweep: Sweep,
    keeper: Option<SweepKeeper>,
}

impl Study for Options {
    const NAME: &'static str = "sweep";
    const ABOUT: &'static str = "Train the same networks under many settings; compare the rates";
    const EXAMPLES: &'static [Example] = &[
        ("sweep --vary lr=0.01..10:log:7 --vary loss=mse,cross-entropy", "a grid of settings, differences tested"),
        ("sweep --vary hidden=2..8:7 --nets 1e4 --out widths", "how many hidden units it takes"),
        ("sweep --vary lr=0.1,1,4 --against lr=0.1", "with a point named beforehand, fewer comparisons"),
    ];
    const FLAGS: &'static [(&'static str, Flag)] = &[
        ("nets", Flag::Means("Networks of each point, as 1e6 [default: 1000]")),
        ("weights-in", Flag::Refused(DRAWN)),
        ("weights-out", Flag::Refused(DRAWN)),
        ("out", Flag::Files("report.html, sweep.json, the table as CSV and Parquet, and the picture")),
    ];
    const AGAIN: Option<Again> = Some(Again::of::<Self>());
    const JOINS: Option<Joins> = Some(Joins::of::<Self>());

    type Answer = Answer;
    const HANDED_OVER: Option<fn(Answer) -> reply::Answer> =
        Some(|answer| reply::Answer::Sweep(Box::new(answer.sweep)));

    fn default_count(&self) -> Option<u64> {
        Some(if self.until_width.is_some() { Run::usual_count(true) } else { DEFAULT_COUNT })
    }

    /// What is not varied need not fit together by itself.
    fn check(&self, _: &Frame<'_>) -> Result<()> {
        Ok(())
    }

    fn said(&self) -> Value {
        json!(self)
    }

    fn defaults() -> Value {
        json!({"rows": no_rows()})
    }

    fn files(&self) -> Option<Vec<&'static str>> {
        let others = [TABLE, PARQUET, "sweep.svg", "sweep.png", PAGE];
        Some(others.into_iter().chain(self.rows.file_name()).collect())
    }

    fn answer(&self, frame: &Frame<'_>, folder: Option<&mut Folder>) -> Result<Answer> {
        let settings = frame.settings;
        let spec = settings.spec()?;
        let asked = settings.population(self.default_count().unwrap_or_default())?;
        let population = match settings.shard() {
            Some(shard) if self.until_width.is_some() => {
                return Err(Error::input(format!(
                    "--shard {shard} does not go with --until-width: where to stop depends on the networks of all shards"
                )));
            }
            shard => shard.map_or(Ok(asked), |shard| shard.of(asked))?,
        };
        let plan = Arc::new(SweepPlan::new(&spec, &self.vary, population.seed())?);
        let open = frame.open()?;
        let opened = Instant::now();
        let mut backend = open.backend()?;
        let most_epochs = plan.points.iter().map(|point| point.problem.spec().epochs).max().unwrap_or(1);
        let each = expected_count(population.count(), self.until_width);
        let networks = each.saturating_mul(plan.points.len() as u64);
        let mut keeper = match folder {
            Some(folder) => {
                let examples = plan.points.iter().map(|point| point.problem.examples());
                let shares = (asked, population);
                let manifest = manifest(Self::PARTS_SCHEMA, settings, shares, backend.as_ref(), &spec, examples, self);
                let parts = folder.path().join(PARTS);
                Some(SweepKeeper::open(&parts, &manifest, (plan.clone(), population), self.rows)?)
            }
            None => None,
        };
        let study = SweepStudy {
            chunk_seconds: keeper.as_ref().map(SweepKeeper::seconds),
            asked: asked.count(),
            ..self.study(settings, &spec, &plan, population)?
        };
        let before = keeper.as_mut().map(SweepKeeper::take_state).unwrap_or_default();
        let sweep = frame.watched(networks.saturating_sub(before.networks()).max(1), most_epochs, |watch| {
            let mut driver = Driver::new(backend.as_mut()).opened(opened).watched(watch);
            study.resume(before, &mut driver, &mut |delivered| {
                if let Some(keeper) = &mut keeper {
                    keeper.add(&delivered, study.is_over(delivered.state));
                }
                Ok(())
            })
        })?;
        Ok(Answer { sweep, keeper })
    }

    fn object(&self, answer: &Answer) -> Value {
        sweep_json(&answer.sweep)
    }

    fn write(&self, answer: &mut Answer, result: &Record<'_>, folder: &mut Folder) -> Result<()> {
        let sweep = &answer.sweep;
        if let Some(keeper) = answer.keeper.take() {
            let notes = [(SWEEP_NOTE, result.object.to_string())];
            folder.attempt(|folder| keeper.finish(folder, !sweep.interrupted(), &notes));
        }
        folder.attempt(|folder| folder.add(TABLE, &sweep_csv(sweep)));
        folder.attempt(|folder| {
            let writer = folder.stage(PARQUET)?;
            sweep_parquet(sweep, writer, &result.object.to_string()).map_err(|error| folder.fail(&error))
        });
        let title = labelled(&sweep_title(sweep), result.object);
        folder.attempt(|folder| pictures::write(folder, PICTURE, &sweep_picture(sweep, &title, Sheet::Wide)));
        folder.add(PAGE, sweep_page(sweep, result.object, result.command)?.as_bytes())
    }

    fn text(&self, answer: &Answer, _: &Frame<'_>) -> String {
        sweep_text(&answer.sweep)
    }

    fn ending(&self, answer: &Answer, _: &Frame<'_>) -> Result<Ending> {
        Ok(Ending::of(answer.sweep.interrupted()))
    }
}

impl Options {
    /// How points are compared.
    fn study<'a>(
        &self,
        settings: &Settings,
        spec: &'a Spec,
        plan: &'a SweepPlan,
        population: Population,
    ) -> Result<SweepStudy<'a>> {
        let against = self.against.as_deref().map(|text| plan.find(text)).transpose()?;
        let method = settings.interval.unwrap_or_default();
        let asked = population.count();
        let until_width = self.until_width;
        Ok(SweepStudy { spec, plan, population, asked, method, until_width, against, chunk_seconds: None })
    }
}

impl Join for Options {
    const PARTS_SCHEMA: &'static str = "basins.sweep-parts/3";

    fn join(&self, frame: &Frame<'_>, parts: &Parts, folder: &mut Folder) -> Result<Answer> {
        let spec = frame.settings.spec()?;
        let population = parts.population()?;
        let plan = Arc::new(SweepPlan::new(&spec, &self.vary, population.seed())?);
        let mut state = SweepState::default();
        for part in parts.all() {
            let kept = part.progress::<Progress<'_, SweepState>>()?;
            let kept = kept.filter(|kept| kept.joined || self.rows == RowForm::None);
            let kept = kept.filter(|kept| kept.state.is_complete(plan.points.len(), part.count()));
            let kept = kept.ok_or_else(|| part.unfinished())?;
            part.check_rows(kept.rows, self.rows)?;
            state.append(kept.state.into_owned());
        }
        let study = self.study(frame.settings, &spec, &plan, population)?;
        let mut rows = Vec::new();
        if let Some(name) = self.rows.file_name() {
            let turns = |_| parts.all().iter().map(|part| (part.path().join(name), part.count()));
            rows.extend(study.order().into_iter().flat_map(turns));
        }
        let store = Store::open(&folder.path().join(PARTS), parts.manifest())?;
        let keeper = SweepKeeper::joining(store, &state, (plan.clone(), population), self.rows, rows);
        Ok(Answer { sweep: study.answer(state)?, keeper: Some(keeper) })
    }
}

impl Repeat for Options {
    const SCHEMA: &'static str = "basins.sweep/1";
    const WHOLE_PARTS: bool = true;
}
