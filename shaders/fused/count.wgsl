// Forward only: an invocation draws a network, looks at its outputs, and forgets it. Only how many were looked at, and how
// many of them meet the criterion, is kept. Straight-line code of the network at hand (draw, measure_of) is generated:
// src/backend/gpu/unroll.

struct Sums {
    // What a dispatch that never ran leaves at 0.
    seen: atomic<u32>,
    solved: atomic<u32>,
}

@group(0) @binding(5) var<storage, read_write> sums: Sums;

var<workgroup> seen_here: atomic<u32>;
var<workgroup> solved_here: atomic<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn count(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    if (local == 0u) {
        atomicStore(&seen_here, 0u);
        atomicStore(&solved_here, 0u);
    }
    workgroupBarrier();
    let at = (group.y * groups.x + group.x) * WORKGROUP_SIZE + local;
    if (at < starting.count) {
        var net: Network;
        draw(network_at(at), &net);
        atomicAdd(&seen_here, 1u);
        if (criterion_holds(measure_of(&net), numbers.criterion_bound)) {
            atomicAdd(&solved_here, 1u);
        }
    }
    workgroupBarrier();
    if (local == 0u) {
        atomicAdd(&sums.seen, atomicLoad(&seen_here));
        atomicAdd(&sums.solved, atomicLoad(&solved_here));
    }
}
