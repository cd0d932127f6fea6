//! An interval that may be looked at after every network, and acted upon, without losing its level.

use super::Interval;
use super::binomial::{first_where, ln_beta_power};

/// Confidence sequence for a rate by Robbins' method of mixtures ("Statistical methods related to the law of the iterated
/// logarithm", Ann. Math. Stat. 41, 1970; Howard, Ramdas, McAuliffe & Sekhon, Ann. Stat. 49, 2021, call it the
/// beta-binomial mixture): with probability `level` the truth lies in *all* of the intervals for 1, 2, 3, ... trials.
///
/// For the true rate p the likelihood under a Beta(1/2, 1/2) mixture over the likelihood under p is a martingale that
/// starts at 1, so by Ville's inequality it ever reaches 1/(1 - level) with probability at most 1 - level; the interval
/// holds the rates for which it has not.
///
/// ```
/// let interval = basins::stats::confidence_sequence(90, 100, 0.95);
/// assert!(interval.low < 0.83 && interval.high > 0.95);
/// assert!(interval.width() > basins::stats::wilson(90, 100, 0.95).width());
/// ```
pub fn confidence_sequence(successes: u64, trials: u64, level: f64) -> Interval {
    let (k, n) = (successes as f64, trials as f64);
    let bound = -(1.0 - level).ln();
    let inside = |rate: f64| ln_mixture_ratio(k, n - k, rate) < bound;
    let low = match successes {
        0 => 0.0,
        _ => first_where(0.0, k / n, inside),
    };
    let high = match trials - successes {
        0 => 1.0,
        _ => first_where(k / n, 1.0, |rate| !inside(rate)),
    };
    Interval { method: "beta-binomial confidence sequence", level, low, high }
}

/// ln of B(k + 1/2, f + 1/2) / (B(1/2, 1/2) p^k (1-p)^f) for k successes and f failures.
fn ln_mixture_ratio(k: f64, f: f64, rate: f64) -> f64 {
    if rate <= 0.0 || rate >= 1.0 {
        let impossible = if rate <= 0.0 { k > 0.0 } else { f > 0.0 };
        return if impossible { f64::INFINITY } else { 0.0 };
    }
    0.5 * (rate.ln() + (-rate).ln_1p()) - std::f64::consts::PI.ln() - ln_beta_power(k + 0.5, f + 0.5, rate)
}
