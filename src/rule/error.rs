//! The one error of this module: a setting that cannot be used, and what could.

/// A setting that is wrong by itself or beside another one. Its text names the setting and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SpecError(String);

impl SpecError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}
