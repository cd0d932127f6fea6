//! Whether two rates differ, and by how much.

use serde::Serialize;

use super::binomial::{binomial_tails, normal_two_sided};
use super::{Interval, wilson};

/// The difference of two rates, second less first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Difference {
    /// Second rate less the first.
    pub estimate: f64,
    /// Its interval.
    pub interval: Interval,
    /// Probability of a difference at least as large if the rates were equal. It is never 0: 0 stands for one below what a
    /// double holds, 4.9e-324, and has lost digits below 2.2e-308.
    pub p_value: f64,
    /// The test that `p_value` belongs to.
    pub test: &'static str,
}

impl Difference {
    /// Whether the interval leaves out zero.
    pub fn is_clear(&self) -> bool {
        !self.interval.covers(0.0)
    }
}

/// Successes and trials of two independent samples. Interval: Newcombe's hybrid of two Wilson intervals (Statistics in
/// Medicine 17, 873-890, 1998, method 10). Test: score test with the pooled rate.
///
/// ```
/// // Newcombe's own example: 56/70 against 48/80, difference 0.2, interval 0.0524 to 0.3339.
/// let difference = basins::stats::two_sample((48, 80), (56, 70), 0.95);
/// assert!((difference.interval.low - 0.0524).abs() < 1e-4 && (difference.interval.high - 0.3339).abs() < 1e-4);
/// ```
pub fn two_sample(first: (u64, u64), second: (u64, u64), level: f64) -> Difference {
    let rate = |(k, n): (u64, u64)| k as f64 / n as f64;
    let (p1, p2) = (rate(first), rate(second));
    let (w1, w2) = (wilson(first.0, first.1, level), wilson(second.0, second.1, level));
    let estimate = p2 - p1;
    let pooled = (first.0 + second.0) as f64 / (first.1 + second.1) as f64;
    let variance = pooled * (1.0 - pooled) * (1.0 / first.1 as f64 + 1.0 / second.1 as f64);
    let p_value = if estimate == 0.0 { 1.0 } else { normal_two_sided(estimate / variance.sqrt()) };
    Difference {
        estimate,
        interval: Interval {
            method: "newcombe",
            level,
            low: estimate - (p2 - w2.low).hypot(w1.high - p1),
            high: estimate + (w2.high - p2).hypot(p1 - w1.low),
        },
        p_value,
        test: "two-sample score",
    }
}

/// How the same networks fared under two settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Pairs {
    /// Solved under both.
    pub both: u64,
    /// Solved under the first alone.
    pub first_only: u64,
    /// Solved under the second alone.
    pub second_only: u64,
    /// Solved under neither.
    pub neither: u64,
}

impl Pairs {
    /// How many networks there are.
    pub fn count(self) -> u64 {
        self.both + self.first_only + self.second_only + self.neither
    }
}

/// The same networks under two settings. Interval: Newcombe's hybrid score interval for paired data (Statistics in Medicine
/// 17, 2635-2650, 1998, method 10). Test: McNemar's, exact with mid-p (Fagerland, Lydersen & Laake 2013).
///
/// ```
/// use basins::stats::{Pairs, paired};
/// // Newcombe 1998, table III: 36, 12, 2, 0 of 50 gives 0.2 with the interval 0.0569 to 0.3404.
/// let difference = paired(Pairs { both: 36, second_only: 12, first_only: 2, neither: 0 }, 0.95);
/// assert!((difference.interval.low - 0.0569).abs() < 1e-4 && (difference.interval.high - 0.3404).abs() < 1e-4);
/// ```
pub fn paired(pairs: Pairs, level: f64) -> Difference {
    let n = pairs.count();
    let solved = (pairs.both + pairs.first_only, pairs.both + pairs.second_only);
    let (p1, p2) = (solved.0 as f64 / n as f64, solved.1 as f64 / n as f64);
    let (w1, w2) = (wilson(solved.0, n, level), wilson(solved.1, n, level));
    let estimate = p2 - p1;
    let phi = correlation(pairs);
    let combined = |a: f64, b: f64| (a * a - 2.0 * phi * a * b + b * b).max(0.0).sqrt();
    Difference {
        estimate,
        interval: Interval {
            method: "newcombe paired",
            level,
            low: estimate - combined(p2 - w2.low, w1.high - p1),
            high: estimate + combined(p1 - w1.low, w2.high - p2),
        },
        p_value: mcnemar_mid_p(pairs.first_only, pairs.second_only),
        test: "McNemar mid-p",
    }
}

/// Newcombe's corrected correlation of the two columns.
fn correlation(pairs: Pairs) -> f64 {
    let [a, b, c, d] = [pairs.both, pairs.first_only, pairs.second_only, pairs.neither].map(|count| count as f64);
    let product = (a + b) * (c + d) * (a + c) * (b + d);
    if product == 0.0 {
        return 0.0;
    }
    let excess = a * d - b * c;
    let half = 0.5 * (a + b + c + d);
    let corrected = if excess > half { excess - half } else { excess.min(0.0) };
    corrected / product.sqrt()
}

/// Two-sided probability of so uneven a split of the discordant pairs, half of the observed one's own counted.
fn mcnemar_mid_p(first_only: u64, second_only: u64) -> f64 {
    let (fewer, n) = (first_only.min(second_only), first_only + second_only);
    let at_most = |k: u64| binomial_tails(k, n, 0.5).0;
    let below = fewer.checked_sub(1).map_or(0.0, at_most);
    (at_most(fewer) + below).min(1.0)
}

/// P-values adjusted for their number by Holm's method (Scandinavian Journal of Statistics 6, 1979): calling those below
/// 0.05 different is wrong about any of them with probability at most 0.05.
///
/// ```
/// let adjusted = basins::stats::holm(&[0.01, 0.04, 0.03]);
/// for (p, expected) in adjusted.iter().zip([0.03, 0.06, 0.06]) {
///     assert!((p - expected).abs() < 1e-12);
/// }
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        largest = largest.max(p_values[at] * (p_values.len() - rank) as f64).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mid_p_of_small_tables_by_hand() {
        // 0 against 5: 2 * (1/2) * (1/2)^5; 1 against 2: 2 * (1/8 + 3/16).
        assert!((mcnemar_mid_p(0, 5) - 1.0 / 32.0).abs() < 1e-14);
        assert!((mcnemar_mid_p(2, 1) - 0.625).abs() < 1e-14);
        assert_eq!(mcnemar_mid_p(0, 0), 1.0);
        assert_eq!(mcnemar_mid_p(4, 4), 1.0);
    }

    #[test]
    fn equal_samples_do_not_differ() {
        let difference = two_sample((30, 100), (30, 100), 0.95);
        assert!(!difference.is_clear() && difference.p_value == 1.0 && difference.estimate == 0.0);
        assert!(two_sample((30, 100), (60, 100), 0.95).is_clear());
    }

    #[test]
    fn pairing_sharpens_what_correlates() {
        let pairs = Pairs { both: 700, first_only: 5, second_only: 25, neither: 270 };
        let apart = two_sample((705, 1000), (725, 1000), 0.95);
        let together = paired(pairs, 0.95);
        assert_eq!(apart.estimate, together.estimate);
        assert!(together.is_clear() && !apart.is_clear());
    }
}
