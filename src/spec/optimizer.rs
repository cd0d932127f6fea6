//! Optimizers: how a gradient becomes a step. The shader twin is `shaders/part/optimizer.wgsl`.

use super::keyword::keywords;

/// The rule that turns a gradient g into a change of weights w.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Optimizer {
    /// Gradient descent with momentum M: v <- M v - lr g; w <- w + v.
    Gd,
    /// Adam (Kingma & Ba 2015) with bias correction and the constants below.
    Adam,
}

keywords!(Optimizer, "--optimizer", { Gd => "gd", Adam => "adam" });

impl Optimizer {
    /// Adam's decay of the mean of gradients.
    pub const ADAM_BETA1: f64 = 0.9;
    /// Adam's decay of the mean of squared gradients.
    pub const ADAM_BETA2: f64 = 0.999;
    /// Adam's guard against division by zero, added outside the square root.
    pub const ADAM_EPSILON: f64 = 1e-8;

    /// Numbers kept per weight beside the weight itself.
    pub fn state_count(self, momentum: f64) -> usize {
        match self {
            Self::Gd => usize::from(momentum != 0.0),
            Self::Adam => 2,
        }
    }
}
