//! Arguments that verbs share beside the settings.

use std::path::PathBuf;

use crate::backend::{Choice, Open, Precision};
use crate::error::Result;

use super::count::Count;
use super::print::eprint_line;
use super::progress::Mode;
use super::settings::{Settings, thread_count};
use super::shard::ShardChoice;

/// What every verb that trains takes.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SharedArgs {
    #[command(flatten)]
    settings: Settings,

    /// Settings from a file
    ///
    /// In TOML, by the names of the flags; flags and environment variables (BASINS_LR, ...) come first
    #[arg(long, value_name = "FILE.toml", help_heading = "Output")]
    pub config: Option<PathBuf>,

    /// Settings in that file.
    #[arg(skip)]
    pub file: Option<Settings>,

    /// Print the settings in effect, as TOML
    ///
    /// And do nothing
    #[arg(long, help_heading = "Output")]
    pub print_config: bool,

    /// Fail where there is no hardware GPU
    ///
    /// With exit code 3
    #[arg(long, help_heading = "Machine")]
    pub require_gpu: bool,

    /// Begin anew in --out
    ///
    /// Does not go on with what is finished there, and removes results that are there
    #[arg(long, help_heading = "Output")]
    pub fresh: bool,

    #[command(flatten)]
    pub output: OutputArgs,

    /// Print all that was found
    ///
    /// Not the summary alone; on stderr more of what happens, twice for all of it
    #[arg(short, long, help_heading = "Output", action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl SharedArgs {
    /// Settings from flags, environment and file.
    pub(super) fn settings(&self) -> Result<Settings> {
        let settings = self.settings.clone();
        let settings = match &self.file {
            Some(file) => settings.or(file.clone()),
            None => settings,
        };
        let (mut settings, mut advice) = settings.modernised()?;
        if let Some(shard) = &mut settings.shard {
            *shard = ShardChoice::Given(shard.resolve(|name| std::env::var(name).ok())?);
        }
        if let Some(framework) = settings.like.take() {
            let (filled, words) = framework.fill(settings)?;
            (settings, advice) = (filled, Some(words));
        }
        if let Some(advice) = advice.filter(|_| !self.output.quiet) {
            eprint_line(&advice);
        }
        Ok(settings)
    }
}

/// What is printed, and where.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct OutputArgs {
    /// Print JSON
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// auto, never or plain, on stderr
    ///
    /// auto shows a line that moves, where stderr is a terminal; plain writes a line now and then
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    progress: Mode,

    /// No progress, no warnings
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

impl OutputArgs {
    /// When to show progress.
    pub(super) fn progress(&self) -> Mode {
        if self.quiet { Mode::Never } else { self.progress }
    }

    /// Whether anything is said on stderr beside errors.
    pub(super) fn speaks(&self) -> bool {
        self.progress() != Mode::Never
    }

    /// Log messages to stderr, as many as asked for; those of other crates only when asked.
    pub(super) fn start_log(&self, verbose: u8) {
        use log::LevelFilter::{Debug, Info, Off, Warn};
        let (ours, others) = match (self.quiet, verbose) {
            (true, _) => (Off, Off),
            (false, 0) => (Warn, Off),
            (false, 1) => (Info, Warn),
            (false, _) => (Debug, Debug),
        };
        let mut log = env_logger::Builder::new();
        let _ = log.filter_level(others).filter_module("basins", ours).format_timestamp(None).try_init();
    }
}

/// On what a verb without training settings of its own runs.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DeviceArgs {
    /// Who trains, as simd
    ///
    /// auto, fused, grouped, staged, simd, reference
    #[arg(
        long,
        env = "BASINS_BACKEND",
        hide_env = true,
        default_value_t,
        value_name = "NAME",
        help_heading = "Machine"
    )]
    backend: Choice,

    /// f32 or f64, of CPU backends [default: f32]
    ///
    /// Of reference f64 by default. GPUs train in f32: with f64, and for a map of fine pixels, auto is simd
    #[arg(long, help_heading = "Machine", env = "BASINS_PRECISION", hide_env = true, value_name = "FORMAT")]
    precision: Option<Precision>,

    /// GPU by index or name; see `basins devices`
    ///
    /// Part of its name is enough
    #[arg(
        long,
        help_heading = "Machine",
        env = "BASINS_DEVICE",
        hide_env = true,
        value_name = "INDEX|NAME",
        allow_hyphen_values = true
    )]
    device: Option<String>,

    /// Fail where there is no hardware GPU
    ///
    /// With exit code 3
    #[arg(long, help_heading = "Machine")]
    require_gpu: bool,

    /// Of a CPU backend [default: all cores]
    #[arg(
        long,
        help_heading = "Machine",
        env = "BASINS_THREADS",
        hide_env = true,
        value_name = "COUNT",
        allow_hyphen_values = true
    )]
    threads: Option<Count>,
}

impl DeviceArgs {
    pub(super) fn open(&self) -> Result<Open> {
        Ok(Open {
            choice: self.backend,
            precision: self.precision,
            threads: thread_count(self.threads)?,
            device: self.device.clone(),
            require_gpu: self.require_gpu,
            ..Open::default()
        })
    }
}
