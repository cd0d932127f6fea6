//! Progress on stderr of work that consists of steps: which one, and the time left.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::backend::{Progress, Watch};

use super::interrupt;
use super::print::eprint_line;
use super::progress::{Mode, answer_interruption, left};

/// Work that is expected to take longer is announced, whether anybody watches or not.
const ANNOUNCED_SECONDS: f64 = 20.0;

/// A bar, lines, or nothing; also where Ctrl-C is seen.
pub(super) struct Steps {
    bar: ProgressBar,
    mode: Mode,
    began: Instant,
    /// Steps that are done, and all there are.
    done: AtomicUsize,
    all: AtomicUsize,
    /// Of the step at hand, where that is a training: net-epochs that are settled, and all there are.
    settled: AtomicU64,
    budget: AtomicU64,
}

impl Steps {
    /// Says how long the work takes, where that is long, or somebody watches.
    pub(super) fn new(mode: Mode, what: &str, seconds: f64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(1_000), ProgressDrawTarget::hidden());
        if mode != Mode::Never && (mode.is_shown() || seconds > ANNOUNCED_SECONDS) {
            eprint_line(&format!("{what}: about {}", left(seconds)));
        }
        if mode.draws() {
            let style = ProgressStyle::with_template("{wide_bar} {percent:>3}%  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        answer_interruption(mode, &bar);
        Self {
            bar,
            mode,
            began: Instant::now(),
            done: AtomicUsize::new(0),
            all: AtomicUsize::new(1),
            settled: AtomicU64::new(0),
            budget: AtomicU64::new(0),
        }
    }

    /// The step at hand is a training of so many networks.
    pub(super) fn training(&self, networks: u64, epochs: u32) {
        self.settled.store(0, Ordering::Relaxed);
        self.budget.store(networks.saturating_mul(epochs.into()), Ordering::Relaxed);
    }

    /// Share of the work that is done.
    fn share(&self) -> f64 {
        let (settled, budget) = (self.settled.load(Ordering::Relaxed), self.budget.load(Ordering::Relaxed));
        let part = if budget > 0 { (settled as f64 / budget as f64).min(1.0) } else { 0.0 };
        let (done, all) = (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed).max(1));
        ((done as f64 + part) / all as f64).min(1.0)
    }

    /// Prints beside the bar, which must not be in the way.
    pub(super) fn beside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        interrupt::answer_no_more();
        self.bar.finish_and_clear();
    }

    /// Time that is left, in words, where anything is known of it.
    fn left(&self) -> String {
        let share = self.share();
        let seconds = self.began.elapsed().as_secs_f64();
        if share > 0.0 { format!("  {} left", left(seconds * (1.0 - share) / share)) } else { String::new() }
    }
}

impl Watch for Steps {
    fn note(&self, what: &str) {
        match self.mode {
            Mode::Never => {}
            _ if self.mode.draws() => self.bar.set_message(format!("{what}{}", self.left())),
            Mode::Plain => {
                eprint_line(&format!("{:3.0}%  {what}{}", 100.0 * self.share(), self.left()));
            }
            Mode::Auto => {}
        }
    }

    fn steps(&self, done: usize, all: usize) {
        self.budget.store(0, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
        self.all.store(all, Ordering::Relaxed);
        self.bar.set_position((1_000.0 * self.share()) as u64);
    }

    fn progress(&self, done: Progress) {
        self.settled.fetch_add(done.settled_net_epochs, Ordering::Relaxed);
        self.bar.set_position((1_000.0 * self.share()) as u64);
    }

    fn interrupted(&self) -> bool {
        interrupt::asked()
    }
}
