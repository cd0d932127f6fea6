//! When to give up on a start and draw another: the cut-off that needs the fewest epochs on average.

use serde::Serialize;

use crate::seed::normal_quantile;

use super::{Interval, Survival};

/// How much more than the best the range of near-best cut-offs may cost.
const NEAR_BEST: f64 = 1.05;

/// Gain from which on restarting is worth doing.
const WORTH_IT: f64 = 1.01;

/// Restarting at a cut-off until a network is solved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CutOff {
    /// Epochs after which a start that is not solved is given up.
    pub epoch: u32,
    /// Epochs that one solved network costs on average, all starts before it included.
    pub expected_epochs: f64,
    /// Interval of the expected epochs, by the delta method.
    pub interval: Interval,
}

/// The answer to: is it worth restarting, and when?
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Restart {
    /// The cheapest cut-off.
    pub best: CutOff,
    /// Smallest and largest cut-off between which every solving epoch costs at most 5% more than the best.
    pub near_best: (u32, u32),
    /// Giving up only after the whole budget.
    pub at_budget: CutOff,
    /// Share that the budget leaves unsolved. If it is not 0, one start that is never given up needs a number of epochs
    /// whose mean is not known, or infinite where some networks never solve.
    pub never_solved: f64,
}

impl Restart {
    /// How many times fewer epochs the best cut-off needs than the budget.
    pub fn gain(&self) -> f64 {
        self.at_budget.expected_epochs / self.best.expected_epochs
    }

    /// The share of the epochs that the best cut-off saves.
    pub fn saving(&self) -> f64 {
        1.0 - 1.0 / self.gain()
    }

    /// Whether that is worth doing: at least a hundredth fewer.
    pub fn pays(&self) -> bool {
        self.gain() >= WORTH_IT
    }

    /// `None` if no network was solved.
    ///
    /// Starts are independent, so with cut-off c a solved network costs E[min(T, c)] / P(T <= c) epochs on average (Luby,
    /// Sinclair & Zuckerman 1993: a fixed cut-off is the best strategy there is). Numerator and denominator come from the
    /// survival curve; the interval from Greenwood's covariances and the delta method on the logarithm. The best cut-off
    /// was picked by the same data, so its expected epochs come out slightly too low in small samples.
    ///
    /// ```
    /// use basins::stats::{Restart, Survival};
    /// // Half solve in epoch 10, the others never: give up after 10, which costs 20 epochs on average.
    /// let curve = Survival::of(&[(10, 500)].into(), &[(1000, 500)].into(), 0.95);
    /// let restart = Restart::of(&curve).unwrap();
    /// assert_eq!((restart.best.epoch, restart.best.expected_epochs), (10, 20.0));
    /// assert_eq!(restart.at_budget.expected_epochs, (5.0 + 500.0) / 0.5);
    /// ```
    pub fn of(survival: &Survival) -> Option<Self> {
        let budget = survival.last_epoch;
        let costs = costs(survival);
        let (best, cheapest) = costs.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let best_at = costs.iter().position(|(epoch, _)| *epoch == best)?;
        let near = |&&(_, cost): &&(u32, f64)| cost <= cheapest * NEAR_BEST;
        let first = costs[..=best_at].iter().rev().take_while(near).last()?.0;
        let last = costs[best_at..].iter().take_while(near).last()?.0;
        Some(Self {
            best: cut_off(survival, best),
            near_best: (first, last),
            at_budget: cut_off(survival, budget),
            never_solved: survival.unsolved_after(budget),
        })
    }
}

/// Expected epochs for a cut-off at each epoch in which networks were solved: between two of them it only costs more.
fn costs(survival: &Survival) -> Vec<(u32, f64)> {
    let (mut area, mut epoch, mut unsolved) = (0.0, 0, 1.0);
    let steps = survival.steps.iter().map(|step| {
        area += unsolved * f64::from(step.epoch - epoch);
        (epoch, unsolved) = (step.epoch, step.unsolved);
        (epoch, area / (1.0 - unsolved))
    });
    steps.collect()
}

/// Expected epochs at a cut-off behind the first solved network, with their interval.
fn cut_off(survival: &Survival, cut: u32) -> CutOff {
    let steps = &survival.steps[..survival.steps.partition_point(|step| step.epoch <= cut)];
    let solved = 1.0 - steps.last().map_or(1.0, |step| step.unsolved);
    // From the end: the area under the curve between a step and the cut, as Greenwood's sums need it.
    let (mut behind, mut end) = (0.0, cut);
    let [mut area_variance, mut covariance, mut variance] = [0.0; 3];
    for step in steps.iter().rev() {
        behind += step.unsolved * f64::from(end - step.epoch);
        end = step.epoch;
        if step.at_risk > step.solved {
            let (n, d) = (step.at_risk as f64, step.solved as f64);
            let term = d / (n * (n - d));
            area_variance += behind * behind * term;
            covariance += behind * term;
            variance += term;
        }
    }
    let area = behind + f64::from(end);
    let unsolved = 1.0 - solved;
    let (covariance, variance) = (covariance * unsolved, variance * unsolved * unsolved);
    let expected_epochs = area / solved;
    // ln(area / solved): its gradient is 1/area and, towards the unsolved share, 1/solved.
    let log_variance =
        area_variance / (area * area) + 2.0 * covariance / (area * solved) + variance / (solved * solved);
    let spread = (normal_quantile(0.5 + 0.5 * survival.level) * log_variance.sqrt()).exp();
    CutOff {
        epoch: cut,
        expected_epochs,
        interval: Interval {
            method: "delta",
            level: survival.level,
            low: expected_epochs / spread,
            high: expected_epochs * spread,
        },
    }
}
