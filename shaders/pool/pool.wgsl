// The pool: networks in flight, one a slot. What the kernels of a slice share. Rust twins of the structs: src/backend/gpu/bus.rs.
//
// A slot's numbers lie in `state`, row by row: row k holds weight k of all slots, then come the optimizer's rows.
// `active_in` lists the slots that train in this slice; after `settle` they are listed anew, in `active_out` and `free`. The
// free list is a ring: the host knows where to take from, the device where to append.

// Statuses of a slot: what its network is found to be, RUNNING before that; once its outcome is recorded, SETTLED until the
// slot is listed as free.
const RUNNING = 4u;
const SETTLED = 5u;
const FREE = 6u;
const UNSOLVED = 0u;
const SOLVED = 1u;
const DIVERGED = 2u;
const UNFINISHED = 3u;

struct Slot {
    // Where the outcome goes: the window of results, and the position in it.
    window: u32,
    position: u32,
    epoch: u32,
    solved_epoch: u32,
    status: u32,
    // The epoch up to which progress has been counted.
    reported_epoch: u32,
    // Index of the network, low word first.
    network: vec2<u32>,
}

struct List {
    count: atomic<u32>,
    slots: array<u32>,
}

// 64-bit sums in two words, low first.
struct Counters {
    trained: array<atomic<u32>, 2>,
    // Those of finished networks.
    ended: array<atomic<u32>, 2>,
    finished: atomic<u32>,
    // Slices after which finished networks were looked for: tells the host that none was dropped.
    canary: atomic<u32>,
    // Of the finished networks of each window: first those that have a row, with the epochs of all networks; then the classes,
    // with their losses.
    windows: array<array<Group, GROUP_LIMIT>, WINDOW_COUNT>,
}

// Networks that are counted together, and a sum over them, low word first.
struct Group {
    count: atomic<u32>,
    sum: array<atomic<u32>, 2>,
}

// What changes from slice to slice.
struct SliceParams {
    slice_epochs: u32,
    // 1: whatever still runs is recorded as unfinished.
    flush: u32,
    // Seed of the run, low word first.
    seed: vec2<u32>,
    // Of each window, a bit for each class whose networks are counted and get no row.
    counted: array<vec4<u32>, WINDOW_COUNT / 4u>,
}

@group(0) @binding(0) var<storage, read_write> state: array<f32>;
@group(0) @binding(1) var<storage, read_write> slots: array<Slot>;
@group(0) @binding(2) var<storage, read_write> active_in: List;
@group(0) @binding(7) var<storage, read> table: array<f32>;
@group(0) @binding(9) var<uniform> slice: SliceParams;

// Networks in this slice. Where a device has dropped a dispatch more may have been listed than there are slots, until the host
// knows of it.
fn active_count() -> u32 {
    return min(atomicLoad(&active_in.count), SLOT_COUNT);
}

// Update `batch`, counted from 0, of an epoch, counted from 1.
fn update_at(epoch: u32, batch: u32) -> Update {
    var update = Update(correction((epoch - 1u) * BATCH_COUNT + batch + 1u), 1.0, 1.0);
    if (SCHEDULED) {
        update.factor = table[TABLE_SCHEDULE + epoch - 1u];
    }
    if (LAST_WEIGHT != 1.0 && batch + 1u == BATCH_COUNT) {
        update.weight = LAST_WEIGHT;
    }
    return update;
}

// Whether an epoch, counted from 1, is one in which networks are judged.
fn is_judged(epoch: u32) -> bool {
    return !JUDGED_ONCE || epoch == numbers.epochs;
}
