//! `basins reproduce`: the tutorial's programs and published results, each figure beside ours.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::backend::{Progress, Watch};
use crate::error::{Error, Result};
use crate::report::{
    Reproductions, pretty, reproduce_json, reproduce_markdown, reproduce_text, reproduction_list, short,
};
use crate::reproduce::{ALL, Extent, Reproduction, named};

use super::arguments::{DeviceArgs, OutputArgs};
use super::ending::Ending;
use super::folder::Folder;
use super::print::{eprint_line, print};
use super::progress::{Mode, answer_interruption};
use super::settings::Settings;
use super::stamp::{as_typed, stamped};
use super::verb::{Example, Execute, Verb};
use super::written::written;
use super::{interrupt, pictures};

/// What --out writes beside the pictures.
const FILES: [&str; 2] = ["reproduce.json", "reproduce.md"];

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Which ones, as tutorial/xor or pdp-1988
    ///
    /// `tutorial` stands for all below it
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// List what there is, and do nothing
    #[arg(long, conflicts_with = "json")]
    list: bool,

    /// All of them (under ten minutes on two cores)
    #[arg(long, conflicts_with = "names")]
    all: bool,

    /// Fewer networks: wider intervals, under a minute
    #[arg(long)]
    quick: bool,

    /// The sources' own sizes: hours
    ///
    /// Where the usual ones are smaller, as of the fractal border
    #[arg(long, conflicts_with = "quick")]
    full: bool,

    /// Folder for the results
    ///
    /// reproduce.json, reproduce.md and the pictures
    #[arg(long, help_heading = "Output", value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    device: DeviceArgs,

    #[command(flatten)]
    output: OutputArgs,
}

impl Execute for Args {
    const NAME: &'static str = "reproduce";
    const ABOUT: &'static str = "The tutorial's and published results, each figure beside ours";
    const EXAMPLES: &'static [Example] = &[
        ("reproduce --list", "what there is"),
        ("reproduce tutorial", "the tutorial's programs, each figure beside ours"),
        ("reproduce fahlman-1988 --quick", "one source, with fewer networks"),
    ];

    fn execute(self, _verbs: &[Verb]) -> Result<Ending> {
        if self.list {
            let listed = if self.names.is_empty() { ALL.to_vec() } else { named(&self.names)? };
            print(&reproduction_list(&listed))?;
            return Ok(Ending::Complete);
        }
        if self.names.is_empty() && !self.all {
            return Err(Error::input("say which: a NAME, or --all; `basins reproduce --list` lists them"));
        }
        let chosen = if self.all { ALL.to_vec() } else { named(&self.names)? };
        let folder = self.out.as_deref().map(|path| Folder::open(path, &FILES, false)).transpose()?;
        let mut backend = self.device.open()?.backend()?;
        interrupt::listen(self.output.speaks());
        let effort = match (self.quick, self.full) {
            (true, _) => Extent::Quick,
            (false, true) => Extent::Full,
            (false, false) => Extent::Usual,
        };
        let mut done = Vec::new();
        for (position, reproduction) in chosen.iter().enumerate() {
            let shown = Stage::new(self.output.progress(), reproduction, position, chosen.len());
            let result = reproduction.run(backend.as_mut(), &shown, effort);
            shown.finish();
            match result {
                Err(_) if interrupt::asked() => break,
                result => done.push(result?),
            }
        }
        if done.is_empty() {
            return Err(Error::interrupted("interrupted before the first was done; nothing is written"));
        }
        let device = backend.device();
        let interrupted = done.len() < chosen.len();
        let report = Reproductions { all: &done, backend: backend.name(), device: &device, effort, interrupted };
        let json = pretty(&stamped(reproduce_json(&report), as_typed()));
        let mut placed = Ok(Vec::new());
        if let Some(mut folder) = folder {
            let mut drawn = Vec::new();
            for exhibit in done.iter().flat_map(|one| &one.exhibits) {
                drawn.extend(folder.attempt(|folder| pictures::write_exhibit(folder, exhibit)).unwrap_or_default());
            }
            folder.attempt(|folder| folder.add("reproduce.json", json.as_bytes()));
            let markdown = reproduce_markdown(&report, &drawn);
            folder.attempt(|folder| folder.add("reproduce.md", markdown.as_bytes()));
            placed = folder.place();
        }
        print(&if self.output.json { json } else { reproduce_text(&report) })?;
        let files = placed?;
        if !self.output.json && !self.output.quiet {
            print(&written(&Settings { out: self.out.clone(), ..Settings::default() }, &files))?;
        }
        if interrupted && !self.output.quiet {
            eprint_line(&format!(
                "Interrupted: {} of {} are done, the others not begun or unfinished.",
                done.len(),
                chosen.len()
            ));
        }
        Ok(Ending::of(interrupted))
    }
}

/// Progress of one reproduction: which it is, and the work done so far. How much is to come is not known.
struct Stage {
    bar: ProgressBar,
    began: Instant,
    net_epochs: AtomicU64,
}

impl Stage {
    fn new(mode: Mode, reproduction: &Reproduction, position: usize, count: usize) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let name = format!("{}/{count} {}", position + 1, reproduction.name);
        if mode.draws() {
            let style = ProgressStyle::with_template("{spinner} {prefix}  {elapsed}  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
            bar.enable_steady_tick(Duration::from_millis(250));
        } else if mode == Mode::Plain {
            eprint_line(&name);
        }
        bar.set_prefix(name);
        answer_interruption(mode, &bar);
        Self { bar, began: Instant::now(), net_epochs: AtomicU64::new(0) }
    }

    fn finish(&self) {
        interrupt::answer_no_more();
        self.bar.finish_and_clear();
    }
}

impl Watch for Stage {
    fn progress(&self, done: Progress) {
        let net_epochs = self.net_epochs.fetch_add(done.net_epochs, Ordering::Relaxed) + done.net_epochs;
        if !self.bar.is_hidden() {
            let rate = net_epochs as f64 / self.began.elapsed().as_secs_f64().max(1e-3);
            self.bar.set_message(format!("{} net-epochs, {}/s", short(net_epochs as f64), short(rate)));
        }
    }

    fn interrupted(&self) -> bool {
        interrupt::asked()
    }
}
