//! What a sweep has found so far.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::outcome::{Fate, Status, Tally};

use super::super::seconds::Seconds;
use super::super::trainers::Trainers;

/// What became of the networks of a point: the first ones of the population, as many as are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointState {
    /// Exact counts.
    pub tally: Tally,
    /// Which networks were solved, bit by bit; empty where that is not remembered.
    pub solved: Vec<u64>,
}

/// How far a sweep is and what it has found: all that it needs to go on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SweepState {
    /// Points that were begun, by their place in the plan.
    pub points: BTreeMap<usize, PointState>,
    /// Epochs of work executed, idle lanes included.
    pub executed_net_epochs: u64,
    /// Where the time went, summed over all processes.
    pub seconds: Seconds,
    /// Who trained.
    pub trained_by: Trainers,
}

impl PointState {
    /// Whether every network of the population came to its end.
    pub(super) fn is_complete(&self, count: u64) -> bool {
        self.tally.networks() == count && self.tally.count(Fate::Unfinished) == 0
    }

    /// Adds the next networks, which begin at a place of the population.
    pub(super) fn add(&mut self, tally: &Tally, place: u64, statuses: Option<&[Status]>) {
        self.tally.merge(tally);
        for (place, status) in (place..).zip(statuses.into_iter().flatten()) {
            if *status == Status::Solved {
                self.mark(place);
            }
        }
    }

    fn mark(&mut self, place: u64) {
        let word = (place / 64) as usize;
        if self.solved.len() <= word {
            self.solved.resize(word + 1, 0);
        }
        self.solved[word] |= 1 << (place % 64);
    }

    /// Adds those of a shard, the networks of which come next.
    fn append(&mut self, shard: &Self) {
        let first = self.tally.networks();
        self.tally.merge(&shard.tally);
        for (at, word) in (0..).zip(&shard.solved) {
            let set = (0..64).filter(|bit| word >> bit & 1 == 1);
            set.for_each(|bit| self.mark(first + 64 * at + bit));
        }
    }
}

/// Sees what was found so far after every chunk.
pub type SweepSink<'a> = dyn FnMut(&SweepState) -> Result<()> + 'a;

impl SweepState {
    /// Networks that are counted, of all points.
    pub fn networks(&self) -> u64 {
        self.points.values().map(|point| point.tally.networks()).sum()
    }

    /// Whether every network of every point came to its end.
    pub fn is_complete(&self, point_count: usize, networks: u64) -> bool {
        self.points.len() == point_count && self.points.values().all(|point| point.is_complete(networks))
    }

    /// Adds a shard, the networks of which come next.
    pub fn append(&mut self, shard: Self) {
        for (at, point) in &shard.points {
            self.points.entry(*at).or_default().append(point);
        }
        self.executed_net_epochs += shard.executed_net_epochs;
        self.seconds.merge(&shard.seconds);
        self.trained_by.merge(&shard.trained_by);
    }

    /// Whether no interruption left anything out of it, so that a sweep can go on from there.
    pub fn is_whole(&self) -> bool {
        self.points.values().all(|point| point.tally.count(Fate::Unfinished) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_join_bit_by_bit() {
        let state = |places: &[u64]| {
            let mut state = PointState::default();
            places.iter().for_each(|place| state.mark(*place));
            state
        };
        let whole = state(&[0, 3, 64, 69, 130]);
        // The tally says where the next shard begins: here it is empty, so that all begin at 0.
        let mut joined = state(&[3, 64]);
        joined.append(&state(&[0, 69, 130]));
        assert_eq!(joined, whole);
    }
}
