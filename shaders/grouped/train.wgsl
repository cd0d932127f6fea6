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

// The measure of an epoch's outputs; in online training also its updates.
fn train_examples(epoch: u32, slot: u32, local: u32, own: ptr<function, Own>) -> f32 {
    var measure = 0.0;
    if (ONLINE) {
        for (var example = 0u; example < EXAMPLE_COUNT; example += 1u) {
            let block = block_of(example, 1u);
            read_inputs(block, local);
            workgroupBarrier();
            measure = join(measure, learn(block, local, own));
            apply_all(slot, local, own, correction((epoch - 1u) * EXAMPLE_COUNT + example + 1u));
            workgroupBarrier();
        }
    } else {
        for (var first = 0u; first < EXAMPLE_COUNT; first += 4u * BLOCK_QUADS) {
            let block = block_of(first, 4u * BLOCK_QUADS);
            if (!ONE_BLOCK) {
                read_inputs(block, local);
                workgroupBarrier();
            }
            measure = join(measure, learn(block, local, own));
        }
    }
    return joined(local, measure, false);
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
        if (lane < atomicLoad(&active_in.count)) {
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
        read_inputs(block_of(0u, EXAMPLE_COUNT), local);
    }
    workgroupBarrier();

    var epoch = began.epoch;
    var solved_epoch = began.solved_epoch;
    var status = RUNNING;
    let last = epoch + min(EPOCHS - epoch, slice.slice_epochs);
    while (epoch < last) {
        epoch += 1u;
        if (ONLINE) {
            keep_all(local, &own);
        }
        let solved = criterion_holds(train_examples(epoch, slot, local, &own));
        if (solved || epoch % DIVERGENCE_STRIDE == 0u) {
            if (any_out_of_bounds(local, &own)) {
                status = DIVERGED;
            } else if (solved) {
                solved_epoch = select(solved_epoch, epoch, solved_epoch == 0u);
                status = select(RUNNING, SOLVED, RETIRE);
            }
        }
        if (status != RUNNING) {
            if (ONLINE) {
                restore_all(local, &own);
                workgroupBarrier();
            }
            break;
        }
        if (!ONLINE) {
            apply_all(slot, local, &own, correction(epoch));
            workgroupBarrier();
        }
    }
    save_all(slot, local, &own);
    if (local == 0u) {
        slots[slot].epoch = epoch;
        slots[slot].solved_epoch = solved_epoch;
        slots[slot].status = status;
    }
    if (status == RUNNING && epoch < EPOCHS && slice.flush == 0u) {
        return;
    }
    var loss = 0.0;
    for (var first = 0u; first < EXAMPLE_COUNT; first += 4u * BLOCK_QUADS) {
        let block = block_of(first, 4u * BLOCK_QUADS);
        read_inputs(block, local);
        workgroupBarrier();
        loss += recall(block, lane, local);
    }
    loss = joined(local, loss, true);
    if (local == 0u) {
        scratch[LOSS_ROW * SLOT_COUNT + lane] = loss / f32(EXAMPLE_COUNT);
    }
}
