//! Joining what was trained in parts; what parts are: `parts.rs`.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

use super::ending::Ending;
use super::folder::Folder;
use super::frame::{Frame, Study};
use super::parts::{Joined, Joins, Parts};
use super::settings::Settings;

/// A verb whose work can be cut and joined.
pub(super) trait Join: Study + DeserializeOwned {
    /// Of the manifests of its parts.
    const PARTS_SCHEMA: &'static str;
    /// Whether they may have weights, which are joined where that is asked for.
    const HAS_WEIGHTS: bool = false;

    /// The answer that the whole would have given.
    fn join(&self, frame: &Frame<'_>, parts: &Parts, folder: &mut Folder) -> Result<Self::Answer>;
}

impl Joins {
    pub(super) const fn of<S: Join>() -> Self {
        Self { schema: S::PARTS_SCHEMA, run: joined::<S> }
    }
}

fn joined<S: Join>(parts: &mut Parts, asked: &Joined<'_>) -> Result<Ending> {
    let Joined { out, weights_out, fresh, output } = *asked;
    if weights_out.is_some() && !S::HAS_WEIGHTS {
        return Err(Error::input(format!(
            "--weights-out joins what shards of a run wrote; a {} has no weights",
            S::NAME
        )));
    }
    parts.with_weights(weights_out.is_some());
    let first = &parts.all()[0];
    let object = first.object(&format!("{}.json", S::NAME))?;
    let damaged = |error: serde_json::Error| Error::input(format!("{} is damaged: {error}", first.path().display()));
    let mut settings = Settings::deserialize_from(&object["settings"]).map_err(damaged)?;
    settings.shard = None;
    (settings.weights_out, settings.out) = (weights_out.map(Path::to_owned), Some(out.to_owned()));
    let options = S::deserialize(&object["options"]).map_err(damaged)?;
    let mut frame = Frame::new(&options, &settings, output);
    frame.fresh = fresh;
    let Some(mut folder) = frame.folder(&options, None)? else { return Err(Error::failure("there is no folder")) };
    let answer = options.join(&frame, parts, &mut folder)?;
    frame.finish(&options, answer, Some(folder))
}
