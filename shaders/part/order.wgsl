// Orders of an epoch's examples: the words that they take, and unbiased draws from them. Needs EXAMPLE_COUNT,
// PURPOSE_ORDER and SHUFFLES from the prelude, philox4x32 and multiply_high from shaders/part/random.wgsl.
// Rust twin: src/seed/orders.rs, which says what an order is.

// Whose order: seed and index of the network, low words first, and the epoch, counted from 1.
struct Whose {
    seed: vec2<u32>,
    network: vec2<u32>,
    epoch: u32,
}

// Words of positions 4 `row` and on.
fn order_words(whose: Whose, row: u32) -> vec4<u32> {
    return philox4x32(vec4<u32>(whose.network, PURPOSE_ORDER + (row << 8u), whose.epoch), whose.seed);
}

// A number below `bound` for a position, whose word is `word`.
fn draw_below(whose: Whose, position: u32, bound: u32, word: u32) -> u32 {
    var low = word * bound;
    var high = multiply_high(word, bound);
    if (low < bound) {
        // Whoever lies in the part of the range that a multiple of `bound` leaves over is drawn again.
        let least = (0u - bound) % bound;
        var row = position / 4u;
        while (low < least) {
            row += (EXAMPLE_COUNT + 3u) / 4u;
            let again = order_words(whose, row)[position % 4u];
            low = again * bound;
            high = multiply_high(again, bound);
        }
    }
    return high;
}

// What a position changes places with, or in an order with replacement the example itself.
fn drawn_at(whose: Whose, position: u32, word: u32) -> u32 {
    if (SHUFFLES) {
        return position + draw_below(whose, position, EXAMPLE_COUNT - position, word);
    }
    return draw_below(whose, position, EXAMPLE_COUNT, word);
}
