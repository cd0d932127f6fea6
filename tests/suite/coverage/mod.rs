//! The coverage of every interval that the program shows, by simulation: populations of a known truth are drawn again and
//! again, and the interval must contain it as often as it says. Each kind of interval has a wrong twin that must be caught.
//!
//! `rates.rs` shares and their differences, `stopping.rs` runs that stop on a width, `sweeps.rs` comparisons with the best,
//! `power.rs` how often a difference is found, `survival.rs` curves, medians and restarts, `dimension.rs` box counts.

mod dimension;
mod power;
mod rates;
mod stopping;
mod survival;
mod sweeps;

use basins::backend::{Driver, Mock};
use basins::outcome::Tally;
use basins::seed::{Purpose, words};
use basins::spec::{Population, Problem, Spec};
use basins::stats::{Interval, clopper_pearson};
use basins::study::RunStudy;

pub(super) const LEVEL: f64 = 0.95;
pub(super) const REPETITIONS: u64 = 1_000;

/// How far below its level an approximate interval's coverage may lie.
const SLACK: f64 = 0.01;

/// Whether covering so many of so many repetitions is too few for the level: even the upper end of the share's 99.9%
/// interval lies below it.
pub(super) fn covers_too_rarely(covered: u64, repetitions: u64) -> bool {
    clopper_pearson(covered, repetitions, 0.999).high < LEVEL - SLACK
}

/// How often `covered` says yes.
#[expect(clippy::print_stdout, reason = "the measured share, for whoever runs with --nocapture")]
fn coverage(name: &str, mut covered: impl FnMut(u64) -> bool) -> u64 {
    let count = (0..REPETITIONS).filter(|repetition| covered(*repetition)).count() as u64;
    println!("{name}: {:.3}", count as f64 / REPETITIONS as f64);
    count
}

#[track_caller]
pub(super) fn assert_covers(name: &str, covered: impl FnMut(u64) -> bool) {
    let count = coverage(name, covered);
    assert!(!covers_too_rarely(count, REPETITIONS), "{name} covers {count} of {REPETITIONS}");
}

#[track_caller]
pub(super) fn assert_caught(name: &str, covered: impl FnMut(u64) -> bool) {
    let count = coverage(name, covered);
    assert!(covers_too_rarely(count, REPETITIONS), "{name} is wrong and passes: {count} of {REPETITIONS}");
}

/// A uniform number of a network's own.
pub(super) fn uniform(seed: u64, network: u64) -> f64 {
    (f64::from(words(seed, network, Purpose::Start, 0)[0]) + 0.5) / 2f64.powi(32)
}

pub(super) fn problem(epochs: u32) -> Problem {
    Spec { epochs, ..Spec::default() }.problem().unwrap()
}

/// Trains networks of which `solve` says when they are solved, given a uniform number of their own.
pub(super) fn train(problem: &Problem, seed: u64, count: u64, solve: impl Fn(f64) -> Option<u32> + 'static) -> Tally {
    let mut backend = Mock::new(move |network| solve(uniform(seed, network)));
    let population = Population::new(0, count, seed).unwrap();
    RunStudy::new(problem, population).run(&mut Driver::new(&mut backend)).unwrap().tally
}

pub(super) fn solved(seed: u64, count: u64, rate: f64) -> u64 {
    train(&problem(100), seed, count, move |u| (u < rate).then_some(10)).solved()
}

/// The same interval half as wide, about its middle: a wrong twin.
pub(super) fn halved(interval: Interval) -> Interval {
    let (middle, quarter) = (0.5 * (interval.low + interval.high), 0.25 * interval.width());
    Interval { low: middle - quarter, high: middle + quarter, ..interval }
}
