// One invocation trains one network through a slice, its weights in registers. Needs epoch.wgsl.

@compute @workgroup_size(WORKGROUP_SIZE)
fn train(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= active_count()) {
        return;
    }
    let slot = active_in.slots[id.x];
    let network = slots[slot].network;
    var net: Network;
    load(slot, &net);
    var course = course_of(slot);
    let last = last_epoch(&course);
    if (SHARES_POWERS) {
        // Two loops rather than a choice in one: software devices go through both sides of a choice.
        while (goes_on(&course, last)) {
            while (goes_on(&course, last) && powers_in_range(&net)) {
                train_epoch(&net, &course, network, true);
            }
            while (goes_on(&course, last) && !powers_in_range(&net)) {
                train_epoch(&net, &course, network, false);
            }
        }
    } else {
        while (goes_on(&course, last)) {
            train_epoch(&net, &course, network, false);
        }
    }
    put_back(slot, &net, &course);
}
