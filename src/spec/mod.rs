//! What is asked: the network, the task and how it is trained. Pure data.
//!
//! A [`Spec`] holds every setting as a user writes it, in the command line, a TOML file or JSON; each type here reads
//! and prints that one form. [`Spec::problem`] checks the settings against each other and yields a [`Problem`], which
//! is all that a backend needs. Nothing here trains, draws or knows a device. What the words of a rule mean is in
//! [`rule`](crate::rule).

mod auto;
mod checks;
mod connections;
mod examples;
mod layers;
mod levels;
mod map_axis;
mod per_layer;
mod pixel_starts;
mod population;
mod problem;
mod setting;
mod shard;
mod task;
mod training;
mod vary;
mod weight_name;

pub use auto::{Auto, Betas};
pub use connections::Bias;
pub use examples::Examples;
pub use layers::{LayerShape, Layers};
pub use levels::Levels;
pub use map_axis::{MapAxis, Varied};
pub use per_layer::{Activations, LayerValue, PerLayer, Rates};
pub use pixel_starts::PixelStarts;
pub use population::Population;
pub use problem::Problem;
pub use shard::Shard;
pub use task::{Given, Task};
pub use training::Spec;
pub(crate) use vary::short;
pub use vary::{Range, VariedValues, Vary};

pub(crate) use crate::rule::keyword;
pub use crate::rule::{
    Activation, AfterSolved, BiasInit, Criterion, Draw, Init, InitShape, Judge, Loss, Optimizer, Order, Place,
    Schedule, SpecError, Tuning, Update,
};

/// Weights larger than this in magnitude, or not finite, make a network *diverged*. No training that still learns comes
/// near it; it is far enough below the largest `f32` that no sum overflows before it is noticed.
pub const WEIGHT_BOUND: f32 = 1.0e6;

/// Divergence is looked for every so many epochs, whenever the solved criterion holds, and after the last epoch.
pub const DIVERGENCE_STRIDE: u32 = 16;
