//! How many unsolved networks of each fate are examined.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::spec::Problem;

/// How many networks, or how much time. A time is turned into a number by a fixed estimate of what a network costs and not by
/// a clock, so that the same networks are examined on every machine, however a run is cut or interrupted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ExamineBudget {
    /// As many as fit a quarter of a second of one core, at least 4 and at most 100.
    #[default]
    Auto,
    /// So many.
    Count(usize),
    /// As many as fit about so many seconds of one core; at least one.
    Seconds(f64),
}

impl ExamineBudget {
    const AUTO_SECONDS: f64 = 0.25;
    const AUTO_RANGE: (f64, f64) = (4.0, 100.0);
    /// Steps of a flow that stays at a plateau.
    const STEPS: f64 = 250.0;
    /// One weight's part in the derivative of one example's gradient along another, and in the eigenvectors, by the order of
    /// the matrix; measured on AVX2 at 3 GHz.
    const GRADIENT_SECONDS: f64 = 2.5e-8;
    const EIGEN_SECONDS: f64 = 1e-8;

    /// How many of each fate.
    pub fn per_fate(self, problem: &Problem) -> usize {
        let weights = problem.trained_weights().len() as f64;
        let derivatives = weights * weights * problem.examples().count() as f64;
        let network = Self::STEPS * (Self::GRADIENT_SECONDS * derivatives + Self::EIGEN_SECONDS * weights.powi(3));
        match self {
            Self::Auto => {
                let (least, most) = Self::AUTO_RANGE;
                (Self::AUTO_SECONDS / network.max(1e-9)).clamp(least, most) as usize
            }
            Self::Count(count) => count,
            Self::Seconds(seconds) => (seconds / network.max(1e-9)).max(1.0) as usize,
        }
    }
}

impl fmt::Display for ExamineBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Count(count) => write!(f, "{count}"),
            Self::Seconds(seconds) => write!(f, "{seconds}s"),
        }
    }
}

impl FromStr for ExamineBudget {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let seconds =
            |digits: &str| digits.parse().ok().filter(|seconds| (0.0..1e6).contains(seconds) && *seconds > 0.0);
        match text.strip_suffix('s') {
            _ if text == "auto" => Some(Self::Auto),
            Some(digits) => seconds(digits).map(Self::Seconds),
            None => text.parse().ok().map(Self::Count),
        }
        .ok_or_else(|| {
            Error::input(format!("--examine takes a number of networks, a time as 10s, or auto; got {text:?}"))
        })
    }
}

impl Serialize for ExamineBudget {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => count.serialize(target),
            other => other.to_string().serialize(target),
        }
    }
}

crate::spec::keyword::schema!(ExamineBudget, {"type": ["integer", "string"], "minimum": 0});

impl<'d> Deserialize<'d> for ExamineBudget {
    fn deserialize<D: Deserializer<'d>>(source: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Count(usize),
            Words(String),
        }
        match Written::deserialize(source)? {
            Written::Count(count) => Ok(Self::Count(count)),
            Written::Words(words) => words.parse().map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn what_is_printed_is_read_back() {
        for text in ["auto", "0", "12", "2.5s"] {
            let budget: ExamineBudget = text.parse().unwrap();
            assert_eq!(budget.to_string(), text);
            assert_eq!(serde_json::from_value::<ExamineBudget>(serde_json::json!(budget)).unwrap(), budget);
        }
        for wrong in ["", "s", "-1", "-1s", "0s", "nans", "infs", "1e9s", "4x"] {
            assert!(wrong.parse::<ExamineBudget>().unwrap_err().to_string().contains("--examine takes"), "{wrong}");
        }
    }

    #[test]
    fn large_networks_are_fewer() {
        let count = |layers: &str, budget: &str| {
            let problem = Spec { layers: layers.parse().unwrap(), ..Spec::default() }.problem().unwrap();
            budget.parse::<ExamineBudget>().unwrap().per_fate(&problem)
        };
        assert!(count("2,2,1", "auto") > count("2,3,1", "auto") && count("2,3,1", "auto") > 10);
        assert_eq!((count("2,12,8,1", "auto"), count("2,12,8,1", "7")), (4, 7));
        let (short, long) = (count("2,3,1", "1s"), count("2,3,1", "10s"));
        assert!((9 * short..=10 * short + 10).contains(&long), "{short} {long}");
    }
}
