// One invocation trains one network through a slice, its weights in registers. Straight-line code of the network at hand
// (load, save, apply, train_examples, measure_of, any_out_of_bounds) is generated: src/backend/gpu/unroll.

@compute @workgroup_size(WORKGROUP_SIZE)
fn train(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= atomicLoad(&active_in.count)) {
        return;
    }
    let slot = active_in.slots[id.x];
    let network = slots[slot].network;
    var net: Network;
    load(slot, &net);
    var epoch = slots[slot].epoch;
    var solved_epoch = slots[slot].solved_epoch;
    var status = RUNNING;
    let last = epoch + min(EPOCHS - epoch, slice.slice_epochs);
    while (epoch < last) {
        epoch += 1u;
        // Weights that are judged while they move: what the epoch began with is kept aside.
        var before: Weights;
        if (KEEPS_START) {
            before = net.weights;
        }
        let measure = train_examples(&net, epoch, network);
        var solved = false;
        if (JUDGED_AFTER) {
            if (!MOVES_WITHIN) {
                apply(&net, update_at(epoch, 0u));
            }
            if (is_judged(epoch)) {
                solved = criterion_holds(measure_of(&net));
            }
        } else {
            solved = criterion_holds(measure);
        }
        if (solved || epoch % DIVERGENCE_STRIDE == 0u) {
            if (any_out_of_bounds(&net, &before)) {
                status = DIVERGED;
            } else if (solved) {
                solved_epoch = select(solved_epoch, epoch, solved_epoch == 0u);
                status = select(RUNNING, SOLVED, RETIRE);
            }
        }
        if (status != RUNNING) {
            if (KEEPS_START) {
                net.weights = before;
            }
            break;
        }
        if (!MOVES_WITHIN && !JUDGED_AFTER) {
            apply(&net, update_at(epoch, 0u));
        }
    }
    save(slot, &net);
    slots[slot].epoch = epoch;
    slots[slot].solved_epoch = solved_epoch;
    slots[slot].status = status;
}
