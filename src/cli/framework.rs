//! Frameworks whose defaults `--like` knows.

use serde::{Deserialize, Serialize};

/// A framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum Framework {
    /// Keras 3.
    #[value(alias = "tensorflow")]
    Keras,
    /// PyTorch 2.
    #[value(alias = "torch")]
    Pytorch,
    /// scikit-learn's `MLPClassifier`.
    #[value(alias = "scikit-learn")]
    Sklearn,
}

impl std::fmt::Display for Framework {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Keras => "keras",
            Self::Pytorch => "pytorch",
            Self::Sklearn => "sklearn",
        })
    }
}
