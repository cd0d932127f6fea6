//! Time to solve as survival data: how many are still unsolved after t epochs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::seed::normal_quantile;

use super::Interval;
use super::band::bridge_quantile;

/// The curve at an epoch in which networks were solved; it keeps the value until the next such epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SurvivalStep {
    /// Epoch, from 1.
    pub epoch: u32,
    /// Networks not solved before it and still watched.
    pub at_risk: u64,
    /// Networks solved in it.
    pub solved: u64,
    /// Share still unsolved after it.
    pub unsolved: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// Lower end of the band for the whole curve.
    pub band_low: f64,
    /// Upper end of the band for the whole curve.
    pub band_high: f64,
}

/// Kaplan and Meier's estimate (JASA 53, 1958) of the share still unsolved after t epochs.
///
/// Each epoch's interval is Greenwood's on the scale of log(-log), which stays within 0 and 1 (Kalbfleisch & Prentice
/// 1980): it is pointwise, at each epoch by itself it has the level. A second, wider band has the level for the curve as a
/// whole: Hall & Wellner's (Biometrika 67, 1980), S(t) +- h (1 + n s(t)) S(t) / sqrt(n) with s Greenwood's relative variance
/// and h the quantile of the largest value of a Brownian bridge up to the share that the curve falls by (the upper end of
/// its interval, so that few solved networks are allowed for). Where no network is lost from sight it is h / sqrt(n) wide
/// everywhere; if all are solved that is the band of Dvoretzky, Kiefer & Wolfowitz with Massart's constant (Annals of
/// Probability 18, 1990), which holds for any number of networks.
///
/// A network that was trained for its whole budget, or diverged, is unsolved to the end; one cut off by an interruption is
/// watched until then only.
///
/// ```
/// let solved = [(10, 50), (20, 25)].into();
/// let curve = basins::stats::Survival::of(&solved, &[(30, 25)].into(), 0.95);
/// assert_eq!((curve.unsolved_after(9), curve.unsolved_after(10), curve.unsolved_after(29)), (1.0, 0.5, 0.25));
/// assert_eq!(curve.quantile(0.5), Some(10));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Survival {
    /// Level of all intervals.
    pub level: f64,
    /// Networks in all.
    pub networks: u64,
    /// Last epoch that any network was watched.
    pub last_epoch: u32,
    /// How far the band for the whole curve lies from 1 before the first network is solved.
    pub band_half_width: f64,
    /// Where the curve falls, ascending.
    pub steps: Vec<SurvivalStep>,
}

/// An epoch with its interval; an end is absent where the curve does not fall so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EpochInterval {
    /// The estimate.
    pub epoch: Option<u32>,
    /// Lower end.
    pub low: Option<u32>,
    /// Upper end.
    pub high: Option<u32>,
}

impl Survival {
    /// From counts by epoch: of networks solved in it, and of networks watched until it without being solved.
    pub fn of(solved: &BTreeMap<u32, u64>, watched_until: &BTreeMap<u32, u64>, level: f64) -> Self {
        let networks = solved.values().sum::<u64>() + watched_until.values().sum::<u64>();
        let z = normal_quantile(0.5 + 0.5 * level);
        let mut at_risk = networks;
        let mut unsolved = 1.0;
        // Sum of d / (n (n - d)): Greenwood's relative variance.
        let mut variance = 0.0;
        let mut left = watched_until.iter().peekable();
        let mut steps = Vec::with_capacity(solved.len());
        // (1 + n s) S at each step: 1 where none is lost from sight. Where none is left there is no more to know.
        let mut spreads: Vec<f64> = Vec::with_capacity(solved.len());
        for (epoch, count) in solved.iter().filter(|(_, count)| **count > 0) {
            while let Some((_, gone)) = left.next_if(|(until, _)| *until < epoch) {
                at_risk -= gone;
            }
            let (n, d) = (at_risk as f64, *count as f64);
            unsolved *= (n - d) / n;
            variance += d / (n * (n - d));
            let (low, high) = log_log_interval(unsolved, variance, z);
            spreads.push(match unsolved > 0.0 {
                true => (1.0 + networks as f64 * variance) * unsolved,
                false => spreads.last().copied().unwrap_or(1.0),
            });
            let (band_low, band_high) = (0.0, 1.0);
            steps.push(SurvivalStep {
                epoch: *epoch,
                at_risk,
                solved: *count,
                unsolved,
                low,
                high,
                band_low,
                band_high,
            });
            at_risk -= count;
        }
        let ends = [solved.keys().next_back(), watched_until.keys().next_back()];
        let last_epoch = ends.into_iter().flatten().copied().max().unwrap_or(0);
        let band_half_width = band(&mut steps, &spreads, networks, level);
        Self { level, networks, last_epoch, band_half_width, steps }
    }

    fn step_at(&self, epoch: u32) -> Option<&SurvivalStep> {
        self.steps.partition_point(|step| step.epoch <= epoch).checked_sub(1).map(|at| &self.steps[at])
    }

    /// Share still unsolved after so many epochs.
    pub fn unsolved_after(&self, epoch: u32) -> f64 {
        self.step_at(epoch).map_or(1.0, |step| step.unsolved)
    }

    /// Its interval; before the first solved network there is nothing to go by, and the interval is the point 1.
    pub fn interval_after(&self, epoch: u32) -> Interval {
        let (low, high) = self.step_at(epoch).map_or((1.0, 1.0), |step| (step.low, step.high));
        Interval { method: "greenwood log-log", level: self.level, low, high }
    }

    /// First epoch after which at most the share 1 - q is unsolved: the time by which the share q of all networks was
    /// solved.
    pub fn quantile(&self, q: f64) -> Option<u32> {
        self.first_at_most(1.0 - q, |step| step.unsolved)
    }

    /// Median epoch to solve over all networks, with the interval of Brookmeyer & Crowley (Biometrics 38, 1982): the
    /// epochs at which the band contains one half.
    pub fn median(&self) -> EpochInterval {
        EpochInterval {
            epoch: self.quantile(0.5),
            low: self.first_at_most(0.5, |step| step.low),
            high: self.first_at_most(0.5, |step| step.high),
        }
    }

    /// At most about so many steps (at least 2), spread evenly over the fall of the curve, the first and the last among
    /// them: enough to draw it.
    pub fn thinned(&self, count: usize) -> Vec<SurvivalStep> {
        let Some(last) = self.steps.last() else { return Vec::new() };
        let drop = (1.0 - last.unsolved) / (count.max(2) - 1) as f64;
        let mut next = 1.0;
        let mut kept = Vec::new();
        for step in &self.steps {
            if step.unsolved <= next || step == last {
                kept.push(*step);
                next = step.unsolved - drop;
            }
        }
        kept
    }

    /// The ends of the band fall with the curve except by rounding, so the first epoch counts.
    fn first_at_most(&self, share: f64, value: impl Fn(&SurvivalStep) -> f64) -> Option<u32> {
        self.steps.iter().find(|step| value(step) <= share + 1e-12).map(|step| step.epoch)
    }
}

/// Fills in the band for the whole curve, and gives its half width where the curve is 1.
fn band(steps: &mut [SurvivalStep], spreads: &[f64], networks: u64, level: f64) -> f64 {
    let fallen = steps.last().zip(spreads.last()).map_or(0.0, |(last, spread)| {
        // n s / (1 + n s), which is 1 - S where none is lost from sight.
        (1.0 - last.unsolved / spread).max(1.0 - last.low)
    });
    let half_width = bridge_quantile(fallen, level) / (networks.max(1) as f64).sqrt();
    for (step, spread) in steps.iter_mut().zip(spreads) {
        step.band_low = (step.unsolved - half_width * spread).max(0.0);
        step.band_high = (step.unsolved + half_width * spread).min(1.0);
    }
    half_width
}

fn log_log_interval(unsolved: f64, relative_variance: f64, z: f64) -> (f64, f64) {
    if unsolved <= 0.0 {
        return (0.0, 0.0);
    }
    let log = unsolved.ln();
    let spread = z * relative_variance.sqrt() / log.abs();
    ((log * spread.exp()).exp(), (log * (-spread).exp()).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remission times of 21 children under 6-MP (Freireich et al. 1963), the standard example: survival .8571 at 6 weeks,
    /// .4482 at 23; median 23 weeks.
    #[test]
    fn freireich_as_in_the_books() {
        let solved = [(6, 3), (7, 1), (10, 1), (13, 1), (16, 1), (22, 1), (23, 1)].into();
        let censored =
            [(6, 1), (9, 1), (10, 1), (11, 1), (17, 1), (19, 1), (20, 1), (25, 1), (32, 2), (34, 1), (35, 1)].into();
        let curve = Survival::of(&solved, &censored, 0.95);
        for (epoch, expected) in
            [(6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (16, 0.6275), (22, 0.5378), (23, 0.4482)]
        {
            assert!((curve.unsolved_after(epoch) - expected).abs() < 5e-5, "{epoch}: {}", curve.unsolved_after(epoch));
        }
        // R's survfit with conf.type = "log-log": median 23, interval 13 to none.
        assert_eq!(curve.median(), EpochInterval { epoch: Some(23), low: Some(13), high: None });
        let interval = curve.interval_after(6);
        assert!((interval.low - 0.6197).abs() < 5e-4 && (interval.high - 0.9516).abs() < 5e-4, "{interval:?}");
    }

    #[test]
    fn without_censoring_it_is_the_empirical_share() {
        let solved = [(1, 10), (5, 20), (9, 30)].into();
        let curve = Survival::of(&solved, &[(100, 40)].into(), 0.95);
        let shares: Vec<f64> = [0, 1, 4, 5, 9, 100].map(|epoch| curve.unsolved_after(epoch)).to_vec();
        for (share, expected) in shares.iter().zip([1.0, 0.9, 0.9, 0.7, 0.4, 0.4]) {
            assert!((share - expected).abs() < 1e-12);
        }
        assert_eq!((curve.quantile(0.3), curve.quantile(0.5), curve.quantile(0.7)), (Some(5), Some(9), None));
    }
}
