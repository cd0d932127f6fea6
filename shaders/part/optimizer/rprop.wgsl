// iRPROP-: `first` is the last gradient's sign, `second` the size of the step. Needs Step from shaders/part/step.wgsl.
// Without branches, which neighbouring weights and networks would take differently. Rust twin: src/rule/optimizer/rprop.rs.

fn correction(update: u32) -> vec2<f32> {
    return vec2<f32>(1.0, 1.0);
}

fn optimizer_step(before: Step, gradient: f32, rate: f32, momentum: f32, corrected: vec2<f32>) -> Step {
    let size = select(before.second, rate, before.second == 0.0);
    let now = sign(gradient);
    let turns = now * before.first;
    let shrunk = select(size, max(0.5 * size, min(1e-6, rate)), turns < 0.0);
    let next = select(shrunk, min(1.2 * size, 50.0), turns > 0.0);
    // No step after a turn, and none that counts as one in the next update.
    let step = select(now, 0.0, turns < 0.0);
    return Step(fma(-step, next, before.weight), step, next);
}
