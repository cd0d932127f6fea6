//! Trains millions of tiny neural networks at once and tells how often they get where they should.

pub mod backend;
#[cfg(feature = "cli")]
pub mod cli;
pub mod error;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod outcome;
pub mod plan;
pub mod report;
pub mod reproduce;
pub mod seed;
pub mod spec;
pub mod stats;
pub mod study;

pub use error::{Error, Result};
