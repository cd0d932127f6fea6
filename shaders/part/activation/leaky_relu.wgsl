// The rectified linear unit with slope s below zero. Rust twin: src/rule/activation/leaky_relu.rs.

fn act_leaky_relu(s: f32, z: f32) -> f32 {
    return select(s * z, z, z > 0.0);
}

fn slope_leaky_relu(s: f32, z: f32, h: f32) -> f32 {
    return select(s, 1.0, h > 0.0);
}

fn times_slope_leaky_relu(s: f32, delta: f32, product: f32, h: f32) -> f32 {
    return select(s * delta, delta, h > 0.0);
}
