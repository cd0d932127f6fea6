//! Counts as people write them: 100000, 1e6, 10M.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A whole number, written plainly, with an exponent, or with K, M or G after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count(pub u64);

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fail = || format!("a whole number from 0 on, as 100000, 1e6 or 10M, is needed; got {text:?}");
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

impl Serialize for Count {
    /// As a number where TOML, whose integers are signed, can hold it; else as text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0) {
            Ok(value) => serializer.serialize_i64(value),
            Err(_) => serializer.collect_str(self),
        }
    }
}

crate::spec::keyword::schema!(Count, {"type": ["integer", "string"], "minimum": 0});

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a whole number from 0 on, as 100000, \"1e6\" or \"10M\", is needed")]
        enum Form {
            Whole(u64),
            Negative(i64),
            Float(f64),
            Text(String),
        }
        let text = match Form::deserialize(deserializer)? {
            Form::Whole(value) => return Ok(Self(value)),
            Form::Negative(value) => value.to_string(),
            Form::Float(value) => value.to_string(),
            Form::Text(text) => text,
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Count;

    #[test]
    fn counts_are_read_as_people_write_them() {
        for (text, value) in [
            ("100000", 100_000),
            ("1e6", 1_000_000),
            ("10M", 10_000_000),
            ("2.5K", 2_500),
            ("0", 0),
            ("1_000", 1_000),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(text.parse::<Count>().unwrap().0, value, "{text}");
        }
        for text in ["", "-1", "1.5", "1e-3", "many", "1e30", "M", "NaN", "inf", "1e400", "ÿM", "0x10"] {
            assert!(text.parse::<Count>().is_err(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_it_panic(text in ".{0,12}") {
            if let Err(sentence) = text.parse::<Count>() {
                prop_assert!(sentence.contains("whole number"));
            }
        }

        #[test]
        fn what_is_printed_is_read_back(value: u64) {
            prop_assert_eq!(Count(value).to_string().parse::<Count>(), Ok(Count(value)));
            #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
            struct File { count: Count }
            let toml = toml::to_string(&File { count: Count(value) }).unwrap();
            prop_assert_eq!(toml::from_str::<File>(&toml).unwrap(), File { count: Count(value) });
        }

        #[test]
        fn powers_of_ten_are_counts(exponent in 0u32..16, factor in 1u64..9) {
            let value = factor * 10u64.pow(exponent);
            prop_assert_eq!(format!("{factor}e{exponent}").parse::<Count>(), Ok(Count(value)));
        }
    }
}
