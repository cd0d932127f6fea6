//! Numbers in JSON to the last bit, those that are not finite as words.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Word(String),
}

impl From<f64> for Written {
    fn from(value: f64) -> Self {
        if value.is_finite() { Self::Number(value) } else { Self::Word(value.to_string()) }
    }
}

impl Written {
    fn value<E: Error>(self) -> Result<f64, E> {
        match self {
            Self::Number(value) => Ok(value),
            Self::Word(word) => word.parse().map_err(|_| E::custom(format!("{word:?} is no number"))),
        }
    }
}

pub(crate) fn serialize<S: Serializer>(value: &f64, target: S) -> Result<S::Ok, S::Error> {
    Written::from(*value).serialize(target)
}

pub(crate) fn deserialize<'d, D: Deserializer<'d>>(source: D) -> Result<f64, D::Error> {
    Written::deserialize(source)?.value()
}

/// Of numbers that may be missing.
pub(crate) mod optional {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &Option<f64>, target: S) -> Result<S::Ok, S::Error> {
        value.map(Written::from).serialize(target)
    }

    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(source: D) -> Result<Option<f64>, D::Error> {
        Option::<Written>::deserialize(source)?.map(Written::value).transpose()
    }
}
