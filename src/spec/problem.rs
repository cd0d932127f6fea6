//! A checked spec with its examples: all that a backend needs to know.

use super::examples::Examples;
use super::{AfterSolved, Bias, Layers, Levels, Spec, SpecError, Task};
use crate::rule::Loss;
use crate::rule::{BiasInit, Lose, Optimize, Schedule, Standard, Tuning, with_loss, with_optimizer};

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
    /// Most numbers in the examples' table, inputs and targets together: shaders hold it as constants or a buffer.
    pub const TABLE_LIMIT: usize = 1 << 22;

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
        check_numbers(spec)?;
        check_combination(spec)?;
        check_layers(spec)?;
        let layers = spec.layers.connected(spec.shortcuts, spec.bias)?;
        let examples = examples(spec)?;
        if examples.inputs().len() + examples.targets().len() > Self::TABLE_LIMIT {
            return Err(SpecError::new(format!(
                "--task {}: {} examples are too many; at most {} numbers fit",
                spec.task,
                examples.count(),
                Self::TABLE_LIMIT
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

    /// The middle between the values for false and true (of a file, between its smallest and largest target): what the
    /// criterion `sign` compares with.
    pub fn midpoint(&self) -> f64 {
        let (low, high) = match self.spec.task.file() {
            Some(_) => self.examples.target_range(),
            None => (self.spec.targets.low, self.spec.targets.high),
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

    /// Whether the loss, as a function of the weights, or a step has kinks: there one rounding decides the way on.
    pub fn has_kinks(&self) -> bool {
        let layers = 0..self.layers.shapes().len();
        let adapts = with_optimizer!(self.spec.optimizer, Row => Row::ADAPTS_STEPS);
        adapts
            || self.loss().has_kinks()
            || layers.into_iter().any(|layer| self.spec.activation.of_layer(layer).has_kinks())
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

fn fail<T>(message: String) -> Result<T, SpecError> {
    Err(SpecError::new(message))
}

fn check_numbers(spec: &Spec) -> Result<(), SpecError> {
    let layer_count = spec.layers.sizes().len() - 1;
    spec.lr.check(layer_count)?;
    spec.activation.check_count(layer_count)?;
    if !(0.0..1.0).contains(&spec.momentum) {
        return fail(format!("--momentum must be at least 0 and below 1, but is {}", spec.momentum));
    }
    for (flag, levels) in [("--inputs", spec.inputs), ("--targets", spec.targets)] {
        if [levels.low, levels.high].iter().any(|level| !(*level as f32).is_finite()) {
            return fail(format!("{flag} {levels} passes the largest number in single precision, {:e}", f32::MAX));
        }
    }
    check_starts("--init", spec.init)?;
    if let BiasInit::Own(init) = spec.bias_init {
        check_starts("--bias-init", init)?;
    }
    if !(0.0..1e6).contains(&spec.weight_decay) {
        return fail(format!("--weight-decay must be a number from 0 on, but is {}", spec.weight_decay));
    }
    if let Some(epsilon) = spec.epsilon.given()
        && !(epsilon > 0.0 && (epsilon as f32).is_normal())
    {
        return fail(format!("--epsilon must be a finite number above 0, but is {epsilon}"));
    }
    if let Some(betas) = spec.betas.given()
        && betas.0.iter().any(|beta| !(0.0..1.0).contains(beta))
    {
        return fail(format!("--betas must be from 0 to below 1, but are {betas}"));
    }
    if spec.lr_schedule != Schedule::Constant && spec.epochs > Schedule::EPOCH_LIMIT {
        return fail(format!("--lr-schedule {} takes --epochs of at most {}", spec.lr_schedule, Schedule::EPOCH_LIMIT));
    }
    if spec.epochs == 0 {
        return fail("--epochs must be at least 1: the first epoch is the first look at the outputs".into());
    }
    Ok(())
}

/// Sizes of starting weights that neither vanish nor are out of bounds.
fn check_starts(flag: &str, init: super::Init) -> Result<(), SpecError> {
    let bound = f64::from(super::WEIGHT_BOUND);
    let usable = |size: f64| (size == 0.0 && init.width().is_none()) || (size as f32).is_normal();
    if init.sizes().into_iter().any(|size| size.abs() > bound || !usable(size)) {
        return fail(format!(
            "{flag} {init}: the size of starting weights must lie between {:e} and {bound:e}, beyond which a network \
             counts as diverged",
            f32::MIN_POSITIVE
        ));
    }
    Ok(())
}

/// What an optimizer does not go with.
fn check_optimizer(spec: &Spec) -> Result<(), SpecError> {
    let optimizer = spec.optimizer;
    if let Some(reason) = optimizer.refuses_momentum().filter(|_| spec.momentum != 0.0) {
        return fail(format!("--momentum belongs to --optimizer gd and nesterov; {reason}, so leave --momentum 0"));
    }
    let (needs_momentum, adapts) = with_optimizer!(optimizer, Row => (Row::NEEDS_MOMENTUM, Row::ADAPTS_STEPS));
    if needs_momentum && spec.momentum == 0.0 {
        return fail(format!(
            "--optimizer {optimizer} is gradient descent without --momentum; give one, as --momentum 0.9"
        ));
    }
    if spec.betas.given().is_some() && optimizer.default_betas().is_none() {
        return fail(format!("--betas belong to adam, adamw and rmsprop; --optimizer {optimizer} has none"));
    }
    if spec.epsilon.given().is_some() && optimizer.default_epsilon().is_none() {
        return fail(format!(
            "--epsilon belongs to adam, adamw, rmsprop and adagrad; --optimizer {optimizer} divides by nothing"
        ));
    }
    if adapts && spec.update.moves_within() {
        return fail(format!(
            "--optimizer {optimizer} goes by the sign of whole gradients, which one example's or a minibatch's would turn \
             at random; use --update batch-mean"
        ));
    }
    if adapts && spec.lr_schedule != Schedule::Constant {
        return fail(format!(
            "--optimizer {optimizer} has steps of its own: the rate is the first; leave --lr-schedule out"
        ));
    }
    Ok(())
}

fn check_combination(spec: &Spec) -> Result<(), SpecError> {
    let output = spec.activation.last();
    let ((low, high), (least, most)) = (output.range(), with_loss!(spec.loss, Row => Row::DOMAIN));
    if low < least || high > most {
        return fail(format!(
            "--loss {} takes outputs between {least} and {most}, but {output} outputs lie between {low} and {high}; use \
             --loss mse, or sigmoid outputs, as --activation {},sigmoid",
            spec.loss,
            spec.activation.of_layer(0)
        ));
    }
    let layer_count = spec.layers.sizes().len() - 1;
    if (0..layer_count - 1).any(|layer| spec.activation.of_layer(layer).normalises()) {
        return fail(format!(
            "--activation {output}: softmax is for the output layer; name the hidden units' first, as --activation \
             tanh,softmax"
        ));
    }
    if output.normalises() && !matches!(spec.loss, Loss::CrossEntropy | Loss::Categorical) {
        return fail(format!("--loss {} does not go with softmax outputs; use --loss cross-entropy", spec.loss));
    }
    if spec.loss == Loss::Categorical && !output.normalises() {
        return fail(format!(
            "--loss {} takes softmax outputs, as --activation {},softmax; outputs that are classes by themselves take \
             --loss cross-entropy",
            spec.loss,
            spec.activation.of_layer(0)
        ));
    }
    if output.normalises() && spec.layers.output_count() < 2 {
        return fail("softmax with one output is always 1; use sigmoid, or one output for each class".into());
    }
    check_optimizer(spec)?;
    if spec.task.file().is_some() && (spec.inputs, spec.targets) != (Levels::BINARY, Levels::BINARY) {
        return fail(format!(
            "--inputs and --targets give the values of a truth table; with --task {} the file's numbers are used as they \
             are",
            spec.task
        ));
    }
    if matches!(spec.task, Task::Spirals(_)) && spec.inputs != Levels::BINARY {
        return fail(format!(
            "--inputs gives the values that stand for false and true, but --task {} has points of a plane; leave it out",
            spec.task
        ));
    }
    Ok(())
}

fn check_layers(spec: &Spec) -> Result<(), SpecError> {
    let Some((input_count, output_count)) = spec.task.unit_counts() else { return Ok(()) };
    let layers = &spec.layers;
    if (layers.input_count(), layers.output_count()) == (input_count, output_count) {
        return Ok(());
    }
    let mut sizes = layers.sizes().to_vec();
    let last = sizes.len() - 1;
    (sizes[0], sizes[last]) = (input_count, output_count);
    let mended =
        Layers::new(sizes).map_or_else(|_| format!("{input_count},3,{output_count}"), |mended| mended.to_string());
    fail(format!(
        "--layers {layers} does not fit --task {}, which has {input_count} inputs and {output_count} output{}; try \
         --layers {mended}",
        spec.task,
        if output_count == 1 { "" } else { "s" }
    ))
}

fn check_targets(spec: &Spec, examples: &Examples) -> Result<(), SpecError> {
    let (low, high) = examples.target_range();
    let (least, most) = spec.activation.last().range();
    if low < least || high > most {
        return fail(format!(
            "targets from {low} to {high} cannot be reached: {} outputs lie between {least} and {most}",
            spec.activation.last()
        ));
    }
    if spec.activation.last().normalises() {
        let sums = (0..examples.count()).map(|example| examples.target(example).iter().sum::<f64>());
        if let Some((example, sum)) = sums.enumerate().find(|(_, sum)| (sum - 1.0).abs() > 1e-6) {
            return fail(format!(
                "softmax outputs add up to 1, but the targets of example {} add up to {sum}; targets are shares of classes",
                example + 1
            ));
        }
    }
    if spec.solved.largest_error().is_some_and(|bound| bound >= most - least) {
        return fail(format!(
            "--solved {} would call every network solved: outputs lie between {least} and {most}",
            spec.solved
        ));
    }
    if spec.solved.needs_two_targets() && low == high && spec.task.file().is_some() {
        return fail(format!("--solved {} needs two different target values to tell the sides apart", spec.solved));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Activation, Activations, Criterion, Loss, Rates};
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
