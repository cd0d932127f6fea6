// Gradient descent with look-ahead. Needs SHARE from the prelude, Step from shaders/part/step.wgsl.
// Rust twin: src/rule/optimizer/nesterov.rs.

fn correction(update: u32) -> vec2<f32> {
    return vec2<f32>(1.0, 1.0);
}

fn optimizer_step(before: Step, gradient: f32, rate: f32, momentum: f32, corrected: vec2<f32>) -> Step {
    let factor = -(rate * SHARE);
    let velocity = fma(factor, gradient, momentum * before.first);
    return Step(before.weight + fma(factor, gradient, momentum * velocity), velocity, 0.0);
}
