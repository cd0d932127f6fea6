// An epoch's order of the examples, drawn by a workgroup. Needs shaders/part/order.wgsl.
// Rust twin: src/seed/orders.rs, `Orders::draw`.

// Each invocation draws for some of the positions. One then lets them change places, for which draws wait in the high half
// of what lies at each position.
fn draw_order(whose: Whose, local: u32) {
    for (var row = local; row < (EXAMPLE_COUNT + 3u) / 4u; row += GROUP_SIZE) {
        let words = order_words(whose, row);
        for (var lane = 0u; lane < 4u; lane += 1u) {
            let position = 4u * row + lane;
            if (position < EXAMPLE_COUNT) {
                let drawn = drawn_at(whose, position, words[lane]);
                if (SHUFFLES) {
                    order[position] = position | (drawn << 16u);
                } else {
                    order[position] = drawn;
                }
            }
        }
    }
    workgroupBarrier();
    if (!SHUFFLES) {
        return;
    }
    if (local == 0u) {
        for (var position = 0u; position < EXAMPLE_COUNT; position += 1u) {
            let here = order[position];
            let there = order[here >> 16u];
            order[here >> 16u] = (there & 0xffff0000u) | (here & 0xffffu);
            order[position] = there & 0xffffu;
        }
    }
    workgroupBarrier();
}
