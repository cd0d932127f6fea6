//! What comes after the training of a slice: networks that have finished are found, then what became of them is recorded, by
//! as many invocations as there are such networks. Twins: `shaders/pool/find.wgsl` and `settle.wgsl`.

use crate::error::Result;
use crate::gpu::{Binding, BindingKind, Bound, Checks, Gpu, Kernel};
use crate::spec::Problem;

use super::buffers::{PoolBuffers, SCRATCH, SLICE};
use super::classes::Classes;
use super::form::{Form, Limits};
use super::numbers::NUMBERS;
use super::prelude::Sizes;
use super::source::{FIND, POOL, SETTLE, compose};

/// Lanes that have been found.
const FINDS: u32 = 15;
/// Before a slice none: no workgroups along the first of three axes, and their number.
const NO_FINDS: [u32; 4] = [0, 1, 1, 0];

const FIND_BINDINGS: [Binding; 6] = [
    Binding(1, BindingKind::Storage),
    Binding(2, BindingKind::Storage),
    Binding(5, BindingKind::Storage),
    SLICE,
    NUMBERS,
    Binding(FINDS, BindingKind::Storage),
];

const SETTLE_BINDINGS: [Binding; 10] = [
    Binding(0, BindingKind::Storage),
    Binding(1, BindingKind::Storage),
    Binding(2, BindingKind::Storage),
    Binding(5, BindingKind::Storage),
    Binding(6, BindingKind::Storage),
    Binding(7, BindingKind::ReadOnly),
    SLICE,
    SCRATCH,
    NUMBERS,
    Binding(FINDS, BindingKind::ReadOnly),
];

/// Entry `find`.
pub(super) fn find_source(problem: &Problem, sizes: Sizes) -> String {
    compose(problem, sizes, &[POOL, FIND])
}

/// Entry `settle`.
pub(super) fn settle_source(problem: &Problem, sizes: Sizes, form: &Form, limits: &Limits<'_>) -> String {
    let classes = Classes::of(problem).wgsl();
    compose(problem, sizes, &[POOL, &(form.settle_code)(problem, sizes, limits), &classes, SETTLE])
}

/// The kernels, for either list of active slots.
pub(super) struct Settling {
    find: [Bound; 2],
    settle: [Bound; 2],
    finds: wgpu::Buffer,
    workgroup_size: u32,
}

impl Settling {
    /// Compiles.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(
        gpu: &Gpu,
        [find, settle]: [&str; 2],
        buffers: &PoolBuffers,
        sizes: Sizes,
        checks: Checks,
    ) -> Result<Self> {
        let PoolBuffers { state, slots, active, counters, results, table, slice, numbers, scratch, finds, .. } =
            buffers;
        let bind = |entry: &str, source: &str, bindings: &[Binding]| -> Result<[Bound; 2]> {
            let kernel = Kernel::new(gpu, entry, source, bindings, checks)?;
            Ok([0, 1].map(|list: usize| {
                let all = [
                    (0, state),
                    (1, slots),
                    (2, &active[list]),
                    (5, counters),
                    (6, results),
                    (7, table),
                    (SLICE.0, slice),
                    (NUMBERS.0, numbers),
                    (SCRATCH.0, scratch),
                    (FINDS, finds),
                ];
                kernel.bind(gpu, bindings, &all)
            }))
        };
        Ok(Self {
            find: bind("find", find, &FIND_BINDINGS)?,
            settle: bind("settle", settle, &SETTLE_BINDINGS)?,
            finds: finds.clone(),
            workgroup_size: sizes.workgroup_size,
        })
    }

    /// To be called before the slice is recorded.
    pub(super) fn prepare(&self, gpu: &Gpu) {
        gpu.queue.write_buffer(&self.finds, 0, bytemuck::bytes_of(&NO_FINDS));
    }

    /// Records it, for at most so many active networks in list `list`.
    pub(super) fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32) {
        self.find[list].dispatch(pass, [bound.max(1).div_ceil(self.workgroup_size), 1], None);
        self.settle[list].dispatch_indirect(pass, &self.finds);
    }
}
