// C with the weights as they are, after a forward pass over all examples.

@compute @workgroup_size(WORKGROUP_SIZE)
fn loss(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    var sum = 0.0;
    for (var output = 0u; output < OUTPUT_ROW_COUNT; output += 1u) {
        let row = OUTPUT_ROW + output;
        sum += output_loss(scratch[at(SUM_ROW + row, id.x)], scratch[at(row, id.x)], table[TABLE_TARGETS + output]);
    }
    scratch[at(LOSS_ROW, id.x)] = sum / f32(EXAMPLE_COUNT);
}
