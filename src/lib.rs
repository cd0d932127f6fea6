//! Trains millions of tiny neural networks at once and tells how often they get where they should.

pub mod backend;
pub mod error;
pub mod outcome;
pub mod plan;
pub mod seed;
pub mod spec;

pub use error::{Error, Result};
