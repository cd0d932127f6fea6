//! Counts as people write them: 100000, 1e6, 10M.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// A whole number, written plainly, with an exponent, or with K, M, G behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Count(pub u64);

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fail = || format!("a count is a whole number from 0 on, as 100000, 1e6 or 10M; got {text:?}");
        let plain = text.trim().replace(['_', ','], "");
        if let Ok(value) = plain.parse() {
            return Ok(Self(value));
        }
        let (digits, unit) = match plain.chars().last() {
            Some('k' | 'K') => (&plain[..plain.len() - 1], 1e3),
            Some('M') => (&plain[..plain.len() - 1], 1e6),
            Some('G' | 'B') => (&plain[..plain.len() - 1], 1e9),
            _ => (plain.as_str(), 1.0),
        };
        let value = digits.parse::<f64>().map_err(|_| fail())? * unit;
        // Above 2^53 a float no longer names one whole number.
        if value.fract() != 0.0 || !(0.0..=9_007_199_254_740_992.0).contains(&value) {
            return Err(fail());
        }
        Ok(Self(value as u64))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Whole(u64),
            Float(f64),
            Text(String),
        }
        let text = match Form::deserialize(deserializer)? {
            Form::Whole(value) => return Ok(Self(value)),
            Form::Float(value) => value.to_string(),
            Form::Text(text) => text,
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn counts_are_read_as_people_write_them() {
        for (text, value) in [("100000", 100_000), ("1e6", 1_000_000), ("10M", 10_000_000), ("2.5K", 2_500), ("0", 0)] {
            assert_eq!(text.parse::<Count>().unwrap().0, value, "{text}");
        }
        for text in ["", "-1", "1.5", "1e-3", "many", "1e30", "M", "NaN"] {
            assert!(text.parse::<Count>().is_err(), "{text}");
        }
    }
}
