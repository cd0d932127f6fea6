// Numbers of the problem that change no code, so that another rate or budget compiles nothing. Kernels read them before their
// loops: software devices pay for each time. Rust twin: src/backend/gpu/numbers.rs.

struct Numbers {
    epochs: u32,
    criterion_bound: f32,
    // Where networks bring none of their own.
    momentum: f32,
    reserved: u32,
    // Learning rate of each layer of weights, four layers an entry.
    rates: array<vec4<f32>, RATE_QUAD_COUNT>,
}

@group(0) @binding(14) var<uniform> numbers: Numbers;
