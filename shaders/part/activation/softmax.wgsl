// The softmax, unit by unit: z is the logarithm of a share. Rust twin: src/rule/activation/softmax.rs.

fn act_softmax(z: f32) -> f32 {
    return exp(max(z, -80.0));
}

fn slope_softmax(z: f32, h: f32) -> f32 {
    return h * (1.0 - h);
}
