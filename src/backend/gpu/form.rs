//! What a form is: the networks that it takes, the kernels that it brings, and how it trains with them. Below the forms and
//! the pool: a form is a row of [`FORMS`](super::FORMS), and nothing but that list knows one by its name.

use std::time::Duration;

use crate::error::Result;
use crate::gpu::{Binding, BindingKind, Bound, Checks, Gpu, Kernel};
use crate::spec::Problem;

use super::buffers::PoolBuffers;
use super::numbers::NUMBERS;
use super::prelude::Sizes;

/// What the fused form computes once for several sigmoids. Outcomes differ by roundings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// Exponentials of a truth table's first layer: e^-z is a product of powers of the weights.
    pub powers: bool,
    /// Reciprocals, in pairs: 1/a and 1/b from 1/(ab).
    pub reciprocals: bool,
}

/// What may be set otherwise for tests and tuning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceTuning {
    /// Whether shaders run with all of wgpu's checks.
    pub checks: Checks,
    /// Invocations of a workgroup.
    pub workgroup_size: u32,
    /// Invocations that share one network in the grouped form, a power of two, where it is not left to the device.
    pub group_size: Option<u32>,
    /// Most networks in flight, where fewer are wanted than fit.
    pub slot_limit: Option<u32>,
    /// Bytes of a pool from which on the device is taken to be out of memory, where a test plants that.
    pub memory_limit: Option<u64>,
    /// What the fused form shares, where it is not left to the device and the network.
    pub sharing: Option<Sharing>,
    /// Invocations that train a network together in the fused form, a power of two up to 32, where it is not left to the
    /// device and the network.
    pub team_size: Option<usize>,
    /// Whether an invocation of the fused form trains two networks in turns, where that is possible and not left to the device.
    pub pairs: Option<bool>,
    /// How often the state of all networks in flight is copied to the host, once some have been so for as long: about as much
    /// work is lost with a device.
    pub checkpoint_interval: Duration,
}

impl Default for DeviceTuning {
    fn default() -> Self {
        Self {
            checks: Checks::Trusted,
            workgroup_size: 64,
            group_size: None,
            slot_limit: None,
            memory_limit: None,
            sharing: None,
            team_size: None,
            pairs: None,
            checkpoint_interval: Duration::from_secs(1),
        }
    }
}

/// What a device allows, as far as it decides which form trains a network, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits<'a> {
    /// Name of the device, for messages.
    pub(super) device: &'a str,
    /// Whether it is more than a driver in software.
    pub(super) hardware: bool,
    /// Bytes that a workgroup's invocations can share.
    pub(super) workgroup_memory: usize,
    /// Steps that one invocation can go through in all loops of a dispatch together.
    pub(super) loop_limit: u64,
    /// See [`DeviceTuning::group_size`].
    pub(super) group_size: Option<u32>,
    /// See [`DeviceTuning::sharing`].
    pub(super) sharing: Option<Sharing>,
    /// See [`DeviceTuning::team_size`].
    pub(super) team_size: Option<usize>,
    /// See [`DeviceTuning::pairs`].
    pub(super) pairs: Option<bool>,
}

impl<'a> Limits<'a> {
    pub(super) fn of(gpu: &'a Gpu, tuning: &DeviceTuning) -> Self {
        Self {
            device: &gpu.name,
            hardware: gpu.kind.is_hardware(),
            workgroup_memory: gpu.workgroup_memory(),
            loop_limit: gpu.loop_limit(),
            group_size: tuning.group_size,
            sharing: tuning.sharing,
            team_size: tuning.team_size,
            pairs: tuning.pairs,
        }
    }
}

/// An entry point and its WGSL.
pub(super) type Source = (&'static str, String);

/// A way of training networks on a device.
pub struct Form {
    /// The word that stands for it in the command line and in files.
    pub name: &'static str,
    /// Refuses networks that it cannot train there, and says what to use instead.
    pub(super) check: fn(&Problem, &Limits<'_>) -> Result<()>,
    /// Whether it trains such a network fast there. The first form that takes a network fast is chosen for it, else the
    /// first that takes it at all.
    pub(super) suits: fn(&Problem, &Limits<'_>) -> bool,
    /// Rows a slot of scratch memory, some of them for outputs and losses of networks that have finished.
    pub(super) scratch_row_count: fn(&Problem, &Limits<'_>) -> usize,
    /// `evaluate`, by which the pool's kernel `settle` gets the loss of a network that has finished, and its outputs in scratch
    /// memory; and `OUTPUT_ROW`, where they lie there.
    pub(super) settle_code: fn(&Problem, Sizes, &Limits<'_>) -> String,
    /// The kernels that train.
    pub(super) kernels: fn(&Problem, Sizes, &Limits<'_>) -> Result<Vec<Source>>,
    /// Compiles those of a setup.
    pub(super) trainer: fn(&Setup<'_>) -> Result<Box<dyn Trainer>>,
}

/// A form's kernels on a device, which train the active networks of a pool.
pub(super) trait Trainer: Send {
    /// Records `epochs` epochs of the networks in active list `list`, of which there are at most `bound`.
    fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32, epochs: u32);

    /// Steps of all loops that an invocation goes through in one epoch, at most.
    fn loop_steps(&self) -> u64;
}

/// What a trainer is made from.
pub(super) struct Setup<'a> {
    pub(super) gpu: &'a Gpu,
    pub(super) problem: &'a Problem,
    pub(super) sizes: Sizes,
    pub(super) buffers: &'a PoolBuffers,
    pub(super) tuning: &'a DeviceTuning,
    /// What [`Form::kernels`] gave.
    pub(super) kernels: Vec<Source>,
}

/// Bindings of the pool that every trainer uses.
const POOL_BINDINGS: [Binding; 5] = [
    Binding(0, BindingKind::Storage),
    Binding(1, BindingKind::Storage),
    Binding(2, BindingKind::Storage),
    Binding(7, BindingKind::ReadOnly),
    NUMBERS,
];

impl Setup<'_> {
    /// Compiles the kernels, each bound to either active list, with the trainer's own bindings beside the pool's.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn compile(&self, own: &[(Binding, &wgpu::Buffer)]) -> Result<Vec<[Bound; 2]>> {
        let PoolBuffers { state, slots, active, table, numbers, .. } = self.buffers;
        let bindings: Vec<Binding> = POOL_BINDINGS.into_iter().chain(own.iter().map(|(binding, _)| *binding)).collect();
        let mut all = Vec::new();
        for (entry, source) in &self.kernels {
            let kernel = Kernel::new(self.gpu, entry, source, &bindings, self.tuning.checks)?;
            all.push([0, 1].map(|list: usize| {
                let mut bound = vec![(0, state), (1, slots), (2, &active[list]), (7, table), (NUMBERS.0, numbers)];
                bound.extend(own.iter().map(|(Binding(number, _), buffer)| (*number, *buffer)));
                kernel.bind(self.gpu, &bindings, &bound)
            }));
        }
        Ok(all)
    }
}
