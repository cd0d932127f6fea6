//! One network from its start to its end, epoch by epoch: the meaning of a spec, in the order in which it happens.

use crate::outcome::{Outcome, Status};
use crate::rule::{Optimize, Real, Standard, with_optimizer};
use crate::seed::Orders;
use crate::spec::{AfterSolved, DIVERGENCE_STRIDE, Judge, Problem, Schedule, WEIGHT_BOUND};

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
    standard: Standard,
    orders: Orders,
    /// Index of the network, which its orders depend on.
    index: u64,
    state: State<R>,
    /// Learning rate of each weight.
    rates: Vec<R>,
    momentum: f64,
    gradient: Vec<R>,
    /// Examples in the order of the epoch at hand.
    order: Vec<u32>,
    /// What was seen of the epoch at hand, then of the final weights, in the order in which it was seen.
    seen: Seen<R>,
    epoch: u32,
    solved_epoch: u32,
    stopped: Option<Step>,
    final_outputs: Vec<f32>,
}

/// Weighted sums and outputs beside their targets, `[example][unit]`.
#[derive(Clone, Debug, Default)]
struct Seen<R> {
    sums: Vec<R>,
    outputs: Vec<R>,
    targets: Vec<R>,
}

impl<R: Real> Seen<R> {
    fn clear(&mut self) {
        self.sums.clear();
        self.outputs.clear();
        self.targets.clear();
    }

    /// Takes down what a network computed on an example.
    fn push(&mut self, network: &Network<R>, target: &[R]) {
        self.sums.extend_from_slice(&network.sums()[network.sums().len() - 1]);
        self.outputs.extend_from_slice(network.outputs());
        self.targets.extend_from_slice(target);
    }
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
            standard: problem.standard(),
            orders: Orders::new(problem.spec().update.order(), examples.count(), 0),
            index: 0,
            rates: convert(&problem.weight_rates()),
            momentum: problem.spec().momentum,
            gradient: zeros.clone(),
            state: State { weights, first: zeros.clone(), second: zeros, update_count: 0 },
            order: (0..examples.count() as u32).collect(),
            seen: Seen { sums: Vec::new(), outputs: Vec::new(), targets: Vec::new() },
            epoch: 0,
            solved_epoch: 0,
            stopped: None,
            final_outputs: Vec::new(),
        }
    }

    /// The same with rates of its own, one for each layer of weights.
    pub fn with_rates(self, layer_rates: &[f64], momentum: f64) -> Self {
        let rates = self.problem.weight_rates_from(layer_rates).into_iter().map(R::of).collect();
        Self { rates, momentum, ..self }
    }

    /// The same where examples come in the orders that this network has under this seed; where nothing is said, those of
    /// network 0 under seed 0.
    pub fn with_orders(self, seed: u64, network: u64) -> Self {
        let orders = Orders::new(self.problem.spec().update.order(), self.inputs.len(), seed);
        Self { orders, index: network, ..self }
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

    /// The same; `seen` is shown the weights after each update within an epoch.
    pub fn step_seen(&mut self, seen: &mut dyn FnMut(&[R])) -> Step {
        self.epoch += 1;
        match self.problem.spec().judge {
            Judge::During => self.step_judged_during(seen),
            Judge::After => self.step_judged_after(true, seen),
            Judge::End => self.step_judged_after(self.epoch == self.problem.spec().epochs, seen),
        }
    }

    /// The examples of the epoch at hand, in its order.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// What the epoch computes is judged: by weights that move only afterwards, or within it.
    fn step_judged_during(&mut self, seen: &mut dyn FnMut(&[R])) -> Step {
        let moves = self.problem.spec().update.moves_within();
        let before = moves.then(|| self.state.clone());
        self.sweep(seen);
        let solved = self.criterion_holds();
        let looked_at = before.as_ref().unwrap_or(&self.state);
        let step = self.judged(solved, looked_at.in_bounds());
        match (step, before) {
            (Step::Updated, None) => self.update(self.inputs.len()),
            (Step::Updated, Some(_)) => {}
            (Step::Retired | Step::Diverged, Some(before)) => self.state = before,
            (Step::Retired | Step::Diverged, None) => {}
        }
        step
    }

    /// The weights at the epoch's end are judged, if they are at all.
    fn step_judged_after(&mut self, judges: bool, seen: &mut dyn FnMut(&[R])) -> Step {
        self.sweep(seen);
        if !self.problem.spec().update.moves_within() {
            self.update(self.inputs.len());
        }
        let solved = judges && {
            self.evaluate();
            self.criterion_holds()
        };
        self.judged(solved, self.state.in_bounds())
    }

    /// Forward and backward on every example, with the updates within the epoch; at the end of batch training the gradient
    /// is there and no update made.
    fn sweep(&mut self, seen: &mut dyn FnMut(&[R])) {
        let spec = self.problem.spec();
        let (output_count, batch) = (self.network.outputs().len(), spec.update.batch_size(self.inputs.len()));
        self.orders.draw(self.index, self.epoch, &mut self.order);
        self.seen.clear();
        self.gradient.fill(R::of(0.0));
        for position in 0..self.inputs.len() {
            let example = self.order[position] as usize;
            let target = &self.targets[example * output_count..][..output_count];
            self.network.forward(&self.state.weights, &self.inputs[example]);
            self.seen.push(&self.network, target);
            self.network.backward(&self.state.weights, target);
            self.network.add_gradient(&mut self.gradient);
            let last = position + 1 == self.inputs.len();
            if spec.update.moves_within() && ((position + 1) % batch == 0 || last) {
                self.update(position % batch + 1);
                seen(&self.state.weights);
                self.gradient.fill(R::of(0.0));
            }
        }
    }

    /// What an epoch leads to, whose outputs meet the criterion or not, with weights in bounds or not.
    fn judged(&mut self, solved: bool, in_bounds: bool) -> Step {
        let look = solved || self.epoch.is_multiple_of(DIVERGENCE_STRIDE);
        if look && !in_bounds {
            self.stopped = Some(Step::Diverged);
            return Step::Diverged;
        }
        if solved && self.solved_epoch == 0 {
            self.solved_epoch = self.epoch;
        }
        if solved && self.problem.spec().after_solved == AfterSolved::Retire {
            self.stopped = Some(Step::Retired);
            return Step::Retired;
        }
        Step::Updated
    }

    /// Whether what was seen meets the criterion.
    fn criterion_holds(&self) -> bool {
        self.standard.holds(&self.seen.sums, &self.seen.outputs, &self.seen.targets)
    }

    /// Changes the weights by the gradient at hand, summed over so many examples.
    fn update(&mut self, example_count: usize) {
        let (problem, spec) = (self.problem, self.problem.spec());
        let State { weights, first, second, update_count } = &mut self.state;
        *update_count += 1;
        if spec.update.moves_within() && example_count < spec.update.batch_size(self.inputs.len()) {
            // The mean is over the examples that there are.
            let weight = R::of(spec.update.last_weight(self.inputs.len()));
            self.gradient.iter_mut().for_each(|g| *g = weight * *g);
        }
        let decay = R::of(problem.gradient_decay());
        let factor = R::of(match spec.lr_schedule {
            Schedule::Constant => 1.0,
            // Backends share a table in f32.
            schedule => f64::from(schedule.factor(self.epoch, spec.epochs) as f32),
        });
        let tuning = crate::rule::Tuning { momentum: self.momentum, ..problem.tuning() };
        with_optimizer!(spec.optimizer, Row => {
            let shared = tuning.shared::<Row, R>(problem.share(), *update_count);
            let memories = first.iter_mut().zip(second);
            for (((weight, (first, second)), g), rate) in
                weights.iter_mut().zip(memories).zip(&self.gradient).zip(&self.rates)
            {
                Row::step(&shared, factor * *rate, *g + decay * *weight, weight, [first, second]);
            }
        });
    }

    /// Forward with the weights as they are: loss, and outputs `[example][unit]`.
    pub fn evaluate(&mut self) -> (R, &[R]) {
        let mut loss = R::of(0.0);
        self.seen.clear();
        for (input, target) in self.inputs.iter().zip(self.targets.chunks(self.network.outputs().len())) {
            self.network.forward(&self.state.weights, input);
            self.seen.push(&self.network, target);
            loss += self.network.loss(target);
        }
        (loss / R::of(self.inputs.len() as f64), &self.seen.outputs)
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
        self.final_outputs = self.seen.outputs.iter().map(|output| output.wide() as f32).collect();
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
