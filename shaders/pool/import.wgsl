// What the host brings for networks that have just been started: weights in place of those drawn, and rates of their own.
// x: network, y: number.

@group(0) @binding(4) var<storage, read_write> free: List;
@group(0) @binding(8) var<storage, read> imports: array<f32>;

// Numbers of a network: weights, and its own rates where networks bring them.
const IMPORT_COUNT = WEIGHT_COUNT + RATE_ROW_COUNT;

@compute @workgroup_size(WORKGROUP_SIZE)
fn import_numbers(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    if (id.x >= starting.count) {
        return;
    }
    let slot = free.slots[(starting.free_head + id.x) & (SLOT_COUNT - 1u)];
    let place = (starting.window * WINDOW_CAPACITY + starting.position + id.x) * IMPORT_COUNT;
    // Networks that bring rates alone keep the weights that were drawn.
    let first = select(WEIGHT_COUNT, 0u, starting.imported == 1u);
    for (var at = first + id.y; at < IMPORT_COUNT; at += groups.y) {
        // Rates come after what the optimizer keeps.
        let row = select(at - WEIGHT_COUNT + STATE_ROW_COUNT, at, at < WEIGHT_COUNT);
        state[row * SLOT_COUNT + slot] = imports[place + at];
    }
}
