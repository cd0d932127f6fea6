// The hyperbolic tangent. Rust twin: src/rule/activation/tanh.rs.

// The bound keeps the exponential finite: infinity is not promised in WGSL.
fn act_tanh(z: f32) -> f32 {
    return 1.0 - 2.0 / (1.0 + exp2(min(z * 2.88539008, 115.0)));
}

fn slope_tanh(z: f32, h: f32) -> f32 {
    return 1.0 - h * h;
}

fn times_slope_tanh(delta: f32, product: f32, h: f32) -> f32 {
    return fma(-product, h, delta);
}
