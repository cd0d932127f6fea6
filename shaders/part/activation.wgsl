// Activation functions and their slopes, written in h = act(z). Rust twin: src/backend/reference/network.rs.

const SIGMOID = 0u;
const TANH = 1u;
const LINEAR = 2u;

// The clamp keeps the exponential finite: infinity is not promised in WGSL. Beyond it h is 0 or 1 to 35 digits.
fn sigmoid(z: f32) -> f32 {
    return 1.0 / (1.0 + exp(-clamp(z, -80.0, 80.0)));
}

fn activate(activation: u32, z: f32) -> f32 {
    switch activation {
        case SIGMOID: { return sigmoid(z); }
        case TANH: { return 1.0 - 2.0 / (1.0 + exp(2.0 * clamp(z, -20.0, 20.0))); }
        default: { return z; }
    }
}

// act'(z) from h = act(z).
fn activation_slope(activation: u32, h: f32) -> f32 {
    switch activation {
        case SIGMOID: { return h * (1.0 - h); }
        case TANH: { return 1.0 - h * h; }
        default: { return 1.0; }
    }
}
