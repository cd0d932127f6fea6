// Orders alone, and single draws: what is held against the host on each device. Needs shaders/part/order.wgsl and
// shaders/fused/order.wgsl.

struct Asked {
    seed: vec2<u32>,
    network: vec2<u32>,
    epoch: u32,
    // Of a single draw.
    position: u32,
    bound: u32,
    reserved: u32,
}

@group(0) @binding(0) var<storage, read> asked: array<Asked>;
@group(0) @binding(1) var<storage, read_write> answers: array<u32>;

@compute @workgroup_size(64)
fn draw_orders(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= arrayLength(&asked)) {
        return;
    }
    let place = asked[id.x];
    var order: Order;
    draw_order(Whose(place.seed, place.network, place.epoch), &order);
    for (var position = 0u; position < EXAMPLE_COUNT; position += 1u) {
        answers[id.x * EXAMPLE_COUNT + position] = order[position];
    }
}

@compute @workgroup_size(64)
fn draw_numbers(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= arrayLength(&asked)) {
        return;
    }
    let place = asked[id.x];
    let whose = Whose(place.seed, place.network, place.epoch);
    let word = order_words(whose, place.position / 4u)[place.position % 4u];
    answers[id.x] = draw_below(whose, place.position, place.bound, word);
}
