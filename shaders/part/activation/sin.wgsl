// The sine, by a polynomial: WGSL's own may be off by 2^-11. Rust twin: src/rule/activation/sin.rs.

// z less whole turns, in [-pi, pi].
fn within_turn(z: f32) -> f32 {
    let turns = round(z * 0.15915494);
    let rest = fma(-turns, 1.0265687e-11, fma(-turns, 1.9353072e-3, fma(-turns, 6.28125, z)));
    return clamp(rest, -3.1415927, 3.1415927);
}

// On [-pi/2, pi/2].
fn small_sin(x: f32) -> f32 {
    let s = x * x;
    let sum = -0.16666667 + s * (0.008333334 + s * (-0.0001984127 + s * (2.7557319e-6 + s * -2.5052108e-8)));
    return x + x * s * sum;
}

fn act_sin(z: f32) -> f32 {
    let rest = within_turn(z);
    let folded = select(-3.1415927, 3.1415927, rest > 0.0) - rest;
    return small_sin(select(rest, folded, abs(rest) > 1.5707964));
}

fn slope_sin(z: f32, h: f32) -> f32 {
    return small_sin(1.5707964 - abs(within_turn(z)));
}
