//! The front door: a question asked in a few words, and its answer.
//!
//! [`Run`] takes a [`Spec`](crate::spec::Spec) and what else there is to choose, each with the command line's default. How
//! often do networks learn?
//!
//! ```
//! use basins::Run;
//! use basins::spec::Spec;
//!
//! let answer = Run::new(Spec { lr: 4.0.into(), epochs: 1_000, ..Spec::default() }).nets(500).run()?;
//! println!("{:.1}% of the networks learn XOR", 100.0 * answer.rate());
//! # assert!(answer.rate() > 0.5 && answer.interval().low < answer.rate());
//! # Ok::<(), basins::Error>(())
//! ```
//!
//! `run.rs` is what is chosen, `opened.rs` a run whose backend is open, `networks.rs` an answer with its networks kept,
//! `shards.rs` a run shared between processes, `sweep.rs` and `map.rs` the other questions.

mod map;
mod networks;
mod opened;
mod run;
mod shards;
mod sweep;

pub use map::Mapped;
#[cfg(feature = "cli")]
pub(crate) use networks::Kept;
pub use networks::{Networks, best, predict};
pub use opened::Opened;
pub use run::{Keep, Run};
pub use shards::Share;
