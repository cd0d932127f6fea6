// Cross-entropy of one unit of a softmax on one example, and its derivative by the weighted sum z.
// Rust twin: src/rule/loss/categorical.rs.

fn output_delta(h: f32, y: f32, slope: f32) -> f32 {
    return h - y;
}

// z is the logarithm of the unit's share.
fn output_loss(z: f32, h: f32, y: f32) -> f32 {
    return -y * z;
}
