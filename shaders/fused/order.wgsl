// An epoch's order of the examples, in an invocation's own memory. Needs shaders/part/order.wgsl.
// Rust twin: src/seed/orders.rs, `Orders::draw`.

alias Order = array<u32, EXAMPLE_COUNT>;

fn draw_order(whose: Whose, order: ptr<function, Order>) {
    if (SHUFFLES) {
        for (var position = 0u; position < EXAMPLE_COUNT; position += 1u) {
            (*order)[position] = position;
        }
    }
    for (var first = 0u; first < EXAMPLE_COUNT; first += 4u) {
        let words = order_words(whose, first / 4u);
        for (var lane = 0u; lane < 4u; lane += 1u) {
            let position = first + lane;
            if (position < EXAMPLE_COUNT) {
                let drawn = drawn_at(whose, position, words[lane]);
                if (SHUFFLES) {
                    let other = (*order)[drawn];
                    (*order)[drawn] = (*order)[position];
                    (*order)[position] = other;
                } else {
                    (*order)[position] = drawn;
                }
            }
        }
    }
}
