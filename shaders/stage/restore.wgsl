// After an epoch in which weights were judged while they moved: a network that it retired or found diverged has those that
// the epoch began with.

@compute @workgroup_size(WORKGROUP_SIZE)
fn restore(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    let slot = active_in.slots[id.x];
    if (slots[slot].status == RUNNING) {
        return;
    }
    for (var k = id.y; k < WEIGHT_COUNT; k += groups.y) {
        state[k * SLOT_COUNT + slot] = scratch[at(KEPT_ROW + k, id.x)];
    }
}
