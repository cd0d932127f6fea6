//! Sweeps over settings that do not differ, or differ by a known amount: how often some difference is called significant,
//! how often all intervals cover, how often the best is among those that may be.

use basins::backend::{Driver, Mock};
use basins::spec::{Population, Spec, Vary};
use basins::stats::{RateMethod, holm, two_sample};
use basins::study::{Comparison, Sweep, SweepPlan, SweepStudy};

use super::{LEVEL, covers_too_rarely, uniform};

const NETWORKS: u64 = 150;

/// A sweep of which `solve` says whether a network of a point is solved.
fn sweep(plan: &SweepPlan, seed: u64, solve: impl Fn(u64, u64) -> bool + 'static) -> Sweep {
    let spec = Spec { epochs: 100, ..Spec::default() };
    let study = SweepStudy {
        spec: &spec,
        plan,
        population: Population::new(0, NETWORKS, seed).unwrap(),
        asked: NETWORKS,
        method: RateMethod::Wilson,
        until_width: None,
        against: None,
        chunk_seconds: None,
    };
    let mut mock = Mock::new(move |place| solve(place / NETWORKS, place % NETWORKS).then_some(10));
    study.run(&mut Driver::new(&mut mock)).unwrap()
}

/// So many points: rates keep the starts, so that networks are pairs; widths of the starts do not.
fn plan(points: u64, paired: bool) -> SweepPlan {
    let values: Vec<String> =
        (1..=points).map(|at| if paired { format!("0.{at:02}") } else { format!("uniform:{at}") }).collect();
    let vary: Vary = format!("{}={}", if paired { "lr" } else { "init" }, values.join(",")).parse().unwrap();
    SweepPlan::new(&Spec::default(), &[vary], 0).unwrap()
}

/// A network's own number at a point: with pairs six in ten have the same at all points.
fn draw(seed: u64, paired: bool, point: u64, network: u64) -> f64 {
    let common = paired && uniform(seed + 40_000_000, network) < 0.6;
    uniform(seed, if common { network } else { (point + 1) * 1_000_000 + network })
}

fn comparisons(sweep: &Sweep) -> Vec<Comparison> {
    sweep.points.iter().filter_map(|point| point.comparison).collect()
}

#[track_caller]
fn assert_share(name: &str, right: &[bool], must_hold: bool) {
    let count = right.iter().filter(|right| **right).count() as u64;
    let too_rarely = covers_too_rarely(count, right.len() as u64);
    assert!(too_rarely != must_hold, "{name}: {count} of {}", right.len());
}

#[test]
fn sweeps_without_a_difference_find_none() {
    for (points, repetitions, paired) in [(5, 4_000, true), (5, 4_000, false), (20, 400, true), (20, 400, false)] {
        let plan = plan(points, paired);
        let mut found: [Vec<bool>; 4] = Default::default();
        for seed in 0..repetitions {
            let sweep = sweep(&plan, seed, move |point, network| draw(seed, paired, point, network) < 0.8);
            let compared = comparisons(&sweep);
            assert_eq!(compared[0].difference.test == "McNemar mid-p", paired);
            found[0].push(compared.iter().all(|comparison| comparison.adjusted_p > 1.0 - LEVEL));
            found[1].push(compared.iter().all(|comparison| comparison.difference.interval.covers(0.0)));
            // What was done before: each against the best as if that had been named.
            let p_values: Vec<f64> = compared.iter().map(|comparison| comparison.difference.p_value).collect();
            found[2].push(holm(&p_values).iter().all(|p| *p > 1.0 - LEVEL));
            let best = sweep.points[sweep.against].tally.solved();
            let by_itself = |solved| two_sample((best, NETWORKS), (solved, NETWORKS), LEVEL).interval.covers(0.0);
            found[3].push(sweep.points.iter().all(|point| by_itself(point.tally.solved())));
        }
        let name = |what| format!("{what}, {points} points, paired {paired}");
        assert_share(&name("adjusted p-values"), &found[0], true);
        assert_share(&name("intervals together"), &found[1], true);
        assert_share(&name("holm with the best"), &found[2], false);
        if !paired {
            assert_share(&name("intervals each by itself"), &found[3], false);
        }
    }
}

#[test]
fn the_best_is_among_those_that_may_be() {
    for paired in [true, false] {
        let plan = plan(6, paired);
        let sweeps = (0..1_000).map(|seed| {
            // The fourth point is the best by a little.
            let solve = move |point, network| draw(seed, paired, point, network) < if point == 3 { 0.84 } else { 0.8 };
            (seed, sweep(&plan, seed, solve))
        });
        let sweeps: Vec<Sweep> = sweeps.map(|(_, sweep)| sweep).collect();
        let held: Vec<bool> = sweeps.iter().map(|sweep| sweep.may_be_best().contains(&3)).collect();
        assert_share("the best among those that may be", &held, true);
        let highest: Vec<bool> = sweeps.iter().map(|sweep| sweep.against == 3).collect();
        assert_share("the highest rate alone", &highest, false);
        // A point as far below as three tenths is never among them.
        let far =
            sweep(&plan, 1, move |point, network| draw(1, paired, point, network) < if point == 0 { 0.5 } else { 0.8 });
        assert!(!far.may_be_best().contains(&0) && far.may_be_best().contains(&far.against));
    }
}
