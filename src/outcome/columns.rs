//! Outcomes of a chunk of networks, one column a quantity.

use serde::{Deserialize, Serialize};

/// How training of one network ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Status {
    /// Trained to the last epoch without meeting the criterion.
    Unsolved = 0,
    /// Met the criterion.
    Solved = 1,
    /// A weight stopped being finite or passed `spec::WEIGHT_BOUND`.
    Diverged = 2,
    /// Interrupted before its last epoch.
    Unfinished = 3,
}

/// What is recorded of networks, in the order of their indices: of consecutive ones, but where `positions` says otherwise. All
/// columns have one entry a network, `outputs` a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcomes {
    /// Index of the first network, or that from which `positions` count.
    pub first: u64,
    /// Where networks between these were counted and have no row: how far from `first` each row's network is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<Vec<u32>>,
    /// Outputs of one network: examples times output units.
    pub outputs_per_network: usize,
    /// How each ended.
    pub status: Vec<Status>,
    /// First epoch at which the criterion held, counted from 1; 0 if it never did.
    pub solved_epoch: Vec<u32>,
    /// Epoch in which training ended: work done on the network, in epochs.
    pub stop_epoch: Vec<u32>,
    /// Loss with the final weights.
    pub loss: Vec<f64>,
    /// Outputs with the final weights, `[network][example][output unit]`.
    pub outputs: Vec<f32>,
}

/// One network's row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome<'a> {
    /// Index of the network.
    pub network: u64,
    /// How it ended.
    pub status: Status,
    /// First epoch at which the criterion held; 0 if it never did.
    pub solved_epoch: u32,
    /// Epochs of work done on it.
    pub stop_epoch: u32,
    /// Loss with the final weights.
    pub loss: f64,
    /// Outputs with the final weights, `[example][output unit]`.
    pub outputs: &'a [f32],
}

impl Outcomes {
    /// No networks yet, room for `capacity`.
    pub fn with_capacity(first: u64, outputs_per_network: usize, capacity: usize) -> Self {
        Self {
            first,
            positions: None,
            outputs_per_network,
            status: Vec::with_capacity(capacity),
            solved_epoch: Vec::with_capacity(capacity),
            stop_epoch: Vec::with_capacity(capacity),
            loss: Vec::with_capacity(capacity),
            outputs: Vec::with_capacity(capacity * outputs_per_network),
        }
    }

    /// How many networks there are.
    pub fn count(&self) -> usize {
        self.status.len()
    }

    /// Adds the next network's row; `outcome.network` must be the next index.
    pub fn push(&mut self, outcome: Outcome<'_>) {
        debug_assert_eq!(outcome.network, self.first + self.count() as u64);
        debug_assert_eq!(outcome.outputs.len(), self.outputs_per_network);
        self.status.push(outcome.status);
        self.solved_epoch.push(outcome.solved_epoch);
        self.stop_epoch.push(outcome.stop_epoch);
        self.loss.push(outcome.loss);
        self.outputs.extend_from_slice(outcome.outputs);
    }

    /// Row by place.
    pub fn get(&self, position: usize) -> Outcome<'_> {
        let from_first = self.positions.as_ref().map_or(position as u64, |positions| positions[position].into());
        Outcome {
            network: self.first + from_first,
            status: self.status[position],
            solved_epoch: self.solved_epoch[position],
            stop_epoch: self.stop_epoch[position],
            loss: self.loss[position],
            outputs: &self.outputs[position * self.outputs_per_network..][..self.outputs_per_network],
        }
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Outcome<'_>> {
        (0..self.count()).map(|position| self.get(position))
    }

    /// Puts the rows of `next` behind these; they must follow directly, each network having its row.
    pub fn append(&mut self, next: &Self) {
        debug_assert_eq!(next.first, self.first + self.count() as u64);
        debug_assert!(self.positions.is_none() && next.positions.is_none());
        self.status.extend_from_slice(&next.status);
        self.solved_epoch.extend_from_slice(&next.solved_epoch);
        self.stop_epoch.extend_from_slice(&next.stop_epoch);
        self.loss.extend_from_slice(&next.loss);
        self.outputs.extend_from_slice(&next.outputs);
    }

    /// Some of the rows of consecutive networks, by position.
    pub fn slice(&self, positions: std::ops::Range<usize>) -> Self {
        let outputs = positions.start * self.outputs_per_network..positions.end * self.outputs_per_network;
        Self {
            first: self.first + positions.start as u64,
            positions: None,
            outputs_per_network: self.outputs_per_network,
            status: self.status[positions.clone()].to_vec(),
            solved_epoch: self.solved_epoch[positions.clone()].to_vec(),
            stop_epoch: self.stop_epoch[positions.clone()].to_vec(),
            loss: self.loss[positions].to_vec(),
            outputs: self.outputs[outputs].to_vec(),
        }
    }

    /// Epochs of work that the networks needed.
    pub fn net_epochs(&self) -> u64 {
        self.stop_epoch.iter().map(|epoch| u64::from(*epoch)).sum()
    }
}
