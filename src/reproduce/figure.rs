//! A published figure, what counts as the same, and what was found: from these the verdict follows.

use serde::Serialize;

use crate::seed::normal_quantile;
use crate::stats::{Interval, LEVEL, wilson};

/// One figure of a source.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// What is measured; unique within its reproduction.
    pub quantity: &'static str,
    /// As the source gives it, in its own digits or words.
    pub published: &'static str,
    /// What counts as the same.
    pub accept: Accept,
    /// Why that is the right tolerance, or why nothing can be compared.
    pub reason: &'static str,
}

/// What counts as the same as the published figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Accept {
    /// The published digits: ours rounds to each number that `published` holds.
    Digits,
    /// Ours, with its interval, comes within `absolute + relative * value`.
    Near {
        /// The published number.
        value: f64,
        /// Absolute part.
        absolute: f64,
        /// Relative part.
        relative: f64,
    },
    /// A mean of so many runs of the source: ours is within 1.96 standard errors of such a mean.
    MeanOf {
        /// The published mean.
        value: f64,
        /// Runs that the source averaged.
        runs: u64,
    },
    /// So many of so few: the source's own Wilson interval meets ours.
    Count {
        /// Successes that the source counted.
        successes: u64,
        /// Runs that it made.
        trials: u64,
    },
    /// A statement in words that holds in this range.
    Between(f64, f64),
    /// The source asks, or says nothing that can be compared.
    Open,
}

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
        for (number, times) in counts {
            // Welford's update for `times` equal numbers at once.
            count += times;
            let difference = number - mean;
            mean += difference * times as f64 / count as f64;
            squares += times as f64 * difference * (number - mean);
        }
        Self::Mean { mean, deviation: (squares / count.saturating_sub(1).max(1) as f64).sqrt(), count }
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
            Self::Mean { mean, deviation, count } => {
                let half = normal_quantile(0.5 + 0.5 * LEVEL) * deviation / (count as f64).sqrt();
                Some(Interval { method: "normal", level: LEVEL, low: mean - half, high: mean + half })
            }
        }
    }

    /// Ends of the interval; the number itself where there is none.
    fn ends(&self) -> (f64, f64) {
        self.interval().map_or((self.value(), self.value()), |interval| (interval.low, interval.high))
    }
}

/// Whether ours is the source's.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "verdict", content = "detail")]
pub enum Verdict {
    /// Within the tolerance.
    Agrees,
    /// Not within it, and by how much.
    Differs(String),
    /// Nothing to hold it against, and why.
    NotComparable(String),
}

impl Figure {
    /// Holds what was found against the figure.
    pub fn verdict(&self, measured: Option<&Measured>) -> Verdict {
        if self.accept == Accept::Open {
            return Verdict::NotComparable(self.reason.into());
        }
        let Some(measured) = measured else { return Verdict::NotComparable("it was not measured".into()) };
        let (low, high) = measured.ends();
        match self.accept {
            Accept::Open => unreachable!("answered above"),
            Accept::Digits => self.same_digits(measured),
            Accept::Near { value, absolute, relative } => {
                let tolerance = absolute + relative * value.abs();
                within(low, high, value - tolerance, value + tolerance, || difference(measured, value))
            }
            Accept::MeanOf { value, runs } => match measured {
                Measured::Mean { deviation, .. } => {
                    let tolerance = normal_quantile(0.5 + 0.5 * LEVEL) * deviation / (runs as f64).sqrt();
                    within(low, high, value - tolerance, value + tolerance, || difference(measured, value))
                }
                _ => Verdict::NotComparable("no mean was measured".into()),
            },
            Accept::Count { successes, trials } => {
                let theirs = wilson(successes, trials, LEVEL);
                let share = successes as f64 / trials as f64;
                within(low, high, theirs.low, theirs.high, || difference(measured, share))
            }
            Accept::Between(least, most) => within(low, high, least, most, || {
                if high < least {
                    format!("at most {} where {} or more was expected", rounded(high), rounded(least))
                } else {
                    format!("at least {} where {} or less was expected", rounded(low), rounded(most))
                }
            }),
        }
    }

    /// Every published number, as text.
    pub fn published_numbers(&self) -> Vec<&'static str> {
        let marks = |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')');
        self.published.split(marks).filter(|part| part.parse::<f64>().is_ok()).collect()
    }

    fn same_digits(&self, measured: &Measured) -> Verdict {
        let published = self.published_numbers();
        let Measured::Numbers(ours) = measured else {
            return Verdict::NotComparable("no exact number was measured".into());
        };
        if ours.len() != published.len() {
            return Verdict::Differs(format!("{} numbers instead of {}", ours.len(), published.len()));
        }
        // As text: neighbouring numbers of f64 may share 16 digits, and then the last digit still counts.
        let wrong = ours.iter().zip(&published).find(|(ours, published)| {
            let decimals = published.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let shown = format!("{:.decimals$}", **ours);
            let zero = shown.parse() == Ok(0.0);
            shown != **published && !(zero && shown.trim_start_matches('-') == **published)
        });
        match wrong {
            None => Verdict::Agrees,
            Some((ours, published)) => {
                let number: f64 = published.parse().unwrap_or(f64::NAN);
                Verdict::Differs(format!("{:+.3e}", ours - number))
            }
        }
    }
}

fn within(low: f64, high: f64, least: f64, most: f64, difference: impl Fn() -> String) -> Verdict {
    // NaN on either side compares as false and so never agrees.
    if low <= most && high >= least { Verdict::Agrees } else { Verdict::Differs(difference()) }
}

fn difference(measured: &Measured, published: f64) -> String {
    let difference = measured.value() - published;
    match measured {
        Measured::Share { .. } => format!("{:+.1} percentage points", 100.0 * difference),
        _ if published == 0.0 => format!("{difference:+.3e}"),
        _ if (difference / published).abs() < 1e-3 => format!("{:+.2e} of it", difference / published),
        _ => format!("{:+.1}%", 100.0 * difference / published),
    }
}

fn rounded(number: f64) -> String {
    format!("{}", (number * 1e4).round() / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(published: &'static str, accept: Accept) -> Figure {
        Figure { quantity: "q", published, accept, reason: "r" }
    }

    fn agrees(figure: Figure, measured: &Measured) -> bool {
        figure.verdict(Some(measured)) == Verdict::Agrees
    }

    #[test]
    fn every_printed_digit_counts() {
        let printed = figure("(-4.77235179, 2.4814493)", Accept::Digits);
        assert!(agrees(printed, &vec![-4.772_351_791_2, 2.481_449_26].into()));
        assert!(!agrees(printed, &vec![-4.772_351_78, 2.481_449_3].into()));
        assert!(!agrees(printed, &(-4.772_351_79).into()));
        assert!(!agrees(figure("42", Accept::Digits), &f64::NAN.into()));
        assert!(agrees(figure("42", Accept::Digits), &42.0.into()));
    }

    #[test]
    fn a_wrong_figure_differs_under_each_kind_of_tolerance() {
        let share = Measured::Share { successes: 800, trials: 1000 };
        let mean = Measured::Mean { mean: 500.0, deviation: 100.0, count: 10_000 };
        let near = |value| figure("", Accept::Near { value, absolute: 0.0, relative: 0.01 });
        for (right, wrong, measured) in [
            (near(0.79), near(0.7), &share),
            (near(495.0), near(480.0), &mean),
            (
                figure("", Accept::Count { successes: 8, trials: 10 }),
                figure("", Accept::Count { successes: 3, trials: 10 }),
                &share,
            ),
            (
                figure("", Accept::MeanOf { value: 450.0, runs: 10 }),
                figure("", Accept::MeanOf { value: 450.0, runs: 100 }),
                &mean,
            ),
            (figure("", Accept::Between(0.75, 1.0)), figure("", Accept::Between(0.9, 1.0)), &share),
        ] {
            assert!(agrees(right, measured), "{right:?}");
            assert!(matches!(wrong.verdict(Some(measured)), Verdict::Differs(_)), "{wrong:?}");
        }
        assert!(matches!(near(0.8).verdict(None), Verdict::NotComparable(_)));
        assert!(!agrees(near(f64::NAN), &share));
    }

    #[test]
    fn means_are_those_of_their_counts() {
        let Measured::Mean { mean, deviation, count } = Measured::mean_of([(1.0, 2), (4.0, 1), (6.0, 1)]) else {
            unreachable!()
        };
        assert_eq!((mean, count), (3.0, 4));
        assert!((deviation - 6f64.sqrt()).abs() < 1e-12, "{deviation}");
    }
}
