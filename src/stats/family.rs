//! Several comparisons at once: p-values and intervals that hold for all of them together.

use super::holm;

/// Which comparisons are made together among so many settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Each with one that was named before anything was trained.
    Named(usize),
    /// Each with the best, which the same data point out: any pair could have been the one that is looked at, so all count.
    Best(usize),
}

impl Family {
    /// How many comparisons it is.
    pub fn count(self) -> usize {
        match self {
            Self::Named(settings) => settings.saturating_sub(1),
            Self::Best(settings) => settings * settings.saturating_sub(1) / 2,
        }
    }

    /// P-values adjusted so that calling those below 0.05 different is wrong about any with probability at most 0.05,
    /// however the comparisons depend on one another.
    ///
    /// With one that was named Holm's method ([`holm`]). With the best each is multiplied by the number of all pairs
    /// (Bonferroni): the difference between the best and another of k equal settings is their range, which Holm's method for
    /// k - 1 comparisons does not allow for (wrong in 9% of the sweeps over 5 equal settings, in 22% over 20).
    ///
    /// ```
    /// use basins::stats::Family;
    /// assert_eq!(Family::Best(5).adjust(&[0.004, 0.5, 1.0, 1.0]), [0.04, 1.0, 1.0, 1.0]);
    /// assert_eq!(Family::Named(3).adjust(&[0.01, 0.5]), [0.02, 0.5]);
    /// ```
    pub fn adjust(self, p_values: &[f64]) -> Vec<f64> {
        match self {
            Self::Named(_) => holm(p_values),
            Self::Best(_) => p_values.iter().map(|p| (p * self.count() as f64).min(1.0)).collect(),
        }
    }

    /// The method by which p-values are adjusted.
    pub fn method(self) -> &'static str {
        match self {
            Self::Named(_) => "holm",
            Self::Best(_) => "bonferroni",
        }
    }

    /// The level of each interval with which all of them together have `level` (Bonferroni).
    pub fn interval_level(self, level: f64) -> f64 {
        1.0 - (1.0 - level) / self.count().max(1) as f64
    }

    /// Whether a setting whose rate lies below the best one's, with this two-sided p-value, may still be the best of all: the
    /// true best is among those that may be with probability `level` (subset selection: Gupta, Technometrics 7, 1965; Hsu's
    /// comparison with the best, Annals of Statistics 9, 1981). Only comparisons with the true best can leave it out, one for
    /// each other setting and on one side, so the bound is sharper than that for differences.
    pub fn may_be_best(self, p_value: f64, level: f64) -> bool {
        let (Self::Named(settings) | Self::Best(settings)) = self;
        0.5 * p_value * settings.saturating_sub(1).max(1) as f64 > 1.0 - level
    }
}
