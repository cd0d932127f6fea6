//! What a reproduction found: numbers, shares and means, with their intervals.

use crate::seed::normal_quantile;
use crate::stats::{Interval, LEVEL, wilson};

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// Numbers without chance in them.
    Numbers(Vec<f64>),
    /// A share of networks.
    Share {
        /// Networks that did.
        successes: u64,
        /// Networks that were looked at.
        trials: u64,
    },
    /// How many networks there are for one that does.
    OneIn {
        /// Networks that did.
        successes: u64,
        /// Networks that were looked at.
        trials: u64,
    },
    /// A number with an interval that was found elsewhere.
    Estimate {
        /// The number.
        value: f64,
        /// Its interval.
        interval: Interval,
    },
    /// A mean over networks.
    Mean {
        /// The mean.
        mean: f64,
        /// Standard deviation of one network.
        deviation: f64,
        /// Networks.
        count: u64,
        /// What was found of how many of them: `(number, networks)`.
        counts: Vec<(f64, u64)>,
    },
}

impl From<f64> for Measured {
    fn from(number: f64) -> Self {
        Self::Numbers(vec![number])
    }
}

impl From<Vec<f64>> for Measured {
    fn from(numbers: Vec<f64>) -> Self {
        Self::Numbers(numbers)
    }
}

impl Measured {
    /// Mean and deviation of numbers that were counted: `(number, count)`.
    pub fn mean_of(counts: impl IntoIterator<Item = (f64, u64)>) -> Self {
        let (mut count, mut mean, mut squares) = (0u64, 0.0, 0.0);
        let counts: Vec<(f64, u64)> = counts.into_iter().collect();
        for &(number, times) in &counts {
            // Welford's update for `times` equal numbers at once.
            count += times;
            let difference = number - mean;
            mean += difference * times as f64 / count as f64;
            squares += times as f64 * difference * (number - mean);
        }
        Self::Mean { mean, deviation: (squares / count.saturating_sub(1).max(1) as f64).sqrt(), count, counts }
    }

    /// The number in the middle; the first of several.
    pub fn value(&self) -> f64 {
        match self {
            Self::Numbers(numbers) => numbers.first().copied().unwrap_or(f64::NAN),
            Self::Share { successes, trials } => *successes as f64 / *trials as f64,
            Self::OneIn { successes, trials } => *trials as f64 / *successes as f64,
            Self::Estimate { value, .. } => *value,
            Self::Mean { mean, .. } => *mean,
        }
    }

    /// Its 95% interval, where chance is in it.
    pub fn interval(&self) -> Option<Interval> {
        match *self {
            Self::Numbers(_) => None,
            Self::Estimate { interval, .. } => Some(interval),
            Self::Share { successes, trials } => Some(wilson(successes, trials, LEVEL)),
            Self::OneIn { successes, trials } => {
                let share = wilson(successes, trials, LEVEL);
                Some(Interval { low: 1.0 / share.high, high: 1.0 / share.low, ..share })
            }
            Self::Mean { mean, deviation, count, .. } => {
                let half = normal_quantile(0.5 + 0.5 * LEVEL) * deviation / (count as f64).sqrt();
                Some(Interval { method: "normal", level: LEVEL, low: mean - half, high: mean + half })
            }
        }
    }

    /// Ends of the interval; the number itself where there is none.
    pub(super) fn ends(&self) -> (f64, f64) {
        self.interval().map_or((self.value(), self.value()), |interval| (interval.low, interval.high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_those_of_their_counts() {
        let Measured::Mean { mean, deviation, count, .. } = Measured::mean_of([(1.0, 2), (4.0, 1), (6.0, 1)]) else {
            unreachable!()
        };
        assert_eq!((mean, count), (3.0, 4));
        assert!((deviation - 6f64.sqrt()).abs() < 1e-12, "{deviation}");
    }
}
