//! `basins sweep`: the same networks under many settings.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::backend::Driver;
use crate::error::Result;
use crate::report::{grouped, sweep_csv, sweep_json, sweep_page, sweep_parquet, sweep_picture, sweep_text};
use crate::spec::Vary;
use crate::study::{Sweep, SweepPlan, SweepStudy};

use super::again::Again;
use super::folder::Folder;
use super::frame::{Flag, Frame, Record, Study};
use super::pictures;
use super::repeat::Repeat;
use super::verb::Ending;

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
pub(super) struct Options {
    /// A setting to vary: NAME=A,B,C or NAME=LOW..HIGH:COUNT with :log and :random between if wanted, as
    /// lr=0.01..10:log:7; repeatable, every combination is a point. Values with commas are parted by semicolons: "layers=2,3,1;2,4,1"
    #[arg(long, value_name = "SETTING", help_heading = "Sweep", allow_hyphen_values = true)]
    vary: Vec<Vary>,

    /// The point that all are held against, as lr=0.1,hidden=3 [default: the best]
    #[arg(long, value_name = "POINT", help_heading = "Sweep")]
    against: Option<String>,
}

impl Study for Options {
    const NAME: &'static str = "sweep";
    const ABOUT: &'static str = "Train the same networks under many settings; print rates and whether they differ";
    const FLAGS: &'static [(&'static str, Flag)] = &[
        ("nets", Flag::Means("How many networks each point has; also 1e6, 10M [default: 1000]")),
        ("weights-in", Flag::Refused(DRAWN)),
        ("weights-out", Flag::Refused(DRAWN)),
        ("out", Flag::Means("Folder for report.html, sweep.json, the table as CSV and Parquet, and the picture")),
    ];
    const AGAIN: Option<Again> = Some(Again::of::<Self>());

    type Answer = Sweep;

    fn default_count(&self) -> Option<u64> {
        Some(DEFAULT_COUNT)
    }

    /// What is not varied need not fit together by itself.
    fn check(&self, _: &Frame<'_>) -> Result<()> {
        Ok(())
    }

    fn said(&self) -> Value {
        json!(self)
    }

    fn files(&self) -> Option<Vec<&'static str>> {
        Some(vec![TABLE, PARQUET, "sweep.svg", "sweep.png", PAGE])
    }

    fn answer(&self, frame: &Frame<'_>, _: Option<&mut Folder>) -> Result<Sweep> {
        let spec = frame.settings.spec()?;
        let population = frame.settings.population(DEFAULT_COUNT, None)?;
        let plan = SweepPlan::new(&spec, &self.vary, population.seed())?;
        let against = self.against.as_deref().map(|text| plan.find(text)).transpose()?;
        let open = frame.open()?;
        let opened = Instant::now();
        let mut backend = open.backend()?;
        let most_epochs = plan.points.iter().map(|point| point.problem.spec().epochs).max().unwrap_or(1);
        let networks = population.count().saturating_mul(plan.points.len() as u64);
        let method = frame.settings.interval.unwrap_or_default();
        let study = SweepStudy { spec: &spec, plan: &plan, population, method, against };
        frame.watched(networks, most_epochs, |watch| {
            study.run(&mut Driver::new(backend.as_mut()).opened(opened).watched(watch))
        })
    }

    fn object(&self, sweep: &Sweep) -> Value {
        sweep_json(sweep)
    }

    fn write(&self, sweep: &mut Sweep, result: &Record<'_>, folder: &mut Folder) -> Result<()> {
        folder.add(TABLE, &sweep_csv(sweep))?;
        let writer = folder.stage(PARQUET)?;
        sweep_parquet(sweep, writer, &result.object.to_string()).map_err(|error| folder.fail(&error))?;
        let scene = sweep_picture(sweep, &title(sweep));
        pictures::write(folder, PICTURE, &scene)?;
        folder.add(PAGE, sweep_page(sweep, &scene, result.object, &result.command)?.as_bytes())
    }

    fn text(&self, sweep: &Sweep, _: &Frame<'_>) -> String {
        sweep_text(sweep)
    }

    fn ending(&self, sweep: &Sweep, _: &Frame<'_>) -> Result<Ending> {
        Ok(Ending::of(sweep.interrupted()))
    }
}

impl Repeat for Options {
    const SCHEMA: &'static str = "basins.sweep/1";
    const WHOLE_PARTS: bool = true;
}

/// "XOR: share solved within 10,000 epochs".
fn title(sweep: &Sweep) -> String {
    let varied = |name: &str| sweep.varied.iter().any(|vary| vary.name == name);
    let task = if varied("task") { String::new() } else { format!("{}: ", sweep.spec.task.to_string().to_uppercase()) };
    let budget = match varied("epochs") {
        true => "share solved within the budget".to_owned(),
        false => format!("share solved within {} epochs", grouped(sweep.spec.epochs.into())),
    };
    format!("{task}{budget}")
}
