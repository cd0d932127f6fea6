// An epoch of a network that one invocation holds. Straight-line code of the network at hand (load, save, apply,
// train_examples, train_by_powers, powers_in_range, measure_of, any_out_of_bounds) is generated: src/backend/gpu/unroll.

// Forward and backward on all examples: the measure, and the gradient where weights do not move meanwhile. `by_powers` is a
// constant at each call, so no compiler keeps both ways.
fn learn(net: ptr<function, Network>, epoch: u32, network: vec2<u32>, by_powers: bool) -> f32 {
    if (by_powers) {
        return train_by_powers(net, epoch, network);
    }
    return train_examples(net, epoch, network);
}

// What is left of an epoch: judges, looks for divergence, moves the weights. `before` is what the epoch began with, where
// weights are judged while they move.
fn conclude(
    net: ptr<function, Network>,
    course: ptr<function, Course>,
    before: ptr<function, Weights>,
    measure: f32,
    by_powers: bool,
) {
    let epoch = (*course).epoch + 1u;
    (*course).epoch = epoch;
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
        note(course, solved, any_out_of_bounds(net, before, by_powers));
    }
    if ((*course).status != RUNNING) {
        if (KEEPS_START) {
            (*net).weights = *before;
        }
    } else if (!MOVES_WITHIN && !JUDGED_AFTER) {
        apply(net, update_at(epoch, 0u));
    }
}

fn train_epoch(net: ptr<function, Network>, course: ptr<function, Course>, network: vec2<u32>, by_powers: bool) {
    var before: Weights;
    if (KEEPS_START) {
        before = (*net).weights;
    }
    let measure = learn(net, (*course).epoch + 1u, network, by_powers);
    conclude(net, course, &before, measure, by_powers);
}

// Whether there is an epoch left to train before `last`.
fn goes_on(course: ptr<function, Course>, last: u32) -> bool {
    return (*course).epoch < last && (*course).status == RUNNING;
}

fn course_of(slot: u32) -> Course {
    return Course(slots[slot].epoch, slots[slot].solved_epoch, RUNNING, numbers.criterion_bound);
}

// The last epoch of this slice.
fn last_epoch(course: ptr<function, Course>) -> u32 {
    return (*course).epoch + min(numbers.epochs - (*course).epoch, slice.slice_epochs);
}

fn put_back(slot: u32, net: ptr<function, Network>, course: ptr<function, Course>) {
    save(slot, net);
    slots[slot].epoch = (*course).epoch;
    slots[slot].solved_epoch = (*course).solved_epoch;
    slots[slot].status = (*course).status;
}
