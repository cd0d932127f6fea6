// Half the squared error of one output unit on one example, and its derivative by the weighted sum z.
// Rust twin: src/rule/loss/mse.rs.

fn output_delta(h: f32, y: f32, slope: f32) -> f32 {
    return (h - y) * slope;
}

fn output_loss(z: f32, h: f32, y: f32) -> f32 {
    return 0.5 * (h - y) * (h - y);
}
