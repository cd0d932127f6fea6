// The optimizer's step, at the spec's rates or at the network's own. A cell is a weight of the layer.

@compute @workgroup_size(WORKGROUP_SIZE)
fn update(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    let slot = active_in.slots[id.x];
    var epoch = slots[slot].epoch;
    if (!MOVES_WITHIN && !JUDGED_AFTER) {
        // Who is judged before the update has counted the epoch, and may have ended in it.
        if (scratch[at(STEP_ROW, id.x)] == 0.0) {
            return;
        }
    } else {
        if (!trains(slot)) {
            return;
        }
        epoch += 1u;
    }
    let update = update_at(epoch, stage.example_first / BATCH_SIZE);
    for (var cell = id.y; cell < (stage.fan_in + 1u) * stage.fan_out; cell += groups.y) {
        let k = stage.weight_offset + cell;
        let place = k * SLOT_COUNT + slot;
        var before = Step(state[place], 0.0, 0.0);
        if (STATE_ROW_COUNT > WEIGHT_COUNT) {
            before.first = state[place + WEIGHT_COUNT * SLOT_COUNT];
        }
        if (STATE_ROW_COUNT > 2u * WEIGHT_COUNT) {
            before.second = state[place + 2u * WEIGHT_COUNT * SLOT_COUNT];
        }
        var rate = table[TABLE_RATES + k];
        var momentum = 0.0;
        if (HAS_MOMENTUM) {
            momentum = numbers.momentum;
        }
        if (RATE_ROW_COUNT > 0u) {
            // The table still says which weights never move.
            rate = select(state[(STATE_ROW_COUNT + stage.layer) * SLOT_COUNT + slot], 0.0, rate == 0.0);
            momentum = state[(STATE_ROW_COUNT + RATE_ROW_COUNT - 1u) * SLOT_COUNT + slot];
        }
        let after = stepped(before, scratch[at(GRADIENT_ROW + k, id.x)], rate, momentum, update);
        state[place] = after.weight;
        if (STATE_ROW_COUNT > WEIGHT_COUNT) {
            state[place + WEIGHT_COUNT * SLOT_COUNT] = after.first;
        }
        if (STATE_ROW_COUNT > 2u * WEIGHT_COUNT) {
            state[place + 2u * WEIGHT_COUNT * SLOT_COUNT] = after.second;
        }
    }
}
