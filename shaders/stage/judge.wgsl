// The end of an epoch's look at its outputs: counts it, tells solved and diverged networks, and says who steps.

fn lane_out_of_bounds(slot: u32, lane: u32) -> bool {
    var largest = 0u;
    for (var k = 0u; k < WEIGHT_COUNT; k += 1u) {
        // Divergence is looked for in the weights that the epoch began with.
        if (ONLINE) {
            largest = max(largest, magnitude_bits(scratch[at(KEPT_ROW + k, lane)]));
        } else {
            largest = max(largest, magnitude_bits(state[k * SLOT_COUNT + slot]));
        }
    }
    return largest > WEIGHT_BOUND_BITS;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn judge(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= atomicLoad(&active_in.count)) {
        return;
    }
    let slot = active_in.slots[id.x];
    if (!trains(slot)) {
        scratch[at(STEP_ROW, id.x)] = 0.0;
        return;
    }
    let epoch = slots[slot].epoch + 1u;
    slots[slot].epoch = epoch;
    var measure = 0.0;
    for (var output = 0u; output < OUTPUT_ROW_COUNT; output += 1u) {
        measure = gather(measure, scratch[at(OUTPUT_ROW + output, id.x)], table[TABLE_TARGETS + output]);
    }
    let solved = criterion_holds(measure);
    var status = RUNNING;
    if (solved || epoch % DIVERGENCE_STRIDE == 0u) {
        if (lane_out_of_bounds(slot, id.x)) {
            status = DIVERGED;
        } else if (solved) {
            if (slots[slot].solved_epoch == 0u) {
                slots[slot].solved_epoch = epoch;
            }
            status = select(RUNNING, SOLVED, RETIRE);
        }
    }
    slots[slot].status = status;
    scratch[at(STEP_ROW, id.x)] = select(0.0, 1.0, status == RUNNING);
}
