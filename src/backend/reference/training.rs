//! One network from its start to its end, epoch by epoch: the meaning of a spec, in the order in which it happens.

use crate::outcome::{Outcome, Status};
use crate::rule::{Optimize, Real, Shared, with_optimizer};
use crate::spec::{AfterSolved, DIVERGENCE_STRIDE, Problem, WEIGHT_BOUND};

use super::Network;

/// What an epoch led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The weights were updated.
    Updated,
    /// The criterion held and the network has retired with the weights that it had.
    Retired,
    /// The weights are out of bounds; the network stops.
    Diverged,
}

/// A network in training.
#[derive(Clone, Debug)]
pub struct Training<'p, R> {
    problem: &'p Problem,
    inputs: Vec<Vec<R>>,
    /// `[example][unit]`.
    targets: Vec<R>,
    network: Network<R>,
    state: State<R>,
    /// Learning rate of each weight.
    rates: Vec<R>,
    momentum: R,
    gradient: Vec<R>,
    /// Outputs of the epoch at hand, then of the final weights, `[example][unit]`.
    outputs: Vec<R>,
    epoch: u32,
    solved_epoch: u32,
    stopped: Option<Step>,
    final_outputs: Vec<f32>,
}

/// What an update changes.
#[derive(Clone, Debug)]
struct State<R> {
    weights: Vec<R>,
    /// What the optimizer remembers of each weight, as far as it does.
    first: Vec<R>,
    second: Vec<R>,
    update_count: u64,
}

impl<'p, R: Real> Training<'p, R> {
    /// Before the first epoch. `start` holds the weights in flat order.
    pub fn new(problem: &'p Problem, start: &[f64]) -> Self {
        let examples = problem.examples();
        let convert = |values: &[f64]| values.iter().map(|value| R::of(*value)).collect::<Vec<R>>();
        let weights = convert(start);
        let zeros = vec![R::of(0.0); weights.len()];
        Self {
            problem,
            inputs: (0..examples.count()).map(|example| convert(examples.input(example))).collect(),
            targets: convert(examples.targets()),
            network: Network::new(problem),
            rates: convert(&problem.weight_rates()),
            momentum: R::of(problem.spec().momentum),
            gradient: zeros.clone(),
            state: State { weights, first: zeros.clone(), second: zeros, update_count: 0 },
            outputs: Vec::with_capacity(examples.targets().len()),
            epoch: 0,
            solved_epoch: 0,
            stopped: None,
            final_outputs: Vec::new(),
        }
    }

    /// The same with rates of its own, one for each layer of weights.
    pub fn with_rates(self, layer_rates: &[f64], momentum: f64) -> Self {
        let rates = self.problem.weight_rates_from(layer_rates).into_iter().map(R::of).collect();
        Self { rates, momentum: R::of(momentum), ..self }
    }

    /// Epochs run so far; the one in which the network retired or diverged counts.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Whether no epoch is left to run.
    pub fn finished(&self) -> bool {
        self.stopped.is_some() || self.epoch == self.problem.spec().epochs
    }

    /// The weights in flat order.
    pub fn weights(&self) -> &[R] {
        &self.state.weights
    }

    /// Runs at most so many epochs, fewer if training ends.
    pub fn run(&mut self, epoch_count: u32) {
        for _ in 0..epoch_count {
            if self.finished() {
                break;
            }
            self.step();
        }
    }

    /// Runs one epoch: forward on every example, judge, and update unless the network retires or has diverged.
    pub fn step(&mut self) -> Step {
        self.step_seen(&mut |_| {})
    }

    /// The same; `seen` is shown the weights after each update within an online epoch.
    pub fn step_seen(&mut self, seen: &mut dyn FnMut(&[R])) -> Step {
        self.epoch += 1;
        let online = self.problem.spec().update.is_online();
        let before = online.then(|| self.state.clone());
        let output_count = self.network.outputs().len();
        self.outputs.clear();
        self.gradient.fill(R::of(0.0));
        for example in 0..self.inputs.len() {
            self.network.forward(&self.state.weights, &self.inputs[example]);
            self.outputs.extend_from_slice(self.network.outputs());
            self.network.backward(&self.state.weights, &self.targets[example * output_count..][..output_count]);
            self.network.add_gradient(&mut self.gradient);
            if online {
                self.update();
                seen(&self.state.weights);
                self.gradient.fill(R::of(0.0));
            }
        }
        let solved = self.criterion_holds();
        let looked_at = before.as_ref().unwrap_or(&self.state);
        let look = solved || self.epoch.is_multiple_of(DIVERGENCE_STRIDE);
        let step = if look && !looked_at.in_bounds() {
            Step::Diverged
        } else {
            if solved && self.solved_epoch == 0 {
                self.solved_epoch = self.epoch;
            }
            match self.problem.spec().after_solved {
                AfterSolved::Retire if solved => Step::Retired,
                _ => Step::Updated,
            }
        };
        match (step, before) {
            (Step::Updated, None) => self.update(),
            (Step::Updated, Some(_)) => {}
            (Step::Retired | Step::Diverged, before) => {
                if let Some(before) = before {
                    self.state = before;
                }
                self.stopped = Some(step);
            }
        }
        step
    }

    /// Whether the outputs at hand meet the criterion.
    fn criterion_holds(&self) -> bool {
        self.problem.spec().solved.holds(&self.outputs, &self.targets, R::of(self.problem.midpoint()))
    }

    /// Changes the weights by the gradient at hand.
    fn update(&mut self) {
        let State { weights, first, second, update_count } = &mut self.state;
        *update_count += 1;
        with_optimizer!(self.problem.spec().optimizer, Row => {
            let shared = Shared {
                share: R::of(self.problem.share()),
                momentum: self.momentum,
                corrections: Row::corrections(*update_count),
            };
            let memories = first.iter_mut().zip(second);
            for (((weight, (first, second)), g), rate) in
                weights.iter_mut().zip(memories).zip(&self.gradient).zip(&self.rates)
            {
                Row::step(&shared, *rate, *g, weight, [first, second]);
            }
        });
    }

    /// Forward with the weights as they are: loss, and outputs `[example][unit]`.
    pub fn evaluate(&mut self) -> (R, &[R]) {
        let mut loss = R::of(0.0);
        self.outputs.clear();
        for (input, target) in self.inputs.iter().zip(self.targets.chunks(self.network.outputs().len())) {
            self.network.forward(&self.state.weights, input);
            self.outputs.extend_from_slice(self.network.outputs());
            loss += self.network.loss(target);
        }
        (loss / R::of(self.inputs.len() as f64), &self.outputs)
    }

    /// Gradient of the loss C with the weights as they are, in flat order, whatever the update rule: for checks.
    pub fn loss_gradient(&mut self) -> Vec<R> {
        let mut gradient = vec![R::of(0.0); self.state.weights.len()];
        for (input, target) in self.inputs.iter().zip(self.targets.chunks(self.network.outputs().len())) {
            self.network.forward(&self.state.weights, input);
            self.network.backward(&self.state.weights, target);
            self.network.add_gradient(&mut gradient);
        }
        let share = R::of(1.0) / R::of(self.inputs.len() as f64);
        gradient.iter_mut().for_each(|g| *g = *g * share);
        gradient
    }

    /// The row to record, evaluated with the weights as they are.
    pub fn outcome(&mut self, network: u64) -> Outcome<'_> {
        let loss = self.evaluate().0.wide();
        self.final_outputs = self.outputs.iter().map(|output| output.wide() as f32).collect();
        let in_bounds = self.state.in_bounds();
        let status = match self.stopped {
            Some(Step::Diverged) => Status::Diverged,
            _ if !self.finished() => Status::Unfinished,
            _ if !in_bounds => Status::Diverged,
            _ if self.solved_epoch > 0 => Status::Solved,
            _ => Status::Unsolved,
        };
        Outcome {
            network,
            status,
            solved_epoch: self.solved_epoch,
            stop_epoch: self.epoch,
            loss,
            outputs: &self.final_outputs,
        }
    }
}

impl<R: Real> State<R> {
    /// Whether every weight is finite and within `WEIGHT_BOUND`.
    fn in_bounds(&self) -> bool {
        let bound = R::of(f64::from(WEIGHT_BOUND));
        self.weights.iter().all(|weight| weight.abs() <= bound)
    }
}
