// A weight with what its optimizer remembers of it, see src/rule/optimizer.
struct Step {
    weight: f32,
    first: f32,
    second: f32,
}
