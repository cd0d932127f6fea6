//! `--until-width`: coverage and networks of rules that stop on the width of an interval, by exact calculation: the
//! probabilities of all counts at a look are carried on to the looks that the rule chooses next.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use basins::backend::{Driver, Mock};
use basins::spec::Population;
use basins::stats::{Interval, RateMethod, UntilWidth, clopper_pearson, wilson, wilson_trials};
use basins::study::{RunState, RunStudy};

use super::{LEVEL, problem, uniform};

/// What is asked of the rule.
const LEAST: f64 = 0.945;
/// Paths rarer than this are given up, and count as not covered.
const RARE: f64 = 1e-8;
/// More trials than any rule here needs.
const MOST: u64 = 1 << 22;

/// When to look next after so many successes of so many trials, and the interval at the end.
struct Rule<'a> {
    next_look: Box<dyn Fn(u64, u64) -> Option<u64> + 'a>,
    interval: Box<dyn Fn(u64, u64) -> Interval + 'a>,
    known: RefCell<HashMap<(u64, u64), Option<u64>>>,
}

impl<'a> Rule<'a> {
    fn new(next_look: impl Fn(u64, u64) -> Option<u64> + 'a, interval: impl Fn(u64, u64) -> Interval + 'a) -> Self {
        Self { next_look: Box::new(next_look), interval: Box::new(interval), known: RefCell::default() }
    }

    fn of(width: f64) -> Self {
        let (rule, same) = (UntilWidth::new(width, LEVEL, false), UntilWidth::new(width, LEVEL, false));
        Self::new(move |k, n| rule.next_look(k, n, MOST), move |k, n| same.interval(k, n))
    }

    /// Looks after every trial, from the first on.
    fn naive(width: f64, interval: fn(u64, u64, f64) -> Interval) -> Self {
        let narrow = move |k, n| n > 0 && interval(k, n, LEVEL).width() <= width;
        Self::new(move |k, n| (!narrow(k, n)).then_some(n + 1), move |k, n| interval(k, n, LEVEL))
    }

    /// How often the interval at the end covers the rate, and how many trials that takes on average.
    fn at(&self, rate: f64) -> (f64, f64) {
        let mut looks: BTreeMap<u64, BTreeMap<u64, f64>> = [(0, [(0, 1.0)].into())].into();
        let (mut covered, mut networks) = (0.0, 0.0);
        while let Some((n, counts)) = looks.pop_first() {
            let mut steps: HashMap<u64, Vec<f64>> = HashMap::new();
            for (k, probability) in counts {
                let next = *self.known.borrow_mut().entry((k, n)).or_insert_with(|| (self.next_look)(k, n));
                let Some(next) = next else {
                    networks += probability * n as f64;
                    covered += if (self.interval)(k, n).covers(rate) { probability } else { 0.0 };
                    continue;
                };
                let step = steps.entry(next).or_insert_with(|| binomial(next - n, rate));
                let reached = looks.entry(next).or_default();
                for (more, share) in (0..).zip(step.iter()).filter(|(_, share)| probability * **share > RARE * 1e-3) {
                    *reached.entry(k + more).or_default() += probability * share;
                }
            }
            looks.values_mut().for_each(|counts| counts.retain(|_, probability| *probability > RARE));
        }
        (covered, networks)
    }
}

/// Probabilities of 0, 1, 2, ... successes, from the likeliest on, without those that are next to nothing.
fn binomial(n: u64, rate: f64) -> Vec<f64> {
    let mode = ((n as f64 + 1.0) * rate).min(n as f64) as u64;
    let odds = rate / (1.0 - rate);
    let up = (mode..n).scan(1.0, |term, k| {
        *term *= (n - k) as f64 / (k + 1) as f64 * odds;
        (*term > 1e-16).then_some(*term)
    });
    let up: Vec<f64> = std::iter::once(1.0).chain(up).collect();
    let down = (1..=mode).rev().scan(1.0, |term, k| {
        *term *= k as f64 / (n - k + 1) as f64 / odds;
        Some(*term)
    });
    let mut all: Vec<f64> = down.collect();
    all.reverse();
    all.extend(up);
    let sum: f64 = all.iter().sum();
    all.iter().map(|term| term / sum).collect()
}

/// Widths with rates: far below the width, where its interval begins to leave out zero, just above the width, where few
/// successes stop a run too early, and up to one half.
const CASES: [(f64, &[f64]); 3] = [
    (0.1, &[0.0001, 0.002, 0.01, 0.05, 0.103, 0.1152, 0.5, 0.8848, 0.99]),
    (0.05, &[0.0001, 0.0015, 0.005, 0.03, 0.0515, 0.0562, 0.0653, 0.12, 0.5]),
    (0.001, &[0.0001, 0.001_08]),
];

#[test]
#[expect(clippy::print_stdout, reason = "the exact shares, for whoever runs with --nocapture")]
fn stopping_on_width_covers_and_costs_little() {
    for (width, rates) in CASES {
        let rule = Rule::of(width);
        for rate in rates {
            let (coverage, networks) = rule.at(*rate);
            let ratio = networks / wilson_trials(*rate, width, LEVEL).unwrap() as f64;
            println!("width {width}, rate {rate}: coverage {coverage:.4}, {networks:.0} networks, {ratio:.3} x Wilson");
            assert!(coverage >= LEAST, "width {width}, rate {rate}: {coverage}");
            assert!(ratio < 1.13, "width {width}, rate {rate}: {ratio} times Wilson's number");
        }
        for edge in [0, 1] {
            let mut n = 0;
            while let Some(next) = (rule.next_look)(edge * n, n) {
                n = next;
            }
            assert!((rule.interval)(edge * n, n).covers(edge as f64));
        }
    }
}

#[test]
fn stopping_without_care_is_caught() {
    let worst = |rule: &Rule<'_>, rates: &[f64]| rates.iter().map(|rate| rule.at(*rate).0).fold(1.0, f64::min);
    assert!(worst(&Rule::naive(CASES[1].0, wilson), CASES[1].1) < LEAST - 0.01);
    // The same looks and the plain interval: at rates just above the width too many runs stop with too few successes.
    let (width, rates) = CASES[0];
    let rule = UntilWidth::new(width, LEVEL, false);
    let plain = Rule::new(|k, n| rule.next_look(k, n, MOST), |k, n| clopper_pearson(k, n, LEVEL));
    assert!(worst(&plain, rates) < LEAST);
}

/// However the work is cut and wherever it is interrupted, a run ends after the same networks.
#[test]
fn where_a_run_stops_depends_on_its_networks_alone() {
    let problem = problem(100);
    let population = Population::new(7, 1_000_000, 0).unwrap();
    let mock = || Mock::new(|network| (uniform(0, network) < 0.3).then_some(10));
    let study = |chunk_limit| RunStudy { until_width: Some(0.04), chunk_limit, ..RunStudy::new(&problem, population) };
    let whole = study(None).run(&mut Driver::new(&mut mock())).unwrap();
    assert!(whole.is_narrow_enough() && !whole.interrupted);
    assert!((1_900..2_300).contains(&whole.tally.networks()), "{}", whole.tally.networks());
    for chunk in [1, 13, 400] {
        // Every state that the run goes through is a place to go on from.
        let mut states: Vec<RunState> = Vec::new();
        let sink = &mut |chunk: basins::study::Delivered<'_>| {
            states.push(chunk.state.clone());
            Ok(())
        };
        let cut = study(Some(chunk)).deliver(&mut Driver::new(&mut mock()), sink).unwrap();
        assert_eq!((&cut.tally, cut.interval()), (&whole.tally, whole.interval()), "in chunks of {chunk}");
        for at in (0..states.len()).step_by(states.len() / 5) {
            let again = study(Some(77)).resume(states[at].clone(), &mut Driver::new(&mut mock()), &mut |_| Ok(()));
            assert_eq!(again.unwrap().tally, whole.tally, "from {} networks on", states[at].tally.networks());
        }
    }
    let anytime = RunStudy { method: RateMethod::Anytime, ..study(None) };
    let anytime = anytime.run(&mut Driver::new(&mut mock())).unwrap();
    assert!(anytime.tally.networks() > 3 * whole.tally.networks(), "a confidence sequence has its price");
}

/// The same where the unsolved networks are trained on: every state on the way is a place to go on from, and what is behind it
/// is not trained again.
#[test]
fn a_second_training_goes_on_where_it_was_interrupted() {
    let population = Population::new(7, 600, 0).unwrap();
    for order in ["batch-mean", "online:shuffled"] {
        let problem = problem(100).with(|spec| spec.update = order.parse().unwrap()).unwrap();
        let mock = || Mock::new(|network| Some(20 + (network as u32 * 37) % 700));
        let study =
            |chunk_limit| RunStudy { continue_factor: Some(4), chunk_limit, ..RunStudy::new(&problem, population) };
        let mut states: Vec<RunState> = Vec::new();
        let whole = study(Some(50)).deliver(&mut Driver::new(&mut mock()), &mut |chunk| {
            assert!(chunk.is_whole);
            states.push(chunk.state.clone());
            Ok(())
        });
        let continued = whole.unwrap().continued.unwrap();
        assert!(!continued.interrupted && continued.rows[0].solved > 0);
        let later = states.iter().filter(|state| state.continued.is_some()).count();
        assert!((8..20).contains(&later), "{order}: {later} states after the budget");
        for state in &states {
            let mut chunks = 0;
            let again = study(Some(50)).resume(state.clone(), &mut Driver::new(&mut mock()), &mut |_| {
                chunks += 1;
                Ok(())
            });
            assert_eq!(again.unwrap().continued.as_ref(), Some(&continued), "{order}");
            let before = states.iter().position(|other| other == state).unwrap();
            assert!(chunks <= states.len() - before, "{order}: {chunks} chunks from state {before} on");
        }
    }
}
