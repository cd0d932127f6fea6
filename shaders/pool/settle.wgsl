// Records what became of the networks that have finished in a slice, which find.wgsl has listed: those of classes that are
// counted are added up, all others get a row. `evaluate`, which gives the loss with the final weights and leaves the outputs
// in scratch memory, comes from the form, `pattern_of` from src/backend/gpu/classes.rs. Lists of slots are made afterwards:
// compact.wgsl.
//
// A window of results begins with the solving epochs of its networks that have no row, in any order; then come rows. Where
// nothing is counted, each lies at its network's position, else they are in any order.

@group(0) @binding(5) var<storage, read_write> counters: Counters;
@group(0) @binding(6) var<storage, read_write> results: array<u32>;
@group(0) @binding(11) var<storage, read_write> scratch: array<f32>;
@group(0) @binding(15) var<storage, read> finds: Finds;

// Twin: find.wgsl.
struct Finds {
    groups: array<u32, 3>,
    count: u32,
    lanes: array<u32>,
}

// A bit for each window of which a network has ended.
var<workgroup> ended_bits: atomic<u32>;
var<workgroup> windows_ended: u32;
// This workgroup's share in the counts of all windows; counts become those of the workgroups before it.
var<workgroup> shares: array<Group, WINDOW_COUNT * GROUP_COUNT>;

// Rust twin: src/backend/gpu/classes.rs.
const SOLVED_CLASS = 0u;
const DIVERGED_CLASS = 1u;
const LOST_CLASS = 2u;
// Of which there is no bit.
const NO_CLASS = 31u;

fn output_of(output: u32, lane: u32) -> f32 {
    return scratch[(OUTPUT_ROW + output) * SLOT_COUNT + lane];
}

fn class_of(status: u32, loss: f32, lane: u32) -> u32 {
    let bits = bitcast<u32>(loss);
    if (status == DIVERGED && (bits & 0x7fffffffu) > LOSS_LIMIT_BITS) {
        return LOST_CLASS;
    }
    // With a sign they would be larger.
    if (bits >= SUMMED_BELOW_BITS || status == UNFINISHED) {
        return NO_CLASS;
    }
    if (status == UNSOLVED) {
        return pattern_of(loss, lane);
    }
    return select(SOLVED_CLASS, DIVERGED_CLASS, status == DIVERGED);
}

// A loss from 0 up to 64 in units of 2^-40, rounded, low word first.
fn loss_units(loss: f32) -> vec2<u32> {
    let bits = bitcast<u32>(loss);
    let exponent = bits >> 23u;
    let fraction = (bits & 0x7fffffu) | 0x800000u;
    if (exponent < 85u) {
        return vec2<u32>();
    }
    if (exponent < 110u) {
        let shift = 110u - exponent;
        return vec2<u32>((fraction + (1u << (shift - 1u))) >> shift, 0u);
    }
    let shift = exponent - 110u;
    return vec2<u32>(fraction << shift, select(fraction >> (32u - shift), 0u, shift == 0u));
}

fn add_to_share(group: u32, amount: vec2<u32>) {
    let before = atomicAdd(&shares[group].sum[0], amount.x);
    let high = amount.y + select(0u, 1u, before + amount.x < before);
    if (high != 0u) {
        atomicAdd(&shares[group].sum[1], high);
    }
}

fn weights_out_of_bounds(slot: u32) -> bool {
    var largest = 0u;
    for (var k = 0u; k < WEIGHT_COUNT; k += 1u) {
        largest = max(largest, magnitude_bits(state[k * SLOT_COUNT + slot]));
    }
    return largest > WEIGHT_BOUND_BITS;
}

// Status of a network that has reached its last epoch, or is cut off.
fn final_status(slot: u32, epoch: u32, solved_epoch: u32) -> u32 {
    if (epoch < numbers.epochs) {
        return UNFINISHED;
    }
    if (weights_out_of_bounds(slot)) {
        return DIVERGED;
    }
    return select(UNSOLVED, SOLVED, solved_epoch > 0u);
}

fn add_ended(low: u32, high: u32) {
    let before = atomicAdd(&counters.ended[0], low);
    atomicAdd(&counters.ended[1], high + select(0u, 1u, before + low < before));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn settle(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
    @builtin(workgroup_id) group_id: vec3<u32>,
) {
    if (local == 0u) {
        atomicStore(&ended_bits, 0u);
        let others = group_id.x * WORKGROUP_SIZE;
        atomicAdd(&counters.finished, min(finds.count - others, WORKGROUP_SIZE));
    }
    workgroupBarrier();

    let inside = id.x < finds.count;
    var lane = 0u;
    var slot = 0u;
    var record = Slot(0u, 0u, 0u, 0u, RUNNING, 0u, vec2<u32>());
    if (inside) {
        lane = finds.lanes[id.x];
        slot = active_in.slots[lane];
        record = slots[slot];
        if (record.status == RUNNING) {
            record.status = final_status(slot, record.epoch, record.solved_epoch);
        }
        slots[slot].status = SETTLED;
        atomicOr(&ended_bits, 1u << record.window);
    }
    workgroupBarrier();
    if (local == 0u) {
        windows_ended = atomicLoad(&ended_bits);
    }
    let windows = workgroupUniformLoad(&windows_ended);

    for (var rest = windows; rest != 0u; rest &= rest - 1u) {
        let first = firstTrailingBit(rest) * GROUP_COUNT;
        for (var at = local; at < GROUP_COUNT; at += WORKGROUP_SIZE) {
            atomicStore(&shares[first + at].count, 0u);
            atomicStore(&shares[first + at].sum[0], 0u);
            atomicStore(&shares[first + at].sum[1], 0u);
        }
    }
    workgroupBarrier();
    let counted = slice.counted[record.window / 4u][record.window % 4u];
    let groups = record.window * GROUP_COUNT;
    var group = groups;
    var loss = 0.0;
    var place = 0u;
    if (inside) {
        loss = evaluate(slot, lane);
        let found = class_of(record.status, loss, lane);
        add_to_share(group, vec2<u32>(record.epoch, 0u));
        if (((counted >> found) & 1u) == 1u) {
            group += 1u + found;
            if (found != LOST_CLASS) {
                add_to_share(group, loss_units(loss));
            }
        }
        place = atomicAdd(&shares[group].count, 1u);
    }
    workgroupBarrier();
    for (var rest = windows; rest != 0u; rest &= rest - 1u) {
        let window = firstTrailingBit(rest);
        for (var at = local; at < GROUP_COUNT; at += WORKGROUP_SIZE) {
            let share = window * GROUP_COUNT + at;
            let low = atomicLoad(&shares[share].sum[0]);
            let high = atomicLoad(&shares[share].sum[1]);
            let count = atomicLoad(&shares[share].count);
            if ((low | high) != 0u) {
                let before = atomicAdd(&counters.windows[window][at].sum[0], low);
                let carry = select(0u, 1u, before + low < before);
                atomicAdd(&counters.windows[window][at].sum[1], high + carry);
            }
            if (at == 0u) {
                add_ended(low, high);
            }
            if (count != 0u) {
                atomicStore(&shares[share].count, atomicAdd(&counters.windows[window][at].count, count));
            }
        }
    }
    workgroupBarrier();
    if (!inside) {
        return;
    }
    place += atomicLoad(&shares[group].count);
    let results_at = record.window * WINDOW_WORDS;
    if (group != groups) {
        if (group == groups + 1u + SOLVED_CLASS) {
            results[results_at + place] = record.solved_epoch;
        }
        return;
    }
    let row = results_at + WINDOW_CAPACITY + ROW_WORDS * select(place, record.position, counted == 0u);
    results[row] = record.status | (record.position << 3u);
    results[row + 1u] = record.solved_epoch;
    results[row + 2u] = record.epoch;
    results[row + 3u] = bitcast<u32>(loss);
    for (var output = 0u; output < OUTPUT_ROW_COUNT; output += 1u) {
        results[row + 4u + output] = bitcast<u32>(output_of(output, lane));
    }
    if (KEEP_WEIGHTS) {
        for (var k = 0u; k < WEIGHT_COUNT; k += 1u) {
            results[row + 4u + OUTPUT_ROW_COUNT + k] = bitcast<u32>(state[k * SLOT_COUNT + slot]);
        }
    }
}
