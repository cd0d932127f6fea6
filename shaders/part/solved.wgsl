// When a network counts as solved: a measure gathered over all outputs of an epoch, then held against a bound.
// Needs CRITERION, CRITERION_BOUND and MIDPOINT from the prelude. Rust twin: src/spec/criterion.rs.

const MAX_ERROR = 0u;
const SIGN = 1u;
const SQUARES = 2u;

// The measure after one more output h with target y; it starts at 0.
fn gather(measure: f32, h: f32, y: f32) -> f32 {
    switch CRITERION {
        case MAX_ERROR: { return max(measure, abs(h - y)); }
        case SIGN: { return max(measure, select(1.0, 0.0, (h - MIDPOINT) * (y - MIDPOINT) > 0.0)); }
        default: { return measure + (h - y) * (h - y); }
    }
}

fn criterion_holds(measure: f32) -> bool {
    if (CRITERION == SQUARES) {
        return measure < CRITERION_BOUND;
    }
    return measure <= CRITERION_BOUND;
}
