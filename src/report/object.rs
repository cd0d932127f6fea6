//! What the objects of several verbs have in common: who trained, counts by fate, values by name.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::backend::DeviceInfo;
use crate::outcome::{Fate, Tally};
use crate::study::{TrainedBy, Trainers};

/// Who trained, in the objects of populations.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Trained<'a> {
    /// Backend by name; of several that took turns or shared the work all names, joined by +.
    backend: String,
    /// Its device; of several backends that of the first.
    device: DeviceInfo,
    /// Each backend with its device where several trained, else null.
    trained_by: Option<&'a [TrainedBy]>,
}

impl<'a> From<&'a Trainers> for Trained<'a> {
    fn from(trainers: &'a Trainers) -> Self {
        Self { backend: trainers.backend(), device: trainers.device(), trained_by: trainers.several() }
    }
}

/// Networks by fate: an object with a key for every fate.
pub(crate) struct FateCounts([(Fate, u64); Fate::ALL.len()]);

impl FateCounts {
    /// By a function of the fate.
    pub(super) fn new(count: impl Fn(Fate) -> u64) -> Self {
        Self(Fate::ALL.map(|fate| (fate, count(fate))))
    }

    /// Of all networks that a tally has.
    pub(super) fn of(tally: &Tally) -> Self {
        Self::new(|fate| tally.count(fate))
    }
}

impl Serialize for FateCounts {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.collect_map(self.0.iter().map(|(fate, count)| (fate.name(), count)))
    }
}

#[cfg(test)]
impl schemars::JsonSchema for FateCounts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FateCounts".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let count = |fate: Fate| {
            let schema = serde_json::json!({"type": "integer", "minimum": 0, "description": fate.description()});
            (fate.name().to_owned(), schema)
        };
        schemars::json_schema!({
            "description": "Networks by fate; they add up to all of them.",
            "type": "object",
            "properties": serde_json::Map::from_iter(Fate::ALL.map(count)),
            "required": Fate::ALL.map(Fate::name),
        })
    }
}

/// Values by name, in the order given: an object with a key for each.
pub(crate) struct ByName<'a, V>(Vec<(Cow<'a, str>, V)>);

impl<'a, N: Into<Cow<'a, str>>, V> FromIterator<(N, V)> for ByName<'a, V> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(values: I) -> Self {
        Self(values.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl<V: Serialize> Serialize for ByName<'_, V> {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[cfg(test)]
impl<V: schemars::JsonSchema> schemars::JsonSchema for ByName<'_, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("ByName{}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object", "additionalProperties": generator.subschema_for::<V>()})
    }
}
