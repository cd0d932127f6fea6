//! `basins sweep`: the same networks under many settings.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Result;
use crate::report::{pretty, sweep_csv, sweep_json, sweep_page, sweep_parquet, sweep_picture, sweep_text};
use crate::spec::Vary;
use crate::study::{Plan, Sweep, SweepStudy};

use super::command::command;
use super::folder::{Folder, check_collisions};
use super::progress::Shown;
use super::run::Shared;
use super::settings::Settings;
use super::{Ending, config, interrupt, pictures, say};

/// Networks a point if nothing is said.
const DEFAULT_COUNT: u64 = 1_000;

const SUMMARY: &str = "sweep.json";
const TABLE: &str = "sweep.csv";
const PARQUET: &str = "sweep.parquet";
const PAGE: &str = "report.html";
const PICTURE: &str = "sweep";

#[derive(Clone, Debug, clap::Args)]
#[command(
    mut_arg("nets", |arg| arg.help("How many networks each point has; also 1e6, 10M [default: 1000]")),
    mut_arg("weights_in", |arg| arg.hide(true)),
    mut_arg("weights_out", |arg| arg.hide(true)),
    mut_arg("out", |arg| arg.help("Folder for report.html, sweep.json, the table as CSV and Parquet, and the picture")),
)]
pub(super) struct Args {
    #[command(flatten)]
    pub options: Options,

    #[command(flatten)]
    pub shared: Shared,
}

/// What a sweep takes beside the shared settings.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Options {
    /// A setting to vary: NAME=A,B,C or NAME=LOW..HIGH:COUNT with :log and :random between if wanted, as
    /// lr=0.01..10:log:7; repeatable, every combination is a point. Values with commas are parted by semicolons: "layers=2,3,1;2,4,1"
    #[arg(long, value_name = "SETTING", help_heading = "Sweep", allow_hyphen_values = true)]
    pub vary: Vec<Vary>,

    /// The point that all are held against, as lr=0.1,hidden=3 [default: the best]
    #[arg(long, value_name = "POINT", help_heading = "Sweep")]
    pub against: Option<String>,
}

impl Args {
    pub(super) fn execute(&self) -> Result<Ending> {
        let shared = &self.shared;
        shared.start_log();
        let settings = shared.settings()?;
        if shared.print_config {
            say(&config::print(&settings, Some(DEFAULT_COUNT))?)?;
            return Ok(Ending::Complete);
        }
        let (sweep, object) = train(&settings, &self.options, shared)?;
        say(&if shared.json { pretty(&object) } else { sweep_text(&sweep) })?;
        Ok(if sweep.interrupted() { Ending::Interrupted } else { Ending::Complete })
    }
}

/// Trains every point, writes the files, and gives the answer with its object.
pub(super) fn train(settings: &Settings, options: &Options, shared: &Shared) -> Result<(Sweep, Value)> {
    let why = "belongs to `basins run`: a sweep draws the starts of every point";
    shared.refuse(settings, &["--weights-in", "--weights-out"], why)?;
    let spec = settings.spec()?;
    let population = settings.population(DEFAULT_COUNT, None)?;
    let plan = Plan::new(&spec, &options.vary, population.seed())?;
    let against = options.against.as_deref().map(|text| plan.find(text)).transpose()?;
    let names = [SUMMARY, TABLE, PARQUET, "sweep.svg", "sweep.png", PAGE];
    check_collisions(settings, shared.config.as_deref(), &names)?;
    let mut folder = settings.out.as_deref().map(|path| Folder::open(path, &names)).transpose()?;
    let open = settings.open(shared.require_gpu)?;
    let opened = Instant::now();
    let mut backend = open.backend()?;
    interrupt::listen();
    let most_epochs = plan.points.iter().map(|point| point.problem.spec().epochs).max().unwrap_or(1);
    let shown = Shown::new(
        shared.progress(),
        population.count().saturating_mul(plan.points.len() as u64),
        most_epochs,
        "the slice",
    );
    let method = settings.interval.unwrap_or_default();
    let study = SweepStudy { spec: &spec, plan: &plan, population, method, against };
    let sweep = study.run(backend.as_mut(), opened, &shown);
    shown.finish();
    let sweep = sweep?;
    let mut object = sweep_json(&sweep);
    object["settings"] = json!(settings);
    object["options"] = json!(options);
    if let Some(folder) = &mut folder {
        write(folder, &sweep, &object)?;
    }
    folder.map_or(Ok(()), Folder::place)?;
    Ok((sweep, object))
}

fn write(folder: &mut Folder, sweep: &Sweep, object: &Value) -> Result<()> {
    folder.add(SUMMARY, pretty(object).as_bytes())?;
    folder.add(TABLE, &sweep_csv(sweep))?;
    let writer = folder.stage(PARQUET)?;
    sweep_parquet(sweep, writer, &object.to_string()).map_err(|error| folder.fail(&error))?;
    let scene = sweep_picture(sweep, &title(sweep));
    pictures::stage(folder, PICTURE, &scene)?;
    let again = command("sweep", &object["settings"], &object["options"], &Value::Null);
    folder.add(PAGE, sweep_page(sweep, &scene, object, &again)?.as_bytes())
}

/// "XOR: share solved within 10,000 epochs".
fn title(sweep: &Sweep) -> String {
    let varied = |name: &str| sweep.varied.iter().any(|vary| vary.name == name);
    let task = if varied("task") { String::new() } else { format!("{}: ", sweep.spec.task.to_string().to_uppercase()) };
    let budget = match varied("epochs") {
        true => "share solved within the budget".to_owned(),
        false => format!("share solved within {} epochs", crate::report::grouped(sweep.spec.epochs.into())),
    };
    format!("{task}{budget}")
}
