// Cross-entropy of one output unit on one example, and its derivative by the weighted sum z.
// Rust twin: src/rule/loss/cross_entropy.rs.

fn output_delta(h: f32, y: f32, slope: f32) -> f32 {
    return h - y;
}

// From the weighted sum, so that it is finite wherever the mathematics is: ln(1 + e^z) - y z.
fn output_loss(z: f32, h: f32, y: f32) -> f32 {
    return max(z, 0.0) + log(1.0 + exp(-min(abs(z), 80.0))) - y * z;
}
