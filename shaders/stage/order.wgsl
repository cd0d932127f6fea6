// The order in which the epoch that comes goes through the examples, as numbers in scratch memory. Needs
// shaders/part/order.wgsl. Rust twin: src/seed/orders.rs, `Orders::draw`.

@compute @workgroup_size(WORKGROUP_SIZE)
fn order(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    let slot = active_in.slots[id.x];
    if (!trains(slot)) {
        return;
    }
    let whose = Whose(slice.seed, slots[slot].network, slots[slot].epoch + 1u);
    if (SHUFFLES) {
        for (var position = 0u; position < EXAMPLE_COUNT; position += 1u) {
            scratch[at(ORDER_ROW + position, id.x)] = f32(position);
        }
    }
    for (var first = 0u; first < EXAMPLE_COUNT; first += 4u) {
        let words = order_words(whose, first / 4u);
        for (var position = first; position < min(first + 4u, EXAMPLE_COUNT); position += 1u) {
            let place = at(ORDER_ROW + position, id.x);
            let drawn = drawn_at(whose, position, words[position - first]);
            if (SHUFFLES) {
                let other = at(ORDER_ROW + drawn, id.x);
                let example = scratch[other];
                scratch[other] = scratch[place];
                scratch[place] = example;
            } else {
                scratch[place] = f32(drawn);
            }
        }
    }
}
