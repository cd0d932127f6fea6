// The absolute error of one output unit on one example, and its derivative by the weighted sum z, 0 at the kink.
// Rust twin: src/rule/loss/mae.rs.

fn output_delta(h: f32, y: f32, slope: f32) -> f32 {
    return sign(h - y) * slope;
}

fn output_loss(z: f32, h: f32, y: f32) -> f32 {
    return abs(h - y);
}
