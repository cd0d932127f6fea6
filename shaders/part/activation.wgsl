// Activation functions and their slopes, written in h = act(z). Rust twin: src/backend/reference/network.rs.

const SIGMOID = 0u;
const TANH = 1u;
const LINEAR = 2u;

// The bound keeps the exponential finite: infinity is not promised in WGSL. Beyond it h is 0 to 34 digits.
fn sigmoid(z: f32) -> f32 {
    return 1.0 / (1.0 + exp(min(-z, 80.0)));
}

fn activate(activation: u32, z: f32) -> f32 {
    switch activation {
        case SIGMOID: { return sigmoid(z); }
        case TANH: { return 1.0 - 2.0 / (1.0 + exp(min(2.0 * z, 80.0))); }
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

// delta act'(z) from h = act(z) and h delta.
fn times_slope(activation: u32, delta: f32, product: f32, h: f32) -> f32 {
    switch activation {
        case SIGMOID: { return fma(-product, h, product); }
        case TANH: { return fma(-product, h, delta); }
        default: { return delta; }
    }
}
