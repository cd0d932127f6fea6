// The logistic sigmoid. Rust twin: src/rule/activation/sigmoid.rs.

// e^-z as a power of 2, whose factor takes the sign along. The bound keeps it finite: infinity is not promised in WGSL.
// Beyond it h is 0 to 34 digits.
fn act_sigmoid(z: f32) -> f32 {
    return 1.0 / (1.0 + exp2(min(z * -1.44269504, 115.0)));
}

fn slope_sigmoid(z: f32, h: f32) -> f32 {
    return h * (1.0 - h);
}

fn times_slope_sigmoid(delta: f32, product: f32, h: f32) -> f32 {
    return fma(-product, h, product);
}
