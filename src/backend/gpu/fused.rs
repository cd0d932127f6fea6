//! The fused form: one invocation trains one network through a whole slice, its weights in registers.

use crate::error::Result;
use crate::gpu::{Binding, Bound, Checks, Gpu, Kernel, Kind};
use crate::spec::Problem;

use super::pool::{PoolBuffers, Trainer};
use super::prelude::Sizes;
use super::source;
use super::unroll::loop_steps;

/// The one kernel, bound to either list.
pub(super) struct Fused {
    train: [Bound; 2],
    loop_steps: u64,
    workgroup_size: u32,
}

const BINDINGS: [Binding; 5] = [
    Binding(0, Kind::Storage),
    Binding(1, Kind::Storage),
    Binding(2, Kind::Storage),
    Binding(7, Kind::ReadOnly),
    Binding(9, Kind::Uniform),
];

impl Fused {
    /// Most weights of a network that is trained this way. Above it another form takes over. Measured on a software
    /// device (docs/measured): up to 801 weights the kernel compiles within 2 s and is some 70 times as fast as the stages;
    /// at 961 it was not compiled after 40 s. Drivers differ, so the limit keeps its distance.
    pub(super) const WEIGHT_LIMIT: usize = 512;

    /// Numbers that an invocation holds in registers, of the 255 or 256 that GPUs have at most; the rest is for addresses
    /// and what is being computed.
    const REGISTERS: usize = 224;

    /// Whether weights and gradient of a network of the problem, and what an example leaves, stay in registers: beyond
    /// them they go through memory in every example. A count, not a measurement.
    pub(super) fn in_registers(problem: &Problem) -> bool {
        let layers = problem.layers();
        2 * layers.weight_count() + layers.sizes()[1..].iter().sum::<usize>() <= Self::REGISTERS
    }

    /// Whether a network of the problem can be trained this way.
    pub(super) fn fits(problem: &Problem) -> bool {
        problem.layers().weight_count() <= Self::WEIGHT_LIMIT
    }

    /// Compiles.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(
        gpu: &Gpu,
        problem: &Problem,
        sizes: Sizes,
        buffers: &PoolBuffers,
        checks: Checks,
    ) -> Result<Self> {
        let kernel = Kernel::new(gpu, "train", &source::train(problem, sizes), &BINDINGS, checks)?;
        let train = buffers.bind_trainer(gpu, &kernel, &BINDINGS, &[]);
        Ok(Self { train, loop_steps: loop_steps(problem), workgroup_size: sizes.workgroup_size })
    }
}

impl Trainer for Fused {
    fn loop_steps(&self) -> u64 {
        self.loop_steps
    }

    fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32, epochs: u32) {
        if epochs > 0 {
            self.train[list].dispatch(pass, [bound.div_ceil(self.workgroup_size), 1], None);
        }
    }
}
