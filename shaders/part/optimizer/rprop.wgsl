// iRPROP-: `first` is the last gradient's sign, `second` the size of the step. Needs Step from shaders/part/step.wgsl.
// Rust twin: src/rule/optimizer/rprop.rs.

fn correction(update: u32) -> vec2<f32> {
    return vec2<f32>(1.0, 1.0);
}

fn optimizer_step(before: Step, gradient: f32, rate: f32, momentum: f32, corrected: vec2<f32>) -> Step {
    var size = select(before.second, rate, before.second == 0.0);
    var now = sign(gradient);
    let turns = now * before.first;
    if (turns > 0.0) {
        size = min(1.2 * size, 50.0);
    } else if (turns < 0.0) {
        size = max(0.5 * size, min(1e-6, rate));
        now = 0.0;
    }
    return Step(fma(-now, size, before.weight), now, size);
}
