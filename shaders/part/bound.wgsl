// When a weight is out of bounds. Needs WEIGHT_BOUND_BITS from the prelude. Rust twin: src/spec/mod.rs, WEIGHT_BOUND.

// Magnitude as an integer that orders like it, with NaN above infinity: comparing floats with NaN is not promised.
fn magnitude_bits(number: f32) -> u32 {
    return bitcast<u32>(number) & 0x7fffffffu;
}

fn out_of_bounds(weight: f32) -> bool {
    return magnitude_bits(weight) > WEIGHT_BOUND_BITS;
}
