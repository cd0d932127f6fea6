// dC/dtheta, summed over the examples at hand. A cell is a weight of the layer.

@compute @workgroup_size(WORKGROUP_SIZE)
fn gradient(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    for (var cell = id.y; cell < (stage.fan_in + 1u) * stage.fan_out; cell += groups.y) {
        let row = cell / stage.fan_out;
        let unit = cell % stage.fan_out;
        var sum = 0.0;
        for (var e = 0u; e < stage.example_count; e += 1u) {
            let position = stage.example_first + e;
            let delta = scratch[at(DELTA_ROW + stage.row + position * stage.fan_out + unit, id.x)];
            if (row == stage.fan_in) {
                sum += delta;
            } else {
                sum += feeding(position, row, id.x) * delta;
            }
        }
        scratch[at(GRADIENT_ROW + stage.weight_offset + cell, id.x)] = sum;
    }
}
