//! Time to solve: the curve, its median, restarts.

use std::collections::BTreeMap;

use basins::outcome::Tally;
use basins::seed::{Purpose, Stream};
use basins::stats::{EpochInterval, Restart, Survival, SurvivalStep, cut_off_interval};

use super::{LEVEL, assert_caught, assert_covers, halved, problem, train, uniform};

/// A quarter never solves; the others at epochs 1 to 90, uniformly.
fn quarter_stuck(u: f64) -> Option<u32> {
    (u < 0.75).then(|| 1 + (u / 0.75 * 90.0) as u32)
}

fn survival(tally: &Tally, epochs: u32) -> Survival {
    Survival::of(&tally.solved_epochs(), &tally.watched_until(epochs), LEVEL)
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

/// Each network is watched until an epoch of its own only, as after an interruption.
fn censored(seed: u64, count: u64) -> Survival {
    let (mut solved, mut watched) = (BTreeMap::new(), BTreeMap::new());
    for network in 0..count {
        let until = 20 + (uniform(seed + 5_000_000, network) * 160.0) as u32;
        match quarter_stuck(uniform(seed, network)) {
            Some(epoch) if epoch <= until => *solved.entry(epoch).or_default() += 1,
            _ => *watched.entry(until.min(100)).or_default() += 1,
        }
    }
    Survival::of(&solved, &watched, LEVEL)
}

#[test]
fn survival_intervals_cover_under_censoring() {
    let curve = |seed: u64| censored(seed, 150);
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

/// Whether a band contains 1 - F at every epoch: at the steps, and just before the next one.
fn contains(curve: &Survival, ends: fn(&SurvivalStep) -> (f64, f64), start: f64, truth: impl Fn(u32) -> f64) -> bool {
    let next = curve.steps.iter().skip(1).map(|step| step.epoch - 1).chain([100]);
    let before = curve.steps.first().is_none_or(|step| start <= truth(step.epoch - 1));
    before
        && curve.steps.iter().zip(next).all(|(step, next)| {
            let (low, high) = ends(step);
            (low..=high).contains(&truth(step.epoch)) && (low..=high).contains(&truth(next))
        })
}

#[test]
fn bands_of_the_whole_curve_cover_it() {
    let problem = problem(100);
    let whole: fn(&SurvivalStep) -> (f64, f64) = |step| (step.band_low, step.band_high);
    let pointwise: fn(&SurvivalStep) -> (f64, f64) = |step| (step.low, step.high);
    // So many of all solve in the end, at epochs 1 to 90 alike.
    for share in [0.04, 0.3, 0.75, 1.0] {
        let truth = move |epoch: u32| 1.0 - share * (f64::from(epoch) / 90.0).min(1.0);
        let solve = move |u: f64| (u < share).then(|| 1 + (u / share * 90.0) as u32);
        let curve = |r: u64| survival(&train(&problem, r, 150, solve), 100);
        assert_covers(&format!("hall-wellner, {share} solved"), |r| {
            let curve = curve(r);
            contains(&curve, whole, 1.0 - curve.band_half_width, truth)
        });
        assert_caught(&format!("the pointwise band, {share} solved"), |r| contains(&curve(r), pointwise, 1.0, truth));
    }
    // Watched until an epoch of their own only.
    let truth = |epoch: u32| 1.0 - 0.75 * (f64::from(epoch) / 90.0).min(1.0);
    let curve = |seed: u64| censored(seed, 250);
    assert_covers("hall-wellner under censoring", |r| {
        let curve = curve(r);
        contains(&curve, whole, 1.0 - curve.band_half_width, truth)
    });
    assert_caught("the pointwise band under censoring", |r| contains(&curve(r), pointwise, 1.0, truth));
}

/// Three in ten solve by epoch 20, four more by 100: giving up after 20 is best.
fn early_or_late(u: f64) -> Option<u32> {
    match u {
        u if u < 0.3 => Some(1 + (u / 0.3 * 20.0) as u32),
        u if u < 0.7 => Some(21 + ((u - 0.3) / 0.4 * 80.0) as u32),
        _ => None,
    }
}

/// The cut-off is picked by the same networks that say what it costs, which makes the cost come out low.
#[test]
fn the_interval_of_the_best_restart_covers() {
    let problem = problem(100);
    // E min(T, 20) = 0.3 * 10.5 + 0.7 * 20.
    let truth = (0.3 * 10.5 + 0.7 * 20.0) / 0.3;
    let best = |r: u64| Restart::of(&survival(&train(&problem, r, 400, early_or_late), 100)).unwrap().best;
    assert_covers("restart at the best cut-off", |r| best(r).interval.covers(truth));
    assert_caught("half of it", |r| halved(best(r).interval).covers(truth));
}

/// One in ten never solves; of the others every second is solved about epoch 30, the rest later and later.
fn two_humps(u: f64) -> Option<u32> {
    match u {
        u if u < 0.45 => Some(10 + (60.0 * (u / 0.45).powf(0.7) * (1.0 - 0.3 * u)) as u32),
        u if u < 0.9 => Some(20 + (380.0 * ((u - 0.45) / 0.45).powi(2)) as u32),
        _ => None,
    }
}

#[test]
fn the_interval_of_the_best_cut_off_covers() {
    let problem = problem(500);
    let count = 300;
    let best = |tally: &Tally| Restart::of(&survival(tally, 500)).unwrap().best.epoch;
    let evenly: BTreeMap<u32, u64> = (0..1_000_000).filter_map(|at| two_humps((f64::from(at) + 0.5) * 1e-6)).fold(
        BTreeMap::new(),
        |mut counts, epoch| {
            *counts.entry(epoch).or_default() += 1;
            counts
        },
    );
    let rest = 1_000_000 - evenly.values().sum::<u64>();
    let truth = Restart::of(&Survival::of(&evenly, &[(500, rest)].into(), LEVEL)).unwrap().best.epoch;
    let interval = |r: u64| {
        let tally = train(&problem, r, count, two_humps);
        let mut random = Stream::new(r, 0, Purpose::Bootstrap);
        let unsolved = tally.networks() - tally.solved();
        cut_off_interval(&tally.solved_epochs(), unsolved, best(&tally), LEVEL, &mut random).unwrap()
    };
    let ends =
        |interval: EpochInterval| [interval.low, interval.epoch, interval.high].map(|end| f64::from(end.unwrap()));
    assert_covers("best cut-off", |r| {
        let [low, _, high] = ends(interval(r));
        (low..=high).contains(&f64::from(truth))
    });
    assert_caught("a third of it", |r| {
        let [low, best, high] = ends(interval(r));
        (best - (best - low) / 3.0..=best + (high - best) / 3.0).contains(&f64::from(truth))
    });
}

#[test]
fn medians_and_restarts_half_as_wide_are_caught() {
    let problem = problem(100);
    let curve = move |seed: u64| survival(&train(&problem, seed, 150, quarter_stuck), 100);
    assert_caught("half of brookmeyer-crowley", |r| {
        let median = curve(r).median();
        let [epoch, low, high] = [median.epoch, median.low, median.high].map(|end| f64::from(end.unwrap_or(100)));
        (0.5 * (epoch + low)..=0.5 * (epoch + high)).contains(&60.0)
    });
    assert_caught("half of the restart at the budget", |r| {
        halved(Restart::of(&curve(r)).unwrap().at_budget.interval).covers((0.75 * 45.5 + 25.0) / 0.75)
    });
}
