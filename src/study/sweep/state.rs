//! What a sweep has found so far.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::outcome::{Fate, Outcomes, Status, Tally};
use crate::stats::UntilWidth;

use super::super::seconds::Seconds;
use super::super::trainers::Trainers;

/// What became of the networks of a point: the first ones of the population, as many as are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointState {
    /// Exact counts.
    pub tally: Tally,
    /// Which networks were solved, bit by bit; empty where that is not remembered.
    pub solved: Vec<u64>,
    /// After how many networks to look next, where the width of the interval decides when to stop.
    #[serde(default)]
    pub look: Option<u64>,
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
        self.tally.networks() == count && self.is_whole()
    }

    /// Whether no interruption left anything out of it.
    pub(super) fn is_whole(&self) -> bool {
        self.tally.count(Fate::Unfinished) == 0
    }

    /// How many networks it is to have, of `most`: all, or with a rule as many as that asks for next. What was under way goes
    /// on to the look that was chosen before it began: where it was cut must not show.
    pub(super) fn goal(&self, rule: Option<&UntilWidth>, most: u64) -> u64 {
        let (solved, networks) = (self.tally.solved(), self.tally.networks());
        match (rule, self.look) {
            (None, _) => most,
            (Some(_), Some(look)) if look > networks => look,
            (Some(rule), _) => rule.next_look(solved, networks, most).unwrap_or(networks),
        }
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

/// What a chunk brought.
#[derive(Clone, Copy, Debug)]
pub struct SweepDelivered<'a> {
    /// Networks of points, each by its place in the plan: the place of the first of them in the population, and a row each
    /// (whose own index may be another).
    pub rows: &'a [(usize, u64, Outcomes)],
    /// All that was found so far, this chunk included.
    pub state: &'a SweepState,
}

/// Sees every chunk as it comes.
pub type SweepSink<'a> = dyn FnMut(SweepDelivered<'_>) -> Result<()> + 'a;

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
        self.points.values().all(PointState::is_whole)
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
