// After training: lists the lanes whose networks have finished, or are cut off, for `settle`, which is dispatched for no
// others; and counts the epochs of all.

@group(0) @binding(5) var<storage, read_write> counters: Counters;
@group(0) @binding(15) var<storage, read_write> finds: Finds;

// Twin: settle.wgsl, which only reads it. The host sets it to 0, 1, 1, 0 before each slice.
struct Finds {
    // Workgroups of `settle` along three axes.
    groups: atomic<u32>,
    unused: array<u32, 2>,
    count: atomic<u32>,
    // In any order.
    lanes: array<u32>,
}

var<workgroup> count_here: atomic<u32>;
var<workgroup> trained_here: atomic<u32>;
var<workgroup> first_place: u32;

fn add_trained(epochs: u32) {
    let before = atomicAdd(&counters.trained[0], epochs);
    if (before + epochs < before) {
        atomicAdd(&counters.trained[1], 1u);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn find(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    if (local == 0u) {
        atomicStore(&count_here, 0u);
        atomicStore(&trained_here, 0u);
        if (id.x == 0u) {
            atomicAdd(&counters.canary, 1u);
        }
    }
    workgroupBarrier();
    var ends = false;
    var place = 0u;
    if (id.x < active_count()) {
        let slot = active_in.slots[id.x];
        let epoch = slots[slot].epoch;
        atomicAdd(&trained_here, epoch - slots[slot].reported_epoch);
        slots[slot].reported_epoch = epoch;
        ends = slots[slot].status != RUNNING || epoch == numbers.epochs || slice.flush == 1u;
        if (ends) {
            place = atomicAdd(&count_here, 1u);
        }
    }
    workgroupBarrier();
    if (local == 0u) {
        add_trained(atomicLoad(&trained_here));
        let count = atomicLoad(&count_here);
        if (count != 0u) {
            let first = atomicAdd(&finds.count, count);
            atomicMax(&finds.groups, (first + count + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE);
            first_place = first;
        }
    }
    workgroupBarrier();
    if (ends) {
        finds.lanes[first_place + place] = id.x;
    }
}
