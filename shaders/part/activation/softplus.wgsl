// The softplus. Rust twin: src/rule/activation/softplus.rs.

fn act_softplus(z: f32) -> f32 {
    return max(z, 0.0) + log(1.0 + exp(-min(abs(z), 80.0)));
}

fn slope_softplus(z: f32, h: f32) -> f32 {
    return 1.0 / (1.0 + exp(min(-z, 80.0)));
}
