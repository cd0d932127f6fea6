// The measure is the largest error. Needs shaders/part/bound.wgsl. Rust twin: src/rule/criterion.rs.

// Errors are compared as integers, which order like them with NaN above infinity: a largest number may leave NaN out, and
// what floats compare to with NaN is not promised.

// The measure after one more output h with target y; it starts at 0.
fn gather(measure: f32, z: f32, h: f32, y: f32, right: f32) -> f32 {
    return bitcast<f32>(max(bitcast<u32>(measure), magnitude_bits(h - y)));
}

// Two invocations' measures as one.
fn join(a: f32, b: f32) -> f32 {
    return bitcast<f32>(max(bitcast<u32>(a), bitcast<u32>(b)));
}

// The bound is above 0.
fn criterion_holds(measure: f32, bound: f32) -> bool {
    return bitcast<u32>(measure) <= bitcast<u32>(bound);
}
