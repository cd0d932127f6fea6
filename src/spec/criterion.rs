//! When a network counts as solved. The shader twin is `shaders/part/solved.wgsl`.

use super::SpecError;
use super::keyword::{plain, positive, serde_as_text, unknown};

/// A condition on the outputs that an epoch computes, over all examples and output units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Criterion {
    /// Every output is at most this far from its target.
    MaxError(f64),
    /// Every output is on its target's side of the middle between the two target values.
    Sign,
    /// The sum of squared errors is below this.
    Sse(f64),
    /// The mean of squared errors is below this.
    Mse(f64),
    /// The root of the mean of squared errors is below this.
    Rms(f64),
}

impl Criterion {
    /// One of each kind, for tests that go through all.
    pub const ALL: &'static [Self] =
        &[Self::MaxError(0.1), Self::MaxError(0.4), Self::Sign, Self::Sse(0.04), Self::Mse(0.01), Self::Rms(0.1)];
}

impl std::fmt::Display for Criterion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MaxError(bound) => write!(f, "max-error:{}", plain(*bound)),
            Self::Sign => f.write_str("sign"),
            Self::Sse(bound) => write!(f, "sse:{}", plain(*bound)),
            Self::Mse(bound) => write!(f, "mse:{}", plain(*bound)),
            Self::Rms(bound) => write!(f, "rms:{}", plain(*bound)),
        }
    }
}

impl std::str::FromStr for Criterion {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        match text.trim().split_once(':') {
            None if text.trim() == "sign" => Ok(Self::Sign),
            Some(("max-error", bound)) => Ok(Self::MaxError(positive(bound, "--solved max-error:X")?)),
            Some(("sse", bound)) => Ok(Self::Sse(positive(bound, "--solved sse:X")?)),
            Some(("mse", bound)) => Ok(Self::Mse(positive(bound, "--solved mse:X")?)),
            Some(("rms", bound)) => Ok(Self::Rms(positive(bound, "--solved rms:X")?)),
            _ => Err(unknown("--solved", text, &["max-error:X", "sign", "sse:X", "mse:X", "rms:X"])),
        }
    }
}

serde_as_text!(Criterion);
