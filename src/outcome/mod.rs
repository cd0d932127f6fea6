//! What came back: columns of outcomes, their fates, tallies that merge, and files of weights.

mod columns;
mod epochs;
pub(crate) mod exact;
mod fate;
mod fates;
mod kind;
mod midst;
mod npz;
mod outputs;
mod pattern;
mod plain;
mod tally;
mod weights;

pub use columns::{Outcome, Outcomes, Status};
pub use fate::{Fate, Kind, Variant, example_label};
pub use fates::Fates;
pub use kind::Kinds;
pub use npz::{WeightsFile, read_final_weights, read_weights};
pub use plain::{Doubt, PlainKinds, PlainPattern};
pub use tally::{CountedKind, KindTally, Tally};
pub use weights::{Values, Weights};
