//! What is joined to what beyond layer to layer, and what the last layer does with its sums.

use super::keyword::keywords;

/// Whether units have biases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bias {
    /// They do, and biases are trained.
    On,
    /// Biases start at zero and are not trained. The weights' layout keeps their rows; imported biases stay as they are.
    Off,
}

keywords!(Bias, "--bias", { On => "on", Off => "off" });

/// The activation of the output units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutputActivation {
    /// That of all other units.
    Same,
    /// None: an output is its weighted sum z, and act'(z) = 1. With mse only.
    Linear,
}

keywords!(OutputActivation, "--output-activation", { Same => "same", Linear => "linear" });
