//! The ways to make the interval of a rate, by name.

use crate::spec::keyword::keywords;

use super::{Interval, LEVEL, UntilWidth, clopper_pearson, confidence_sequence, wilson};

/// How the interval of a rate is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateMethod {
    /// [`wilson`]: covers the truth in 95% of repetitions on average over rates.
    #[default]
    Wilson,
    /// [`clopper_pearson`]: covers it in at least 95% whatever the rate; wider.
    ClopperPearson,
    /// [`confidence_sequence`]: may be looked at after every network and acted upon; about twice as wide.
    Anytime,
}

keywords!(RateMethod, "--interval", {
    Wilson => "wilson",
    ClopperPearson => "clopper-pearson",
    Anytime => "anytime",
});

impl RateMethod {
    /// The interval for `successes` of `trials`, `trials` at least 1.
    pub fn interval(self, successes: u64, trials: u64, level: f64) -> Interval {
        match self {
            Self::Wilson => wilson(successes, trials, level),
            Self::ClopperPearson => clopper_pearson(successes, trials, level),
            Self::Anytime => confidence_sequence(successes, trials, level),
        }
    }

    /// Whether the interval holds its level however often one looks.
    pub fn is_anytime(self) -> bool {
        self == Self::Anytime
    }

    /// The rule that trains until the interval has some width: one that holds its level under that.
    pub fn until_width(self, width: f64) -> UntilWidth {
        UntilWidth::new(width, LEVEL, self.is_anytime())
    }
}
