// Outputs and loss of the final weights, as the trainer left them in scratch memory.

@group(0) @binding(11) var<storage, read_write> scratch: array<f32>;

fn evaluate(slot: u32, lane: u32, place: u32, stride: u32) -> f32 {
    for (var output = 0u; output < OUTPUT_ROW_COUNT; output += 1u) {
        results[place + output * stride] = bitcast<u32>(scratch[(OUTPUT_ROW + output) * SLOT_COUNT + lane]);
    }
    return scratch[LOSS_ROW * SLOT_COUNT + lane];
}
