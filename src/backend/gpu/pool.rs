//! The pool on the device: buffers of the networks in flight, and the kernels that start and settle them. Who trains them
//! is a [`Trainer`].

use crate::backend::{Chunk, Job, OwnRates};
use crate::error::{Error, Result};
use crate::gpu::{Binding, Bound, Gpu, Kernel, Kind, Readback, storage_buffer, uniform_buffer};
use crate::outcome::Weights;
use crate::spec::Problem;

use super::bus::{Counters, Slot, Start, Turn, WINDOW_COUNT};
use super::fused::Fused;
use super::grouped::Grouped;
use super::prelude::{Sizes, rate_row_count, result_row_count, state_row_count, table};
use super::source;
use super::staged::Staged;
use super::{Form, Tuning};

/// Binding of the scratch memory, where a trainer has one.
pub(super) const SCRATCH: u32 = 11;
/// Networks that one submission can start, in windows.
pub(super) const START_LIMIT: usize = WINDOW_COUNT;

/// Trains the active networks of a pool.
pub(super) trait Trainer {
    /// Records `epochs` epochs of the networks in active list `list`, of which there are at most `bound`.
    fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32, epochs: u32);

    /// Steps of all loops that an invocation goes through in one epoch, at most.
    fn loop_steps(&self) -> u64;

    /// Memory in which it leaves outputs and loss of networks that have finished, where it does.
    fn scratch(&self) -> Option<&wgpu::Buffer> {
        None
    }
}

/// What a slice does.
pub(super) struct SliceOrder<'a> {
    /// Which of the lists holds the active networks.
    pub(super) list: usize,
    /// Networks to start.
    pub(super) starts: &'a [Start],
    /// At most so many are active then.
    pub(super) bound: u32,
    pub(super) turn: Turn,
    /// Where the device notes when it began and ended.
    pub(super) timed: Option<wgpu::ComputePassTimestampWrites<'a>>,
}

/// Buffers that trainers share with the pool.
pub(super) struct PoolBuffers {
    pub(super) state: wgpu::Buffer,
    pub(super) slots: wgpu::Buffer,
    /// Active lists; a slice reads one and fills the other.
    pub(super) active: [wgpu::Buffer; 2],
    pub(super) free: wgpu::Buffer,
    pub(super) counters: wgpu::Buffer,
    pub(super) results: wgpu::Buffer,
    pub(super) table: wgpu::Buffer,
    pub(super) turn: wgpu::Buffer,
    pub(super) starts: wgpu::Buffer,
    imports: Option<wgpu::Buffer>,
}

impl PoolBuffers {
    /// A trainer's kernel bound to either list, with the trainer's own buffers beside the pool's.
    pub(super) fn bind_trainer(
        &self,
        gpu: &Gpu,
        kernel: &Kernel,
        bindings: &[Binding],
        own: &[(u32, &wgpu::Buffer)],
    ) -> [Bound; 2] {
        [0, 1].map(|list: usize| {
            let shared =
                [(0, &self.state), (1, &self.slots), (2, &self.active[list]), (7, &self.table), (9, &self.turn)];
            kernel.bind(gpu, bindings, &[&shared, own].concat())
        })
    }
}

/// Networks in flight.
pub(super) struct Pool {
    pub(super) problem: Problem,
    pub(super) sizes: Sizes,
    pub(super) buffers: PoolBuffers,
    pub(super) trainer: Box<dyn Trainer>,
    start_kernel: Kernel,
    start: [Bound; 2],
    settle: [Bound; 2],
    /// Distance between two records of `starts`.
    pub(super) start_stride: u64,
}

const START_BINDINGS: [Binding; 8] = [
    Binding(0, Kind::Storage),
    Binding(1, Kind::Storage),
    Binding(2, Kind::Storage),
    Binding(4, Kind::Storage),
    Binding(7, Kind::ReadOnly),
    Binding(8, Kind::ReadOnly),
    Binding(9, Kind::Uniform),
    Binding(10, Kind::Record(size_of::<Start>() as u64)),
];

const SETTLE_BINDINGS: [Binding; 9] = [
    Binding(0, Kind::Storage),
    Binding(1, Kind::Storage),
    Binding(2, Kind::Storage),
    Binding(3, Kind::Storage),
    Binding(4, Kind::Storage),
    Binding(5, Kind::Storage),
    Binding(6, Kind::Storage),
    Binding(7, Kind::ReadOnly),
    Binding(9, Kind::Uniform),
];

/// Bytes on the device for each slot, and of its largest single array.
pub(super) fn bytes_per_slot(job: &Job<'_>, form: Form) -> (u64, u64) {
    let problem = job.problem;
    let state = 4 * (state_row_count(problem) + rate_row_count(problem, job.own_rates)) as u64;
    // Windows hold four times as many networks as are in flight.
    let results = 4 * 4 * result_row_count(problem, job.keep_weights) as u64;
    let scratch = match form {
        Form::Fused => 0,
        Form::Grouped => 4 * super::grouped::row_count(problem) as u64,
        Form::Staged => 4 * super::staged::row_count(problem) as u64,
    };
    let lists = size_of::<Slot>() as u64 + 3 * 4;
    (state + results + scratch + lists, state.max(results).max(scratch))
}

/// Distance between two records of starts.
fn start_stride(gpu: &Gpu) -> u64 {
    (size_of::<Start>() as u64).next_multiple_of(gpu.uniform_stride())
}

impl Pool {
    /// Compiles and allocates.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(gpu: &Gpu, problem: &Problem, sizes: Sizes, form: Form, tuning: Tuning) -> Result<Self> {
        let checks = tuning.checks;
        let buffers = Self::allocate(gpu, problem, sizes)?;
        let start_kernel = Kernel::new(gpu, "start", &source::start(problem, sizes), &START_BINDINGS, checks)?;
        let settle_kernel =
            Kernel::new(gpu, "settle", &source::settle(problem, sizes, form), &Self::settle_bindings(form), checks)?;
        let trainer: Box<dyn Trainer> = match form {
            Form::Fused => Box::new(Fused::new(gpu, problem, sizes, &buffers, checks)?),
            Form::Grouped => Box::new(Grouped::new(gpu, problem, sizes, &buffers, tuning)?),
            Form::Staged => Box::new(Staged::new(gpu, problem, sizes, &buffers, checks)?),
        };
        let settle = Self::bind_settle(gpu, &settle_kernel, form, &buffers, trainer.scratch());
        let start = Self::bind_start(gpu, &start_kernel, &buffers);
        let pool = Self {
            problem: problem.clone(),
            sizes,
            buffers,
            trainer,
            start_kernel,
            start,
            settle,
            start_stride: start_stride(gpu),
        };
        Ok(pool)
    }

    /// Allocates, and fills the table.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn allocate(gpu: &Gpu, problem: &Problem, sizes: Sizes) -> Result<PoolBuffers> {
        let slots = u64::from(sizes.slot_count);
        let start_stride = start_stride(gpu);
        let window_words = result_row_count(problem, sizes.keep_weights) as u64 * u64::from(sizes.window_capacity);
        let table = table(problem);
        let state_rows = state_row_count(problem) + rate_row_count(problem, sizes.own_rates);
        let buffers = gpu.guarded("allocating memory", || PoolBuffers {
            state: storage_buffer(gpu, "state", 4 * slots * state_rows as u64),
            slots: storage_buffer(gpu, "slots", slots * size_of::<Slot>() as u64),
            active: ["active 0", "active 1"].map(|label| storage_buffer(gpu, label, 4 * (slots + 1))),
            free: storage_buffer(gpu, "free", 4 * (slots + 1)),
            counters: storage_buffer(gpu, "counters", size_of::<Counters>() as u64),
            results: storage_buffer(gpu, "results", 4 * window_words * WINDOW_COUNT as u64),
            table: storage_buffer(gpu, "table", 4 * table.len() as u64),
            turn: uniform_buffer(gpu, "turn", bytemuck::bytes_of(&Turn::default())),
            starts: uniform_buffer(gpu, "starts", &vec![0; start_stride as usize * START_LIMIT]),
            imports: None,
        })?;
        gpu.queue.write_buffer(&buffers.table, 0, bytemuck::cast_slice(&table));
        Ok(buffers)
    }

    /// Forms with scratch memory have left outputs there, so the table is not needed: a stage may bind eight buffers.
    fn settle_bindings(form: Form) -> Vec<Binding> {
        let mut bindings = SETTLE_BINDINGS.to_vec();
        if form != Form::Fused {
            bindings[7] = Binding(SCRATCH, Kind::Storage);
        }
        bindings
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
                    (9, &buffers.turn),
                    (10, &buffers.starts),
                ],
            )
        })
    }

    fn bind_settle(
        gpu: &Gpu,
        kernel: &Kernel,
        form: Form,
        buffers: &PoolBuffers,
        scratch: Option<&wgpu::Buffer>,
    ) -> [Bound; 2] {
        [0, 1].map(|list: usize| {
            kernel.bind(
                gpu,
                &Self::settle_bindings(form),
                &[
                    (0, &buffers.state),
                    (1, &buffers.slots),
                    (2, &buffers.active[list]),
                    (3, &buffers.active[1 - list]),
                    (4, &buffers.free),
                    (5, &buffers.counters),
                    (6, &buffers.results),
                    (7, &buffers.table),
                    (9, &buffers.turn),
                    (SCRATCH, scratch.unwrap_or(&buffers.table)),
                ],
            )
        })
    }

    /// Empties the pool: all slots free, nothing active, counters at zero.
    pub(super) fn reset(&self, gpu: &Gpu) {
        let slot_count = self.sizes.slot_count;
        let free: Vec<u32> = std::iter::once(slot_count).chain(0..slot_count).collect();
        gpu.queue.write_buffer(&self.buffers.free, 0, bytemuck::cast_slice(&free));
        for list in &self.buffers.active {
            gpu.queue.write_buffer(list, 0, bytemuck::bytes_of(&0u32));
        }
        gpu.queue.write_buffer(&self.buffers.counters, 0, bytemuck::bytes_of(&Counters::default()));
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
        4 * u64::from(self.sizes.window_capacity) * result_row_count(&self.problem, self.sizes.keep_weights) as u64
    }

    /// What has to be kept to go on from a slice that left the active networks in this list. The table never changes, and
    /// whoever goes on writes imports anew.
    fn kept(&self, list: usize) -> [&wgpu::Buffer; 6] {
        let PoolBuffers { state, slots, active, free, counters, results, .. } = &self.buffers;
        [state, slots, &active[list], free, counters, results]
    }

    /// Bytes of all that.
    pub(super) fn kept_bytes(&self) -> u64 {
        self.kept(0).iter().map(|buffer| buffer.size()).sum()
    }

    /// Records a copy of it.
    pub(super) fn copy(&self, encoder: &mut wgpu::CommandEncoder, readback: &mut Readback, list: usize) {
        let mut place = 0;
        for buffer in self.kept(list) {
            readback.copy(encoder, buffer, 0, place, buffer.size());
            place += buffer.size();
        }
    }

    /// Writes such a copy back.
    pub(super) fn restore(&self, gpu: &Gpu, list: usize, bytes: &[u8]) {
        let mut rest = bytes;
        for buffer in self.kept(list) {
            let (part, behind) = rest.split_at(rest.len().min(buffer.size() as usize));
            gpu.queue.write_buffer(buffer, 0, part);
            rest = behind;
        }
    }

    /// Records a slice: starts, training, settling.
    pub(super) fn record(&self, gpu: &Gpu, encoder: &mut wgpu::CommandEncoder, slice: SliceOrder<'_>) {
        let SliceOrder { list, starts, bound, turn, timed } = slice;
        gpu.queue.write_buffer(&self.buffers.turn, 0, bytemuck::bytes_of(&turn));
        for (at, start) in starts.iter().enumerate() {
            gpu.queue.write_buffer(&self.buffers.starts, at as u64 * self.start_stride, bytemuck::bytes_of(start));
        }
        encoder.clear_buffer(&self.buffers.active[1 - list], 0, Some(4));
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("slice"), timestamp_writes: timed });
        let groups = |count: u32| count.div_ceil(self.sizes.workgroup_size);
        let blocks = (self.problem.layers().weight_count().div_ceil(4) as u32).min(gpu.workgroup_limit());
        for (at, start) in starts.iter().enumerate() {
            let record = at as u32 * self.start_stride as u32;
            self.start[list].dispatch(&mut pass, [groups(start.count), blocks], Some(record));
        }
        self.trainer.record(&mut pass, list, bound, turn.slice_epochs);
        self.settle[list].dispatch(&mut pass, [groups(bound.max(1)), 1], None);
    }
}
