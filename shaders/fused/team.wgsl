// A few invocations train one network through a slice: each holds some of the units of every hidden layer, the weights to them
// and those to the outputs in registers, and what these add to the outputs, and between hidden layers, they tell each other
// through workgroup memory. The outputs, with their biases, are every one's. A workgroup is as many invocations as many
// processors run in step anyway, so that its barriers cost next to nothing; several networks share it, and all go through
// its epochs until the last has finished. Outputs and loss of whoever has finished are left in scratch memory.
//
// Straight-line code of the units at hand (load, save, apply, train_examples, measure_of, any_out_of_bounds, record) is
// generated: src/backend/gpu/unroll.

@group(0) @binding(11) var<storage, read_write> scratch: array<f32>;

// `[quad][invocation]`: parts of the outputs' weighted sums.
var<workgroup> parts: array<vec4<f32>, PART_COUNT>;
var<workgroup> raised: array<u32, GROUP_SIZE>;
var<workgroup> verdict: u32;

// Where an invocation stands in its workgroup, which of the workgroup's networks it trains, and which of that one's
// invocations it is.
var<private> local: u32;
var<private> team: u32;
var<private> own: u32;

// Four sums over the invocations of a network, in the order of their hidden units.
fn total(quad: u32) -> vec4<f32> {
    let first = quad * GROUP_SIZE + team;
    var sum = parts[first];
    for (var other = 1u; other < TEAM_SIZE; other += 1u) {
        sum += parts[first + other * TEAM_COUNT];
    }
    return sum;
}

// Whether any invocation of the same network says so.
fn any_of_team(says: bool) -> bool {
    raised[local] = select(0u, 1u, says);
    workgroupBarrier();
    var all = 0u;
    for (var other = 0u; other < TEAM_SIZE; other += 1u) {
        all |= raised[other * TEAM_COUNT + team];
    }
    workgroupBarrier();
    return all != 0u;
}

// Whether any invocation of the workgroup says so.
fn any_of_group(says: bool) -> bool {
    raised[local] = select(0u, 1u, says);
    workgroupBarrier();
    if (local == 0u) {
        verdict = 0u;
        for (var other = 0u; other < GROUP_SIZE; other += 1u) {
            verdict |= raised[other];
        }
    }
    return workgroupUniformLoad(&verdict) != 0u;
}

// An epoch of all networks of the workgroup. Those that do not train go along, and nobody looks at what becomes of them.
fn train_epoch(net: ptr<function, Network>, course: ptr<function, Course>, network: vec2<u32>, trains: bool) {
    let epoch = max((*course).epoch + select(0u, 1u, trains), 1u);
    var before: Weights;
    if (KEEPS_START) {
        before = (*net).weights;
    }
    var measure = train_examples(net, epoch, network);
    if (JUDGED_AFTER) {
        if (!MOVES_WITHIN) {
            apply(net, update_at(epoch, 0u));
        }
        if (!JUDGED_ONCE || any_of_group(trains && is_judged(epoch))) {
            measure = measure_of(net);
        }
    }
    let solved = trains && is_judged(epoch) && criterion_holds(measure, (*course).bound);
    let looks = trains && (solved || epoch % DIVERGENCE_STRIDE == 0u);
    let out_of_bounds = any_of_team(looks && any_out_of_bounds(net, &before, false));
    if (trains) {
        (*course).epoch = epoch;
    }
    if (looks) {
        note(course, solved, out_of_bounds);
    }
    if (trains && (*course).status != RUNNING) {
        if (KEEPS_START) {
            (*net).weights = before;
        }
    } else if (!MOVES_WITHIN && !JUDGED_AFTER) {
        apply(net, update_at(epoch, 0u));
    }
}

@compute @workgroup_size(GROUP_SIZE)
fn train(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    local = index;
    team = index % TEAM_COUNT;
    own = index / TEAM_COUNT;
    let lane = (group.y * groups.x + group.x) * TEAM_COUNT + team;
    var slot = 0u;
    var network = vec2<u32>();
    var last = 0u;
    var net: Network;
    var course = Course(0u, 0u, RUNNING, numbers.criterion_bound);
    let present = lane < active_count();
    if (present) {
        slot = active_in.slots[lane];
        network = slots[slot].network;
        course.epoch = slots[slot].epoch;
        course.solved_epoch = slots[slot].solved_epoch;
        last = course.epoch + min(numbers.epochs - course.epoch, slice.slice_epochs);
        load(slot, &net);
    }
    var trains = course.epoch < last;
    for (var step = 0u; step < slice.slice_epochs; step += 1u) {
        if (step % DIVERGENCE_STRIDE == 0u && !any_of_group(trains)) {
            break;
        }
        train_epoch(&net, &course, network, trains);
        if (trains && (course.status != RUNNING || course.epoch == last)) {
            trains = false;
            save(slot, &net);
        }
    }
    if (present && own == 0u) {
        slots[slot].epoch = course.epoch;
        slots[slot].solved_epoch = course.solved_epoch;
        slots[slot].status = course.status;
    }
    let ended = present && (course.status != RUNNING || course.epoch == numbers.epochs || slice.flush == 1u);
    if (any_of_group(ended)) {
        // What it has at hand may have gone along with others since.
        storageBarrier();
        if (present) {
            load(slot, &net);
        }
        let writes = ended && own == 0u;
        let loss = record(&net, lane, writes);
        if (writes) {
            scratch[LOSS_ROW * SLOT_COUNT + lane] = loss;
        }
    }
}
