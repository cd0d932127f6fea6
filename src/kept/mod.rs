//! What outlives a process: files that stand whole or not at all, folders that one process at a time writes, and what a study
//! has finished, so that the same command goes on where another was killed.

mod files;
mod lock;
mod store;
#[cfg(feature = "cli")]
mod sum;

pub use lock::FolderLock;
pub use store::{Pace, Store, checksum, difference};

pub(crate) use files::{place, remove_dead, temporary_in};
#[cfg(feature = "cli")]
pub(crate) use sum::{FileSum, Summing};
