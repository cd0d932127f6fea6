//! The pool of networks in flight: the kernels that start, settle and list them. What trains them is the form that it is
//! handed.

use std::ops::Range;

use crate::error::Result;
use crate::gpu::Gpu;
use crate::spec::Problem;

use super::buffers::PoolBuffers;
use super::bus::{Counts, SliceParams, Start};
use super::classes::{Classes, listed_count, row_count};
use super::form::{DeviceTuning, Form, Limits, Setup, Trainer};
use super::lists::{self, ListBuffers, Lists};
use super::prelude::{Sizes, row_word_count, window_word_count};
use super::settling::{self, Settling};
use super::starting::Starting;

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
    pub(super) starting: Starting,
    settling: Settling,
    lists: Lists,
    pub(super) classes: Classes,
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
        let starting = Starting::new(gpu, problem, &buffers, sizes, checks)?;
        let find_source = settling::find_source(problem, sizes);
        let settle_source = settling::settle_source(problem, sizes, form, &limits);
        let settling = Settling::new(gpu, [&find_source, &settle_source], &buffers, sizes, checks)?;
        let kernels = (form.kernels)(problem, sizes, &limits)?;
        let trainer = (form.trainer)(&Setup { gpu, problem, sizes, buffers: &buffers, tuning, kernels })?;
        let lists = Lists::new(gpu, &lists::source(problem, sizes), ListBuffers::of(&buffers), sizes, checks)?;
        let (classes, problem) = (Classes::of(problem), problem.clone());
        let pool = Self { problem, sizes, buffers, trainer, starting, settling, lists, classes };
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
        self.starting.prepare(gpu, &self.buffers, starts);
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("slice"), timestamp_writes: timed });
        self.starting.record(&mut pass, list, starts);
        self.trainer.record(&mut pass, list, bound, params.slice_epochs);
        self.settling.record(&mut pass, list, bound);
        self.lists.record(&mut pass, 1 - list);
    }
}
