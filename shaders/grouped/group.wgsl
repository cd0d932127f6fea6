// One workgroup, one network: its weights lie in workgroup memory, a layer's units are shared out among the invocations.
// Examples pass in blocks, four examples side by side in each `vec4`, so that a weight that is read serves four products.
// Sizes (GROUP_SIZE, STRIP, BLOCK_QUADS) and the calls layer by layer are generated: src/backend/gpu/grouped.rs.

alias Quad = vec4<f32>;

// A matrix of weights, and where its units lie in a strip.
struct Layer {
    // Rows fed by the layer before, rows fed by the inputs past it, units that it feeds.
    fan_in: u32,
    shortcut: u32,
    fan_out: u32,
    // Position of its first weight.
    offset: u32,
    // Place of the first unit that feeds it, and of its own first unit.
    before: u32,
    place: u32,
    // Which layer of weights this is, and where an invocation's own numbers of it begin.
    index: u32,
    own: u32,
    // The code of the activation, see `activate`.
    activation: u32,
    // Whether slopes are had from weighted sums, which wait for them in the place of deltas.
    keeps_sums: bool,
}

// What an invocation alone knows of the weights that it moves.
struct Own {
    gradient: array<f32, OWN_COUNT>,
    first: array<f32, FIRST_COUNT>,
    second: array<f32, SECOND_COUNT>,
    kept: array<f32, KEPT_COUNT>,
}

// Examples from `first` up to `end`, in so many quads. What a last quad has too many counts nowhere. They are positions in
// the epoch's order, where that is drawn, or else examples as they are listed.
struct Block {
    first: u32,
    end: u32,
    quads: u32,
    drawn: bool,
}

var<workgroup> weights: array<f32, WEIGHT_COUNT>;
// `[quad][place]`: inputs, a 1 that feeds the biases, then the units layer by layer; and dC/dz of each unit.
var<workgroup> units: array<Quad, BLOCK_QUADS * STRIP>;
var<workgroup> deltas: array<Quad, BLOCK_QUADS * STRIP>;
// Outputs of the examples' classes, where they are asked for.
var<workgroup> rights: array<Quad, RIGHT_COUNT>;
// The epoch's order, where it is drawn.
var<workgroup> order: array<u32, ORDER_COUNT>;
var<workgroup> partial: array<f32, GROUP_SIZE>;

// As many examples as fit.
fn block_of(first: u32, last: u32, drawn: bool) -> Block {
    let end = min(first + 4u * BLOCK_QUADS, last);
    return Block(first, end, (end - first + 3u) / 4u, drawn);
}

// 1 for examples of the block, 0 for what fills its last quad.
fn inside(block: Block, quad: u32) -> Quad {
    let example = block.first + 4u * quad + vec4<u32>(0u, 1u, 2u, 3u);
    return select(Quad(0.0), Quad(1.0), example < vec4<u32>(block.end));
}

// Numbers of a quad's examples, of which each has so many in the table.
fn read_quad(base: u32, stride: u32, block: Block, quad: u32) -> Quad {
    var example = min(block.first + 4u * quad + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(EXAMPLE_COUNT - 1u));
    if (DRAWS_ORDER && block.drawn) {
        example = vec4<u32>(order[example.x], order[example.y], order[example.z], order[example.w]);
    }
    let place = base + example * stride;
    return Quad(table[place.x], table[place.y], table[place.z], table[place.w]);
}

fn activate_quad(activation: u32, z: Quad) -> Quad {
    return Quad(
        activate(activation, z.x),
        activate(activation, z.y),
        activate(activation, z.z),
        activate(activation, z.w),
    );
}

fn read_inputs(block: Block, local: u32) {
    for (var cell = local; cell < block.quads * (INPUT_COUNT + 1u); cell += GROUP_SIZE) {
        let quad = cell / (INPUT_COUNT + 1u);
        let input = cell % (INPUT_COUNT + 1u);
        var value = Quad(1.0);
        if (input < INPUT_COUNT) {
            value = read_quad(TABLE_INPUTS + input, INPUT_COUNT, block, quad);
        }
        units[quad * STRIP + input] = value;
    }
}

// z of a unit on four examples, summed in the order of the rows, bias first.
fn weighted_sum(layer: Layer, strip: u32, unit: u32) -> Quad {
    var k = layer.offset + unit;
    var z = Quad(weights[k + (layer.fan_in + layer.shortcut) * layer.fan_out]);
    for (var row = 0u; row < layer.fan_in; row += 1u) {
        z += units[strip + layer.before + row] * weights[k];
        k += layer.fan_out;
    }
    for (var row = 0u; row < layer.shortcut; row += 1u) {
        z += units[strip + row] * weights[k];
        k += layer.fan_out;
    }
    return z;
}

fn forward(layer: Layer, block: Block, local: u32) {
    for (var cell = local; cell < block.quads * layer.fan_out; cell += GROUP_SIZE) {
        let strip = (cell / layer.fan_out) * STRIP;
        let unit = cell % layer.fan_out;
        let z = weighted_sum(layer, strip, unit);
        units[strip + layer.place + unit] = activate_quad(layer.activation, z);
        if (layer.keeps_sums) {
            deltas[strip + layer.place + unit] = z;
        }
    }
}

// Where outputs of an example look at each other: z of each, in the place of its delta.
fn sum_outputs(layer: Layer, block: Block, local: u32) {
    for (var cell = local; cell < block.quads * layer.fan_out; cell += GROUP_SIZE) {
        let strip = (cell / layer.fan_out) * STRIP;
        let unit = cell % layer.fan_out;
        deltas[strip + layer.place + unit] = weighted_sum(layer, strip, unit);
    }
}

// After them: z <- z - ln sum e^z over the outputs of an example, if that is to be, and the output of the example's class.
// Rust twin: src/rule/activation/mod.rs, `normalise`.
fn compare_outputs(layer: Layer, block: Block, local: u32) {
    for (var quad = local; quad < block.quads; quad += GROUP_SIZE) {
        let place = quad * STRIP + layer.place;
        if (NORMALISES) {
            var largest = deltas[place];
            for (var unit = 1u; unit < layer.fan_out; unit += 1u) {
                largest = max(largest, deltas[place + unit]);
            }
            var sum = Quad(0.0);
            for (var unit = 0u; unit < layer.fan_out; unit += 1u) {
                sum += activate_quad(layer.activation, deltas[place + unit] - largest);
            }
            let logarithm = log(sum);
            for (var unit = 0u; unit < layer.fan_out; unit += 1u) {
                deltas[place + unit] = (deltas[place + unit] - largest) - logarithm;
            }
        }
        if (COMPARES_CLASSES) {
            var right = Quad(0.0);
            for (var unit = 0u; unit < layer.fan_out; unit += 1u) {
                let y = read_quad(TABLE_TARGETS + unit, OUTPUT_COUNT, block, quad);
                right = select(right, deltas[place + unit], y > Quad(MIDPOINT));
            }
            rights[quad] = activate_quad(layer.activation, right);
        }
    }
}

fn output_sum(layer: Layer, strip: u32, unit: u32) -> Quad {
    if (NORMALISES || COMPARES_CLASSES) {
        return deltas[strip + layer.place + unit];
    }
    return weighted_sum(layer, strip, unit);
}

// Forward through the output layer, the deltas of its units, and the criterion's measure of what this invocation saw.
fn judge(layer: Layer, block: Block, local: u32) -> f32 {
    var measure = 0.0;
    for (var cell = local; cell < block.quads * layer.fan_out; cell += GROUP_SIZE) {
        let quad = cell / layer.fan_out;
        let unit = cell % layer.fan_out;
        let z = output_sum(layer, quad * STRIP, unit);
        let h = activate_quad(layer.activation, z);
        let y = read_quad(TABLE_TARGETS + unit, OUTPUT_COUNT, block, quad);
        let counts = inside(block, quad);
        var right = Quad(0.0);
        if (COMPARES_CLASSES) {
            right = rights[quad];
        }
        var delta: Quad;
        for (var lane = 0u; lane < 4u; lane += 1u) {
            delta[lane] = output_delta(h[lane], y[lane], activation_slope(layer.activation, z[lane], h[lane]));
            if (counts[lane] > 0.0) {
                measure = gather(measure, z[lane], h[lane], y[lane], right[lane]);
            }
        }
        deltas[quad * STRIP + layer.place + unit] = delta * counts;
    }
    return measure;
}

// Deltas of a layer's units from those of the next layer.
fn backward(layer: Layer, next: Layer, block: Block, local: u32) {
    for (var cell = local; cell < block.quads * layer.fan_out; cell += GROUP_SIZE) {
        // Neighbours take different quads, so that they do not read the same bank of memory.
        let strip = (cell % block.quads) * STRIP;
        let unit = cell / block.quads;
        let k = next.offset + unit * next.fan_out;
        var sum = Quad(0.0);
        for (var column = 0u; column < next.fan_out; column += 1u) {
            sum += deltas[strip + next.place + column] * weights[k + column];
        }
        let h = units[strip + layer.place + unit];
        var z = Quad(0.0);
        if (layer.keeps_sums) {
            z = deltas[strip + layer.place + unit];
        }
        let slope = Quad(
            activation_slope(layer.activation, z.x, h.x),
            activation_slope(layer.activation, z.y, h.y),
            activation_slope(layer.activation, z.z, h.z),
            activation_slope(layer.activation, z.w, h.w),
        );
        deltas[strip + layer.place + unit] = sum * slope;
    }
}

// Adds the block's share to the gradient of the weights that this invocation moves.
fn add_gradient(layer: Layer, block: Block, local: u32, own: ptr<function, Own>) {
    var i = layer.own;
    for (var cell = local; cell < (layer.fan_in + layer.shortcut + 1u) * layer.fan_out; cell += GROUP_SIZE) {
        let row = cell / layer.fan_out;
        let unit = layer.place + cell % layer.fan_out;
        var feed = layer.before + row;
        if (row >= layer.fan_in) {
            // Inputs, and after them the 1; past the shortcuts comes the bias.
            feed = select(row - layer.fan_in, INPUT_COUNT, row == layer.fan_in + layer.shortcut);
        }
        var sum = Quad(0.0);
        for (var strip = 0u; strip < block.quads * STRIP; strip += STRIP) {
            sum += units[strip + feed] * deltas[strip + unit];
        }
        (*own).gradient[i] += (sum.x + sum.y) + (sum.z + sum.w);
        i += 1u;
    }
}

// The optimizer's step of the weights that this invocation moves.
fn apply(layer: Layer, slot: u32, local: u32, own: ptr<function, Own>, update: Update) {
    var i = layer.own;
    for (var cell = local; cell < (layer.fan_in + layer.shortcut + 1u) * layer.fan_out; cell += GROUP_SIZE) {
        let k = layer.offset + cell;
        var rate = table[TABLE_RATES + k];
        var momentum = 0.0;
        if (HAS_MOMENTUM) {
            momentum = numbers.momentum;
        }
        if (RATE_ROW_COUNT > 0u) {
            // The table still says which weights never move.
            rate = select(state[(STATE_ROW_COUNT + layer.index) * SLOT_COUNT + slot], 0.0, rate == 0.0);
            momentum = state[(STATE_ROW_COUNT + RATE_ROW_COUNT - 1u) * SLOT_COUNT + slot];
        }
        var before = Step(weights[k], 0.0, 0.0);
        if (STATE_ROW_COUNT > WEIGHT_COUNT) {
            before.first = (*own).first[i];
        }
        if (STATE_ROW_COUNT > 2u * WEIGHT_COUNT) {
            before.second = (*own).second[i];
        }
        let after = stepped(before, (*own).gradient[i], rate, momentum, update);
        weights[k] = after.weight;
        if (STATE_ROW_COUNT > WEIGHT_COUNT) {
            (*own).first[i] = after.first;
        }
        if (STATE_ROW_COUNT > 2u * WEIGHT_COUNT) {
            (*own).second[i] = after.second;
        }
        (*own).gradient[i] = 0.0;
        i += 1u;
    }
}

// Between workgroup memory with what the optimizer remembers, and the pool.
fn load(layer: Layer, slot: u32, local: u32, own: ptr<function, Own>) {
    var i = layer.own;
    for (var cell = local; cell < (layer.fan_in + layer.shortcut + 1u) * layer.fan_out; cell += GROUP_SIZE) {
        let place = (layer.offset + cell) * SLOT_COUNT + slot;
        weights[layer.offset + cell] = state[place];
        (*own).gradient[i] = 0.0;
        if (STATE_ROW_COUNT > WEIGHT_COUNT) {
            (*own).first[i] = state[place + WEIGHT_COUNT * SLOT_COUNT];
        }
        if (STATE_ROW_COUNT > 2u * WEIGHT_COUNT) {
            (*own).second[i] = state[place + 2u * WEIGHT_COUNT * SLOT_COUNT];
        }
        i += 1u;
    }
}

fn save(layer: Layer, slot: u32, local: u32, own: ptr<function, Own>) {
    var i = layer.own;
    for (var cell = local; cell < (layer.fan_in + layer.shortcut + 1u) * layer.fan_out; cell += GROUP_SIZE) {
        let place = (layer.offset + cell) * SLOT_COUNT + slot;
        state[place] = weights[layer.offset + cell];
        if (STATE_ROW_COUNT > WEIGHT_COUNT) {
            state[place + WEIGHT_COUNT * SLOT_COUNT] = (*own).first[i];
        }
        if (STATE_ROW_COUNT > 2u * WEIGHT_COUNT) {
            state[place + 2u * WEIGHT_COUNT * SLOT_COUNT] = (*own).second[i];
        }
        i += 1u;
    }
}

// Weights that are judged while they move: what the epoch began with is kept aside.
fn keep(layer: Layer, local: u32, own: ptr<function, Own>) {
    var i = layer.own;
    for (var cell = local; cell < (layer.fan_in + layer.shortcut + 1u) * layer.fan_out; cell += GROUP_SIZE) {
        (*own).kept[i] = weights[layer.offset + cell];
        i += 1u;
    }
}

fn restore(layer: Layer, local: u32, own: ptr<function, Own>) {
    var i = layer.own;
    for (var cell = local; cell < (layer.fan_in + layer.shortcut + 1u) * layer.fan_out; cell += GROUP_SIZE) {
        weights[layer.offset + cell] = (*own).kept[i];
        i += 1u;
    }
}

// Largest magnitude among the weights that are judged, or with which that began, of those that this invocation moves.
fn largest_bits(layer: Layer, local: u32, own: ptr<function, Own>) -> u32 {
    var largest = 0u;
    var i = layer.own;
    for (var cell = local; cell < (layer.fan_in + layer.shortcut + 1u) * layer.fan_out; cell += GROUP_SIZE) {
        if (KEEPS_START) {
            largest = max(largest, magnitude_bits((*own).kept[i]));
        } else {
            largest = max(largest, magnitude_bits(weights[layer.offset + cell]));
        }
        i += 1u;
    }
    return largest;
}

// Outputs to scratch memory; the loss of what this invocation saw.
fn record_outputs(layer: Layer, block: Block, lane: u32, local: u32) -> f32 {
    var loss = 0.0;
    for (var cell = local; cell < block.quads * layer.fan_out; cell += GROUP_SIZE) {
        let quad = cell / layer.fan_out;
        let unit = cell % layer.fan_out;
        let z = output_sum(layer, quad * STRIP, unit);
        for (var at = 0u; at < 4u; at += 1u) {
            let example = block.first + 4u * quad + at;
            if (example < block.end) {
                let output = example * OUTPUT_COUNT + unit;
                let h = activate(layer.activation, z[at]);
                loss += output_loss(z[at], h, table[TABLE_TARGETS + output]);
                scratch[(OUTPUT_ROW + output) * SLOT_COUNT + lane] = h;
            }
        }
    }
    return loss;
}
