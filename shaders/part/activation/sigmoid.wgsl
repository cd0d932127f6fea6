// The logistic sigmoid. Rust twin: src/rule/activation/sigmoid.rs.

// The bound keeps the exponential finite: infinity is not promised in WGSL. Beyond it h is 0 to 34 digits.
fn act_sigmoid(z: f32) -> f32 {
    return 1.0 / (1.0 + exp(min(-z, 80.0)));
}

fn slope_sigmoid(z: f32, h: f32) -> f32 {
    return h * (1.0 - h);
}

fn times_slope_sigmoid(delta: f32, product: f32, h: f32) -> f32 {
    return fma(-product, h, product);
}
