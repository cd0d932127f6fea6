//! `basins run`: train a population, print the rate and what became of the rest.

use std::path::PathBuf;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::outcome::read_weights;
use crate::report::{RowForm, escape_json, escape_text, pretty};
use crate::study::{EscapeRate, EscapeStudy, Unsolved};

use super::Ending;
use super::command::command;
use super::output::Output;
use super::progress::{Mode, Shown};
use super::settings::Settings;
use super::{config, interrupt, say};

/// Networks of a run that does not say how many.
const DEFAULT_COUNT: u64 = 100_000;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub shared: Shared,

    #[command(flatten)]
    pub options: Options,
}

/// What a run takes beside the shared settings.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Options {
    /// Train until the interval of the rate is this narrow, by one that stays valid under repeated looks; --nets is the
    /// most there may be [default: 1e9]
    #[arg(long, value_name = "WIDTH", value_parser = width, allow_hyphen_values = true)]
    pub until_width: Option<f64>,

    /// Examine so many unsolved networks of each kind in f64: minimum, minimum at infinity, saddle; 0 for none
    #[arg(long, value_name = "COUNT", default_value_t = EscapeStudy::EXAMINE_PER_KIND, allow_hyphen_values = true)]
    pub examine: usize,

    /// Train those left unsolved to so many times --epochs, and say how many of each kind escape
    #[arg(long, value_name = "FACTOR", value_parser = factor, allow_hyphen_values = true)]
    pub continue_unsolved: Option<u32>,

    /// Form of the rows in --out, one a network: parquet or csv
    #[arg(long, value_name = "FORM", default_value_t)]
    pub rows: RowForm,
}

impl Options {
    /// Networks if nothing is said.
    fn default_count(&self) -> u64 {
        if self.until_width.is_some() { UNTIL_COUNT } else { DEFAULT_COUNT }
    }
}

/// 10x, or 10.
fn factor(text: &str) -> Result<u32> {
    let digits = text.trim();
    digits.strip_suffix('x').unwrap_or(digits).parse().map_err(|_| {
        Error::input(format!("--continue-unsolved takes a factor for --epochs from 2 on, as 10x; got {text:?}"))
    })
}

/// Networks that a run until some width may take if nothing else is said.
const UNTIL_COUNT: u64 = 1_000_000_000;

fn width(text: &str) -> Result<f64> {
    match text.trim().parse::<f64>() {
        Ok(width) if width > 0.0 && width < 1.0 => Ok(width),
        _ => Err(Error::input(format!("--until-width takes a number between 0 and 1, as 0.001; got {text:?}"))),
    }
}

/// What every verb that trains takes.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Shared {
    #[command(flatten)]
    settings: Settings,

    /// Settings from a TOML file; flags and environment variables (BASINS_LR, ...) come first
    #[arg(long, value_name = "FILE.toml")]
    pub(super) config: Option<PathBuf>,

    /// Print the settings in effect as TOML, and do nothing
    #[arg(long)]
    pub(super) print_config: bool,

    /// Fail with exit code 3 where there is no hardware GPU
    #[arg(long)]
    pub(super) require_gpu: bool,

    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,

    /// Show progress on stderr
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    progress: Mode,

    /// No progress, no warnings
    #[arg(short, long)]
    quiet: bool,

    /// Say more of what happens; twice for all
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

impl Shared {
    /// For a verb whose settings come from elsewhere.
    pub(super) fn without_settings(progress: Mode, quiet: bool) -> Self {
        Self {
            settings: Settings::default(),
            config: None,
            print_config: false,
            require_gpu: false,
            json: false,
            progress,
            quiet,
            verbose: 0,
        }
    }

    /// Settings from flags, environment and file.
    pub(super) fn settings(&self) -> Result<Settings> {
        let settings = self.settings.clone();
        match &self.config {
            Some(path) => Ok(settings.or(config::read(path)?)),
            None => Ok(settings),
        }
    }

    /// Refuses settings of which a verb would make nothing.
    pub(super) fn refuse(&self, settings: &Settings, names: &[&str], why: &str) -> Result<()> {
        let given = [
            (settings.weights_in.is_some(), "--weights-in"),
            (settings.weights_out.is_some(), "--weights-out"),
            (settings.out.is_some(), "--out"),
        ];
        match given.iter().find(|(given, flag)| *given && names.contains(flag)) {
            Some((_, flag)) => Err(Error::input(format!("{flag} {why}"))),
            None => Ok(()),
        }
    }

    /// Log messages to stderr, as many as asked for; those of other crates only when asked.
    pub(super) fn start_log(&self) {
        use log::LevelFilter::{Debug, Info, Off, Warn};
        let (ours, others) = match (self.quiet, self.verbose) {
            (true, _) => (Off, Off),
            (false, 0) => (Warn, Off),
            (false, 1) => (Info, Warn),
            (false, _) => (Debug, Debug),
        };
        let mut log = env_logger::Builder::new();
        let _ = log.filter_level(others).filter_module("basins", ours).format_timestamp(None).try_init();
    }

    /// Whether warnings are wanted.
    pub(super) fn warns(&self) -> bool {
        !self.quiet
    }

    /// When to show progress.
    pub(super) fn progress(&self) -> Mode {
        if self.quiet { Mode::Never } else { self.progress }
    }
}

impl Args {
    pub(super) fn execute(&self) -> Result<Ending> {
        let shared = &self.shared;
        shared.start_log();
        let settings = shared.settings()?;
        settings.spec()?.problem()?;
        if shared.print_config {
            say(&config::print(&settings, Some(self.options.default_count()))?)?;
            return Ok(Ending::Complete);
        }
        let (answer, run) = train(&settings, &self.options, shared)?;
        say(&if shared.json { pretty(&run) } else { escape_text(&answer) })?;
        Ok(if answer.interrupted || answer.cut_after { Ending::Interrupted } else { Ending::Complete })
    }
}

/// Trains, writes the files, and gives the answer with its object.
pub(super) fn train(settings: &Settings, options: &Options, shared: &Shared) -> Result<(EscapeRate, Value)> {
    let problem = settings.spec()?.problem()?;
    if let Some(factor) = options.continue_unsolved {
        Unsolved::longer(problem.spec(), factor)?;
    }
    let starts = settings.weights_in.as_ref().map(|path| read_weights(path, problem.layers())).transpose()?;
    let in_file = starts.as_ref().map(|weights| weights.count() as u64);
    let population = settings.population(options.default_count(), in_file)?;
    let open = settings.open(shared.require_gpu)?;
    let mut output = Output::open(settings, shared.config.as_deref(), options.rows, &problem, population)?;
    let opened = Instant::now();
    let mut backend = open.backend()?;
    interrupt::listen();
    let shown = Shown::new(shared.progress(), population.count(), problem.spec().epochs, "the slice");
    let study = EscapeStudy {
        starts: starts.as_ref(),
        keep_weights: output.keeps_weights(),
        method: settings.interval.unwrap_or_default(),
        until_width: options.until_width,
        examine_per_kind: options.examine,
        continue_factor: options.continue_unsolved,
        ..EscapeStudy::new(&problem, population)
    };
    let answer = study.run(backend.as_mut(), opened, &shown, &mut |chunk| output.append(&problem, &chunk));
    shown.finish();
    let answer = answer?;
    let mut run = escape_json(&answer);
    run["settings"] = json!(settings);
    run["options"] = json!(options);
    let defaults = json!({"examine": EscapeStudy::EXAMINE_PER_KIND, "rows": RowForm::default()});
    output.finish(&answer, &run, &command("run", &run["settings"], &run["options"], &defaults))?;
    Ok((answer, run))
}
