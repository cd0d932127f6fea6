//! The pool of networks in flight: the kernels that start and settle them. What trains them is the form that it is handed.

use std::ops::Range;

use crate::backend::{Chunk, OwnRates};
use crate::error::{Error, Result};
use crate::gpu::{Binding, BindingKind, Bound, Gpu, Kernel, storage_buffer};
use crate::outcome::Weights;
use crate::spec::Problem;

use super::buffers::{PoolBuffers, start_stride};
use super::bus::{Counts, SliceParams, Start, WINDOW_COUNT};
use super::classes::{Classes, listed_count, row_count};
use super::form::{DeviceTuning, Form, Limits, Setup, Trainer};
use super::lists::{self, ListBuffers, Lists};
use super::prelude::{Sizes, rate_row_count, row_word_count, window_word_count};
use super::settling::{self, Settling};
use super::source::{DRAW, INIT, POOL, RANDOM, START, compose};

/// What a slice does.
pub(super) struct SliceOrder<'a> {
    /// Which of the lists holds the active networks.
    pub(super) list: usize,
    /// Networks to start.
    pub(super) starts: &'a [Start],
    /// At most so many are active then.
    pub(super) bound: u32,
    pub(super) params: SliceParams,
    /// Where the device notes when it began and ended.
    pub(super) timed: Option<wgpu::ComputePassTimestampWrites<'a>>,
}

/// Networks in flight.
pub(super) struct Pool {
    pub(super) problem: Problem,
    pub(super) sizes: Sizes,
    pub(super) buffers: PoolBuffers,
    pub(super) trainer: Box<dyn Trainer>,
    start_kernel: Kernel,
    start: [Bound; 2],
    settling: Settling,
    lists: Lists,
    pub(super) classes: Classes,
    /// Distance between two records of `starts`.
    pub(super) start_stride: u64,
}

const START_BINDINGS: [Binding; 7] = [
    Binding(0, BindingKind::Storage),
    Binding(1, BindingKind::Storage),
    Binding(2, BindingKind::Storage),
    Binding(4, BindingKind::Storage),
    Binding(7, BindingKind::ReadOnly),
    Binding(8, BindingKind::ReadOnly),
    Binding(10, BindingKind::Record(size_of::<Start>() as u64)),
];

/// Entry `start`.
pub(super) fn start_source(problem: &Problem, sizes: Sizes) -> String {
    compose(problem, sizes, &[RANDOM, INIT, POOL, DRAW, START])
}

impl Pool {
    /// Compiles and allocates.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(gpu: &Gpu, problem: &Problem, sizes: Sizes, form: &Form, tuning: &DeviceTuning) -> Result<Self> {
        let checks = tuning.checks;
        let limits = Limits::of(gpu, tuning);
        let scratch_row_count = (form.scratch_row_count)(problem, &limits);
        let buffers = PoolBuffers::new(gpu, problem, sizes, scratch_row_count)?;
        let start_kernel = Kernel::new(gpu, "start", &start_source(problem, sizes), &START_BINDINGS, checks)?;
        let find_source = settling::find_source(problem, sizes);
        let settle_source = settling::settle_source(problem, sizes, form, &limits);
        let settling = Settling::new(gpu, [&find_source, &settle_source], &buffers, sizes, checks)?;
        let kernels = (form.kernels)(problem, sizes, &limits)?;
        let trainer = (form.trainer)(&Setup { gpu, problem, sizes, buffers: &buffers, tuning, kernels })?;
        let start = Self::bind_start(gpu, &start_kernel, &buffers);
        let lists = Lists::new(gpu, &lists::source(problem, sizes), ListBuffers::of(&buffers), sizes, checks)?;
        let (classes, problem, start_stride) = (Classes::of(problem), problem.clone(), start_stride(gpu));
        let mut pool =
            Self { problem, sizes, buffers, trainer, start_kernel, start, settling, lists, classes, start_stride };
        if sizes.own_rates {
            pool.allow_imports(gpu)?;
        }
        pool.warm_up(gpu);
        Ok(pool)
    }

    /// Trains one network for one epoch and forgets it. Drivers finish compiling, and find memory, when a kernel first runs,
    /// and that is no training.
    fn warm_up(&self, gpu: &Gpu) {
        let starts = [Start { count: 1, ..Start::default() }];
        let params = SliceParams { slice_epochs: 1, flush: 1, ..SliceParams::default() };
        self.buffers.reset(gpu, self.sizes.slot_count);
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("warm up") });
        self.record(gpu, &mut encoder, SliceOrder { list: 0, starts: &starts, bound: 1, params, timed: None });
        // Where the device is lost by now, the first slice finds it so.
        let _ = gpu.wait(&gpu.queue.submit([encoder.finish()]));
    }

    fn bind_start(gpu: &Gpu, kernel: &Kernel, buffers: &PoolBuffers) -> [Bound; 2] {
        [0, 1].map(|list: usize| {
            kernel.bind(
                gpu,
                &START_BINDINGS,
                &[
                    (0, &buffers.state),
                    (1, &buffers.slots),
                    (2, &buffers.active[list]),
                    (4, &buffers.free),
                    (7, &buffers.table),
                    // Where nothing is imported, anything that can be read will do.
                    (8, buffers.imports.as_ref().unwrap_or(&buffers.table)),
                    (10, &buffers.starts),
                ],
            )
        })
    }

    /// Makes room for what networks bring with them, once.
    ///
    /// # Errors
    /// They do not fit.
    fn allow_imports(&mut self, gpu: &Gpu) -> Result<()> {
        if self.buffers.imports.is_none() {
            let bytes = self.import_bytes() * WINDOW_COUNT as u64;
            let made = gpu.guarded("allocating memory for imports", || storage_buffer(gpu, "imports", bytes));
            self.buffers.imports = Some(made?);
            self.start = Self::bind_start(gpu, &self.start_kernel, &self.buffers);
        }
        Ok(())
    }

    /// Numbers that the host gives for one network: weights, then its own rates.
    fn import_count(&self) -> usize {
        self.problem.layers().weight_count() + rate_row_count(&self.problem, self.sizes.own_rates)
    }

    /// Bytes of one window's imports.
    fn import_bytes(&self) -> u64 {
        4 * u64::from(self.sizes.window_capacity) * self.import_count() as u64
    }

    /// Writes what a window's networks bring with them.
    ///
    /// # Errors
    /// Their rates are missing, or there is no memory for imports.
    pub(super) fn import(&mut self, gpu: &Gpu, window: usize, chunk: &Chunk) -> Result<()> {
        if chunk.rates.is_some() != self.sizes.own_rates {
            return Err(Error::failure(
                "chunks must bring their networks' rates where the job says so, and only there",
            ));
        }
        if chunk.starts.is_none() && chunk.rates.is_none() {
            return Ok(());
        }
        self.allow_imports(gpu)?;
        let weights = chunk.starts.as_ref().map(Weights::to_f32);
        let numbers = match (&chunk.rates, weights) {
            (None, weights) => weights.unwrap_or_default(),
            (Some(own), weights) => self.interleaved(own, weights.as_deref()),
        };
        if let Some(imports) = &self.buffers.imports {
            gpu.queue.write_buffer(imports, window as u64 * self.import_bytes(), bytemuck::cast_slice(&numbers));
        }
        Ok(())
    }

    /// Weights and rates, network by network; weights that nobody reads are 0.
    fn interleaved(&self, own: &OwnRates, weights: Option<&[f32]>) -> Vec<f32> {
        let weight_count = self.problem.layers().weight_count();
        let mut numbers = Vec::with_capacity(own.count() * self.import_count());
        for position in 0..own.count() {
            match weights {
                Some(weights) => numbers.extend(&weights[position * weight_count..][..weight_count]),
                None => numbers.resize(numbers.len() + weight_count, 0.0),
            }
            let rates = own.rates(position).iter().copied().chain([own.momentum(position)]);
            numbers.extend(rates.map(|number| number as f32));
        }
        numbers
    }

    /// Bytes of one window's results.
    pub(super) fn window_bytes(&self) -> u64 {
        4 * window_word_count(&self.problem, self.sizes) as u64
    }

    /// Where in a window's results its finished networks' solving epochs and rows lie, in bytes.
    pub(super) fn results_of(&self, counts: &Counts) -> [Range<u64>; 2] {
        let row_bytes = 4 * row_word_count(&self.problem, self.sizes.keep_weights) as u64;
        let rows = 4 * u64::from(self.sizes.window_capacity);
        [0..4 * u64::from(listed_count(counts)), rows..rows + row_bytes * u64::from(row_count(counts))]
    }

    /// Records a slice: starts, training, settling.
    pub(super) fn record(&self, gpu: &Gpu, encoder: &mut wgpu::CommandEncoder, slice: SliceOrder<'_>) {
        let SliceOrder { list, starts, bound, params, timed } = slice;
        gpu.queue.write_buffer(&self.buffers.slice, 0, bytemuck::bytes_of(&params));
        self.settling.prepare(gpu);
        for (at, start) in starts.iter().enumerate() {
            gpu.queue.write_buffer(&self.buffers.starts, at as u64 * self.start_stride, bytemuck::bytes_of(start));
        }
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("slice"), timestamp_writes: timed });
        let groups = |count: u32| count.div_ceil(self.sizes.workgroup_size);
        let blocks = (self.problem.layers().weight_count().div_ceil(4) as u32).min(gpu.workgroup_limit());
        for (at, start) in starts.iter().enumerate() {
            let record = at as u32 * self.start_stride as u32;
            self.start[list].dispatch(&mut pass, [groups(start.count), blocks], Some(record));
        }
        self.trainer.record(&mut pass, list, bound, params.slice_epochs);
        self.settling.record(&mut pass, list, bound);
        self.lists.record(&mut pass, 1 - list);
    }
}
