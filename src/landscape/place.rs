//! The kinds of places that a network can be at.

use serde::{Deserialize, Serialize};

/// What kind of place it is. Of networks with kinks a minimum, a minimum at infinity and a saddle hold within the region where
/// no unit changes side, and are said only of points with such a region around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PlaceKind {
    /// All units of a hidden layer are off on every example. The gradient of every weight that feeds this layer or one before
    /// it is exactly 0, so that training does not move them (but for what momentum and weight decay still do), and the
    /// outputs do not depend on the hidden units before.
    Dead,
    /// A finite point without gradient and without a way down: every eigenvalue of the Hessian positive, or zero with no
    /// descent along it.
    LocalMinimum,
    /// The gradient flow stays at the pattern to the end of its time, and all that was seen is as at a minimum that the
    /// weights approach without reaching it: the gradient falls as one over the time, the weights grow with its logarithm,
    /// and no curvature is negative by more than rounding.
    MinimumAtInfinity,
    /// The gradient flow stays at the pattern to the end of its time, and not all of that was seen.
    NoDescent,
    /// A point without gradient close by that is no minimum, for its smallest eigenvalue is negative or zero and descent
    /// leads on: training slows down there.
    Saddle,
    /// The gradient flow leads on to a lower loss, with no stationary point close by.
    Descent,
    /// None of these could be shown.
    Unclear,
}

impl PlaceKind {
    /// Every verdict, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Dead,
        Self::LocalMinimum,
        Self::MinimumAtInfinity,
        Self::NoDescent,
        Self::Saddle,
        Self::Descent,
        Self::Unclear,
    ];

    /// The words that stand for it, in files too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::LocalMinimum => "local minimum",
            Self::MinimumAtInfinity => "minimum at infinity",
            Self::NoDescent => "no descent found",
            Self::Saddle => "saddle",
            Self::Descent => "descent found",
            Self::Unclear => "unclear",
        }
    }
}

/// As objects name it.
#[cfg(test)]
impl schemars::JsonSchema for PlaceKind {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PlaceKind".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"description": "What was found of an examined network.", "enum": Self::ALL.map(Self::name)})
    }
}
