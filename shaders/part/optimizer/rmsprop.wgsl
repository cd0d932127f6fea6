// RMSprop. Needs SHARE, BETA2, REST2 and EPSILON from the prelude, Step from shaders/part/step.wgsl.
// Rust twin: src/rule/optimizer/rmsprop.rs.

fn correction(update: u32) -> vec2<f32> {
    return vec2<f32>(1.0, 1.0);
}

fn optimizer_step(before: Step, gradient: f32, rate: f32, momentum: f32, corrected: vec2<f32>) -> Step {
    let g = SHARE * gradient;
    let square = BETA2 * before.first + REST2 * g * g;
    return Step(before.weight - rate * g / (sqrt(square) + EPSILON), square, 0.0);
}
