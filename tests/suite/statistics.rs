//! Statistics against another implementation's values, and on populations that are known exactly.

use basins::backend::{Driver, Mock};
use basins::spec::{Population, Spec};
use basins::stats::{Interval, Restart, Survival, clopper_pearson, wilson};
use basins::study::RunStudy;
use std::collections::BTreeMap;

const LEVEL: f64 = 0.95;

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
fn a_known_survival_gives_the_known_curve_and_cut_off() {
    // 1,000 networks: one in ten solves in epoch 5, six in ten in epoch 50, the others never.
    let problem = Spec { epochs: 1_000, ..Spec::default() }.problem().unwrap();
    let mut backend = Mock::new(|network| match network % 10 {
        0 => Some(5),
        1..=6 => Some(50),
        _ => None,
    });
    let population = Population::new(0, 1_000, 0).unwrap();
    let study = RunStudy { chunk_limit: Some(7), ..RunStudy::new(&problem, population) };
    let answer = study.run(&mut Driver::new(&mut backend)).unwrap();
    let curve = answer.survival();
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
