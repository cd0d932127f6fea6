// The Gaussian error linear unit. Rust twin: src/rule/activation/gelu.rs.

// The normal distribution's function by Abramowitz & Stegun 7.1.26; `bell` is e^(-z^2/2).
fn normal_distribution(z: f32, bell: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.23164189 * abs(z));
    let sum = t * (0.2548296 + t * (-0.28449674 + t * (1.4214138 + t * (-1.453152 + t * 1.0614054))));
    let tail = 0.5 * sum * bell;
    return select(tail, 1.0 - tail, z > 0.0);
}

fn bell_of(z: f32) -> f32 {
    return exp(max(-0.5 * z * z, -80.0));
}

fn act_gelu(z: f32) -> f32 {
    return z * normal_distribution(z, bell_of(z));
}

fn slope_gelu(z: f32, h: f32) -> f32 {
    let bell = bell_of(z);
    return normal_distribution(z, bell) + z * bell * 0.3989423;
}
