//! The outcomes of a chunk, written by many threads in any order.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::backend::{Job, Precision, Trained};
use crate::outcome::{Outcomes, Status, Values, Weights};

/// What is written of one network.
pub(super) struct Row {
    pub(super) status: Status,
    pub(super) solved_epoch: u32,
    pub(super) stop_epoch: u32,
    pub(super) loss: f64,
}

/// Columns of a chunk.
pub(super) struct Rows {
    outcomes: Outcomes,
    weights: Values,
    weight_count: usize,
}

impl Rows {
    /// Room for `count` networks.
    pub(super) fn new(job: &Job<'_>, precision: Precision, first: u64, count: usize) -> Self {
        let outputs = job.problem.examples().targets().len();
        let weight_count = if job.keep_weights { job.problem.layers().weight_count() } else { 0 };
        Self {
            outcomes: Outcomes {
                first,
                positions: None,
                outputs_per_network: outputs,
                status: vec![Status::Unfinished; count],
                solved_epoch: vec![0; count],
                stop_epoch: vec![0; count],
                loss: vec![0.0; count],
                outputs: vec![0.0; count * outputs],
            },
            weights: match precision {
                Precision::F32 => Values::F32(vec![0.0; count * weight_count]),
                Precision::F64 => Values::F64(vec![0.0; count * weight_count]),
            },
            weight_count,
        }
    }

    /// Hands out the positions, each once.
    pub(super) fn queue(&mut self) -> Queue<'_> {
        let count = self.outcomes.count();
        Queue {
            next: AtomicUsize::new(0),
            count,
            outputs_per_network: self.outcomes.outputs_per_network,
            weight_count: self.weight_count,
            status: self.outcomes.status.as_mut_ptr(),
            solved_epoch: self.outcomes.solved_epoch.as_mut_ptr(),
            stop_epoch: self.outcomes.stop_epoch.as_mut_ptr(),
            loss: self.outcomes.loss.as_mut_ptr(),
            outputs: self.outcomes.outputs.as_mut_ptr(),
            weights: match &mut self.weights {
                Values::F32(values) => Target::F32(values.as_mut_ptr()),
                Values::F64(values) => Target::F64(values.as_mut_ptr()),
            },
            rows: PhantomData,
        }
    }

    /// What is delivered.
    pub(super) fn into_trained(self, job: &Job<'_>, executed_net_epochs: u64) -> Trained {
        let weights = job.keep_weights.then(|| Weights::new(job.problem.layers(), self.weights));
        Trained { executed_net_epochs, ..Trained::of(self.outcomes, weights) }
    }
}

/// Where weights are written.
#[derive(Clone, Copy)]
enum Target {
    F32(*mut f32),
    F64(*mut f64),
}

/// The networks of a chunk that wait, and the rows of those that were taken.
pub(super) struct Queue<'r> {
    next: AtomicUsize,
    count: usize,
    outputs_per_network: usize,
    weight_count: usize,
    status: *mut Status,
    solved_epoch: *mut u32,
    stop_epoch: *mut u32,
    loss: *mut f64,
    outputs: *mut f32,
    weights: Target,
    rows: PhantomData<&'r mut Rows>,
}

// SAFETY: the pointers are to rows borrowed for 'r, and only `Taken` writes through them: one for each position, so no
// two threads reach the same row.
unsafe impl Sync for Queue<'_> {}

/// A network taken from the queue: the right to write its row.
pub(super) struct Taken {
    position: usize,
}

impl Taken {
    /// Position in the chunk.
    pub(super) fn position(&self) -> usize {
        self.position
    }
}

impl Queue<'_> {
    const LONG: usize = 4096;

    /// Whether so many networks wait that a few more or less make no thread idle.
    pub(super) fn is_long(&self) -> bool {
        self.next.load(Ordering::Relaxed) + Self::LONG < self.count
    }

    /// Takes the next networks, at most so many: neighbours.
    pub(super) fn take(&self, wanted: usize) -> impl Iterator<Item = Taken> + use<> {
        // A look first: the counter must not run away while idle lanes ask again and again.
        let first = match self.next.load(Ordering::Relaxed) {
            next if next >= self.count => self.count,
            _ => self.next.fetch_add(wanted, Ordering::Relaxed).min(self.count),
        };
        (first..self.count.min(first + wanted)).map(|position| Taken { position })
    }

    /// Writes a network's outputs; `at` counts them from 0.
    pub(super) fn set_output(&self, taken: &Taken, at: usize, output: f32) {
        debug_assert!(at < self.outputs_per_network);
        // SAFETY: `take` gives each position below the count once, and `at` is below the outputs of a network.
        unsafe { *self.outputs.add(taken.position * self.outputs_per_network + at) = output };
    }

    /// Writes the rest of the row, weights if there is room for them.
    pub(super) fn finish(&self, taken: Taken, row: &Row, weights: impl Iterator<Item = f64>) {
        let position = taken.position;
        // SAFETY: as above; at most `weight_count` weights are written.
        unsafe {
            *self.status.add(position) = row.status;
            *self.solved_epoch.add(position) = row.solved_epoch;
            *self.stop_epoch.add(position) = row.stop_epoch;
            *self.loss.add(position) = row.loss;
            for (at, weight) in weights.take(self.weight_count).enumerate() {
                let at = position * self.weight_count + at;
                match self.weights {
                    Target::F32(weights) => *weights.add(at) = weight as f32,
                    Target::F64(weights) => *weights.add(at) = weight,
                }
            }
        }
    }
}
