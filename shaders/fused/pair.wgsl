// One invocation trains two networks through a slice, an epoch of each in turns: while one waits for its output unit, step
// after step, the other keeps the processor busy. For software devices, which have nothing else to do meanwhile. Needs
// epoch.wgsl.

@compute @workgroup_size(WORKGROUP_SIZE)
fn train(@builtin(global_invocation_id) id: vec3<u32>) {
    let count = active_count();
    let lane = 2u * id.x;
    if (lane >= count) {
        return;
    }
    let has_second = lane + 1u < count;
    let first_slot = active_in.slots[lane];
    // Where there is no second, it has no epoch to train.
    let second_slot = active_in.slots[select(lane, lane + 1u, has_second)];
    let first_network = slots[first_slot].network;
    let second_network = slots[second_slot].network;
    var first: Network;
    var second: Network;
    load(first_slot, &first);
    load(second_slot, &second);
    var first_course = course_of(first_slot);
    var second_course = course_of(second_slot);
    let first_last = last_epoch(&first_course);
    let second_last = select(0u, last_epoch(&second_course), has_second);
    // Never read: weights of such networks do not move while they are judged.
    var before: Weights;
    // A network takes its epochs by powers or by sums by its own weights alone, whoever is beside it: one that has to go by
    // sums is waited for.
    while (goes_on(&first_course, first_last) || goes_on(&second_course, second_last)) {
        loop {
            let first_goes = goes_on(&first_course, first_last);
            let second_goes = goes_on(&second_course, second_last);
            if (!(first_goes || second_goes)
                || (first_goes && !powers_in_range(&first))
                || (second_goes && !powers_in_range(&second))) {
                break;
            }
            let first_measure = learn(&first, first_course.epoch + 1u, first_network, SHARES_POWERS);
            let second_measure = learn(&second, second_course.epoch + 1u, second_network, SHARES_POWERS);
            if (first_goes) {
                conclude(&first, &first_course, &before, first_measure, SHARES_POWERS);
            }
            if (second_goes) {
                conclude(&second, &second_course, &before, second_measure, SHARES_POWERS);
            }
        }
        if (SHARES_POWERS) {
            while (goes_on(&first_course, first_last) && !powers_in_range(&first)) {
                train_epoch(&first, &first_course, first_network, false);
            }
            while (goes_on(&second_course, second_last) && !powers_in_range(&second)) {
                train_epoch(&second, &second_course, second_network, false);
            }
        }
    }
    put_back(first_slot, &first, &first_course);
    if (has_second) {
        put_back(second_slot, &second, &second_course);
    }
}
