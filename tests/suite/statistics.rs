//! Statistics against another implementation's values, and the coverage of every interval by simulation: the mock backend
//! trains populations of a known truth, and the interval must contain it as often as it says. Each kind of interval has a
//! wrong twin that must be caught.

use std::collections::BTreeMap;
use std::time::Instant;

use basins::backend::{Mock, Unwatched};
use basins::outcome::Tally;
use basins::seed::{Purpose, words};
use basins::spec::{Population, Problem, Spec};
use basins::stats::{
    Interval, Pairs, Points, RateMethod, Restart, Survival, clopper_pearson, confidence_sequence, looks, paired,
    two_sample, wilson,
};
use basins::study::EscapeStudy;

const LEVEL: f64 = 0.95;
const REPETITIONS: u64 = 1_000;

/// How far below its level an approximate interval's coverage may lie.
const SLACK: f64 = 0.01;

/// Whether covering so many of so many repetitions is too few for the level: even the upper end of the share's 99.9%
/// interval lies below it.
fn covers_too_rarely(covered: u64, repetitions: u64) -> bool {
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
fn assert_covers(name: &str, covered: impl FnMut(u64) -> bool) {
    let count = coverage(name, covered);
    assert!(!covers_too_rarely(count, REPETITIONS), "{name} covers {count} of {REPETITIONS}");
}

#[track_caller]
fn assert_caught(name: &str, covered: impl FnMut(u64) -> bool) {
    let count = coverage(name, covered);
    assert!(covers_too_rarely(count, REPETITIONS), "{name} is wrong and passes: {count} of {REPETITIONS}");
}

/// A uniform number of a network's own.
fn uniform(seed: u64, network: u64) -> f64 {
    (f64::from(words(seed, network, Purpose::Start, 0)[0]) + 0.5) / 2f64.powi(32)
}

fn problem(epochs: u32) -> Problem {
    Spec { epochs, ..Spec::default() }.problem().unwrap()
}

/// Trains networks of which `solve` says when they are solved, given a uniform number of their own.
fn train(problem: &Problem, seed: u64, count: u64, solve: impl Fn(f64) -> Option<u32> + 'static) -> Tally {
    let mut backend = Mock::new(move |network| solve(uniform(seed, network)));
    let population = Population::new(0, count, seed).unwrap();
    let study = EscapeStudy { problem, population, starts: None, keep_weights: false, chunk_limit: None };
    study.run(&mut backend, Instant::now(), &Unwatched, &mut |_, _| Ok(())).unwrap().tally
}

fn solved(seed: u64, count: u64, rate: f64) -> u64 {
    train(&problem(100), seed, count, move |u| (u < rate).then_some(10)).solved()
}

#[derive(serde::Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    k: u64,
    n: u64,
    level: f64,
    wilson: Ends,
    clopper_pearson: Ends,
}

#[derive(serde::Deserialize)]
struct Ends {
    low: f64,
    high: f64,
}

fn golden() -> Vec<Case> {
    serde_json::from_str::<Golden>(include_str!("../golden/intervals.json")).unwrap().cases
}

/// Largest error of the ends, relative to the distance to 0 below and to 1 above.
fn error(interval: Interval, ends: &Ends) -> f64 {
    let relative = |value: f64, expected: f64| {
        let scale = expected.min(1.0 - expected).max(1e-16);
        if value == expected { 0.0 } else { (value - expected).abs() / scale }
    };
    // Next to 1 an f64 has no more than 2^-53 of resolution.
    let near_one = |end: f64| if end > 0.5 { 2f64.powi(-52) / (1.0 - end).max(1e-16) } else { 0.0 };
    let low = (relative(interval.low, ends.low) - near_one(ends.low)).max(0.0);
    let high = (relative(interval.high, ends.high) - near_one(ends.high)).max(0.0);
    low.max(high)
}

#[test]
fn intervals_agree_with_golden_values_up_to_a_thousand_million() {
    let cases = golden();
    assert!(cases.iter().any(|case| case.n == 1_000_000_000 && case.k == 3));
    for case in &cases {
        let (w, c) = (wilson(case.k, case.n, case.level), clopper_pearson(case.k, case.n, case.level));
        assert!(
            error(w, &case.wilson) < 1e-9,
            "wilson {}/{}: {w:?}, off by {:e}",
            case.k,
            case.n,
            error(w, &case.wilson)
        );
        let off = error(c, &case.clopper_pearson);
        assert!(off < 1e-9, "clopper-pearson {}/{}: {c:?}, off by {off:e}", case.k, case.n);
        assert!(error(c, &case.wilson) > 1e-9, "the other method's values must not pass: {}/{}", case.k, case.n);
    }
}

#[test]
fn intervals_of_a_rate_cover_it() {
    for (at, rate) in [0.03, 0.5, 0.987].into_iter().enumerate() {
        for method in RateMethod::ALL {
            assert_covers(&format!("{method} at {rate}"), |r| {
                method.interval(solved(1000 * at as u64 + r, 300, rate), 300, LEVEL).covers(rate)
            });
        }
        assert_caught(&format!("wilson of level 0.85 at {rate}"), |r| {
            wilson(solved(1000 * at as u64 + r, 300, rate), 300, 0.85).covers(rate)
        });
    }
    // Wald's interval, the one of school books, near 1.
    assert_caught("wald at 0.987", |r| {
        let p = solved(2000 + r, 300, 0.987) as f64 / 300.0;
        (p - 0.987).abs() <= 1.96 * (p * (1.0 - p) / 300.0).sqrt()
    });
}

#[test]
fn intervals_of_a_difference_cover_it() {
    let (first, second) = (0.7, 0.8);
    assert_covers("newcombe", |r| {
        let counts = (solved(r, 200, first), solved(r + REPETITIONS, 250, second));
        two_sample((counts.0, 200), (counts.1, 250), LEVEL).interval.covers(second - first)
    });
    // The same networks: u < 0.65 solves under both, up to 0.7 under the first alone, up to 0.85 under the second alone.
    let pairs = |seed: u64| {
        let mut pairs = Pairs::default();
        for network in 0..200 {
            match uniform(seed, network) {
                u if u < 0.65 => pairs.both += 1,
                u if u < 0.70 => pairs.first_only += 1,
                u if u < 0.85 => pairs.second_only += 1,
                _ => pairs.neither += 1,
            }
        }
        pairs
    };
    assert_covers("newcombe paired", |r| paired(pairs(r), LEVEL).interval.covers(0.1));
    assert_caught("newcombe with half the second sample's spread", |r| {
        let counts = (solved(r, 200, first), solved(r + REPETITIONS, 250, second));
        two_sample((counts.0 * 2, 400), (counts.1 * 2, 500), LEVEL).interval.covers(second - first)
    });
    // Under no difference a p-value below 0.05 must come in at most about 5 of 100.
    assert_covers("p-value of equal rates", |r| {
        let counts = (solved(r, 200, first), solved(r + REPETITIONS, 200, first));
        two_sample((counts.0, 200), (counts.1, 200), LEVEL).p_value > 0.05
    });
    assert_covers("mid-p of equal rates", |r| {
        let p = pairs(r);
        let discordant = p.first_only + p.second_only;
        let first_only = (0..discordant).filter(|at| uniform(r + 77_777, *at) < 0.5).count() as u64;
        paired(Pairs { first_only, second_only: discordant - first_only, ..p }, LEVEL).p_value > 0.05
    });
}

/// A quarter never solves; the others at epochs 1 to 90, uniformly.
fn quarter_stuck(u: f64) -> Option<u32> {
    (u < 0.75).then(|| 1 + (u / 0.75 * 90.0) as u32)
}

fn survival(tally: &Tally, epochs: u32) -> Survival {
    Survival::of(tally.solved_epochs(), &[(epochs, tally.networks() - tally.solved())].into(), LEVEL)
}

#[test]
fn a_known_survival_gives_the_known_curve_and_cut_off() {
    // 1,000 networks: one in ten solves in epoch 5, six in ten in epoch 50, the others never.
    let problem = problem(1_000);
    let mut backend = Mock::new(|network| match network % 10 {
        0 => Some(5),
        1..=6 => Some(50),
        _ => None,
    });
    let study = EscapeStudy {
        problem: &problem,
        population: Population::new(0, 1_000, 0).unwrap(),
        starts: None,
        keep_weights: false,
        chunk_limit: Some(7),
    };
    let answer = study.run(&mut backend, Instant::now(), &Unwatched, &mut |_, _| Ok(())).unwrap();
    let curve = survival(&answer.tally, 1_000);
    let shares: Vec<(u32, f64)> = curve.steps.iter().map(|step| (step.epoch, step.unsolved)).collect();
    assert_eq!(shares.len(), 2);
    assert!((shares[0].1 - 0.9).abs() < 1e-12 && (shares[1].1 - 0.3).abs() < 1e-12, "{shares:?}");
    assert_eq!(curve.median().epoch, Some(50));
    let restart = Restart::of(&curve).unwrap();
    // Cut at 5: 5 / 0.1 = 50 epochs. At 50: (5 + 0.9 * 45) / 0.7 = 65. At 1,000: (45.5 + 0.3 * 950) / 0.7.
    assert_eq!(restart.best.epoch, 5);
    assert!((restart.best.expected_epochs - 50.0).abs() < 1e-9);
    assert!((restart.at_budget.expected_epochs - 330.5 / 0.7).abs() < 1e-9);
    assert!((restart.never_solved - 0.3).abs() < 1e-12);
    assert!(Restart::of(&Survival::of(&BTreeMap::new(), &[(10, 5)].into(), LEVEL)).is_none());
}

#[test]
fn survival_intervals_cover() {
    let problem = problem(100);
    let curve = move |seed: u64| survival(&train(&problem, seed, 150, quarter_stuck), 100);
    // After 60 epochs 60/90 of three quarters are solved; the median is the first epoch with at least half solved.
    assert_covers("greenwood log-log at 60", |r| curve(r).interval_after(60).covers(0.5));
    assert_covers("brookmeyer-crowley", |r| {
        let median = curve(r).median();
        median.low.is_some_and(|low| low <= 60) && median.high.is_none_or(|high| high >= 60)
    });
    assert_covers("restart at the budget", |r| {
        // E min(T, 100) = 0.75 * 45.5 + 0.25 * 100.
        Restart::of(&curve(r)).unwrap().at_budget.interval.covers((0.75 * 45.5 + 25.0) / 0.75)
    });
    assert_caught("greenwood with twice the networks", |r| {
        let honest = curve(r);
        let solved = honest.steps.iter().map(|step| (step.epoch, 3 * step.solved)).collect::<BTreeMap<_, _>>();
        let rest = 3 * (150 - honest.steps.iter().map(|step| step.solved).sum::<u64>());
        Survival::of(&solved, &[(100, rest)].into(), LEVEL).interval_after(60).covers(0.5)
    });
}

#[test]
fn survival_intervals_cover_under_censoring() {
    // Each network is watched until an epoch of its own only, as after an interruption.
    let curve = |seed: u64| {
        let (mut solved, mut watched) = (BTreeMap::new(), BTreeMap::new());
        for network in 0..150 {
            let until = 20 + (uniform(seed + 5_000_000, network) * 160.0) as u32;
            match quarter_stuck(uniform(seed, network)) {
                Some(epoch) if epoch <= until => *solved.entry(epoch).or_default() += 1,
                _ => *watched.entry(until.min(100)).or_default() += 1,
            }
        }
        Survival::of(&solved, &watched, LEVEL)
    };
    assert_covers("greenwood log-log under censoring", |r| curve(r).interval_after(60).covers(0.5));
    assert_covers("restart under censoring", |r| {
        Restart::of(&curve(r)).unwrap().at_budget.interval.covers((0.75 * 45.5 + 25.0) / 0.75)
    });
    assert_caught("censored networks taken as unsolved for good", |r| {
        let honest = curve(r);
        let solved = honest.steps.iter().map(|step| (step.epoch, step.solved)).collect::<BTreeMap<_, _>>();
        let rest = 150 - solved.values().sum::<u64>();
        Survival::of(&solved, &[(100, rest)].into(), LEVEL).interval_after(60).covers(0.5)
    });
}

#[test]
fn a_confidence_sequence_survives_repeated_looks() {
    let rate = 0.9;
    let always = |seed: u64, interval: &dyn Fn(u64, u64) -> Interval| {
        let mut solved = 0;
        (0..2_000u64).all(|network| {
            solved += u64::from(uniform(seed, network) < rate);
            let look = network >= 20 && network.is_multiple_of(10);
            !look || interval(solved, network + 1).covers(rate)
        })
    };
    assert_covers("confidence sequence, 198 looks", |r| always(r, &|k, n| confidence_sequence(k, n, LEVEL)));
    assert_caught("wilson, 198 looks", |r| always(r, &|k, n| wilson(k, n, LEVEL)));
}

#[test]
fn looks_begin_where_the_width_can_first_be_reached() {
    let numbers: Vec<u64> = looks(0.01, LEVEL, 50_000).collect();
    let first = numbers[0];
    assert!(confidence_sequence(0, first, LEVEL).width() <= 0.01);
    assert!(confidence_sequence(0, first - 1, LEVEL).width() > 0.01);
    assert_eq!(numbers.last(), Some(&50_000));
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1] && pair[1] <= pair[0] + pair[0] / 10 + 1));
}

/// Mandelbrot's percolation: each square is quartered, each quarter kept with probability p, and so on. What is left has
/// dimension 2 + log2 p.
fn percolation(seed: u64, side_log: u32, p: f64) -> Points {
    let side = 1usize << side_log;
    let kept = |level: u32, x: usize, y: usize| {
        let cell = ((level as u64) << 40) | ((y as u64) << 20) | x as u64;
        uniform(seed, cell) < p
    };
    Points::new(side, side, |x, y| {
        (1..=side_log).all(|level| kept(level, x >> (side_log - level), y >> (side_log - level)))
    })
}

#[test]
fn the_dimension_of_a_random_fractal_is_covered() {
    let p = 0.85f64;
    let truth = 2.0 + p.log2();
    let repetitions = 200;
    let mut counts = [0, 0];
    for seed in 0..repetitions {
        let dimension = percolation(seed, 7, p).dimension(LEVEL).unwrap();
        counts[0] += u64::from(dimension.interval.covers(truth));
        let half = 0.25 * dimension.interval.width();
        counts[1] += u64::from((dimension.estimate - truth).abs() <= half);
    }
    assert!(!covers_too_rarely(counts[0], repetitions), "covers {} of {repetitions}", counts[0]);
    assert!(covers_too_rarely(counts[1], repetitions), "half as wide an interval passes: {}", counts[1]);
}
