//! The two numbers that stand for false and true.

use super::SpecError;
use super::keyword::{plain, serde_as_text};

/// Values for false and true, `low < high`, as in `0,1` or `-1,1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Stands for false.
    pub low: f64,
    /// Stands for true.
    pub high: f64,
}

impl Levels {
    /// 0 and 1.
    pub const BINARY: Self = Self { low: 0.0, high: 1.0 };

    /// The value of a bit.
    pub fn of(self, bit: bool) -> f64 {
        if bit { self.high } else { self.low }
    }
}

impl std::fmt::Display for Levels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{}", plain(self.low), plain(self.high))
    }
}

impl std::str::FromStr for Levels {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let number = |part: &str| part.trim().parse::<f64>().ok().filter(|value| value.is_finite());
        text.split_once(',')
            .and_then(|(low, high)| Some(Self { low: number(low)?, high: number(high)? }))
            .filter(|levels| levels.low < levels.high)
            .ok_or_else(|| {
                SpecError::new(format!("levels are two finite numbers LO,HI with LO below HI, as 0,1; got {text:?}"))
            })
    }
}

serde_as_text!(Levels);
