// The exponential linear unit. Rust twin: src/rule/activation/elu.rs.

fn act_elu(z: f32) -> f32 {
    return select(exp(clamp(z, -80.0, 0.0)) - 1.0, z, z > 0.0);
}

fn slope_elu(z: f32, h: f32) -> f32 {
    return select(exp(clamp(z, -80.0, 0.0)), 1.0, z > 0.0);
}
