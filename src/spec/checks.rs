//! Which settings do not go with each other, and why.

use super::examples::Examples;
use super::{Layers, Levels, Loss, Schedule, Spec, SpecError, Task};
use crate::rule::{BiasInit, Lose, Optimize, with_loss, with_optimizer};

/// Refuses settings that contradict each other, whatever the examples.
pub(super) fn check(spec: &Spec) -> Result<(), SpecError> {
    check_numbers(spec)?;
    check_combination(spec)?;
    check_layers(spec)
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
    if spec.task.has_own_numbers() && (spec.inputs, spec.targets) != (Levels::BINARY, Levels::BINARY) {
        return fail(format!(
            "--inputs and --targets give the values of a truth table; with --task {} numbers are used as they are",
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

/// Refuses examples that the network cannot have as targets.
pub(super) fn check_targets(spec: &Spec, examples: &Examples) -> Result<(), SpecError> {
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
    if spec.solved.needs_two_targets() && low == high && spec.task.has_own_numbers() {
        return fail(format!("--solved {} needs two different target values to tell the sides apart", spec.solved));
    }
    Ok(())
}
