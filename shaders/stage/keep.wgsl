// Before an epoch within which weights move and are judged: those that it begins with. A cell is a weight.

@compute @workgroup_size(WORKGROUP_SIZE)
fn keep(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    let slot = active_in.slots[id.x];
    if (!trains(slot)) {
        return;
    }
    for (var k = id.y; k < WEIGHT_COUNT; k += groups.y) {
        scratch[at(KEPT_ROW + k, id.x)] = state[k * SLOT_COUNT + slot];
    }
}
