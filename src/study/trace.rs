//! What happens to one network, epoch by epoch?

use crate::backend::Watch;
use crate::backend::reference::{Network, Training};
use crate::landscape::LossFunction;
use crate::outcome::Status;
use crate::spec::Problem;

/// One network replayed on the f64 reference. Row e of every column holds what the weights after `epochs[e]` epochs give.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Epochs run before each row; the first is 0, the last that in which training ended.
    pub epochs: Vec<u32>,
    /// Loss.
    pub loss: Vec<f64>,
    /// Norm of the loss's gradient over the weights that training moves.
    pub gradient_norm: Vec<f64>,
    /// Outputs, `[row][example][unit]`.
    pub outputs: Vec<f64>,
    /// Weights, `[row][flat position]`.
    pub weights: Vec<f64>,
    /// First epoch at which the criterion held; 0 if it never did.
    pub solved_epoch: u32,
    /// How training ended.
    pub status: Status,
}

/// Most weights that are kept where the caller does not say how many rows: half a gigabyte.
const NUMBER_LIMIT: usize = 1 << 26;

/// Epochs between two looks whether to stop.
const SLICE: u32 = 64;

impl Trace {
    /// Most rows where the caller does not say how many; of networks with more than some 6,700 weights there are fewer.
    pub const ROW_LIMIT: u32 = 10_000;

    /// Trains a network, whose seed and index its orders depend on, from a start and keeps every `stride`-th epoch, the first and the last; none where it was interrupted.
    pub fn of(
        problem: &Problem,
        start: &[f64],
        (seed, network): (u64, u64),
        stride: Option<u32>,
        watch: &dyn Watch,
    ) -> Option<Self> {
        let row_limit = (NUMBER_LIMIT / problem.layers().weight_count()).clamp(1, Self::ROW_LIMIT as usize) as u32;
        let stride = stride.unwrap_or_else(|| problem.spec().epochs.div_ceil(row_limit)).max(1);
        let mut training = Training::<f64>::new(problem, start).with_orders(seed, network);
        let mut trace = Self {
            epochs: Vec::new(),
            loss: Vec::new(),
            gradient_norm: Vec::new(),
            outputs: Vec::new(),
            weights: Vec::new(),
            solved_epoch: 0,
            status: Status::Unfinished,
        };
        let surface = LossFunction::new(problem);
        trace.keep(&mut training, &surface);
        while !training.finished() {
            let mut left = stride;
            while left > 0 && !watch.interrupted() {
                let slice = left.min(SLICE);
                training.run(slice);
                left -= slice;
            }
            if left > 0 {
                return None;
            }
            trace.keep(&mut training, &surface);
        }
        let outcome = training.outcome(0);
        (trace.solved_epoch, trace.status) = (outcome.solved_epoch, outcome.status);
        Some(trace)
    }

    fn keep(&mut self, training: &mut Training<'_, f64>, surface: &LossFunction<'_>) {
        self.epochs.push(training.epoch());
        let (loss, outputs) = training.evaluate();
        self.loss.push(loss);
        self.outputs.extend_from_slice(outputs);
        self.gradient_norm.push(surface.gradient(training.weights()).norm());
        self.weights.extend_from_slice(training.weights());
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.epochs.len()
    }

    /// Outputs of a row, `[example][unit]`.
    pub fn outputs_of(&self, row: usize) -> &[f64] {
        let width = self.outputs.len() / self.row_count();
        &self.outputs[row * width..][..width]
    }

    /// Weights of a row in flat order.
    pub fn weights_of(&self, row: usize) -> &[f64] {
        let width = self.weights.len() / self.row_count();
        &self.weights[row * width..][..width]
    }
}

/// Weights after training from a start on the f64 reference.
pub fn trained_weights(problem: &Problem, start: &[f64], (seed, network): (u64, u64)) -> Vec<f64> {
    let mut training = Training::<f64>::new(problem, start).with_orders(seed, network);
    training.run(problem.spec().epochs);
    training.weights().to_vec()
}

/// The first output over a square of two inputs, `[second input][first input]`, at `side` values of each.
pub fn response(problem: &Problem, weights: &[f64], (low, high): (f64, f64), side: usize) -> Vec<f64> {
    let mut network = Network::<f64>::new(problem);
    let value = |at: usize| low + (high - low) * (at as f64 + 0.5) / side as f64;
    let points = (0..side * side).map(|at| {
        network.forward(weights, &[value(at % side), value(at / side)]);
        network.outputs()[0]
    });
    points.collect()
}
