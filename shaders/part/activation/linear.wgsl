// No activation. Rust twin: src/rule/activation/linear.rs.

fn act_linear(z: f32) -> f32 {
    return z;
}

fn slope_linear(z: f32, h: f32) -> f32 {
    return 1.0;
}

fn times_slope_linear(delta: f32, product: f32, h: f32) -> f32 {
    return delta;
}
