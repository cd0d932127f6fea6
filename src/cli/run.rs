//! `basins run`: train a population, print the rate and what became of the rest.

use std::path::PathBuf;
use std::time::Instant;

use crate::error::Result;
use crate::outcome::read_weights;
use crate::report::{escape_json, escape_text};
use crate::study::EscapeStudy;

use super::Ending;
use super::output::Output;
use super::progress::{Mode, Shown};
use super::settings::Settings;
use super::{config, interrupt, say};

/// Networks of a run that does not say how many.
pub(super) const DEFAULT_COUNT: u64 = 100_000;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub shared: Shared,
}

/// What every verb that trains takes.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Shared {
    #[command(flatten)]
    settings: Settings,

    /// Settings from a TOML file; flags and environment variables (BASINS_LR, ...) come first
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,

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
    /// Settings from flags, environment and file.
    pub(super) fn settings(&self) -> Result<Settings> {
        let settings = self.settings.clone();
        match &self.config {
            Some(path) => Ok(settings.or(config::read(path)?)),
            None => Ok(settings),
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
        let problem = settings.spec()?.problem()?;
        if shared.print_config {
            say(&config::print(&settings)?)?;
            return Ok(Ending::Complete);
        }
        let starts = settings.weights_in.as_ref().map(|path| read_weights(path, problem.layers())).transpose()?;
        let in_file = starts.as_ref().map(|weights| weights.count() as u64);
        let population = settings.population(DEFAULT_COUNT, in_file)?;
        let open = settings.open(shared.require_gpu)?;
        let mut output = Output::open(&settings, shared.config.as_deref(), &problem)?;
        let opened = Instant::now();
        let mut backend = open.backend()?;
        interrupt::listen();
        let shown = Shown::new(shared.progress(), population.count(), problem.spec().epochs);
        let study = EscapeStudy {
            problem: &problem,
            population,
            starts: starts.as_ref(),
            keep_weights: output.keeps_weights(),
            chunk_limit: None,
        };
        let answer = study
            .run(backend.as_mut(), opened, &shown, &mut |outcomes, weights| output.append(&problem, outcomes, weights));
        shown.finish();
        let answer = answer?;
        let json = serde_json::to_string_pretty(&escape_json(&answer)).unwrap_or_default();
        output.finish(&json)?;
        say(&if shared.json { json + "\n" } else { escape_text(&answer) })?;
        Ok(if answer.interrupted { Ending::Interrupted } else { Ending::Complete })
    }
}
