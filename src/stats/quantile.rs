//! Order statistics from exact counts.

use std::collections::BTreeMap;

use serde::Serialize;

/// Smallest epoch by which at least the share `q` of the counted networks had been solved (the inverse of the empirical
/// distribution function); `None` where nothing is counted.
///
/// ```
/// let counts = [(10, 3), (20, 1)].into();
/// assert_eq!(basins::stats::quantile(&counts, 0.5), Some(10));
/// assert_eq!(basins::stats::quantile(&counts, 0.95), Some(20));
/// ```
pub fn quantile(counts: &BTreeMap<u32, u64>, q: f64) -> Option<u32> {
    let total: u64 = counts.values().sum();
    let rank = ((q * total as f64).ceil() as u64).clamp(1, total.max(1));
    let mut seen = 0;
    counts.iter().find_map(|(epoch, count)| {
        seen += count;
        (seen >= rank).then_some(*epoch)
    })
}

/// When networks were solved, over those that were.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EpochSummary {
    /// Mean epoch.
    pub mean: f64,
    /// First epoch.
    pub min: u32,
    /// 5% were solved by then.
    pub p05: u32,
    /// 25% were solved by then.
    pub p25: u32,
    /// Half were solved by then.
    pub median: u32,
    /// 75% were solved by then.
    pub p75: u32,
    /// 95% were solved by then.
    pub p95: u32,
    /// Last epoch.
    pub max: u32,
}

impl EpochSummary {
    /// Of exact counts by epoch; `None` where nothing is counted.
    pub fn of(counts: &BTreeMap<u32, u64>) -> Option<Self> {
        let total: u64 = counts.values().sum();
        let sum: u128 = counts.iter().map(|(epoch, count)| u128::from(*epoch) * u128::from(*count)).sum();
        let at = |q| quantile(counts, q);
        Some(Self {
            mean: sum as f64 / total as f64,
            min: *counts.keys().next()?,
            p05: at(0.05)?,
            p25: at(0.25)?,
            median: at(0.5)?,
            p75: at(0.75)?,
            p95: at(0.95)?,
            max: *counts.keys().next_back()?,
        })
    }
}
