//! Progress on stderr: rate and time left; nothing where nobody watches.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::backend::{Progress, Watch};
use crate::report::{grouped, short};

use super::interrupt;
use super::print::eprint_line;

/// When to show progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    /// A bar where stderr is a terminal.
    #[default]
    Auto,
    /// Never.
    Never,
    /// A line every few seconds, for logs.
    Plain,
}

impl Mode {
    /// Whether there is a bar, and a terminal to draw it on.
    pub(super) fn draws(self) -> bool {
        self == Self::Auto && std::io::stderr().is_terminal()
    }

    /// Whether anybody watches.
    pub(super) fn is_shown(self) -> bool {
        self == Self::Plain || self.draws()
    }
}

/// A bar, lines, or nothing; also where Ctrl-C is seen.
pub(super) struct Shown {
    bar: ProgressBar,
    plain: bool,
    began: Instant,
    /// Seconds since `began` at which the next plain line is due.
    due: AtomicU64,
    budget: u64,
    net_epochs: AtomicU64,
    settled: AtomicU64,
    networks: AtomicU64,
}

/// Has Ctrl-C answered at once where progress is shown.
pub(super) fn answer_interruption(mode: Mode, bar: &ProgressBar) {
    let answer = "Finishing the current batch; press Ctrl-C again to stop now";
    if mode == Mode::Plain {
        interrupt::answer_with(move || eprint_line(answer));
    } else if !bar.is_hidden() {
        let bar = bar.clone();
        interrupt::answer_with(move || bar.println(answer));
    }
}

const PLAIN_SECONDS: u64 = 5;

impl Shown {
    /// For a run of `networks` times `epochs` net-epochs at most.
    pub(super) fn new(mode: Mode, networks: u64, epochs: u32) -> Self {
        let bar = ProgressBar::with_draw_target(Some(1_000_000), ProgressDrawTarget::hidden());
        if mode.draws() {
            let style = ProgressStyle::with_template("{wide_bar} {percent:>3}%  {msg}  {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        answer_interruption(mode, &bar);
        Self {
            bar,
            plain: mode == Mode::Plain,
            began: Instant::now(),
            due: AtomicU64::new(PLAIN_SECONDS),
            budget: networks.saturating_mul(u64::from(epochs)),
            net_epochs: AtomicU64::new(0),
            settled: AtomicU64::new(0),
            networks: AtomicU64::new(0),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        interrupt::answer_no_more();
        self.bar.finish_and_clear();
    }

    fn message(&self, seconds: f64) -> String {
        let rate = self.net_epochs.load(Ordering::Relaxed) as f64 / seconds.max(1e-3);
        format!("{} networks done, {} net-epochs/s", grouped(self.networks.load(Ordering::Relaxed)), short(rate))
    }
}

impl Watch for Shown {
    fn progress(&self, done: Progress) {
        self.net_epochs.fetch_add(done.net_epochs, Ordering::Relaxed);
        self.networks.fetch_add(done.networks, Ordering::Relaxed);
        let settled = self.settled.fetch_add(done.settled_net_epochs, Ordering::Relaxed) + done.settled_net_epochs;
        let share = settled as f64 / self.budget.max(1) as f64;
        let seconds = self.began.elapsed().as_secs_f64();
        if !self.bar.is_hidden() {
            self.bar.set_position((share * 1e6) as u64);
            self.bar.set_message(self.message(seconds));
        }
        let due = self.due.load(Ordering::Relaxed);
        if self.plain && seconds as u64 >= due {
            let next = seconds as u64 + PLAIN_SECONDS;
            if self.due.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                let left = seconds * (1.0 - share) / share.max(1e-9);
                eprint_line(&format!("{:3.0}%  {}  {left:.0} s left", 100.0 * share, self.message(seconds)));
            }
        }
    }

    fn interrupted(&self) -> bool {
        interrupt::asked()
    }
}
