// A weight with what its optimizer remembers of it, see src/rule/optimizer. Needs GRADIENT_DECAY from the prelude.
struct Step {
    weight: f32,
    first: f32,
    second: f32,
}

// A gradient, summed over examples, with its weight's decay where that belongs to it.
fn decayed(gradient: f32, weight: f32) -> f32 {
    if (GRADIENT_DECAY == 0.0) {
        return gradient;
    }
    return fma(GRADIENT_DECAY, weight, gradient);
}
