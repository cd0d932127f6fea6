//! Training what a result says of itself again.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Result;

use super::arguments::OutputArgs;
use super::frame::{Frame, Study};
use super::settings::Settings;

/// A verb whose results can be trained again.
pub(super) trait Repeat: Study + DeserializeOwned {
    /// Of its objects.
    const SCHEMA: &'static str;
    /// Whether an interrupted one holds whole parts, which can be compared.
    const WHOLE_PARTS: bool = false;
    /// Whether its networks are a population, whose numbers results say.
    const POPULATION: bool = true;

    /// These options without what nobody compares.
    fn for_counts(self) -> Self {
        self
    }
}

/// How results of one schema are trained again.
#[derive(Clone, Copy)]
pub(super) struct Again {
    pub schema: &'static str,
    pub whole_parts: bool,
    pub population: bool,
    /// With settings and the options that the result says: the object. An error of the outer kind is one in the options.
    pub train: fn(&Settings, &Value, &OutputArgs) -> serde_json::Result<Result<Value>>,
}

impl Again {
    pub(super) const fn of<S: Repeat>() -> Self {
        Self {
            schema: S::SCHEMA,
            whole_parts: S::WHOLE_PARTS,
            population: S::POPULATION,
            train: |settings, options, output| {
                let options = S::deserialize(options)?.for_counts();
                let frame = Frame::new(&options, settings, output);
                let answer = frame.refuse(S::FLAGS).and_then(|()| options.answer(&frame, None));
                Ok(answer.map(|answer| options.object(&answer)))
            },
        }
    }
}
