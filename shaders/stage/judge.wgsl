// The end of an epoch's look at outputs: counts the epoch, tells solved and diverged networks, and says who steps.

// Divergence is looked for in the weights that are judged, or with which the epoch began.
fn lane_out_of_bounds(slot: u32, lane: u32) -> bool {
    var largest = 0u;
    for (var k = 0u; k < WEIGHT_COUNT; k += 1u) {
        if (KEEPS_START) {
            largest = max(largest, magnitude_bits(scratch[at(KEPT_ROW + k, lane)]));
        } else {
            largest = max(largest, magnitude_bits(state[k * SLOT_COUNT + slot]));
        }
    }
    return largest > WEIGHT_BOUND_BITS;
}

fn measure_of(lane: u32) -> f32 {
    var measure = 0.0;
    for (var position = 0u; position < EXAMPLE_COUNT; position += 1u) {
        var example = position;
        if (DRAWS_ORDER && !JUDGED_AFTER) {
            example = u32(scratch[at(ORDER_ROW + position, lane)]);
        }
        let targets = TABLE_TARGETS + example * OUTPUT_COUNT;
        let outputs = OUTPUT_ROW + position * OUTPUT_COUNT;
        var right = 0.0;
        if (COMPARES_CLASSES) {
            for (var unit = 0u; unit < OUTPUT_COUNT; unit += 1u) {
                right = select(right, scratch[at(outputs + unit, lane)], table[targets + unit] > MIDPOINT);
            }
        }
        for (var unit = 0u; unit < OUTPUT_COUNT; unit += 1u) {
            let z = scratch[at(JUDGED_SUM_ROW + position * OUTPUT_COUNT + unit, lane)];
            measure = gather(measure, z, scratch[at(outputs + unit, lane)], table[targets + unit], right);
        }
    }
    return measure;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn judge(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    let slot = active_in.slots[id.x];
    if (!trains(slot)) {
        scratch[at(STEP_ROW, id.x)] = 0.0;
        return;
    }
    let epoch = slots[slot].epoch + 1u;
    slots[slot].epoch = epoch;
    var solved = false;
    if (is_judged(epoch)) {
        solved = criterion_holds(measure_of(id.x), numbers.criterion_bound);
    }
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
