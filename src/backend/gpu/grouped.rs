//! The grouped form: one workgroup trains one network through a whole slice, its weights in workgroup memory. For networks
//! that are too large for one invocation's registers.

use std::fmt::Write;

use crate::error::{Error, Result};
use crate::gpu::{Bound, SOFTWARE_LOOP_LIMIT, grid};
use crate::spec::Problem;

use super::buffers::{SCRATCH, SLICE};
use super::form::{Form, Limits, Setup, Source, Trainer};
use super::prelude::{Sizes, activation_code, draws_order, judged_after, keeps_start, order_steps};
use super::source::{OUTCOME_ROWS, POOL, RECALL, compose, order_code, outcome_row_count};

/// Workgroup memory that a network may take where it could do with less: as much as every device has. Smaller workgroups
/// of which more fit on a processor hide each other's waits.
const ROOM: usize = 16 << 10;

const GROUP: &str = include_str!("../../../shaders/grouped/group.wgsl");
const ORDER: &str = include_str!("../../../shaders/grouped/order.wgsl");
const TRAIN: &str = include_str!("../../../shaders/grouped/train.wgsl");

pub(super) const FORM: Form = Form {
    name: "grouped",
    check: |problem, limits| Layout::on(problem, limits).map(drop),
    suits: |_, _| true,
    scratch_row_count: |problem, _| outcome_row_count(problem),
    settle_code: |_, _, _| OUTCOME_ROWS.to_owned() + RECALL,
    kernels: |problem, sizes, limits| Ok(kernels(problem, sizes, Layout::on(problem, limits)?)),
    trainer: |setup| Ok(Box::new(Grouped::new(setup)?)),
};

fn kernels(problem: &Problem, sizes: Sizes, layout: Layout) -> Vec<Source> {
    let (lines, calls) = (layout.lines(problem), Layout::calls(problem));
    let order = order_code(problem, ORDER);
    vec![("train", compose(problem, sizes, &[OUTCOME_ROWS, &lines, POOL, GROUP, &order, &calls, TRAIN]))]
}

/// Whether outputs of an example look at each other before they are judged.
fn compares_outputs(problem: &Problem) -> bool {
    problem.spec().activation.last().normalises() || problem.standard().compares_classes()
}

/// Examples that go through a network before its weights move.
fn batch_size(problem: &Problem) -> usize {
    problem.spec().update.batch_size(problem.examples().count())
}

/// How a network is laid out in a workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    /// Invocations of the workgroup: a power of two.
    size: usize,
    /// Places of a strip: what is known of one example. Odd, so that neighbouring strips lie in different banks.
    strip: usize,
    /// Strips of four examples each in memory at once.
    quads: usize,
}

impl Layout {
    /// The layout with which a network fits into `memory` bytes, if it does.
    fn of(problem: &Problem, size: usize, memory: usize) -> Option<Self> {
        let layers = problem.layers();
        let units: usize = layers.sizes()[1..].iter().sum();
        let strip = (layers.input_count() + 1 + units) | 1;
        // Units and their deltas, four examples of 4 bytes each; outputs of their classes, if they are asked for.
        let quad_bytes = 2 * 16 * strip + if problem.standard().compares_classes() { 16 } else { 0 };
        // The order, whose draws take half a word.
        let examples = problem.examples().count();
        if draws_order(problem) && examples >= 1 << 16 {
            return None;
        }
        let order = if draws_order(problem) { 4 * examples } else { 0 };
        // Weights, a number an invocation, and what the kernel keeps of its slot.
        let fixed = 4 * layers.weight_count() + 4 * size + order + 256;
        let room = memory.min(ROOM.max(2 * fixed));
        let wanted = batch_size(problem).div_ceil(4);
        let quads = (room.saturating_sub(fixed) / quad_bytes).max(1).min(wanted);
        (fixed + quads * quad_bytes <= memory).then_some(Self { size, strip, quads })
    }

    /// Steps of all loops that one invocation goes through in an epoch, at most.
    fn loop_steps(self, problem: &Problem) -> u64 {
        let Self { size, quads, .. } = self;
        let update = problem.spec().update;
        let (examples, batch) = (problem.examples().count(), batch_size(problem));
        let (batches, blocks) = (examples.div_ceil(batch), examples.div_ceil(4 * quads));
        let blocks_learnt = batches * batch.div_ceil(4 * quads);
        let (layers, compared) = (problem.layers(), compares_outputs(problem));
        // A loop's last look at its condition may count as a step.
        let shares = |cells: usize, inner: usize| cells.div_ceil(size) * (inner + 1) + 1;
        let (mut look, mut back, mut moves) = (shares(quads * (layers.input_count() + 1), 0), 0, 0);
        for (shape, next) in layers.shapes().zip(layers.shapes().skip(1).map(Some).chain([None])) {
            let cells = quads * shape.fan_out;
            look += shares(cells, shape.fan_in + 2);
            match next {
                Some(next) => back += shares(cells, next.fan_out + 1),
                None => look += shares(cells, 5) + if compared { shares(quads, 4 * (shape.fan_out + 1)) } else { 0 },
            }
            back += shares(shape.weight_count(), quads + 1);
            moves += shares(shape.weight_count(), 0);
        }
        // Weights are moved, kept aside and looked over.
        let moved = if update.moves_within() { batches + 3 } else { 3 };
        let judging = if judged_after(problem) { (blocks + 1) * (look + 1) } else { 0 };
        let own = blocks_learnt * (look + back + 1) + 2 * batches + judging + moved * moves;
        (own + size.ilog2() as usize + 2) as u64 + order_steps(problem)
    }

    /// The layout on a device.
    ///
    /// # Errors
    /// The network does not fit into a workgroup's memory, or its loops are too long for a device in software.
    fn on(problem: &Problem, limits: &Limits<'_>) -> Result<Self> {
        let sizes = match limits.group_size {
            Some(size) => vec![size as usize],
            None if limits.hardware => vec![64],
            // A software device works through the invocations of a group in turn: many of them gain it nothing, but each
            // has fewer steps to make.
            None => vec![8, 16, 32, 64, 128],
        };
        let fits = |size: usize| {
            let layout = Self::of(problem, size, limits.workgroup_memory)?;
            (layout.loop_steps(problem) <= limits.loop_limit).then_some(layout)
        };
        sizes.into_iter().find_map(fits).ok_or_else(|| {
            Error::input(format!(
                "--backend grouped takes networks that fit into a workgroup's {} bytes, and in software into the \
                 {SOFTWARE_LOOP_LIMIT} steps that loops may make; --layers {} with its {} weights{} does not on {}; use \
                 --backend staged",
                limits.workgroup_memory,
                problem.layers(),
                problem.layers().weight_count(),
                match draws_order(problem) {
                    true => format!(" and orders of {} examples", problem.examples().count()),
                    false => String::new(),
                },
                limits.device
            ))
        })
    }

    /// `const` lines.
    fn lines(self, problem: &Problem) -> String {
        let spec = problem.spec();
        let shapes: Vec<_> = problem.layers().shapes().collect();
        let mut text = String::new();
        let mut place = problem.layers().input_count() + 1;
        let (mut before, mut own) = (0, 0);
        // Writing to a string cannot fail.
        for (layer, shape) in shapes.iter().enumerate() {
            let activation = activation_code(problem, layer);
            // The last layer has its sums at hand.
            let keeps_sums = layer + 1 < shapes.len() && !spec.activation.of_layer(layer).is_inlined();
            let _ = writeln!(
                text,
                "const LAYER_{layer} = Layer({}u, {}u, {}u, {}u, {before}u, {place}u, {layer}u, {own}u, {activation}u, \
                 {keeps_sums});",
                shape.fan_in - shape.shortcut,
                shape.shortcut,
                shape.fan_out,
                shape.offset
            );
            before = place;
            place += shape.fan_out;
            own += shape.weight_count().div_ceil(self.size);
        }
        let memories = spec.optimizer.state_count(spec.momentum);
        for (name, value) in [
            ("GROUP_SIZE", self.size),
            ("STRIP", self.strip),
            ("BLOCK_QUADS", self.quads),
            ("OWN_COUNT", own),
            ("FIRST_COUNT", if memories > 0 { own } else { 1 }),
            ("SECOND_COUNT", if memories > 1 { own } else { 1 }),
            ("KEPT_COUNT", if keeps_start(problem) { own } else { 1 }),
            ("RIGHT_COUNT", if problem.standard().compares_classes() { self.quads } else { 1 }),
            ("ORDER_COUNT", if draws_order(problem) { problem.examples().count() } else { 1 }),
        ] {
            let _ = writeln!(text, "const {name} = {value}u;");
        }
        // All examples stay where they are from epoch to epoch.
        let one_block = !spec.update.moves_within() && 4 * self.quads >= problem.examples().count();
        let _ = writeln!(text, "const ONE_BLOCK = {one_block};");
        let _ = writeln!(text, "const NORMALISES = {};", spec.activation.last().normalises());
        text
    }

    /// The functions that go through the layers one by one.
    fn calls(problem: &Problem) -> String {
        let last = problem.layers().shapes().len() - 1;
        let mut text = String::new();
        let call = |function: &str, layer: usize| {
            format!("    {function}(LAYER_{layer}, block, local);\n    workgroupBarrier();\n")
        };
        let mut forward: String = (0..last).map(|layer| call("forward", layer)).collect();
        if compares_outputs(problem) {
            forward += &call("sum_outputs", last);
            forward += &call("compare_outputs", last);
        }
        let _ = writeln!(
            text,
            "fn look(block: Block, local: u32) -> f32 {{\n{forward}    \
             let measure = judge(LAYER_{last}, block, local);\n    workgroupBarrier();\n    return measure;\n}}"
        );
        text.push_str("fn learn(block: Block, local: u32, own: ptr<function, Own>) -> f32 {\n");
        text.push_str("    let measure = look(block, local);\n");
        for layer in (0..last).rev() {
            let next = layer + 1;
            let _ = writeln!(text, "    backward(LAYER_{layer}, LAYER_{next}, block, local);\n    workgroupBarrier();");
        }
        for layer in 0..=last {
            let _ = writeln!(text, "    add_gradient(LAYER_{layer}, block, local, own);");
        }
        text.push_str("    workgroupBarrier();\n    return measure;\n}\n");
        let _ = writeln!(
            text,
            "fn recall(block: Block, lane: u32, local: u32) -> f32 {{\n{forward}    \
             let loss = record_outputs(LAYER_{last}, block, lane, local);\n    workgroupBarrier();\n    return loss;\n}}"
        );
        let drawing =
            if draws_order(problem) { "    draw_order(Whose(slice.seed, network, epoch), local);\n" } else { "" };
        let _ = writeln!(text, "fn order_examples(network: vec2<u32>, epoch: u32, local: u32) {{\n{drawing}}}");
        for (name, parameters, arguments) in [
            ("load", "slot: u32, ", "slot, "),
            ("save", "slot: u32, ", "slot, "),
            ("keep", "", ""),
            ("restore", "", ""),
        ] {
            let _ = writeln!(text, "fn {name}_all({parameters}local: u32, own: ptr<function, Own>) {{");
            for layer in 0..=last {
                let _ = writeln!(text, "    {name}(LAYER_{layer}, {arguments}local, own);");
            }
            text.push_str("}\n");
        }
        text.push_str("fn apply_all(slot: u32, local: u32, own: ptr<function, Own>, update: Update) {\n");
        for layer in 0..=last {
            let _ = writeln!(text, "    apply(LAYER_{layer}, slot, local, own, update);");
        }
        text.push_str("}\nfn largest_of_all(local: u32, own: ptr<function, Own>) -> u32 {\n    var largest = 0u;\n");
        for layer in 0..=last {
            let _ = writeln!(text, "    largest = max(largest, largest_bits(LAYER_{layer}, local, own));");
        }
        text.push_str("    return largest;\n}\n");
        text
    }
}

/// The one kernel, bound to either list.
struct Grouped {
    train: Vec<[Bound; 2]>,
    loop_steps: u64,
    workgroup_limit: u32,
}

impl Grouped {
    fn new(setup: &Setup<'_>) -> Result<Self> {
        let Setup { gpu, problem, buffers, tuning, .. } = *setup;
        let layout = Layout::on(problem, &Limits::of(gpu, tuning))?;
        let own = [(SLICE, &buffers.slice), (SCRATCH, &buffers.scratch)];
        let train = setup.compile(&own)?;
        Ok(Self { train, loop_steps: layout.loop_steps(problem), workgroup_limit: gpu.workgroup_limit() })
    }
}

impl Trainer for Grouped {
    fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32, _epochs: u32) {
        // A slice of no epochs still leaves the outputs of whoever is cut off.
        for kernel in &self.train {
            kernel[list].dispatch(pass, grid(bound, self.workgroup_limit), None);
        }
    }

    fn loop_steps(&self) -> u64 {
        self.loop_steps
    }
}
