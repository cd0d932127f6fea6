// After settling: lists the slots that go on, and the slots that have become free, both in the order of their numbers, so
// that neighbours in a workgroup stay neighbours in memory. Slots are taken in blocks of 32, each known by the bits of its
// slots: `sort_slots` finds them, `sum_blocks` adds up how many lie before each block, `list_slots` writes the lists.

@group(0) @binding(3) var<storage, read_write> active_out: List;
@group(0) @binding(4) var<storage, read_write> free: List;
@group(0) @binding(13) var<storage, read_write> blocks: array<Block>;

const BLOCK_COUNT = (SLOT_COUNT + 31u) / 32u;

struct Block {
    // Bit i: slot i of the block goes on, has become free.
    going: u32,
    freed: u32,
    // Where in the lists its slots begin.
    going_base: u32,
    freed_base: u32,
}

var<workgroup> going_sums: array<u32, WORKGROUP_SIZE>;
var<workgroup> freed_sums: array<u32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn sort_slots(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= BLOCK_COUNT) {
        return;
    }
    var block = Block(0u, 0u, 0u, 0u);
    for (var bit = 0u; bit < min(32u, SLOT_COUNT); bit += 1u) {
        let slot = 32u * id.x + bit;
        let status = slots[slot].status;
        if (status == RUNNING) {
            block.going |= 1u << bit;
        } else if (status == SETTLED) {
            block.freed |= 1u << bit;
            slots[slot].status = FREE;
        }
    }
    blocks[id.x] = block;
}

// One workgroup: each invocation goes through blocks that lie together.
@compute @workgroup_size(WORKGROUP_SIZE)
fn sum_blocks(@builtin(local_invocation_index) local: u32) {
    const SHARE = (BLOCK_COUNT + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
    let first = min(BLOCK_COUNT, local * SHARE);
    let end = min(BLOCK_COUNT, first + SHARE);
    var going = 0u;
    var freed = 0u;
    for (var at = first; at < end; at += 1u) {
        going += countOneBits(blocks[at].going);
        freed += countOneBits(blocks[at].freed);
    }
    going_sums[local] = going;
    freed_sums[local] = freed;
    workgroupBarrier();
    let tail = atomicLoad(&free.count);
    var going_base = 0u;
    var freed_base = tail;
    for (var before = 0u; before < local; before += 1u) {
        going_base += going_sums[before];
        freed_base += freed_sums[before];
    }
    for (var at = first; at < end; at += 1u) {
        blocks[at].going_base = going_base;
        blocks[at].freed_base = freed_base;
        going_base += countOneBits(blocks[at].going);
        freed_base += countOneBits(blocks[at].freed);
    }
    // All have read where the ring ended.
    workgroupBarrier();
    if (local == WORKGROUP_SIZE - 1u) {
        atomicStore(&active_out.count, going_base);
        atomicStore(&free.count, freed_base);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn list_slots(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= BLOCK_COUNT) {
        return;
    }
    var block = blocks[id.x];
    for (var bit = 0u; bit < 32u; bit += 1u) {
        let slot = 32u * id.x + bit;
        if (((block.going >> bit) & 1u) == 1u) {
            active_out.slots[block.going_base] = slot;
            block.going_base += 1u;
        }
        if (((block.freed >> bit) & 1u) == 1u) {
            free.slots[block.freed_base & (SLOT_COUNT - 1u)] = slot;
            block.freed_base += 1u;
        }
    }
}
