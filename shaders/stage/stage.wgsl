// What the stage kernels share. One dispatch does one stage of backpropagation for all active networks: x is the lane (a
// network's place in the active list), y a cell of what the stage computes. `scratch` holds rows of one number a lane.
// Rust twin of the struct: src/backend/gpu/bus.rs; of the rows: src/backend/gpu/rows.rs.

struct Stage {
    // The layer of weights: its matrix has fan_in + 1 rows, the last for the bias.
    fan_in: u32,
    // How many of the rows before the bias are fed by the network's inputs.
    shortcut: u32,
    fan_out: u32,
    weight_offset: u32,
    // 1: fed by the network's inputs alone.
    first: u32,
    // 1: the output layer.
    last: u32,
    // Where the activations of the layer before, of this one, and of the next one begin, counted from the first.
    row_before: u32,
    row: u32,
    row_next: u32,
    fan_out_next: u32,
    weight_offset_next: u32,
    // The examples at hand, by their positions in the order.
    example_first: u32,
    example_count: u32,
    // Which layer of weights this is, counted from 0.
    layer: u32,
    activation: u32,
    // 1: examples come in the order that is drawn for the epoch.
    drawn: u32,
}

@group(0) @binding(11) var<storage, read_write> scratch: array<f32>;
@group(0) @binding(12) var<uniform> stage: Stage;

// Position of a row's number of this lane.
fn at(row: u32, lane: u32) -> u32 {
    return row * SLOT_COUNT + lane;
}

// The example at a position of the epoch's order. No branch: Mesa's software driver compiles a kernel anew for each record
// where that would leave out half of it (seen with 22.3), and each dispatch has a record of its own.
fn example_at(position: u32, lane: u32) -> u32 {
    if (DRAWS_ORDER) {
        return select(position, u32(scratch[at(ORDER_ROW + position, lane)]), stage.drawn == 1u);
    }
    return position;
}

// Activation that feeds row `row` of the layer's matrix on the example at a position.
fn feeding(position: u32, row: u32, lane: u32) -> f32 {
    let unit_count = stage.fan_in - stage.shortcut;
    if (stage.first == 1u) {
        return table[TABLE_INPUTS + example_at(position, lane) * INPUT_COUNT + row];
    }
    if (HAS_SHORTCUTS && row >= unit_count) {
        return table[TABLE_INPUTS + example_at(position, lane) * INPUT_COUNT + row - unit_count];
    }
    return scratch[at(stage.row_before + position * unit_count + row, lane)];
}

// Whether a network has an epoch left to train.
fn trains(slot: u32) -> bool {
    return slots[slot].status == RUNNING && slots[slot].epoch < numbers.epochs;
}
