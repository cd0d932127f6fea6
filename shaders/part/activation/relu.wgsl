// The rectified linear unit. Rust twin: src/rule/activation/relu.rs.

fn act_relu(z: f32) -> f32 {
    return max(z, 0.0);
}

// 0 at the kink.
fn slope_relu(z: f32, h: f32) -> f32 {
    return select(0.0, 1.0, h > 0.0);
}

fn times_slope_relu(delta: f32, product: f32, h: f32) -> f32 {
    return select(0.0, delta, h > 0.0);
}
