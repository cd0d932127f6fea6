//! `basins power`: how often a difference is found with the number of networks that its formulas give.

use basins::stats::{Comparing, Pairs, compared_trials, paired, two_sample};

use super::{LEVEL, uniform};

const REPETITIONS: u64 = 1_500;
const POWER: f64 = 0.8;

/// How often `found` says yes.
fn share(found: impl FnMut(&u64) -> bool) -> f64 {
    (0..REPETITIONS).filter(found).count() as f64 / REPETITIONS as f64
}

/// Within four standard errors, and a little for the formula.
fn is_as_planned(power: f64) -> bool {
    (power - POWER).abs() < 4.0 * (POWER * (1.0 - POWER) / REPETITIONS as f64).sqrt() + 0.01
}

#[test]
fn differences_are_found_as_often_as_planned() {
    for (first, second) in [(0.5, 0.6), (0.9, 0.95)] {
        let n = compared_trials((first, second), Comparing::Apart, LEVEL, POWER).unwrap();
        let power = |n: u64| {
            share(|r| {
                let solved = |seed, rate| (0..n).filter(|network| uniform(seed, *network) < rate).count() as u64;
                let counts = (solved(*r, first), solved(r + REPETITIONS, second));
                two_sample((counts.0, n), (counts.1, n), LEVEL).p_value <= 1.0 - LEVEL
            })
        };
        assert!(is_as_planned(power(n)), "{first} and {second}, {n} networks: {}", power(n));
        assert!(!is_as_planned(power(n * 3 / 4)), "three quarters of the networks find it as often");
    }
}

#[test]
fn differences_of_pairs_are_found_as_often_as_planned() {
    // One network in ten is solved under the second setting alone, one in twenty-five under the first alone.
    let (second_only, first_only) = (0.1, 0.04);
    let rates = (0.7, 0.7 + second_only - first_only);
    let n = compared_trials(rates, Comparing::Paired(second_only + first_only), LEVEL, POWER).unwrap();
    let power = |n: u64| {
        share(|r| {
            let mut pairs = Pairs::default();
            for network in 0..n {
                match uniform(*r, network) {
                    u if u < second_only => pairs.second_only += 1,
                    u if u < second_only + first_only => pairs.first_only += 1,
                    u if u < 0.8 => pairs.both += 1,
                    _ => pairs.neither += 1,
                }
            }
            paired(pairs, LEVEL).p_value <= 1.0 - LEVEL
        })
    };
    assert!(is_as_planned(power(n)), "{n} networks: {}", power(n));
    assert!(!is_as_planned(power(n * 3 / 4)), "three quarters of the networks find it as often");
    let apart = compared_trials(rates, Comparing::Apart, LEVEL, POWER).unwrap();
    assert!(apart > 2 * n, "pairs are worth it: {n} against {apart}");
}
