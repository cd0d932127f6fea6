// Starts networks in free slots: weights drawn by seed and index. x: network, y: block of four weights. What the host brings
// for them comes afterwards: import.wgsl.

@group(0) @binding(4) var<storage, read_write> free: List;

const BLOCK_COUNT = (WEIGHT_COUNT + 3u) / 4u;

var<workgroup> list_base: u32;

@compute @workgroup_size(WORKGROUP_SIZE)
fn start(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let inside = id.x < starting.count;
    let slot = free.slots[(starting.free_head + id.x) & (SLOT_COUNT - 1u)];
    if (inside) {
        let network = network_at(id.x);
        for (var block = id.y; block < BLOCK_COUNT; block += groups.y) {
            let words = random_words(starting.seed, network, PURPOSE_START, block);
            for (var lane = 0u; lane < 4u; lane += 1u) {
                let k = 4u * block + lane;
                if (k < WEIGHT_COUNT) {
                    state[k * SLOT_COUNT + slot] = drawn_weight(k, words[lane]);
                    for (var row = WEIGHT_COUNT + k; row < STATE_ROW_COUNT; row += WEIGHT_COUNT) {
                        state[row * SLOT_COUNT + slot] = 0.0;
                    }
                }
            }
        }
    }
    if (group.y > 0u) {
        return;
    }
    if (local == 0u) {
        let group_first = group.x * WORKGROUP_SIZE;
        list_base = atomicAdd(&active_in.count, min(WORKGROUP_SIZE, starting.count - min(group_first, starting.count)));
    }
    workgroupBarrier();
    if (inside) {
        slots[slot] = Slot(starting.window, starting.position + id.x, 0u, 0u, RUNNING, 0u, network_at(id.x));
        if (list_base + local < SLOT_COUNT) {
            active_in.slots[list_base + local] = slot;
        }
    }
}
