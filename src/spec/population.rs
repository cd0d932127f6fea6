//! Which networks are trained.

use std::ops::Range;

use super::SpecError;

/// All networks of a run: indices `first .. first + count` under one seed. A network's start depends on the seed and its
/// index alone, so populations can be split and joined freely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Population {
    first: u64,
    count: u64,
    seed: u64,
}

impl Population {
    /// Most networks in a run. Counts of outcomes stay exact in every file format.
    pub const LIMIT: u64 = 1 << 48;

    /// # Errors
    /// No networks, too many, or indices past the last one.
    pub fn new(first: u64, count: u64, seed: u64) -> Result<Self, SpecError> {
        if count == 0 {
            return Err(SpecError::new("--nets must be at least 1: there is nothing to train with 0 networks"));
        }
        if count > Self::LIMIT {
            return Err(SpecError::new(format!("--nets must be at most 2^48 = {}, got {count}", Self::LIMIT)));
        }
        if first.checked_add(count).is_none() {
            return Err(SpecError::new(format!("--first {first} plus --nets {count} passes the last index, 2^64 - 1")));
        }
        Ok(Self { first, count, seed })
    }

    /// Index of the first network.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many networks there are, at least 1.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The seed of all draws.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The indices.
    pub fn networks(&self) -> Range<u64> {
        self.first..self.first + self.count
    }
}
