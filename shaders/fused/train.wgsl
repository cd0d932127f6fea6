// One invocation trains one network through a slice, its weights in registers. Straight-line code of the network at hand
// (load, save, apply, train_examples, train_by_powers, powers_in_range, measure_of, any_out_of_bounds) is generated:
// src/backend/gpu/unroll.

// `by_powers` is a constant at each call, so no compiler keeps both ways.
fn train_epoch(net: ptr<function, Network>, course: ptr<function, Course>, network: vec2<u32>, by_powers: bool) {
    let epoch = (*course).epoch + 1u;
    (*course).epoch = epoch;
    // Weights that are judged while they move: what the epoch began with is kept aside.
    var before: Weights;
    if (KEEPS_START) {
        before = (*net).weights;
    }
    var measure: f32;
    if (by_powers) {
        measure = train_by_powers(net, epoch, network);
    } else {
        measure = train_examples(net, epoch, network);
    }
    var solved = false;
    if (JUDGED_AFTER) {
        if (!MOVES_WITHIN) {
            apply(net, update_at(epoch, 0u));
        }
        if (is_judged(epoch)) {
            solved = criterion_holds(measure_of(net), (*course).bound);
        }
    } else {
        solved = criterion_holds(measure, (*course).bound);
    }
    if (solved || epoch % DIVERGENCE_STRIDE == 0u) {
        note(course, solved, any_out_of_bounds(net, &before));
    }
    if ((*course).status != RUNNING) {
        if (KEEPS_START) {
            (*net).weights = before;
        }
    } else if (!MOVES_WITHIN && !JUDGED_AFTER) {
        apply(net, update_at(epoch, 0u));
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn train(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= atomicLoad(&active_in.count)) {
        return;
    }
    let slot = active_in.slots[id.x];
    let network = slots[slot].network;
    var net: Network;
    load(slot, &net);
    var course = Course(slots[slot].epoch, slots[slot].solved_epoch, RUNNING, numbers.criterion_bound);
    let last = course.epoch + min(numbers.epochs - course.epoch, slice.slice_epochs);
    if (SHARES_POWERS) {
        // Two loops rather than a choice in one: software devices go through both sides of a choice.
        while (course.epoch < last && course.status == RUNNING) {
            while (course.epoch < last && course.status == RUNNING && powers_in_range(&net)) {
                train_epoch(&net, &course, network, true);
            }
            while (course.epoch < last && course.status == RUNNING && !powers_in_range(&net)) {
                train_epoch(&net, &course, network, false);
            }
        }
    } else {
        while (course.epoch < last && course.status == RUNNING) {
            train_epoch(&net, &course, network, false);
        }
    }
    save(slot, &net);
    slots[slot].epoch = course.epoch;
    slots[slot].solved_epoch = course.solved_epoch;
    slots[slot].status = course.status;
}
