// The sigmoid-weighted linear unit. Rust twin: src/rule/activation/silu.rs.

fn act_silu(z: f32) -> f32 {
    return z / (1.0 + exp(min(-z, 80.0)));
}

fn slope_silu(z: f32, h: f32) -> f32 {
    let g = 1.0 / (1.0 + exp(min(-z, 80.0)));
    return g * (1.0 + z * (1.0 - g));
}
