// Adagrad, as lanes do it: sums without shares. Needs EPSILON from the prelude, Step from shaders/part/step.wgsl.
// Rust twin: src/rule/optimizer/adagrad.rs.

fn correction(update: u32) -> vec2<f32> {
    return vec2<f32>(1.0, 1.0);
}

fn optimizer_step(before: Step, gradient: f32, rate: f32, momentum: f32, corrected: vec2<f32>) -> Step {
    let sum = fma(gradient, gradient, before.first);
    return Step(before.weight - rate * gradient / (sqrt(sum) + EPSILON), sum, 0.0);
}
