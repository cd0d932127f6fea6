//! Training what a result says of itself again.

use serde::de::DeserializeOwned;

use super::again::Again;
use super::frame::{Frame, Study};

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
