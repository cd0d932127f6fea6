// z = a_before theta + bias. A cell is an example and a unit.

@compute @workgroup_size(WORKGROUP_SIZE)
fn matmul(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    let slot = active_in.slots[id.x];
    for (var cell = id.y; cell < stage.example_count * stage.fan_out; cell += groups.y) {
        let position = stage.example_first + cell / stage.fan_out;
        let unit = cell % stage.fan_out;
        var z = state[(stage.weight_offset + stage.fan_in * stage.fan_out + unit) * SLOT_COUNT + slot];
        for (var row = 0u; row < stage.fan_in; row += 1u) {
            let weight = state[(stage.weight_offset + row * stage.fan_out + unit) * SLOT_COUNT + slot];
            z += feeding(position, row, id.x) * weight;
        }
        scratch[at(SUM_ROW + stage.row + position * stage.fan_out + unit, id.x)] = z;
    }
}
