//! Outputs and losses of the networks that have finished, from lanes into rows.

use crate::rule::Number;

use super::kernel::Evaluation;
use super::ledger::{LANE_LIMIT, bits};
use super::memory::lanes;
use super::rows::{Queue, Taken};
use super::vector::Vector;

/// The network in each lane.
pub(super) type LaneNetworks = [Option<Taken>; LANE_LIMIT];

/// Takes what an evaluation computes.
pub(super) struct Answers<'a, 'r> {
    queue: &'a Queue<'r>,
    networks: &'a LaneNetworks,
    /// Lanes whose network has finished.
    finished: u32,
    /// Losses, summed over examples.
    losses: [f64; LANE_LIMIT],
    /// Lanes whose outputs meet the criterion.
    solved: u32,
}

impl<'a, 'r> Answers<'a, 'r> {
    pub(super) fn new(queue: &'a Queue<'r>, networks: &'a LaneNetworks, finished: u32) -> Self {
        Self { queue, networks, finished, losses: [0.0; LANE_LIMIT], solved: 0 }
    }

    /// Lanes whose outputs meet the criterion.
    pub(super) fn solved(&self) -> u32 {
        self.solved
    }

    /// Losses of each lane, summed over examples.
    pub(super) fn losses(&self) -> [f64; LANE_LIMIT] {
        self.losses
    }
}

impl<V: Vector> Evaluation<V> for Answers<'_, '_> {
    #[inline(always)]
    fn wants_outputs(&self) -> bool {
        self.finished != 0
    }

    #[inline(always)]
    fn solved(&mut self, lanes: u32) {
        self.solved = lanes;
    }

    #[inline(always)]
    fn output(&mut self, at: usize, output: V, loss: V) {
        let (mut output, mut loss) = ([output], [loss]);
        let (outputs, losses) = (lanes(&mut output), lanes(&mut loss));
        for lane in bits(self.finished) {
            if let Some(taken) = &self.networks[lane] {
                self.queue.set_output(taken, at, outputs[lane].wide() as f32);
                self.losses[lane] += losses[lane].wide();
            }
        }
    }
}
