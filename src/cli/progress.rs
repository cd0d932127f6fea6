//! Progress on stderr: rate and time left; nothing where nobody watches.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
    /// Whether it is still to be said that this will take long.
    foretells: AtomicBool,
}

/// Has Ctrl-C answered beside the bar, where there is one.
pub(super) fn answer_interruption(mode: Mode, bar: &ProgressBar) {
    let bar = bar.clone();
    match mode {
        Mode::Never => interrupt::answer_with(|_| ()),
        _ if bar.is_hidden() => interrupt::answer_with(eprint_line),
        _ => interrupt::answer_with(move |answer| bar.println(answer)),
    }
}

/// Plain lines come after so many seconds,
const PLAIN_AFTER: u64 = 1;
/// and then as many apart.
const PLAIN_SECONDS: u64 = 5;
/// After so long it can be told how long the rest takes,
const FORETELL_AFTER: f64 = 2.0;
/// and it is said where that is longer than this.
const FORETELL_ABOVE: f64 = 120.0;

/// A time that is left, to two figures at most: nobody knows it better.
pub(super) fn left(seconds: f64) -> String {
    let units = [("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0), ("second", 1.0)];
    let (name, unit) = units.into_iter().find(|(_, unit)| seconds >= 1.5 * unit).unwrap_or(units[3]);
    let count = seconds / unit;
    if count >= 1000.0 {
        return format!("{} {name}s", short(count));
    }
    let plural = if count.round() == 1.0 { "" } else { "s" };
    format!("{count:.0} {name}{plural}")
}

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
            due: AtomicU64::new(PLAIN_AFTER),
            budget: networks.saturating_mul(u64::from(epochs)),
            net_epochs: AtomicU64::new(0),
            settled: AtomicU64::new(0),
            networks: AtomicU64::new(0),
            foretells: AtomicBool::new(mode != Mode::Never),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        interrupt::answer_no_more();
        self.bar.finish_and_clear();
    }

    /// Says what was begun, where it is a matter of minutes or days.
    fn foretell(&self, seconds: f64) {
        if seconds > FORETELL_ABOVE {
            let line =
                format!("This takes about {} at this rate; Ctrl-C ends it and tells what is known", left(seconds));
            if self.bar.is_hidden() { eprint_line(&line) } else { self.bar.println(line) }
        }
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
        let rest = seconds * (1.0 - share) / share.max(1e-300);
        let foretells = seconds >= FORETELL_AFTER && share > 0.0 && !self.interrupted();
        if foretells && self.foretells.swap(false, Ordering::Relaxed) {
            self.foretell(rest);
        }
        let due = self.due.load(Ordering::Relaxed);
        if self.plain && seconds as u64 >= due {
            let next = seconds as u64 + PLAIN_SECONDS;
            if self.due.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                eprint_line(&format!("{:3.0}%  {}  {} left", 100.0 * share, self.message(seconds), left(rest)));
            }
        }
    }

    fn interrupted(&self) -> bool {
        interrupt::asked()
    }
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn what_is_left_is_told_in_units_that_one_can_imagine() {
        for (seconds, words) in [
            (0.2, "0 seconds"),
            (1.2, "1 second"),
            (80.0, "80 seconds"),
            (100.0, "2 minutes"),
            (5_000.0, "83 minutes"),
            (5_500.0, "2 hours"),
            (1.2e6, "14 days"),
            (8.64e9, "1.00e5 days"),
        ] {
            assert_eq!(left(seconds), words);
        }
    }
}
