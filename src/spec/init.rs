//! How starting weights are drawn. The draws themselves are in `seed`; the shader twin is `shaders/part/init.wgsl`.

use super::SpecError;
use super::keyword::{plain, positive, serde_as_text, unknown};
use super::layers::LayerShape;

/// Distribution of the starting weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Normal with standard deviation 0.5 sqrt(6/(fan_in + fan_out)) per layer, biases included: the tutorial's way.
    Tutorial,
    /// Uniform in (-R, R), biases included.
    Uniform(f64),
    /// Normal with standard deviation S, biases included.
    Normal(f64),
    /// Uniform in +-sqrt(6/(fan_in + fan_out)) per layer, biases zero (Glorot & Bengio 2010).
    Xavier,
}

/// The family of distributions that a layer's weights are scaled from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitShape {
    /// Uniform in (-1, 1).
    Uniform,
    /// Standard normal.
    Normal,
}

impl Init {
    /// One of each kind, for tests that go through all.
    pub const ALL: &'static [Self] = &[Self::Tutorial, Self::Uniform(1.0), Self::Normal(0.5), Self::Xavier];

    /// Which draw is scaled.
    pub fn shape(self) -> InitShape {
        match self {
            Self::Tutorial | Self::Normal(_) => InitShape::Normal,
            Self::Uniform(_) | Self::Xavier => InitShape::Uniform,
        }
    }

    /// What the draw is multiplied with in this layer.
    pub fn scale(self, layer: LayerShape) -> f64 {
        let glorot = (6.0 / (layer.fan_in + layer.fan_out) as f64).sqrt();
        match self {
            Self::Tutorial => 0.5 * glorot,
            Self::Uniform(width) => width,
            Self::Normal(deviation) => deviation,
            Self::Xavier => glorot,
        }
    }

    /// The same distribution with another R or S; `None` where it has none.
    pub fn with_width(self, width: f64) -> Option<Self> {
        match self {
            Self::Uniform(_) => Some(Self::Uniform(width)),
            Self::Normal(_) => Some(Self::Normal(width)),
            Self::Tutorial | Self::Xavier => None,
        }
    }

    /// Whether biases start at zero instead of being drawn.
    pub fn zero_bias(self) -> bool {
        self == Self::Xavier
    }
}

impl std::fmt::Display for Init {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tutorial => f.write_str("tutorial"),
            Self::Uniform(width) => write!(f, "uniform:{}", plain(*width)),
            Self::Normal(deviation) => write!(f, "normal:{}", plain(*deviation)),
            Self::Xavier => f.write_str("xavier"),
        }
    }
}

impl std::str::FromStr for Init {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        match text.trim().split_once(':') {
            None if text.trim() == "tutorial" => Ok(Self::Tutorial),
            None if text.trim() == "xavier" => Ok(Self::Xavier),
            Some(("uniform", width)) => Ok(Self::Uniform(positive(width, "--init uniform:R")?)),
            Some(("normal", deviation)) => Ok(Self::Normal(positive(deviation, "--init normal:S")?)),
            _ => Err(unknown("--init", text, &["tutorial", "uniform:R", "normal:S", "xavier"])),
        }
    }
}

serde_as_text!(Init);
