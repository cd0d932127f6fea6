//! What is joined to what beyond layer to layer.

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
