// dC/dz of each unit: from the loss in the output layer, else from the deltas of the next layer. A cell is an example and a unit.

@compute @workgroup_size(WORKGROUP_SIZE)
fn delta(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    let slot = active_in.slots[id.x];
    for (var cell = id.y; cell < stage.example_count * stage.fan_out; cell += groups.y) {
        let position = stage.example_first + cell / stage.fan_out;
        let unit = cell % stage.fan_out;
        let row = stage.row + position * stage.fan_out + unit;
        let a = scratch[at(row, id.x)];
        // Where the delta goes is the weighted sum.
        let z = scratch[at(SUM_ROW + row, id.x)];
        let slope = activation_slope(stage.activation, z, a);
        var result: f32;
        if (stage.last == 1u) {
            if (KEEPS_SUMS) {
                scratch[at(KEPT_SUM_ROW + position * OUTPUT_COUNT + unit, id.x)] = z;
            }
            let example = example_at(position, id.x);
            result = output_delta(a, table[TABLE_TARGETS + example * OUTPUT_COUNT + unit], slope);
        } else {
            var sum = 0.0;
            for (var column = 0u; column < stage.fan_out_next; column += 1u) {
                let k = stage.weight_offset_next + unit * stage.fan_out_next + column;
                let row_next = stage.row_next + position * stage.fan_out_next + column;
                sum += state[k * SLOT_COUNT + slot] * scratch[at(DELTA_ROW + row_next, id.x)];
            }
            result = sum * slope;
        }
        scratch[at(DELTA_ROW + row, id.x)] = result;
    }
}
