//! One network from its start to its end, epoch by epoch: the meaning of a spec, in the order in which it happens.

use crate::outcome::{Outcome, Status};
use crate::spec::{AfterSolved, Criterion, DIVERGENCE_STRIDE, Optimizer, Problem, Update, WEIGHT_BOUND};

use super::{Network, Real};

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
    targets: Vec<Vec<R>>,
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
    /// Momentum's velocity, or Adam's mean of gradients.
    first: Vec<R>,
    /// Adam's mean of squared gradients.
    second: Vec<R>,
    update_count: u64,
}

impl<'p, R: Real> Training<'p, R> {
    /// Before the first epoch. `start` holds the weights in flat order.
    pub fn new(problem: &'p Problem, start: &[f64]) -> Self {
        let examples = problem.examples();
        let convert = |values: &[f64]| values.iter().map(|value| R::of(*value)).collect::<Vec<R>>();
        let weights = convert(start);
        let zeros = vec![R::zero(); weights.len()];
        Self {
            problem,
            inputs: (0..examples.count()).map(|example| convert(examples.input(example))).collect(),
            targets: (0..examples.count()).map(|example| convert(examples.target(example))).collect(),
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
        let online = self.problem.spec().update == Update::Online;
        let before = online.then(|| self.state.clone());
        self.outputs.clear();
        self.gradient.fill(R::zero());
        for example in 0..self.inputs.len() {
            self.network.forward(&self.state.weights, &self.inputs[example]);
            self.outputs.extend_from_slice(self.network.outputs());
            self.network.backward(&self.state.weights, &self.targets[example]);
            self.network.add_gradient(&mut self.gradient);
            if online {
                self.update();
                seen(&self.state.weights);
                self.gradient.fill(R::zero());
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

    /// Whether the outputs at hand meet the criterion. NaN never does.
    fn criterion_holds(&self) -> bool {
        let mut pairs = self.outputs.iter().zip(self.targets.iter().flatten());
        let squares = || self.outputs.iter().zip(self.targets.iter().flatten()).map(|(h, y)| (*h - *y) * (*h - *y));
        let sum: R = squares().sum();
        let mean = sum / R::of(self.outputs.len() as f64);
        let midpoint = R::of(self.problem.midpoint());
        match self.problem.spec().solved {
            Criterion::MaxError(bound) => pairs.all(|(h, y)| (*h - *y).abs() <= R::of(bound)),
            Criterion::Sign => pairs.all(|(h, y)| (*h - midpoint) * (*y - midpoint) > R::zero()),
            Criterion::Sse(bound) => sum < R::of(bound),
            Criterion::Mse(bound) => mean < R::of(bound),
            Criterion::Rms(bound) => mean < R::of(bound * bound),
        }
    }

    /// Changes the weights by the gradient at hand.
    fn update(&mut self) {
        let spec = self.problem.spec();
        let share = match spec.update {
            Update::BatchMean => R::one() / R::of(self.inputs.len() as f64),
            Update::BatchSum | Update::Online => R::one(),
        };
        let State { weights, first, second, update_count } = &mut self.state;
        *update_count += 1;
        match spec.optimizer {
            Optimizer::Gd => {
                let momentum = self.momentum;
                for (((w, v), g), lr) in weights.iter_mut().zip(first).zip(&self.gradient).zip(&self.rates) {
                    *v = momentum * *v - *lr * share * *g;
                    *w += *v;
                }
            }
            Optimizer::Adam => {
                let (beta1, beta2) = (Optimizer::ADAM_BETA1, Optimizer::ADAM_BETA2);
                let correction = |beta: f64| R::of(-(*update_count as f64 * beta.ln()).exp_m1());
                let (correction1, correction2) = (correction(beta1), correction(beta2));
                let (beta1, beta2) = (R::of(beta1), R::of(beta2));
                let state = weights.iter_mut().zip(first).zip(second);
                for ((((w, m), v), g), lr) in state.zip(&self.gradient).zip(&self.rates) {
                    let g = share * *g;
                    *m = beta1 * *m + (R::one() - beta1) * g;
                    *v = beta2 * *v + (R::one() - beta2) * g * g;
                    *w -= *lr * (*m / correction1) / ((*v / correction2).sqrt() + R::of(Optimizer::ADAM_EPSILON));
                }
            }
        }
    }

    /// Forward with the weights as they are: loss, and outputs `[example][unit]`.
    pub fn evaluate(&mut self) -> (R, &[R]) {
        let mut loss = R::zero();
        self.outputs.clear();
        for (input, target) in self.inputs.iter().zip(&self.targets) {
            self.network.forward(&self.state.weights, input);
            self.outputs.extend_from_slice(self.network.outputs());
            loss += self.network.loss(target);
        }
        (loss / R::of(self.inputs.len() as f64), &self.outputs)
    }

    /// Gradient of the loss C with the weights as they are, in flat order, whatever the update rule: for checks.
    pub fn loss_gradient(&mut self) -> Vec<R> {
        let mut gradient = vec![R::zero(); self.state.weights.len()];
        for (input, target) in self.inputs.iter().zip(&self.targets) {
            self.network.forward(&self.state.weights, input);
            self.network.backward(&self.state.weights, target);
            self.network.add_gradient(&mut gradient);
        }
        let share = R::one() / R::of(self.inputs.len() as f64);
        gradient.iter_mut().for_each(|g| *g *= share);
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
