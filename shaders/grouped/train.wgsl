// One workgroup trains one network through a slice, and leaves outputs and loss in scratch memory once it has finished.

@group(0) @binding(11) var<storage, read_write> scratch: array<f32>;

const NONE = 0xffffffffu;

var<workgroup> slot_at_hand: u32;
var<workgroup> standing: Slot;
var<workgroup> found_out_of_bounds: atomic<u32>;
var<workgroup> verdict: u32;

// The sum over all invocations: of measures as they join, or plainly.
fn joined(local: u32, value: f32, plainly: bool) -> f32 {
    partial[local] = value;
    workgroupBarrier();
    for (var half = GROUP_SIZE / 2u; half > 0u; half /= 2u) {
        if (local < half) {
            let other = partial[local + half];
            partial[local] = select(join(partial[local], other), partial[local] + other, plainly);
        }
        workgroupBarrier();
    }
    return workgroupUniformLoad(&partial[0]);
}

// Whether a weight with which the epoch began is out of bounds.
fn any_out_of_bounds(local: u32, own: ptr<function, Own>) -> bool {
    if (local == 0u) {
        atomicStore(&found_out_of_bounds, 0u);
    }
    workgroupBarrier();
    if (largest_of_all(local, own) > WEIGHT_BOUND_BITS) {
        atomicStore(&found_out_of_bounds, 1u);
    }
    workgroupBarrier();
    if (local == 0u) {
        verdict = atomicLoad(&found_out_of_bounds);
    }
    return workgroupUniformLoad(&verdict) == 1u;
}

// The measure of the outputs that an epoch computes, and the updates within it.
fn train_examples(epoch: u32, network: vec2<u32>, slot: u32, local: u32, own: ptr<function, Own>) -> f32 {
    var measure = 0.0;
    if (MOVES_WITHIN) {
        order_examples(network, epoch, local);
        var batch = 0u;
        for (var start = 0u; start < EXAMPLE_COUNT; start += BATCH_SIZE) {
            let end = min(start + BATCH_SIZE, EXAMPLE_COUNT);
            for (var first = start; first < end; first += 4u * BLOCK_QUADS) {
                let block = block_of(first, end, true);
                read_inputs(block, local);
                workgroupBarrier();
                measure = join(measure, learn(block, local, own));
            }
            apply_all(slot, local, own, update_at(epoch, batch));
            workgroupBarrier();
            batch += 1u;
        }
    } else {
        for (var first = 0u; first < EXAMPLE_COUNT; first += 4u * BLOCK_QUADS) {
            let block = block_of(first, EXAMPLE_COUNT, false);
            if (!ONE_BLOCK) {
                read_inputs(block, local);
                workgroupBarrier();
            }
            measure = join(measure, learn(block, local, own));
        }
    }
    return measure;
}

// The measure of what the weights give as they are.
fn measure_examples(local: u32) -> f32 {
    var measure = 0.0;
    for (var first = 0u; first < EXAMPLE_COUNT; first += 4u * BLOCK_QUADS) {
        let block = block_of(first, EXAMPLE_COUNT, false);
        if (!ONE_BLOCK) {
            read_inputs(block, local);
            workgroupBarrier();
        }
        measure = join(measure, look(block, local));
    }
    return measure;
}

@compute @workgroup_size(GROUP_SIZE)
fn train(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let lane = group.y * groups.x + group.x;
    if (local == 0u) {
        slot_at_hand = NONE;
        if (lane < active_count()) {
            slot_at_hand = active_in.slots[lane];
            standing = slots[slot_at_hand];
        }
    }
    let slot = workgroupUniformLoad(&slot_at_hand);
    if (slot == NONE) {
        return;
    }
    let began = workgroupUniformLoad(&standing);
    var own: Own;
    load_all(slot, local, &own);
    if (ONE_BLOCK) {
        read_inputs(block_of(0u, EXAMPLE_COUNT, false), local);
    }
    workgroupBarrier();

    var epoch = began.epoch;
    var solved_epoch = began.solved_epoch;
    var status = RUNNING;
    let bound = numbers.criterion_bound;
    let last = epoch + min(numbers.epochs - epoch, slice.slice_epochs);
    while (epoch < last) {
        epoch += 1u;
        if (KEEPS_START) {
            keep_all(local, &own);
        }
        var measure = train_examples(epoch, began.network, slot, local, &own);
        if (JUDGED_AFTER) {
            if (!MOVES_WITHIN) {
                apply_all(slot, local, &own, update_at(epoch, 0u));
                workgroupBarrier();
            }
            if (is_judged(epoch)) {
                measure = measure_examples(local);
            }
        }
        let solved = is_judged(epoch) && criterion_holds(joined(local, measure, false), bound);
        if (solved || epoch % DIVERGENCE_STRIDE == 0u) {
            if (any_out_of_bounds(local, &own)) {
                status = DIVERGED;
            } else if (solved) {
                solved_epoch = select(solved_epoch, epoch, solved_epoch == 0u);
                status = select(RUNNING, SOLVED, RETIRE);
            }
        }
        if (status != RUNNING) {
            if (KEEPS_START) {
                restore_all(local, &own);
                workgroupBarrier();
            }
            break;
        }
        if (!MOVES_WITHIN && !JUDGED_AFTER) {
            apply_all(slot, local, &own, update_at(epoch, 0u));
            workgroupBarrier();
        }
    }
    save_all(slot, local, &own);
    if (local == 0u) {
        slots[slot].epoch = epoch;
        slots[slot].solved_epoch = solved_epoch;
        slots[slot].status = status;
    }
    if (status == RUNNING && epoch < numbers.epochs && slice.flush == 0u) {
        return;
    }
    var loss = 0.0;
    for (var first = 0u; first < EXAMPLE_COUNT; first += 4u * BLOCK_QUADS) {
        let block = block_of(first, EXAMPLE_COUNT, false);
        read_inputs(block, local);
        workgroupBarrier();
        loss += recall(block, lane, local);
    }
    loss = joined(local, loss, true);
    if (local == 0u) {
        scratch[LOSS_ROW * SLOT_COUNT + lane] = loss / f32(EXAMPLE_COUNT);
    }
}
