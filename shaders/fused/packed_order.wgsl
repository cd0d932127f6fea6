// An epoch's order of at most eight examples, four bits each, the first in the lowest. Needs shaders/part/order.wgsl; what
// goes through the positions is generated. Rust twin: src/seed/orders.rs, `Orders::place`.

// The order once a position is decided, those before it being so.
fn with_position(order: u32, whose: Whose, position: u32, word: u32) -> u32 {
    let drawn = drawn_at(whose, position, word);
    if (SHUFFLES) {
        let changed = ((order >> (4u * position)) ^ (order >> (4u * drawn))) & 0xfu;
        return order ^ (changed << (4u * position)) ^ (changed << (4u * drawn));
    }
    return order | (drawn << (4u * position));
}
