//! The grouped form: one workgroup trains one network through a whole slice, its weights in workgroup memory. For networks
//! that are too large for one invocation's registers.

use std::fmt::Write;

use crate::error::{Error, Result};
use crate::gpu::{Binding, Bound, Gpu, Kernel, Kind, storage_buffer};
use crate::spec::{Problem, Update};

use super::Tuning;
use super::pool::{PoolBuffers, SCRATCH, Trainer};
use super::prelude::Sizes;
use super::source;

/// Workgroup memory that a network may take where it could do with less: as much as every device has. Smaller workgroups
/// of which more fit on a processor hide each other's waits.
const ROOM: usize = 16 << 10;

const BINDINGS: [Binding; 6] = [
    Binding(0, Kind::Storage),
    Binding(1, Kind::Storage),
    Binding(2, Kind::Storage),
    Binding(7, Kind::ReadOnly),
    Binding(9, Kind::Uniform),
    Binding(SCRATCH, Kind::Storage),
];

/// How a network is laid out in a workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Invocations of the workgroup: a power of two.
    pub size: usize,
    /// Places of a strip: what is known of one example. Odd, so that neighbouring strips lie in different banks.
    pub strip: usize,
    /// Strips of four examples each in memory at once.
    pub quads: usize,
}

impl Layout {
    /// The layout with which a network fits into `memory` bytes, if it does.
    pub fn of(problem: &Problem, size: usize, memory: usize) -> Option<Self> {
        let layers = problem.layers();
        let units: usize = layers.sizes()[1..].iter().sum();
        let strip = (layers.input_count() + 1 + units) | 1;
        // Units and their deltas, four examples of 4 bytes each.
        let quad_bytes = 2 * 16 * strip;
        // Weights, a number an invocation, and what the kernel keeps of its slot.
        let fixed = 4 * layers.weight_count() + 4 * size + 256;
        let room = memory.min(ROOM.max(2 * fixed));
        let online = problem.spec().update == Update::Online;
        let wanted = if online { 1 } else { problem.examples().count().div_ceil(4) };
        let quads = (room.saturating_sub(fixed) / quad_bytes).max(1).min(wanted);
        (fixed + quads * quad_bytes <= memory).then_some(Self { size, strip, quads })
    }

    /// Steps of all loops that one invocation goes through in an epoch, at most.
    fn loop_steps(self, problem: &Problem) -> u64 {
        let Self { size, quads, .. } = self;
        let online = problem.spec().update == Update::Online;
        let examples = problem.examples().count();
        let blocks = if online { examples } else { examples.div_ceil(4 * quads) };
        let layers = problem.layers();
        // A loop's last look at its condition may count as a step.
        let shares = |cells: usize, inner: usize| cells.div_ceil(size) * (inner + 1) + 1;
        let (mut block, mut moves) = (shares(quads * (layers.input_count() + 1), 0), 0);
        for (shape, behind) in layers.shapes().zip(layers.shapes().skip(1).map(Some).chain([None])) {
            let cells = quads * shape.fan_out;
            block += shares(cells, shape.fan_in + 2);
            block += behind.map_or(shares(cells, 5), |behind| shares(cells, behind.fan_out + 1));
            block += shares(shape.weight_count(), quads + 1);
            moves += shares(shape.weight_count(), 0);
        }
        // Weights are moved, kept aside and looked over.
        let moves = if online { (blocks + 3) * moves } else { 3 * moves };
        (blocks * (block + 1) + moves + size.ilog2() as usize + 2) as u64
    }

    /// The layout on a device, of `size` invocations if that is given.
    pub(super) fn on(gpu: &Gpu, problem: &Problem, size: Option<u32>) -> Option<Self> {
        let sizes = match size {
            Some(size) => vec![size as usize],
            None if gpu.kind.is_hardware() => vec![64],
            // A software device works through the invocations of a group in turn: many of them gain it nothing, but each
            // has fewer steps to make.
            None => vec![8, 16, 32, 64, 128],
        };
        let fits = |size: usize| {
            let layout = Self::of(problem, size, gpu.workgroup_memory())?;
            (layout.loop_steps(problem) <= gpu.loop_limit()).then_some(layout)
        };
        sizes.into_iter().find_map(fits)
    }

    /// `const` lines.
    pub(super) fn lines(self, problem: &Problem) -> String {
        let spec = problem.spec();
        let shapes: Vec<_> = problem.layers().shapes().collect();
        let online = spec.update == Update::Online;
        let mut text = String::new();
        let mut place = problem.layers().input_count() + 1;
        let (mut before, mut own) = (0, 0);
        // Writing to a string cannot fail.
        for (layer, shape) in shapes.iter().enumerate() {
            let activation = if layer + 1 == shapes.len() { "OUTPUT_ACTIVATION" } else { "HIDDEN_ACTIVATION" };
            let _ = writeln!(
                text,
                "const LAYER_{layer} = Layer({}u, {}u, {}u, {}u, {before}u, {place}u, {layer}u, {own}u, {activation});",
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
            ("KEPT_COUNT", if online { own } else { 1 }),
        ] {
            let _ = writeln!(text, "const {name} = {value}u;");
        }
        // All examples stay where they are from epoch to epoch.
        let _ = writeln!(text, "const ONE_BLOCK = {};", !online && 4 * self.quads >= problem.examples().count());
        text
    }

    /// The functions that go through the layers one by one.
    pub(super) fn calls(problem: &Problem) -> String {
        let last = problem.layers().shapes().len() - 1;
        let mut text = String::from("fn learn(block: Block, local: u32, own: ptr<function, Own>) -> f32 {\n");
        let forward: String = (0..last)
            .map(|layer| format!("    forward(LAYER_{layer}, block, local);\n    workgroupBarrier();\n"))
            .collect();
        text.push_str(&forward);
        let _ = writeln!(text, "    let measure = judge(LAYER_{last}, block, local);\n    workgroupBarrier();");
        for layer in (0..last).rev() {
            let behind = layer + 1;
            let _ =
                writeln!(text, "    backward(LAYER_{layer}, LAYER_{behind}, block, local);\n    workgroupBarrier();");
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
        text.push_str("fn apply_all(slot: u32, local: u32, own: ptr<function, Own>, corrected: vec2<f32>) {\n");
        for layer in 0..=last {
            let _ = writeln!(text, "    apply(LAYER_{layer}, slot, local, own, corrected);");
        }
        text.push_str("}\nfn largest_of_all(local: u32, own: ptr<function, Own>) -> u32 {\n    var largest = 0u;\n");
        for layer in 0..=last {
            let _ = writeln!(text, "    largest = max(largest, largest_bits(LAYER_{layer}, local, own));");
        }
        text.push_str("    return largest;\n}\n");
        text
    }
}

/// Where outputs and loss lie in scratch memory, as `const` lines.
pub(super) fn row_lines() -> String {
    "const OUTPUT_ROW = 0u;\nconst LOSS_ROW = OUTPUT_ROW_COUNT;\n".into()
}

/// Scratch rows a slot: outputs, then the loss.
pub(super) fn row_count(problem: &Problem) -> usize {
    problem.examples().targets().len() + 1
}

/// The one kernel, bound to either list.
pub(super) struct Grouped {
    train: [Bound; 2],
    scratch: wgpu::Buffer,
    loop_steps: u64,
    workgroup_limit: u32,
}

impl Grouped {
    /// Compiles and allocates.
    ///
    /// # Errors
    /// The network does not fit, or the device refuses.
    pub(super) fn new(
        gpu: &Gpu,
        problem: &Problem,
        sizes: Sizes,
        buffers: &PoolBuffers,
        tuning: Tuning,
    ) -> Result<Self> {
        let Some(layout) = Layout::on(gpu, problem, tuning.group_size) else {
            return Err(Error::failure("a network that does not fit was to be trained by workgroups"));
        };
        let scratch_bytes = 4 * u64::from(sizes.slot_count) * row_count(problem) as u64;
        let scratch = gpu.guarded("allocating memory for outputs", || storage_buffer(gpu, "scratch", scratch_bytes))?;
        let kernel =
            Kernel::new(gpu, "train", &source::train_grouped(problem, sizes, layout), &BINDINGS, tuning.checks)?;
        let train = buffers.bind_trainer(gpu, &kernel, &BINDINGS, &[(SCRATCH, &scratch)]);
        Ok(Self { train, scratch, loop_steps: layout.loop_steps(problem), workgroup_limit: gpu.workgroup_limit() })
    }
}

impl Trainer for Grouped {
    fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32, _epochs: u32) {
        // A slice of no epochs still leaves the outputs of whoever is cut off.
        let across = bound.min(self.workgroup_limit);
        self.train[list].dispatch(pass, [across, bound.div_ceil(across.max(1))], None);
    }

    fn loop_steps(&self) -> u64 {
        self.loop_steps
    }

    fn scratch(&self) -> Option<&wgpu::Buffer> {
        Some(&self.scratch)
    }
}
