//! Whether what was found is the source's figure: `agrees` only where the comparison could have failed.
//!
//! Each comparison is held to the difference that it finds with probability 80% (`POWER`): that must be no larger than what the
//! claim is about, else it is too wide to tell.

use rand::RngExt;
use serde::Serialize;

use crate::seed::{Purpose, Stream, normal_quantile};
use crate::stats::{LEVEL, told_by_interval, wilson};

use super::SEED;
use super::figure::{Accept, Figure};
use super::measured::Measured;

/// Probability with which a difference that matters must be found.
pub(super) const POWER: f64 = 0.8;

/// Means of as many runs as the source made, drawn from ours.
const RESAMPLES: usize = 20_000;

/// Whether ours is the source's.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "verdict", content = "detail")]
pub enum Verdict {
    /// Within the tolerance, and a difference that matters would have been found.
    Agrees,
    /// Not within it, and by how much.
    Differs(String),
    /// Neither could be told, and why.
    TooWide(String),
    /// Nothing to hold it against, and why.
    NotComparable(String),
}

/// A difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "unit", content = "value")]
pub enum Resolution {
    /// In the figure's own unit.
    Difference(f64),
    /// In shares, from 0 to 1.
    Share(f64),
    /// As a factor, either way.
    Factor(f64),
}

impl Resolution {
    /// As text: "0.3 percentage points", "a factor of 1.8".
    pub fn words(self) -> String {
        match self {
            Self::Difference(difference) => significant(difference),
            Self::Share(share) => format!("{} percentage points", significant(100.0 * share)),
            Self::Factor(factor) => format!("a factor of {factor:.1}"),
        }
    }
}

impl Figure {
    /// Holds what was found against the figure.
    pub fn verdict(&self, measured: Option<&Measured>) -> Verdict {
        if self.accept == Accept::Open {
            return Verdict::NotComparable(self.reason.into());
        }
        let Some(measured) = measured else { return Verdict::NotComparable("it was not measured".into()) };
        let (low, high) = measured.ends();
        let differs = |value: f64| Verdict::Differs(difference(measured, value));
        let (is_same, otherwise) = match self.accept {
            Accept::Open => unreachable!("answered above"),
            Accept::Digits => return self.same_digits(measured),
            Accept::Near { value, absolute, relative } => {
                let tolerance = absolute + relative * value.abs();
                // NaN on either side compares as false and so never agrees.
                (low <= value + tolerance && high >= value - tolerance, differs(value))
            }
            Accept::MeanOf { value, .. } => match self.chance(measured) {
                Some(chance) => (chance >= 1.0 - LEVEL, differs(value)),
                None => return Verdict::NotComparable("no mean was measured".into()),
            },
            Accept::Count { successes, trials, .. } => {
                let theirs = wilson(successes, trials, LEVEL);
                (low <= theirs.high && high >= theirs.low, differs(successes as f64 / trials as f64))
            }
            Accept::Between(least, most) if low >= least && high <= most => return Verdict::Agrees,
            Accept::Between(least, most) if low <= most && high >= least => {
                let (low, high) = (rounded(low), rounded(high));
                return Verdict::TooWide(format!(
                    "{low} to {high} reaches beyond {} to {}",
                    rounded(least),
                    rounded(most)
                ));
            }
            Accept::Between(least, _) if high < least => (
                false,
                Verdict::Differs(format!("at most {} where {} or more was expected", rounded(high), rounded(least))),
            ),
            Accept::Between(_, most) => (
                false,
                Verdict::Differs(format!("at least {} where {} or less was expected", rounded(low), rounded(most))),
            ),
        };
        match (is_same, self.resolution(measured), self.about(measured)) {
            (false, ..) => otherwise,
            (true, Some(found), Some(about)) if !found.is_within(about) => Verdict::TooWide(format!(
                "a difference of {} would be found, of {} would matter",
                found.words(),
                about.words()
            )),
            (true, ..) => Verdict::Agrees,
        }
    }

    /// The smallest difference from the figure that the comparison finds with probability `POWER`. Of digits, half of the last;
    /// of a statement in words, how far beyond its range, where chance is in it.
    pub fn resolution(&self, measured: &Measured) -> Option<Resolution> {
        // An error of a normal estimate that is found at the level with this power: in standard errors.
        let errors = normal_quantile(0.5 + 0.5 * LEVEL) + normal_quantile(POWER);
        let (low, high) = measured.ends();
        let error = 0.5 * (high - low) / normal_quantile(0.5 + 0.5 * LEVEL);
        match self.accept {
            Accept::Open => None,
            Accept::Digits => {
                let decimals =
                    self.published_numbers().first()?.split_once('.').map_or(0, |(_, decimals)| decimals.len());
                Some(Resolution::Difference(0.5 * 10f64.powi(-(decimals as i32))))
            }
            Accept::Near { value, absolute, relative } => {
                Some(measured.resolution(absolute + relative * value.abs() + errors * error))
            }
            Accept::Between(..) => (error > 0.0).then(|| measured.resolution(errors * error)),
            Accept::MeanOf { runs, .. } => {
                let means = resampled(measured, runs)?;
                let at = |share: f64| means[((share * means.len() as f64) as usize).min(means.len() - 1)];
                let tail = 0.5 * (1.0 - LEVEL);
                Some(Resolution::Factor((at(1.0 - tail) / at(1.0 - POWER)).max(at(POWER) / at(tail))))
            }
            Accept::Count { trials, .. } => {
                Some(Resolution::Share(told_by_interval(measured.value(), trials, LEVEL, POWER)))
            }
        }
    }

    /// The difference that the claim is about.
    fn about(&self, measured: &Measured) -> Option<Resolution> {
        match self.accept {
            Accept::Open | Accept::Digits | Accept::Between(..) => None,
            // Twice the tolerance: what is within it cannot be told from the figure, what is as far beyond it must be.
            Accept::Near { value, absolute, relative } => {
                Some(measured.resolution(2.0 * (absolute + relative * value.abs())))
            }
            Accept::MeanOf { about, .. } => Some(Resolution::Factor(about)),
            Accept::Count { about, .. } => Some(Resolution::Share(about)),
        }
    }

    /// Of a source's mean: the probability that as many runs of ours have a mean at least as far from the middle, to either
    /// side, by resampling: times to solve have heavy tails, to which normal theory does not apply.
    pub fn chance(&self, measured: &Measured) -> Option<f64> {
        let Accept::MeanOf { value, runs, .. } = self.accept else { return None };
        let means = resampled(measured, runs)?;
        let below = means.partition_point(|mean| *mean <= value);
        let share = |count: usize| (count + 1) as f64 / (means.len() + 1) as f64;
        Some((2.0 * share(below).min(share(means.len() - below))).min(1.0))
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

impl Measured {
    /// A difference in what this measures.
    fn resolution(&self, difference: f64) -> Resolution {
        match self {
            Self::Share { .. } => Resolution::Share(difference),
            _ => Resolution::Difference(difference),
        }
    }
}

impl Resolution {
    fn is_within(self, other: Self) -> bool {
        let number = |of: Self| match of {
            Self::Difference(number) | Self::Share(number) | Self::Factor(number) => number,
        };
        // What is exactly as large is within, however it was summed up.
        number(self) <= number(other) * (1.0 + 1e-9)
    }
}

/// Means of so many networks of ours each, ascending. The same draws for every figure.
fn resampled(measured: &Measured, runs: u64) -> Option<Vec<f64>> {
    let Measured::Mean { counts, count, .. } = measured else { return None };
    let mut upto = Vec::with_capacity(counts.len());
    let mut sum = 0;
    for (_, networks) in counts {
        sum += networks;
        upto.push(sum);
    }
    if *count == 0 || runs == 0 {
        return None;
    }
    let mut stream = Stream::new(SEED, 0, Purpose::Point);
    let mut mean = || {
        let mut one = || {
            let network = stream.random_range(0..*count);
            counts[upto.partition_point(|upto| *upto <= network)].0
        };
        (0..runs).map(|_| one()).sum::<f64>() / runs as f64
    };
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| mean()).collect();
    means.sort_by(f64::total_cmp);
    Some(means)
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

/// Two digits.
fn significant(number: f64) -> String {
    if number == 0.0 || !(1e-4..1e5).contains(&number.abs()) {
        return if number == 0.0 { "0".into() } else { format!("{number:.0e}") };
    }
    let decimals = (1.0 - number.abs().log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{number:.decimals$}")
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

    fn mean(value: f64, runs: u64) -> Figure {
        figure("", Accept::MeanOf { value, runs, about: 3.0 })
    }

    fn count(successes: u64, trials: u64, about: f64) -> Figure {
        figure("", Accept::Count { successes, trials, about })
    }

    #[test]
    fn a_wrong_figure_differs_under_each_kind_of_tolerance() {
        let share = Measured::Share { successes: 8_000, trials: 10_000 };
        let times = Measured::mean_of((0..=200).map(|at| (400.0 + f64::from(at), 50)));
        let near = |value| figure("", Accept::Near { value, absolute: 0.0, relative: 0.03 });
        for (right, wrong, measured) in [
            (near(0.79), near(0.7), &share),
            (near(495.0), near(480.0), &times),
            (count(8, 10, 0.6), count(3, 10, 0.6), &share),
            (mean(480.0, 10), mean(450.0, 100), &times),
            (figure("", Accept::Between(0.75, 1.0)), figure("", Accept::Between(0.9, 1.0)), &share),
        ] {
            assert!(agrees(right, measured), "{right:?}: {:?}", right.verdict(Some(measured)));
            assert!(matches!(wrong.verdict(Some(measured)), Verdict::Differs(_)), "{wrong:?}");
        }
        assert!(matches!(near(0.8).verdict(None), Verdict::NotComparable(_)));
        assert!(!agrees(near(f64::NAN), &share));
    }

    /// What meets a figure only because either is uncertain does not agree with it.
    #[test]
    fn what_could_not_have_failed_is_too_wide() {
        let few = Measured::Share { successes: 8, trials: 10 };
        let many = Measured::Share { successes: 8_000, trials: 10_000 };
        let too_wide = |figure: Figure, measured: &Measured| {
            let verdict = figure.verdict(Some(measured));
            assert!(matches!(verdict, Verdict::TooWide(_)), "{figure:?} {verdict:?}");
        };
        let near = figure("", Accept::Near { value: 0.8, absolute: 0.02, relative: 0.0 });
        too_wide(near, &few);
        assert!(agrees(near, &many));
        too_wide(figure("", Accept::Between(0.5, 1.0)), &few);
        assert!(agrees(figure("", Accept::Between(0.5, 1.0)), &many));
        too_wide(count(8, 10, 0.2), &many);
        too_wide(count(1, 1, 0.5), &many);
        // An interval that includes a smooth curve tells nothing of a fractal.
        let interval = crate::stats::Interval { method: "jackknife", level: LEVEL, low: 0.82, high: 1.65 };
        too_wide(figure("", Accept::Between(1.17, 1.98)), &Measured::Estimate { value: 1.24, interval });
    }

    /// The difference that is said to be found is, in 80% of the source's own runs.
    #[test]
    fn differences_are_found_as_often_as_is_said() {
        let mut stream = Stream::new(7, 0, Purpose::Point);
        for (rate, trials) in [(0.8, 10u64), (0.5, 40)] {
            let far = told_by_interval(rate, trials, LEVEL, POWER);
            let found = |theirs: f64, stream: &mut Stream| {
                let once = |stream: &mut Stream| (0..trials).filter(|_| stream.random_bool(theirs)).count() as u64;
                (0..4_000).filter(|_| !wilson(once(stream), trials, LEVEL).covers(rate)).count() as f64 / 4_000.0
            };
            let power = found(rate - far, &mut stream);
            assert!((0.77..0.9).contains(&power), "{rate} {trials}: {far} is found with {power}");
            assert!(found(rate - 0.5 * far, &mut stream) < 0.6);
        }
        // A heavy tail: two in ten take a hundred times as long.
        let times = Measured::mean_of([(10.0, 800), (1000.0, 200)]);
        let figure = mean(200.0, 10);
        let Some(Resolution::Factor(factor)) = figure.resolution(&times) else { unreachable!() };
        // One has mean 208 and deviation 396.
        let means = resampled(&times, 10).unwrap();
        let middle = means.iter().sum::<f64>() / means.len() as f64;
        let deviation = (means.iter().map(|one| (one - middle).powi(2)).sum::<f64>() / means.len() as f64).sqrt();
        assert!((middle - 208.0).abs() < 4.0 && (deviation - 396.0 / 10f64.sqrt()).abs() < 4.0, "{middle} {deviation}");
        assert!(factor > 3.0 && matches!(figure.verdict(Some(&times)), Verdict::TooWide(_)), "{factor}");
        // The mean of ten is 10 with probability 0.8^10 = 0.107: no mean of ten is improbably low.
        assert!(mean(10.0, 10).chance(&times).unwrap() > 0.15);
        assert!(mean(1000.0, 10).chance(&times).unwrap() < 0.01);
    }
}
