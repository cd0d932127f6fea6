//! Time to solve: the curve, its median, restarts.

use std::collections::BTreeMap;

use basins::outcome::Tally;
use basins::stats::{Restart, Survival};

use super::{LEVEL, assert_caught, assert_covers, halved, problem, train, uniform};

/// A quarter never solves; the others at epochs 1 to 90, uniformly.
fn quarter_stuck(u: f64) -> Option<u32> {
    (u < 0.75).then(|| 1 + (u / 0.75 * 90.0) as u32)
}

fn survival(tally: &Tally, epochs: u32) -> Survival {
    Survival::of(tally.solved_epochs(), &tally.watched_until(epochs), LEVEL)
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
