// Adam. Needs SHARE and ADAM_* from the prelude, Step from shaders/part/step.wgsl.
// Rust twin: src/rule/optimizer/adam.rs.

// 1 - e^x for x <= 0, accurate near 0, where the plain difference would cancel.
fn one_minus_exp(x: f32) -> f32 {
    let series = -x * (1.0 + x * (1.0 / 2.0) * (1.0 + x * (1.0 / 3.0) * (1.0 + x * (1.0 / 4.0) * (1.0 + x * (1.0 / 5.0)
        * (1.0 + x * (1.0 / 6.0))))));
    return select(1.0 - exp(max(x, -80.0)), series, x > -0.25);
}

// The bias corrections 1 - beta^t at update t, counted from 1.
fn correction(update: u32) -> vec2<f32> {
    return vec2<f32>(one_minus_exp(f32(update) * ADAM_LN_BETA1), one_minus_exp(f32(update) * ADAM_LN_BETA2));
}

fn optimizer_step(before: Step, gradient: f32, rate: f32, momentum: f32, corrected: vec2<f32>) -> Step {
    let g = SHARE * gradient;
    let first = ADAM_BETA1 * before.first + (1.0 - ADAM_BETA1) * g;
    let second = ADAM_BETA2 * before.second + (1.0 - ADAM_BETA2) * g * g;
    let change = rate * (first / corrected.x) / (sqrt(second / corrected.y) + ADAM_EPSILON);
    return Step(before.weight - change, first, second);
}
