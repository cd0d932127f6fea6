//! The one error of this module: a setting that cannot be used, and what could.

use crate::foreign::sentence;

/// A setting that is wrong by itself or beside another one. Its text names the setting and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SpecError(String);

impl SpecError {
    pub(crate) fn new(message: impl AsRef<str>) -> Self {
        Self(sentence(message.as_ref()))
    }
}
