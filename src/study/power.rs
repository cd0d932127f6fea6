//! How many networks does a question need? Nothing is trained.

use crate::error::{Error, Result};
use crate::stats::{
    Comparing, LEVEL, compared_trials, share_unmet, told_apart, trials_to_meet, wilson_trials, wilson_width,
};

/// What is asked; shares between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerQuestion {
    /// The rate that is expected.
    pub rate: f64,
    /// How wide its interval may be.
    pub width: Option<f64>,
    /// The difference from another setting that is to be found.
    pub difference: Option<f64>,
    /// How often it is to be found.
    pub power: f64,
    /// The share of networks that fare differently under the two settings, if both train the same networks.
    pub paired: Option<f64>,
    /// Networks of which is asked what they can show.
    pub networks: Option<u64>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerAnswer {
    /// What was asked.
    pub question: PowerQuestion,
    /// Networks for an interval so wide.
    pub for_width: Option<u64>,
    /// Other rates that lie so far away, and networks under each setting to find that they do.
    pub for_difference: Vec<(f64, u64)>,
    /// Of the rarer of solved and unsolved: networks to meet one with probability 95%.
    pub to_meet: Option<u64>,
    /// For an interval from so much below the rarer share to so much above it, as a part of it: networks.
    pub for_relative: Vec<(f64, u64)>,
    /// What the networks asked about can show.
    pub shown: Option<Shown>,
}

/// What a number of networks can show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// Networks, under each setting where two are compared.
    pub networks: u64,
    /// Width of the interval of the rate.
    pub width: f64,
    /// The nearest rate below that is told from it, if any is.
    pub lower: Option<f64>,
    /// The nearest rate above that is told from it, if any is.
    pub higher: Option<f64>,
    /// What meets none of the networks is rarer than this.
    pub unmet: f64,
}

impl PowerQuestion {
    /// Which of solved and unsolved is rarer, as a share.
    pub fn rarer(&self) -> f64 {
        self.rate.min(1.0 - self.rate)
    }

    /// Answers it.
    ///
    /// # Errors
    /// A number out of its range, or numbers that do not fit together.
    pub fn answer(self) -> Result<PowerAnswer> {
        self.check()?;
        let how = self.paired.map_or(Comparing::Apart, Comparing::Paired);
        let differences = self.difference.into_iter().flat_map(|size| [self.rate - size.abs(), self.rate + size.abs()]);
        let others =
            differences.filter(|other| (-1e-12..=1.0 + 1e-12).contains(other)).map(|other| other.clamp(0.0, 1.0));
        let needed = |other| Some((other, compared_trials((self.rate, other), how, LEVEL, self.power)?));
        let for_difference: Vec<(f64, u64)> = others.filter_map(needed).collect();
        if self.difference.is_some() && for_difference.is_empty() {
            return Err(Error::input(match self.paired {
                Some(share) => format!(
                    "--paired {share} does not fit: the share of networks that fare differently is at least the difference, \
                     and at most what rates of that size leave room for"
                ),
                None => "--difference leads to no rate between 0 and 1".to_owned(),
            }));
        }
        let relative = |part: f64| Some((part, wilson_trials(self.rate, 2.0 * part * self.rarer(), LEVEL)?));
        let shown = self.networks.map(|networks| {
            let (lower, higher) = told_apart(self.rate, networks, how, LEVEL, self.power);
            let (width, unmet) = (wilson_width(self.rate, networks, LEVEL), share_unmet(networks, LEVEL));
            Shown { networks, width, lower, higher, unmet }
        });
        Ok(PowerAnswer {
            for_width: self.width.and_then(|width| wilson_trials(self.rate, width, LEVEL)),
            for_difference,
            to_meet: trials_to_meet(self.rarer(), LEVEL),
            for_relative: [0.5, 0.1].into_iter().filter_map(relative).collect(),
            shown,
            question: self,
        })
    }

    fn check(&self) -> Result<()> {
        let inside = |share: f64| share > 0.0 && share < 1.0;
        let wrong =
            |name: &str, what: &str, value: f64| Err(Error::input(format!("--{name} must be {what}, but is {value}")));
        if !(0.0..=1.0).contains(&self.rate) {
            return wrong("rate", "a share from 0 to 1", self.rate);
        }
        if let Some(width) = self.width.filter(|width| !inside(*width)) {
            return wrong("width", "between 0 and 1", width);
        }
        if let Some(size) = self.difference.filter(|size| !inside(size.abs())) {
            return wrong("difference", "between 0 and 1", size);
        }
        if let Some(share) = self.paired.filter(|share| !inside(*share)) {
            return wrong("paired", "between 0 and 1", share);
        }
        if !(self.power > 0.5 && self.power < 1.0) {
            return wrong("power", "between 0.5 and 1", self.power);
        }
        match self.networks {
            Some(0) => Err(Error::input("--nets must be at least 1, but is 0")),
            None if self.paired.is_some() && self.difference.is_none() => {
                Err(Error::input("--paired says how two settings are compared: give --difference or --nets as well"))
            }
            _ => Ok(()),
        }
    }
}
