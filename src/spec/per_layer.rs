//! Settings that a layer of weights may have for itself: learning rates, activations.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::keyword::plain;
use super::{Activation, SpecError};

/// One value for the whole network, or one for each layer of weights, in order: `0.1` or `0.1,0.5`.
///
/// In TOML and JSON a single value is written as itself, several as text; both forms are read. That there are as many as
/// layers is checked with the whole spec.
#[derive(Clone, Debug, PartialEq)]
pub struct PerLayer<T>(Vec<T>);

/// Learning rates.
pub type Rates = PerLayer<f64>;
/// Activations; the last is the output units'.
pub type Activations = PerLayer<Activation>;

/// What can be set for each layer.
pub trait LayerValue: Copy + PartialEq + Serialize {
    /// The setting's flag, and what one value and several are called.
    const NAMES: (&'static str, &'static str, &'static str);

    /// As it is typed.
    fn text(self) -> String;

    /// From that.
    ///
    /// # Errors
    /// The text is no such value.
    fn read(text: &str) -> Result<Self, SpecError>;
}

impl LayerValue for f64 {
    const NAMES: (&'static str, &'static str, &'static str) = ("--lr", "rate", "rates");

    fn text(self) -> String {
        plain(self)
    }

    fn read(text: &str) -> Result<Self, SpecError> {
        text.parse().map_err(|_| SpecError::new("no number"))
    }
}

impl LayerValue for Activation {
    const NAMES: (&'static str, &'static str, &'static str) = ("--activation", "name", "names");

    fn text(self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Result<Self, SpecError> {
        text.parse()
    }
}

impl<T: LayerValue> PerLayer<T> {
    /// One value for each layer of weights, in order; a single one is for all layers.
    pub fn new(values: impl Into<Vec<T>>) -> Self {
        Self(values.into())
    }

    /// The values as given: one, or one for each layer of weights.
    pub fn values(&self) -> &[T] {
        &self.0
    }

    /// The value of a layer of weights.
    pub fn of_layer(&self, layer: usize) -> T {
        if self.0.len() == 1 { self.0[0] } else { self.0[layer] }
    }

    /// The value of the last layer of weights.
    pub fn last(&self) -> T {
        self.0[self.0.len() - 1]
    }

    /// Whether there is a value for each of so many layers of weights.
    pub(crate) fn check_count(&self, layer_count: usize) -> Result<(), SpecError> {
        let (flag, one, several) = T::NAMES;
        match self.0.len() {
            count if count == 1 || count == layer_count => Ok(()),
            count => Err(SpecError::new(format!(
                "{flag} takes one {one}, or one for each of the {layer_count} layers of weights; got {count} {several}"
            ))),
        }
    }
}

impl Rates {
    /// Every rate times a factor.
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        Self(self.0.iter().map(|rate| rate * factor).collect())
    }

    /// Whether there is a usable rate for each of so many layers of weights.
    pub(crate) fn check(&self, layer_count: usize) -> Result<(), SpecError> {
        let usable = |rate: f64| rate == 0.0 || (rate > 0.0 && (rate as f32).is_normal());
        if let Some(rate) = self.0.iter().find(|rate| !usable(**rate)) {
            return Err(SpecError::new(format!("--lr must be a finite number above 0, but is {}", plain(*rate))));
        }
        self.check_count(layer_count)?;
        if self.0.iter().all(|rate| *rate == 0.0) {
            return Err(SpecError::new(
                "--lr must be above 0 for some layer of weights, but is 0; 0 keeps a layer as it starts, as in 0,0.1",
            ));
        }
        Ok(())
    }
}

impl<T: LayerValue> From<T> for PerLayer<T> {
    fn from(value: T) -> Self {
        Self(vec![value])
    }
}

impl<T: LayerValue> Display for PerLayer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let values: Vec<String> = self.0.iter().map(|value| value.text()).collect();
        f.write_str(&values.join(","))
    }
}

impl FromStr for Rates {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let rates: Result<Vec<f64>, _> = text.split(',').map(|rate| f64::read(rate.trim())).collect();
        rates.map(Self).map_err(|_| {
            SpecError::new(format!("--lr takes a number, or one for each layer of weights as in 0.1,0.5; got {text:?}"))
        })
    }
}

impl FromStr for Activations {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        text.split(',').map(Activation::read).collect::<Result<_, _>>().map(Self)
    }
}

impl<T: LayerValue> Serialize for PerLayer<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [value] => value.serialize(serializer),
            _ => serializer.collect_str(self),
        }
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for PerLayer<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("PerLayer{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"anyOf": [generator.subschema_for::<T>(), {"type": "string"}]})
    }
}

impl<'de, T: LayerValue> Deserialize<'de> for PerLayer<T>
where
    Self: FromStr<Err = SpecError>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);

        impl<T: LayerValue> de::Visitor<'_> for Visitor<T>
        where
            PerLayer<T>: FromStr<Err = SpecError>,
        {
            type Value = PerLayer<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let (flag, one, _) = T::NAMES;
                write!(f, "a {one} of {flag}, or one for each layer of weights with commas between, as text")
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Visitor(std::marker::PhantomData))
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
    fn activations_are_text() {
        for (text, layers) in [("tanh", 1), ("tanh,sigmoid", 2)] {
            let activations: Activations = text.parse().unwrap();
            assert_eq!((activations.to_string().as_str(), activations.values().len()), (text, layers));
            let json = serde_json::to_string(&activations).unwrap();
            assert_eq!(json, format!("{text:?}"));
            assert_eq!(serde_json::from_str::<Activations>(&json).unwrap(), activations);
        }
        let both: Activations = "tanh, sigmoid".parse().unwrap();
        assert_eq!((both.of_layer(0), both.last()), (Activation::Tanh, Activation::Sigmoid));
        assert!(both.check_count(3).unwrap_err().to_string().contains("each of the 3 layers of weights; got 2 names"));
        assert!("tanh,sigmid".parse::<Activations>().unwrap_err().to_string().contains("did you mean sigmoid?"));
    }

    #[test]
    fn rates_fit_the_layers() {
        let check = |text: &str| text.parse::<Rates>().unwrap().check(2).map_err(|error| error.to_string());
        assert_eq!((check("0.1"), check("0.1,0.5")), (Ok(()), Ok(())));
        assert!(check("0.1,0.2,0.3").unwrap_err().contains("each of the 2 layers of weights; got 3 rates"));
        assert_eq!((check("0,0.5"), check("0.5,0")), (Ok(()), Ok(())));
        for wrong in ["0", "0,0", "-1", "0.1,-0.1", "NaN", "inf", "1e-60"] {
            assert!(check(wrong).unwrap_err().contains("above 0"), "{wrong}");
        }
    }
}
