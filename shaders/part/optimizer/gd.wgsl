// Gradient descent, plain or with momentum. Needs SHARE, HAS_MOMENTUM and RATE_ROW_COUNT from the prelude, Step from
// shaders/part/step.wgsl. Rust twin: src/rule/optimizer/gd.rs.

fn correction(update: u32) -> vec2<f32> {
    return vec2<f32>(1.0, 1.0);
}

fn optimizer_step(before: Step, gradient: f32, rate: f32, momentum: f32, corrected: vec2<f32>) -> Step {
    if (!HAS_MOMENTUM && RATE_ROW_COUNT == 0u) {
        return Step(fma(-(rate * SHARE), gradient, before.weight), 0.0, 0.0);
    }
    let velocity = fma(-(rate * SHARE), gradient, momentum * before.first);
    return Step(before.weight + velocity, velocity, 0.0);
}
