//! Activation functions. Values live in each backend; the shader twin is `shaders/part/activation.wgsl`.

use super::keyword::keywords;

/// The function that a unit applies to its weighted sum z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// 1/(1 + e^-z), in (0, 1); derivative h(1 - h).
    Sigmoid,
    /// tanh z, in (-1, 1); derivative 1 - h^2.
    Tanh,
}

keywords!(Activation, "--activation", { Sigmoid => "sigmoid", Tanh => "tanh" });

impl Activation {
    /// The open interval of its values.
    pub fn range(self) -> (f64, f64) {
        match self {
            Self::Sigmoid => (0.0, 1.0),
            Self::Tanh => (-1.0, 1.0),
        }
    }
}
