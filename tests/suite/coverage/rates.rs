//! Shares, differences of shares, and means.

use std::collections::HashMap;

use basins::backend::{Driver, Mock};
use basins::outcome::{Fate, Kind};
use basins::reproduce::Measured;
use basins::spec::{Init, Population, Spec};
use basins::stats::{Interval, Pairs, RateMethod, confidence_sequence, paired, two_sample, wilson};
use basins::study::verify::Agreement;
use basins::study::{MapPlan, MapStart, MapStudy, RunStudy, Unsolved};

use super::{LEVEL, REPETITIONS, assert_caught, assert_covers, halved, problem, solved, uniform};

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

#[test]
fn a_confidence_sequence_survives_repeated_looks() {
    let rate = 0.9;
    // Populations meet the same counts again and again.
    let mut known = HashMap::new();
    let mut sequence = |k: u64, n: u64| *known.entry((k, n)).or_insert_with(|| confidence_sequence(k, n, LEVEL));
    let always = |seed: u64, interval: &mut dyn FnMut(u64, u64) -> Interval| {
        let mut solved = 0;
        (0..2_000u64).all(|network| {
            solved += u64::from(uniform(seed, network) < rate);
            let look = network >= 20 && network.is_multiple_of(10);
            !look || interval(solved, network + 1).covers(rate)
        })
    };
    assert_covers("confidence sequence, 198 looks", |r| always(r, &mut sequence));
    assert_covers("confidence sequence where successes are rare", |r| {
        let mut solved = 0;
        (0..500u64).all(|network| {
            solved += u64::from(uniform(r, network) < 0.004);
            sequence(solved, network + 1).covers(0.004)
        })
    });
    assert_caught("wilson, 198 looks", |r| always(r, &mut |k, n| wilson(k, n, LEVEL)));
}

/// The row of a fate in the table of those not solved, where shares are small and the truth is another each time: Wilson's
/// intervals hold their level on average over rates.
#[test]
fn intervals_of_a_fate_cover_its_share() {
    let problem = problem(100);
    let row = |r: u64| {
        // From one network in 2,000 to a half, even in the logarithm.
        let stuck = 0.0005 * 1000f64.powf(uniform(r, u64::MAX));
        let mut backend = Mock::new(move |network| (uniform(r, network) >= stuck).then_some(10));
        let study = RunStudy { examine_per_fate: 0, ..RunStudy::new(&problem, Population::new(0, 400, r).unwrap()) };
        let answer = study.run(&mut Driver::new(&mut backend)).unwrap();
        // A fate that nobody met has no row; its interval would be that of none.
        let row = answer.fates().into_iter().find(|row| row.kind == Kind::whole(Fate::AllHalf));
        (row.map_or_else(|| wilson(0, 400, LEVEL), |row| row.interval), stuck)
    };
    assert_covers("share of a fate", |r| row(r).0.covers(row(r).1));
    assert_caught("half of it", |r| halved(row(r).0).covers(row(r).1));
}

/// `--continue-unsolved`: the share of the unsolved that are solved later.
#[test]
fn intervals_of_escapes_cover() {
    let problem = problem(100);
    let networks: Vec<(u64, Kind)> = (0..120).map(|network| (network, Kind::whole(Fate::AllHalf))).collect();
    let escapes = |r: u64| {
        let unsolved = Unsolved { problem: &problem, seed: r, starts: None, networks: &networks, count: 120 };
        let mut backend = Mock::new(move |position| (uniform(r, position) < 0.15).then_some(150));
        unsolved.continue_to(2, &mut Driver::new(&mut backend)).unwrap().rows[0].interval
    };
    assert_covers("escapes", |r| escapes(r).covers(0.15));
    assert_caught("half of it", |r| halved(escapes(r)).covers(0.15));
}

/// `map --pixel` with several networks.
#[test]
fn intervals_of_a_pixel_cover() {
    let spec = Spec { init: Init::Uniform(1.0), epochs: 100, ..Spec::default() };
    let axes = ["init=0.1..1", "lr=0.1..1"].map(|axis| axis.parse().unwrap());
    let plan = MapPlan::new(&spec, axes, (2, 2), MapStart::Each { seed: 0, first: 0 }, Vec::new()).unwrap();
    let plan = plan.with_starts(64).unwrap();
    let pixel = |r: u64| {
        let mut backend = Mock::new(move |network| (uniform(r, network) < 0.8).then_some(10));
        MapStudy { plan: &plan, shard: None }.pixel(&mut Driver::new(&mut backend), (1, 1)).unwrap().interval()
    };
    assert_covers("share solved of a pixel", |r| pixel(r).covers(0.8));
    assert_caught("half of it", |r| halved(pixel(r)).covers(0.8));
}

/// `verify`: the share of networks whose fates differ.
#[test]
fn intervals_of_differing_fates_cover() {
    let agreement = |r: u64| {
        let differing = (0..2_000).filter(|network| uniform(r, *network) < 0.004).count() as u64;
        let fates = [((Fate::Solved, Fate::Solved), 2_000 - differing), ((Fate::Solved, Fate::Descending), differing)];
        let device = basins::backend::DeviceInfo::cpu("mock");
        let agreement = Agreement { backend: "mock", device, fates: fates.into(), weights: Vec::new() };
        agreement.differing_share().1
    };
    assert_covers("share of differing fates", |r| agreement(r).covers(0.004));
    assert_caught("half of it", |r| halved(agreement(r)).covers(0.004));
}

/// `reproduce`: shares, one in so many, and means.
#[test]
fn intervals_of_reproductions_cover() {
    let share = |r: u64| Measured::Share { successes: solved(r, 300, 0.3), trials: 300 }.interval().unwrap();
    assert_covers("share of a reproduction", |r| share(r).covers(0.3));
    let one_in = |r: u64| Measured::OneIn { successes: solved(r, 1_000, 0.02), trials: 1_000 }.interval().unwrap();
    assert_covers("one in fifty", |r| one_in(r).covers(50.0));
    assert_caught("half of it", |r| halved(one_in(r)).covers(50.0));
    // Epochs to solve are skewed: exponential, of mean 100 behind 20.
    let mean = |r: u64| {
        let epochs = (0..300).map(|network| (20.0 - 100.0 * uniform(r, network).ln(), 1));
        Measured::mean_of(epochs).interval().unwrap()
    };
    assert_covers("mean epochs", |r| mean(r).covers(120.0));
    assert_caught("half of it", |r| halved(mean(r)).covers(120.0));
}
