// RMSprop, as lanes do it: the mean of squares over 1 - beta and without shares. Needs REST2, GAIN and EPSILON from the prelude,
// Step from shaders/part/step.wgsl.
// Rust twin: src/rule/optimizer/rmsprop.rs.

fn correction(update: u32) -> vec2<f32> {
    return vec2<f32>(1.0, 1.0);
}

fn optimizer_step(before: Step, gradient: f32, rate: f32, momentum: f32, corrected: vec2<f32>) -> Step {
    let square = fma(gradient, gradient, fma(-REST2, before.first, before.first));
    return Step(before.weight - rate * GAIN * gradient / (sqrt(square) + EPSILON), square, 0.0);
}
