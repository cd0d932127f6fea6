//! What a run has found so far.

use serde::{Deserialize, Serialize};

use crate::outcome::{Kind, Tally};

use super::super::continued::ContinuedCounts;
use super::super::examine::Examined;
use super::super::seconds::Seconds;
use super::super::trainers::Trainers;

/// How far a run is and what it has found: all that it needs to go on. Counts, examined networks and those to be trained on
/// are of the networks counted, which are the first ones of the population.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// Exact counts.
    pub tally: Tally,
    /// The number of networks after which the run looks next, or looked last, whether its interval is narrow enough.
    #[serde(default)]
    pub look: Option<u64>,
    /// Networks that were looked at closely, in the order of their indices.
    pub examined: Vec<Examined>,
    /// The first networks that were trained to the end without being solved, if they are to be trained on.
    pub unsolved: Vec<(u64, Kind)>,
    /// What became of those that were trained on so far.
    #[serde(default)]
    pub continued: Option<ContinuedCounts>,
    /// Epochs of work executed, idle lanes included.
    pub executed_net_epochs: u64,
    /// Where the time went, summed over all processes.
    pub seconds: Seconds,
    /// Who trained.
    pub trained_by: Trainers,
}

impl RunState {
    /// Adds a shard that is over, the networks of which come next; those that it left unsolved are trained on already. Of each
    /// fate as many examined networks are kept as the whole would have examined; gives the others.
    pub fn append(&mut self, shard: Self, examine_per_fate: usize) -> Vec<u64> {
        let mut dropped = Vec::new();
        self.tally.merge(&shard.tally);
        if let Some(more) = shard.continued {
            self.continued.get_or_insert_default().merge(&more);
        }
        for examined in shard.examined {
            if self.examined.iter().filter(|known| known.kind.fate == examined.kind.fate).count() < examine_per_fate {
                self.examined.push(examined);
            } else {
                dropped.push(examined.network);
            }
        }
        self.executed_net_epochs += shard.executed_net_epochs;
        self.seconds.merge(&shard.seconds);
        self.trained_by.merge(&shard.trained_by);
        dropped
    }
}

/// All that a run found, in a form that joins with that of other parts of a population.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunPart {
    /// What was found.
    pub state: RunState,
    /// Whether it was interrupted when all networks were trained.
    pub cut_after: bool,
}

impl RunPart {
    /// A part that was not cut off.
    pub fn of(state: RunState) -> Self {
        Self { state, cut_after: false }
    }

    /// Adds the part that comes next; gives the networks whose examination is dropped, as the whole would not have had it.
    pub fn append(&mut self, next: Self, examine_per_fate: usize) -> Vec<u64> {
        self.cut_after |= next.cut_after;
        self.state.append(next.state, examine_per_fate)
    }
}
