// After a slice: tells which of the active slots have finished, and records their outcomes. `evaluate`, which gives outputs
// and loss of the final weights, comes from the backend. Lists are made afterwards: compact.wgsl.

@group(0) @binding(5) var<storage, read_write> counters: Counters;
@group(0) @binding(6) var<storage, read_write> results: array<u32>;

var<workgroup> ended_count: atomic<u32>;
var<workgroup> trained_sum: atomic<u32>;

fn weights_out_of_bounds(slot: u32) -> bool {
    var largest = 0u;
    for (var k = 0u; k < WEIGHT_COUNT; k += 1u) {
        largest = max(largest, magnitude_bits(state[k * SLOT_COUNT + slot]));
    }
    return largest > WEIGHT_BOUND_BITS;
}

// Status of a network that has reached its last epoch, or is cut off.
fn final_status(slot: u32, epoch: u32, solved_epoch: u32) -> u32 {
    if (epoch < numbers.epochs) {
        return UNFINISHED;
    }
    if (weights_out_of_bounds(slot)) {
        return DIVERGED;
    }
    return select(UNSOLVED, SOLVED, solved_epoch > 0u);
}

fn add_trained(epochs: u32) {
    let before = atomicAdd(&counters.trained[0], epochs);
    if (before + epochs < before) {
        atomicAdd(&counters.trained[1], 1u);
    }
}

fn add_spared(epochs: u32) {
    let before = atomicAdd(&counters.spared[0], epochs);
    if (before + epochs < before) {
        atomicAdd(&counters.spared[1], 1u);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn settle(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    if (local == 0u) {
        atomicStore(&ended_count, 0u);
        atomicStore(&trained_sum, 0u);
        if (id.x == 0u) {
            atomicAdd(&counters.canary, 1u);
        }
    }
    workgroupBarrier();

    let inside = id.x < atomicLoad(&active_in.count);
    var slot = 0u;
    var record = Slot(0u, 0u, 0u, 0u, UNSOLVED, 0u, vec2<u32>());
    if (inside) {
        slot = active_in.slots[id.x];
        record = slots[slot];
        atomicAdd(&trained_sum, record.epoch - record.reported_epoch);
        if (record.status == RUNNING && (record.epoch == numbers.epochs || slice.flush == 1u)) {
            record.status = final_status(slot, record.epoch, record.solved_epoch);
        }
        if (record.status == RUNNING) {
            slots[slot].reported_epoch = record.epoch;
        } else {
            slots[slot].status = SETTLED;
            atomicAdd(&ended_count, 1u);
        }
    }
    workgroupBarrier();
    if (local == 0u) {
        atomicAdd(&counters.finished, atomicLoad(&ended_count));
        add_trained(atomicLoad(&trained_sum));
    }
    if (!inside || record.status == RUNNING) {
        return;
    }
    add_spared(numbers.epochs - record.epoch);
    let stride = slice.window_sizes[record.window / 4u][record.window % 4u];
    let place = record.window * WINDOW_WORDS + record.position;
    results[place] = record.status;
    results[place + stride] = record.solved_epoch;
    results[place + 2u * stride] = record.epoch;
    results[place + 3u * stride] = bitcast<u32>(evaluate(slot, id.x, place + 4u * stride, stride));
    if (KEEP_WEIGHTS) {
        for (var k = 0u; k < WEIGHT_COUNT; k += 1u) {
            results[place + (4u + OUTPUT_ROW_COUNT + k) * stride] = bitcast<u32>(state[k * SLOT_COUNT + slot]);
        }
    }
    atomicSub(&counters.remaining[record.window], 1u);
}
