// Which networks start, and the weights that are drawn for them by seed and index. Rust twin of the struct: src/backend/gpu/bus.rs.

struct Start {
    seed: vec2<u32>,
    // Index of the first network started, low word first.
    first: vec2<u32>,
    count: u32,
    window: u32,
    // Position in the window of the first network started.
    position: u32,
    // Where in the ring of free slots to take from.
    free_head: u32,
    imported: u32,
    // 0, which no compiler knows.
    zero: u32,
    reserved0: u32,
    reserved1: u32,
}

@group(0) @binding(10) var<uniform> starting: Start;

// Index of a network, counted from the first one started.
fn network_at(position: u32) -> vec2<u32> {
    let low = starting.first.x + position;
    return vec2<u32>(low, starting.first.y + select(0u, 1u, low < starting.first.x));
}

// Rust twin: src/seed/starts.rs, `Starts::draw`.
fn drawn_weight(k: u32, word: u32) -> f32 {
    if (DRAWS_NORMAL) {
        let scale = table[TABLE_NORMAL_SCALES + k];
        if (scale != 0.0) {
            let place = normal_place(word);
            let segment = TABLE_NORMAL + 2u * place.x;
            return normal_draw(word, table[segment], table[segment + 1u], place.y, scale);
        }
    }
    var weight = 0.0;
    if (DRAWS_UNIFORM) {
        let scale = table[TABLE_UNIFORM_SCALES + k];
        if (scale != 0.0) {
            weight = uniform_draw(word, scale);
        }
    }
    if (SHIFTS_STARTS) {
        // The host rounds the product, then the sum. A compiler may make one operation of the two, with one rounding,
        // unless the product's bits go through something that it cannot see through.
        weight = table[TABLE_SHIFTS + k] + bitcast<f32>(bitcast<u32>(weight) ^ starting.zero);
    }
    return weight;
}
