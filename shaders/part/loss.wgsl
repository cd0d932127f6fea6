// Losses of one output unit on one example, and their derivatives by the weighted sum z. Needs LOSS from the prelude.
// Rust twin: src/backend/reference/network.rs.

const CROSS_ENTROPY = 0u;
const MSE = 1u;

// dC/dz of output h with target y, where slope = act'(z).
fn output_delta(h: f32, y: f32, slope: f32) -> f32 {
    if (LOSS == CROSS_ENTROPY) {
        return h - y;
    }
    return (h - y) * slope;
}

// Cross-entropy comes from the weighted sum, so that it is finite wherever the mathematics is: ln(1 + e^z) - y z.
fn output_loss(z: f32, h: f32, y: f32) -> f32 {
    if (LOSS == CROSS_ENTROPY) {
        return max(z, 0.0) + log(1.0 + exp(-min(abs(z), 80.0))) - y * z;
    }
    return 0.5 * (h - y) * (h - y);
}
