// Adam, and AdamW where DECOUPLED_DECAY is above 0, as lanes do it: running means over 1 - beta and without shares. Needs what
// the betas leave of 1, their logarithms, GAIN and EPSILON from the prelude, Step from shaders/part/step.wgsl. Rust twin:
// src/rule/optimizer/adam.rs.

// 1 - e^x for x <= 0, accurate near 0, where the plain difference would cancel.
fn one_minus_exp(x: f32) -> f32 {
    let series = -x * (1.0 + x * (1.0 / 2.0) * (1.0 + x * (1.0 / 3.0) * (1.0 + x * (1.0 / 4.0) * (1.0 + x * (1.0 / 5.0)
        * (1.0 + x * (1.0 / 6.0))))));
    return select(1.0 - exp(max(x, -80.0)), series, x > -0.25);
}

// What the bias corrections 1 - beta^t at update t, counted from 1, make of the rate, and of epsilon.
fn correction(update: u32) -> vec2<f32> {
    let root = sqrt(one_minus_exp(f32(update) * LN_BETA2));
    return vec2<f32>(GAIN * root / one_minus_exp(f32(update) * LN_BETA1), EPSILON * root);
}

fn optimizer_step(before: Step, gradient: f32, rate: f32, momentum: f32, corrected: vec2<f32>) -> Step {
    let first = fma(-REST1, before.first, before.first) + gradient;
    let second = fma(gradient, gradient, fma(-REST2, before.second, before.second));
    let change = rate * corrected.x * first / (sqrt(second) + corrected.y);
    if (DECOUPLED_DECAY > 0.0) {
        return Step(fma(-(rate * DECOUPLED_DECAY), before.weight, before.weight) - change, first, second);
    }
    return Step(before.weight - change, first, second);
}
