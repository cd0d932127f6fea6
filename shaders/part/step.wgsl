// A weight's step, whatever the optimizer. Needs GRADIENT_DECAY, LAST_WEIGHT and SCHEDULED from the prelude, and
// `optimizer_step` of a file in shaders/part/optimizer. Rust twin: src/backend/reference/training.rs, `update`.

// A weight with what its optimizer remembers of it, see src/rule/optimizer.
struct Step {
    weight: f32,
    first: f32,
    second: f32,
}

// What all weights of an update have in common.
struct Update {
    // Bias corrections, see `correction`.
    corrected: vec2<f32>,
    // What the schedule multiplies rates with.
    factor: f32,
    // What gradients are multiplied with first: an epoch's last update may have fewer examples.
    weight: f32,
}

// A gradient, summed over examples, with its weight's decay where that belongs to it.
fn decayed(gradient: f32, weight: f32) -> f32 {
    if (GRADIENT_DECAY == 0.0) {
        return gradient;
    }
    return fma(GRADIENT_DECAY, weight, gradient);
}

fn stepped(before: Step, gradient: f32, rate: f32, momentum: f32, update: Update) -> Step {
    var summed = gradient;
    if (LAST_WEIGHT != 1.0) {
        summed = update.weight * gradient;
    }
    var scheduled = rate;
    if (SCHEDULED) {
        scheduled = update.factor * rate;
    }
    return optimizer_step(before, decayed(summed, before.weight), scheduled, momentum, update.corrected);
}
