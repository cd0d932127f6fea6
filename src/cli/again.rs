//! How results are trained again; what a verb says for it: `repeat.rs`.

use serde_json::Value;

use crate::error::Result;

use super::arguments::OutputArgs;
use super::settings::Settings;

/// How results of one schema are trained again.
#[derive(Clone, Copy)]
pub(super) struct Again {
    pub schema: &'static str,
    pub whole_parts: bool,
    pub population: bool,
    /// With settings and the options that the result says: the object. An error of the outer kind is one in the options.
    pub train: fn(&Settings, &Value, &OutputArgs) -> serde_json::Result<Result<Value>>,
}
