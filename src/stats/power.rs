//! How many networks a question needs: formulas, answered at once.
//!
//! Rates, widths and differences are shares between 0 and 1, levels and powers probabilities; numbers are of networks, under
//! each of two settings where two are compared. `None` where no number is enough or the question has no sense.

use crate::seed::normal_quantile;

use super::binomial::binomial_tails;
use super::wilson;

/// The smallest number of networks with which Wilson's interval (1927) is at most so wide if the share found is `rate`.
///
/// With z the normal quantile the width is 2z sqrt(p(1-p)/n + z^2/4n^2) / (1 + z^2/n), a quadratic equation in 1/n.
///
/// ```
/// let n = basins::stats::wilson_trials(0.5, 0.02, 0.95).unwrap();
/// assert_eq!(n, 9_600);
/// assert!(basins::stats::wilson(n / 2, n, 0.95).width() <= 0.02);
/// ```
pub fn wilson_trials(rate: f64, width: f64, level: f64) -> Option<u64> {
    if !((0.0..=1.0).contains(&rate) && width > 0.0 && width < 1.0) {
        return None;
    }
    let (z2, w2) = (normal_quantile(0.5 + 0.5 * level).powi(2), width * width);
    // a/n^2 + b/n = w^2, the root written so that nothing cancels where b is positive.
    let a = z2 * z2 * (1.0 - w2);
    let b = z2 * (4.0 * rate * (1.0 - rate) - 2.0 * w2);
    let root = (b * b + 4.0 * a * w2).sqrt();
    let inverse = if b > 0.0 { 2.0 * w2 / (b + root) } else { (root - b) / (2.0 * a) };
    whole(1.0 / inverse)
}

/// The width of Wilson's interval for so many networks if the share found is `rate`.
pub fn wilson_width(rate: f64, trials: u64, level: f64) -> f64 {
    let (n, z2) = (trials as f64, normal_quantile(0.5 + 0.5 * level).powi(2));
    2.0 * (z2 * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n))).sqrt() / (1.0 + z2 / n)
}

/// How two settings are compared: what decides how much their difference scatters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comparing {
    /// Each trains networks of its own.
    Apart,
    /// Both train networks from the same starts, of which this share fares differently under the two.
    Paired(f64),
}

/// Networks under each of two settings with which a two-sided test at 1 - `level` finds them to differ with probability
/// `power`, if their rates are `first` and `second`.
///
/// Apart: n = (z sqrt(2 p(1-p)) + y sqrt(p1(1-p1) + p2(1-p2)))^2 / (p2-p1)^2 for the two-sample score test, p the mean of the
/// rates, z and y the normal quantiles of level and power (Fleiss, Levin & Paik, "Statistical methods for rates and
/// proportions", 2003, section 4.2). Paired: n = (z sqrt(s) + y sqrt(s - (p2-p1)^2))^2 / (p2-p1)^2 for McNemar's test, s the
/// share that fares differently (Connor, Biometrics 43, 1987).
///
/// ```
/// use basins::stats::{Comparing, compared_trials};
/// assert_eq!(compared_trials((0.94, 0.95), Comparing::Apart, 0.95, 0.8), Some(8_158));
/// assert_eq!(compared_trials((0.94, 0.95), Comparing::Paired(0.02), 0.95, 0.8), Some(1_568));
/// ```
pub fn compared_trials((first, second): (f64, f64), how: Comparing, level: f64, power: f64) -> Option<u64> {
    let difference = second - first;
    let bounds = 0.0..=1.0;
    if !bounds.contains(&first) || !bounds.contains(&second) || difference == 0.0 {
        return None;
    }
    let (z, y) = (normal_quantile(0.5 + 0.5 * level), normal_quantile(power));
    let spread = |rate: f64| rate * (1.0 - rate);
    let (under_none, under_some) = match how {
        Comparing::Apart => (2.0 * spread(0.5 * (first + second)), spread(first) + spread(second)),
        Comparing::Paired(differ) => (differ, differ - difference * difference),
    };
    // A share that fares differently is at least the difference, and at most what the rates leave room for.
    let room = (first + second).min(2.0 - first - second);
    let possible = |differ: f64| (difference.abs()..=room + 1e-12).contains(&differ);
    if matches!(how, Comparing::Paired(differ) if !possible(differ)) {
        return None;
    }
    whole(((z * under_none.sqrt() + y * under_some.sqrt()) / difference).powi(2))
}

/// The nearest rates below and above `rate` that so many networks under each setting tell from it, by [`compared_trials`].
pub fn told_apart(rate: f64, trials: u64, how: Comparing, level: f64, power: f64) -> (Option<f64>, Option<f64>) {
    let nearest = |end: f64| {
        let enough = |share: f64| {
            let other = rate + share * (end - rate);
            // Where the difference outgrows the share that fares differently, that share must grow with it.
            let how = match how {
                Comparing::Paired(differ) => Comparing::Paired(differ.max((other - rate).abs())),
                Comparing::Apart => how,
            };
            compared_trials((rate, other), how, level, power).is_some_and(|needed| needed <= trials)
        };
        let (mut low, mut high) = (0.0, 1.0);
        if end == rate || !enough(high) {
            return None;
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if enough(middle) { high = middle } else { low = middle }
        }
        Some(rate + high * (end - rate))
    };
    (nearest(0.0), nearest(1.0))
}

/// How far from `rate` the rate of so many other trials must be for their Wilson interval to leave `rate` out with probability
/// `power`: the nearer of both sides, to half a percentage point; 1 where neither is ever found.
pub fn told_by_interval(rate: f64, trials: u64, level: f64, power: f64) -> f64 {
    const STEP: f64 = 0.005;
    // Counts that leave it out lie at either end.
    let leaves_out = |k: &u64| !wilson(*k, trials, level).covers(rate);
    let few = (0..=trials).take_while(|k| leaves_out(k) && (*k as f64) < rate * trials as f64).last();
    let many = (0..=trials).rev().take_while(|k| leaves_out(k) && (*k as f64) > rate * trials as f64).last();
    let is_found = |theirs: f64| {
        let below = few.map_or(0.0, |few| binomial_tails(few, trials, theirs).0);
        let above = many.map_or(0.0, |many| binomial_tails(many - 1, trials, theirs).1);
        below + above >= power
    };
    let inside = |theirs: &f64| (1e-9..1.0).contains(theirs);
    (1..200)
        .map(|step| STEP * f64::from(step))
        .find(|far| [rate - far, rate + far].into_iter().filter(inside).any(is_found))
        .unwrap_or(1.0)
}

/// Networks of which at least one meets a fate of this share, with probability `level`: ln(1 - level) / ln(1 - share).
///
/// ```
/// assert_eq!(basins::stats::trials_to_meet(1e-4, 0.95), Some(29_956));
/// ```
pub fn trials_to_meet(share: f64, level: f64) -> Option<u64> {
    match share {
        share if share >= 1.0 => Some(1),
        share if share > 0.0 => whole((-level).ln_1p() / (-share).ln_1p()),
        _ => None,
    }
}

/// The largest share of which so many networks may meet none with probability 1 - `level`: what none of them says at most.
pub fn share_unmet(trials: u64, level: f64) -> f64 {
    -((-level).ln_1p() / trials as f64).exp_m1()
}

/// The next whole number, where it can be counted; a hair above one is that one.
fn whole(number: f64) -> Option<u64> {
    let number = (number * (1.0 - 1e-12)).ceil().max(1.0);
    (number < 1e18).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_and_numbers_are_each_others_inverse() {
        for rate in [0.0, 1e-4, 0.01, 0.3, 0.5, 0.94, 1.0] {
            for width in [0.3, 0.05, 1e-3, 1e-5] {
                let n = wilson_trials(rate, width, 0.95).unwrap();
                assert!(wilson_width(rate, n, 0.95) <= width * (1.0 + 1e-9), "{rate} {width}: {n}");
                assert!(n == 1 || wilson_width(rate, n - 1, 0.95) > width * (1.0 - 1e-9), "{rate} {width}: {n}");
            }
        }
        let counted = wilson(300, 1_000, 0.95).width();
        assert!((wilson_width(0.3, 1_000, 0.95) - counted).abs() < 1e-12);
        assert_eq!((wilson_trials(0.5, 0.0, 0.95), wilson_trials(1.5, 0.1, 0.95)), (None, None));
    }

    #[test]
    fn what_is_told_apart_needs_as_many() {
        for how in [Comparing::Apart, Comparing::Paired(0.05)] {
            let (low, high) = told_apart(0.9, 5_000, how, 0.95, 0.8);
            for other in [low.unwrap(), high.unwrap()] {
                let needed = compared_trials((0.9, other), how, 0.95, 0.8).unwrap();
                assert!((4_990..=5_000).contains(&needed), "{how:?}, {other}: {needed}");
            }
        }
        assert_eq!(told_apart(1.0, 10, Comparing::Apart, 0.95, 0.8).1, None);
        assert_eq!(told_apart(1e-4, 1_000, Comparing::Apart, 0.95, 0.8).0, None, "there is no telling it from none");
        assert_eq!(compared_trials((0.5, 0.6), Comparing::Paired(0.05), 0.95, 0.8), None, "less than the difference");
    }

    #[test]
    fn none_of_so_many_is_met_as_often_as_said() {
        let n = trials_to_meet(0.01, 0.95).unwrap();
        assert!(0.99f64.powi(n as i32) <= 0.05 && 0.99f64.powi(n as i32 - 1) > 0.05);
        assert!((share_unmet(n, 0.95) - 0.01).abs() < 1e-4);
        assert_eq!((trials_to_meet(0.0, 0.95), trials_to_meet(1.0, 0.95)), (None, Some(1)));
    }
}
