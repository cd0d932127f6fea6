//! A setting that is left to another one unless it is given.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::SpecError;

/// `auto`, or a value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Auto<T> {
    /// What fits the other settings.
    #[default]
    Auto,
    /// This.
    Of(T),
}

impl<T> Auto<T> {
    /// The value, if there is one.
    pub fn given(self) -> Option<T> {
        match self {
            Self::Auto => None,
            Self::Of(value) => Some(value),
        }
    }
}

/// How much of themselves Adam's running means keep: of gradients, and of their squares; as in `0.9,0.999`. Of optimizers
/// with one mean, of squares, the second counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Betas(pub [f64; 2]);

impl Display for Betas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{}", self.0[0], self.0[1])
    }
}

impl FromStr for Betas {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let number = |part: &str| part.trim().parse::<f64>().ok().filter(|beta| (0.0..1.0).contains(beta));
        text.split_once(',').and_then(|(first, second)| Some(Self([number(first)?, number(second)?]))).ok_or_else(
            || SpecError::new(format!("--betas takes two numbers from 0 to below 1, as 0.9,0.999; got {text:?}")),
        )
    }
}

super::keyword::serde_as_text!(Betas);

impl<T: Display> Display for Auto<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Of(value) => value.fmt(f),
        }
    }
}

impl<T: FromStr> FromStr for Auto<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text.trim() == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::Of) }
    }
}

impl<T: Serialize> Serialize for Auto<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Of(value) => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Auto<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Auto{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"anyOf": [{"const": "auto"}, generator.subschema_for::<T>()]})
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Auto<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Word {
            Auto,
        }

        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a value, or auto")]
        enum Either<T> {
            Word(Word),
            Value(T),
        }

        Ok(match Either::deserialize(deserializer)? {
            Either::Word(Word::Auto) => Self::Auto,
            Either::Value(value) => Self::Of(value),
        })
    }
}
