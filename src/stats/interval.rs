//! Intervals for a rate.

use serde::Serialize;

use crate::seed::normal_quantile;

use super::binomial::exact_ends;

/// Level of every interval in reports.
pub const LEVEL: f64 = 0.95;

/// An interval for a number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Interval {
    /// How it was made.
    pub method: &'static str,
    /// Share of repetitions in which such an interval covers the truth, as 0.95.
    pub level: f64,
    /// Lower end; of a rate in [0, 1].
    pub low: f64,
    /// Upper end; of a rate in [0, 1].
    pub high: f64,
}

impl Interval {
    /// Whether two intervals share a point.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    /// Whether a number lies inside, ends included.
    pub fn covers(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Distance between the ends.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Half the distance between the ends.
    pub fn half_width(&self) -> f64 {
        0.5 * self.width()
    }
}

/// Wilson's score interval (Wilson 1927) for `successes` of `trials`, `trials` at least 1.
///
/// ```
/// let interval = basins::stats::wilson(9, 10, 0.95);
/// assert!((interval.low - 0.5958).abs() < 1e-4 && (interval.high - 0.9821).abs() < 1e-4);
/// ```
pub fn wilson(successes: u64, trials: u64, level: f64) -> Interval {
    let (k, n) = (successes as f64, trials as f64);
    let z = normal_quantile(0.5 + 0.5 * level);
    let centre = (k + 0.5 * z * z) / (n + z * z);
    // k (n - k) / n first: it keeps its digits where k is 3 and n is 10^9.
    let half = z * (k * (n - k) / n + 0.25 * z * z).sqrt() / (n + z * z);
    let low = if successes == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if successes == trials { 1.0 } else { (centre + half).min(1.0) };
    Interval { method: "wilson", level, low, high }
}

/// The exact interval of Clopper & Pearson (1934) for `successes` of `trials`: rates at which neither so few nor so many
/// successes would be rarer than (1 - level)/2.
///
/// ```
/// let interval = basins::stats::clopper_pearson(9, 10, 0.95);
/// assert!((interval.low - 0.5550).abs() < 1e-4 && (interval.high - 0.9975).abs() < 1e-4);
/// ```
pub fn clopper_pearson(successes: u64, trials: u64, level: f64) -> Interval {
    let tail = 0.5 * (1.0 - level);
    let (low, high) = exact_ends(successes, trials, (tail, tail));
    Interval { method: "clopper-pearson", level, low, high }
}
