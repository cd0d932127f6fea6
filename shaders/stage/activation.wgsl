// a = act(z). A cell is an example and a unit.

@compute @workgroup_size(WORKGROUP_SIZE)
fn activation(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    for (var cell = id.y; cell < stage.example_count * stage.fan_out; cell += groups.y) {
        let row = stage.row + stage.example_first * stage.fan_out + cell;
        scratch[at(row, id.x)] = activate(stage.activation, scratch[at(SUM_ROW + row, id.x)]);
    }
}
