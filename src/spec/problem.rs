//! A checked spec with its examples: all that a backend needs to know.

use super::checks::{check, check_targets};
use super::examples::Examples;
use super::{AfterSolved, Bias, Layers, Spec, SpecError};
use crate::rule::{Loss, Optimize, Standard, Tuning, with_optimizer};

/// Settings that fit each other, and the task's examples. Made by [`Spec::problem`] alone, so whoever holds one need not
/// check anything again.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    spec: Spec,
    layers: Layers,
    examples: Examples,
}

impl Spec {
    /// Checks the settings against each other and reads the task's examples.
    ///
    /// # Errors
    /// Says which setting is wrong, why, and what would be right.
    pub fn problem(&self) -> Result<Problem, SpecError> {
        Problem::new(self)
    }
}

impl Problem {
    pub(crate) fn new(spec: &Spec) -> Result<Self, SpecError> {
        Self::checked(spec, |spec| {
            spec.task.examples(&spec.layers, spec.inputs, spec.targets, spec.activation.last().range())
        })
    }

    /// With examples that no file holds; the task's name in `spec` is that of a file.
    pub(crate) fn with_examples(spec: &Spec, examples: Examples) -> Result<Self, SpecError> {
        Self::checked(spec, |_| Ok(examples))
    }

    fn checked(spec: &Spec, examples: impl FnOnce(&Spec) -> Result<Examples, SpecError>) -> Result<Self, SpecError> {
        check(spec)?;
        let layers = spec.layers.connected(spec.shortcuts, spec.bias)?;
        let examples = examples(spec)?;
        if examples.inputs().len() + examples.targets().len() > Examples::NUMBER_LIMIT {
            return Err(SpecError::new(format!(
                "--task {}: {} examples are too many; at most {} numbers fit",
                spec.task,
                examples.count(),
                Examples::NUMBER_LIMIT
            )));
        }
        check_targets(spec, &examples)?;
        Ok(Self { spec: spec.clone(), layers, examples })
    }

    /// The same under other settings, checked. Examples are made or read again only where the change is of the task.
    ///
    /// # Errors
    /// The settings contradict each other.
    pub fn with(&self, change: impl FnOnce(&mut Spec)) -> Result<Self, SpecError> {
        let mut spec = self.spec.clone();
        change(&mut spec);
        let task = |spec: &Spec| {
            (spec.task.clone(), spec.layers.clone(), spec.inputs, spec.targets, spec.activation.last().range())
        };
        if task(&spec) == task(&self.spec) { Self::with_examples(&spec, self.examples.clone()) } else { spec.problem() }
    }

    /// The same examples under other settings, not checked: for faults that are planted on purpose.
    pub(crate) fn with_unchecked(&self, spec: Spec) -> Self {
        let layers = spec.layers.connected(spec.shortcuts, spec.bias).unwrap_or_else(|_| self.layers.clone());
        Self { spec, layers, examples: self.examples.clone() }
    }

    /// The same where one of `holders` trains its share of each network, see [`Layers::shared_by`].
    #[cfg(feature = "gpu")]
    pub(crate) fn shared_by(&self, holders: usize) -> Self {
        Self { layers: self.layers.shared_by(holders), ..self.clone() }
    }

    /// The settings.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What is to be learnt.
    pub fn examples(&self) -> &Examples {
        &self.examples
    }

    /// The layers, connected as the spec says.
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Learning rate of each weight, in flat order: that of its layer, and 0 for a bias that is not trained.
    pub fn weight_rates(&self) -> Vec<f64> {
        let layers: Vec<f64> = (0..self.layers.shapes().count()).map(|layer| self.spec.lr.of_layer(layer)).collect();
        self.weight_rates_from(&layers)
    }

    /// The same with these learning rates, one for each layer of weights.
    pub fn weight_rates_from(&self, layer_rates: &[f64]) -> Vec<f64> {
        let mut rates = Vec::with_capacity(self.layers.weight_count());
        for (shape, rate) in self.layers.shapes().zip(layer_rates.iter().copied()) {
            rates.extend(std::iter::repeat_n(rate, shape.fan_in * shape.fan_out));
            let bias_rate = if self.layers.bias() == Bias::On { rate } else { 0.0 };
            rates.extend(std::iter::repeat_n(bias_rate, shape.fan_out));
        }
        rates
    }

    /// Flat positions of the weights that training moves: neither biases that are off nor a layer whose rate is 0.
    pub fn trained_weights(&self) -> Vec<usize> {
        let rates = self.weight_rates();
        (0..rates.len()).filter(|position| rates[*position] > 0.0).collect()
    }

    /// The middle between the values for false and true (of a file, between its smallest and largest target): what the
    /// criterion `sign` compares with.
    pub fn midpoint(&self) -> f64 {
        let (low, high) = match self.spec.task.has_own_numbers() {
            true => self.examples.target_range(),
            false => (self.spec.targets.low, self.spec.targets.high),
        };
        0.5 * (low + high)
    }

    /// The loss: with softmax outputs, cross-entropy is that of classes.
    pub fn loss(&self) -> Loss {
        match self.spec.loss {
            Loss::CrossEntropy if self.spec.activation.last().normalises() => Loss::Categorical,
            loss => loss,
        }
    }

    /// The optimizer's numbers, defaults filled in.
    pub fn tuning(&self) -> Tuning {
        let Spec { optimizer, momentum, betas, epsilon, weight_decay, .. } = self.spec;
        Tuning {
            momentum,
            betas: betas.given().map_or(optimizer.default_betas().unwrap_or_default(), |betas| betas.0),
            epsilon: epsilon.given().or(optimizer.default_epsilon()).unwrap_or_default(),
            decay: weight_decay,
        }
    }

    /// What part of a weight is added to its gradient, summed over examples, before the optimizer takes it.
    pub fn gradient_decay(&self) -> f64 {
        if self.spec.optimizer.decouples_decay() { 0.0 } else { self.spec.weight_decay / self.share() }
    }

    /// Whether every example's targets name one of several classes: one output is to be high, all others low.
    pub fn has_classes(&self) -> bool {
        let (low, high) = self.examples.target_range();
        let count = self.examples.output_count();
        let names_one = |targets: &[f64]| {
            targets.iter().filter(|y| **y == high).count() == 1
                && targets.iter().filter(|y| **y == low).count() == count - 1
        };
        count > 1 && low < high && (0..self.examples.count()).all(|example| names_one(self.examples.target(example)))
    }

    /// Whether the loss, as a function of the weights, has kinks.
    pub fn loss_has_kinks(&self) -> bool {
        self.loss().has_kinks()
            || (0..self.layers.shapes().len()).any(|layer| self.spec.activation.of_layer(layer).has_kinks())
    }

    /// Whether the loss, as a function of the weights, or a step has kinks: there one rounding decides the way on.
    pub fn has_kinks(&self) -> bool {
        with_optimizer!(self.spec.optimizer, Row => Row::ADAPTS_STEPS) || self.loss_has_kinks()
    }

    /// The criterion beside what it needs to know.
    pub(crate) fn standard(&self) -> Standard {
        Standard {
            criterion: self.spec.solved,
            midpoint: self.midpoint(),
            loss: self.loss(),
            output_count: self.examples.output_count(),
            example_count: self.examples.count(),
            classes: self.has_classes(),
        }
    }

    /// What a gradient summed over the examples of an update is multiplied with.
    pub fn share(&self) -> f64 {
        self.spec.update.share(self.examples.count())
    }

    /// Whether a network stops being trained once solved.
    pub fn retires(&self) -> bool {
        self.spec.after_solved == AfterSolved::Retire
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Activation, Activations, Criterion, Levels, Loss, Rates, Task};
    use super::*;

    fn refusal(spec: Spec) -> String {
        spec.problem().map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let linear = Spec { activation: "sigmoid,linear".parse().unwrap(), ..Spec::default() };
        let three = Spec { activation: "tanh,tanh,sigmoid".parse().unwrap(), ..Spec::default() };
        let flat = Spec { task: Task::And, layers: "2,1".parse().unwrap(), shortcuts: true, ..Spec::default() };
        for (spec, expected) in [
            (linear, "as --activation sigmoid,sigmoid"),
            (three, "2 layers of weights; got 3 names"),
            (flat, "try --layers 2,1,1"),
            (Spec { lr: Rates::new([0.1, 0.2, 0.3]), ..Spec::default() }, "2 layers of weights; got 3 rates"),
            (Spec { lr: Rates::new([0.1, -0.2]), ..Spec::default() }, "above 0, but is -0.2"),
            (Spec { lr: Rates::new([]), ..Spec::default() }, "got 0 rates"),
        ] {
            let message = refusal(spec);
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn linear_outputs_reach_any_target() {
        let squashed = Spec {
            loss: Loss::Mse,
            targets: Levels { low: -3.0, high: 5.0 },
            solved: Criterion::MaxError(2.0),
            ..Spec::default()
        };
        assert!(refusal(squashed.clone()).contains("cannot be reached"));
        let activation = Activations::new([Activation::Sigmoid, Activation::Linear]);
        assert!(Spec { activation, ..squashed }.problem().is_ok());
    }

    #[test]
    fn each_weight_has_the_rate_of_its_layer() {
        let spec =
            Spec { lr: Rates::new([0.1, 0.5]), shortcuts: true, layers: "2,1,1".parse().unwrap(), ..Spec::default() };
        assert_eq!(spec.problem().unwrap().weight_rates(), [0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 0.5]);
        let off = Spec { bias: Bias::Off, ..spec };
        assert_eq!(off.problem().unwrap().weight_rates(), [0.1, 0.1, 0.0, 0.5, 0.5, 0.5, 0.0]);
    }
}
