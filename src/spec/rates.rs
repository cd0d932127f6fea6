//! Learning rates: one for the whole network, or one for each layer of weights.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::SpecError;
use super::keyword::plain;

/// One learning rate, as in `0.1`, or one for each layer of weights, as in `0.1,0.5`.
///
/// In TOML and JSON a number where it is one rate, else a string; both forms are read. That rates are above 0 and as many
/// as there are layers is checked with the whole spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates(Vec<f64>);

impl Rates {
    /// One rate for each layer of weights, in order; a single one is for all layers.
    pub fn new(rates: impl Into<Vec<f64>>) -> Self {
        Self(rates.into())
    }

    /// The rates as given: one, or one for each layer of weights.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// The rate of a layer of weights.
    pub fn of_layer(&self, layer: usize) -> f64 {
        if self.0.len() == 1 { self.0[0] } else { self.0[layer] }
    }

    /// Every rate times a factor.
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        Self(self.0.iter().map(|rate| rate * factor).collect())
    }

    /// Whether there is a usable rate for each of so many layers of weights.
    pub(crate) fn check(&self, layer_count: usize) -> Result<(), SpecError> {
        if let Some(rate) = self.0.iter().find(|rate| !(**rate > 0.0 && (**rate as f32).is_normal())) {
            return Err(SpecError::new(format!("--lr must be a finite number above 0, but is {}", plain(*rate))));
        }
        if self.0.len() != 1 && self.0.len() != layer_count {
            return Err(SpecError::new(format!(
                "--lr takes one rate, or one for each of the {layer_count} layers of weights; got {} rates",
                self.0.len()
            )));
        }
        Ok(())
    }
}

impl From<f64> for Rates {
    fn from(rate: f64) -> Self {
        Self(vec![rate])
    }
}

impl std::fmt::Display for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rates: Vec<String> = self.0.iter().map(|rate| plain(*rate)).collect();
        f.write_str(&rates.join(","))
    }
}

impl std::str::FromStr for Rates {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let rates: Result<Vec<f64>, _> = text.split(',').map(|rate| rate.trim().parse()).collect();
        rates.map(Self).map_err(|_| {
            SpecError::new(format!("--lr takes a number, or one for each layer of weights as in 0.1,0.5; got {text:?}"))
        })
    }
}

impl Serialize for Rates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [rate] => serializer.serialize_f64(*rate),
            _ => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Rates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Rates;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a learning rate, or one for each layer of weights as in \"0.1,0.5\"")
            }

            fn visit_f64<E: de::Error>(self, rate: f64) -> Result<Rates, E> {
                Ok(rate.into())
            }

            fn visit_i64<E: de::Error>(self, rate: i64) -> Result<Rates, E> {
                Ok((rate as f64).into())
            }

            fn visit_u64<E: de::Error>(self, rate: u64) -> Result<Rates, E> {
                Ok((rate as f64).into())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Rates, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rate_is_a_number_and_several_are_text() {
        for (text, json) in [("0.1", "0.1"), ("0.1,0.5", "\"0.1,0.5\"")] {
            let rates: Rates = text.parse().unwrap();
            assert_eq!(rates.to_string(), text);
            assert_eq!(serde_json::to_string(&rates).unwrap(), json);
            assert_eq!(serde_json::from_str::<Rates>(json).unwrap(), rates);
        }
        assert_eq!(serde_json::from_str::<Rates>("2").unwrap(), Rates::from(2.0));
        assert_eq!(serde_json::from_str::<Rates>("\"2\"").unwrap(), Rates::from(2.0));
        assert!("".parse::<Rates>().is_err() && "0.1;2".parse::<Rates>().is_err());
    }

    #[test]
    fn rates_fit_the_layers() {
        let check = |text: &str| text.parse::<Rates>().unwrap().check(2).map_err(|error| error.to_string());
        assert_eq!((check("0.1"), check("0.1,0.5")), (Ok(()), Ok(())));
        assert!(check("0.1,0.2,0.3").unwrap_err().contains("each of the 2 layers of weights; got 3 rates"));
        for wrong in ["0", "-1", "0.1,-0.1", "NaN", "inf", "1e-60"] {
            assert!(check(wrong).unwrap_err().contains("above 0"), "{wrong}");
        }
    }
}
