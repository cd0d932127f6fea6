// The measure is 1 once an output is not on its target's side of the midpoint. Needs MIDPOINT from the prelude.
// Rust twin: src/rule/criterion.rs.

// The measure after one more output h with target y; it starts at 0.
fn gather(measure: f32, z: f32, h: f32, y: f32, right: f32) -> f32 {
    return max(measure, select(1.0, 0.0, (h - MIDPOINT) * (y - MIDPOINT) > 0.0));
}

// Two invocations' measures as one.
fn join(a: f32, b: f32) -> f32 {
    return max(a, b);
}

fn criterion_holds(measure: f32, bound: f32) -> bool {
    return measure <= bound;
}
