//! Counts over outcomes. Merging is associative and commutative, so chunks may be tallied apart and in any order.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::spec::Problem;

use super::{Fate, Outcomes};

/// Networks that one thread counts at a time.
const PART: usize = 4096;

/// Exact counts of a set of outcomes.
///
/// Memory grows with the number of different solving epochs, not with the number of networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    networks: u64,
    net_epochs: u64,
    fates: BTreeMap<Fate, u64>,
    solved_epochs: BTreeMap<u32, u64>,
}

impl Tally {
    /// Counts a chunk, on all cores.
    pub fn of(problem: &Problem, outcomes: &Outcomes) -> Self {
        let parts = (0..outcomes.count().div_ceil(PART)).into_par_iter();
        let parts = parts.map(|part| Self::of_rows(problem, outcomes, part * PART..(part + 1) * PART));
        parts.reduce(Self::default, |mut all, part| {
            all.merge(&part);
            all
        })
    }

    fn of_rows(problem: &Problem, outcomes: &Outcomes, rows: Range<usize>) -> Self {
        let mut tally = Self::default();
        for row in rows.start..rows.end.min(outcomes.count()) {
            let outcome = outcomes.get(row);
            tally.networks += 1;
            tally.net_epochs += u64::from(outcome.stop_epoch);
            let fate = Fate::of(problem, &outcome);
            *tally.fates.entry(fate).or_default() += 1;
            if fate == Fate::Solved {
                *tally.solved_epochs.entry(outcome.solved_epoch).or_default() += 1;
            }
        }
        tally
    }

    /// Adds another tally's counts.
    pub fn merge(&mut self, other: &Self) {
        self.networks += other.networks;
        self.net_epochs += other.net_epochs;
        for (fate, count) in &other.fates {
            *self.fates.entry(*fate).or_default() += count;
        }
        for (epoch, count) in &other.solved_epochs {
            *self.solved_epochs.entry(*epoch).or_default() += count;
        }
    }

    /// Networks counted.
    pub fn networks(&self) -> u64 {
        self.networks
    }

    /// Epochs of work that they needed.
    pub fn net_epochs(&self) -> u64 {
        self.net_epochs
    }

    /// Networks of this fate.
    pub fn count(&self, fate: Fate) -> u64 {
        self.fates.get(&fate).copied().unwrap_or(0)
    }

    /// Solved networks.
    pub fn solved(&self) -> u64 {
        self.count(Fate::Solved)
    }

    /// How many networks were solved in each epoch, ascending.
    pub fn solved_epochs(&self) -> &BTreeMap<u32, u64> {
        &self.solved_epochs
    }
}
