// z <- z - ln sum e^z over the units of a layer whose activation is the exponential: the logarithm of each unit's share. A
// cell is an example. Rust twin: src/rule/activation/mod.rs, `normalise`.

@compute @workgroup_size(WORKGROUP_SIZE)
fn normalise(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    for (var cell = id.y; cell < stage.example_count; cell += groups.y) {
        let row = SUM_ROW + stage.row + (stage.example_first + cell) * stage.fan_out;
        var largest = scratch[at(row, id.x)];
        for (var unit = 1u; unit < stage.fan_out; unit += 1u) {
            largest = max(largest, scratch[at(row + unit, id.x)]);
        }
        var sum = 0.0;
        for (var unit = 0u; unit < stage.fan_out; unit += 1u) {
            sum += activate(stage.activation, scratch[at(row + unit, id.x)] - largest);
        }
        let logarithm = log(sum);
        for (var unit = 0u; unit < stage.fan_out; unit += 1u) {
            let place = at(row + unit, id.x);
            scratch[place] = (scratch[place] - largest) - logarithm;
        }
    }
}
