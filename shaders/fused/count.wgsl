// Forward only: an invocation draws a network, looks at its outputs, and forgets it. Only how many meet the criterion is
// kept. Straight-line code of the network at hand (draw, measure_of) is generated: src/backend/gpu/unroll.

@group(0) @binding(5) var<storage, read_write> solved: atomic<u32>;

var<workgroup> solved_here: atomic<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn count(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    if (local == 0u) {
        atomicStore(&solved_here, 0u);
    }
    workgroupBarrier();
    let at = (group.y * groups.x + group.x) * WORKGROUP_SIZE + local;
    if (at < starting.count) {
        var net: Network;
        draw(network_at(at), &net);
        if (criterion_holds(measure_of(&net))) {
            atomicAdd(&solved_here, 1u);
        }
    }
    workgroupBarrier();
    if (local == 0u) {
        atomicAdd(&solved, atomicLoad(&solved_here));
    }
}
