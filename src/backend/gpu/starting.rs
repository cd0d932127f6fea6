//! How networks come into the pool: weights are drawn, then what the host brings takes their place. Twins:
//! `shaders/pool/start.wgsl` and `import.wgsl`.

use crate::backend::{Chunk, OwnRates};
use crate::error::{Error, Result};
use crate::gpu::{Binding, BindingKind, Bound, Checks, Gpu, Kernel, storage_buffer};
use crate::outcome::Weights;
use crate::spec::Problem;

use super::buffers::{PoolBuffers, start_stride};
use super::bus::{Start, WINDOW_COUNT};
use super::prelude::{Sizes, rate_row_count};
use super::source::{DRAW, IMPORT, INIT, POOL, RANDOM, START, compose};

const STARTS: Binding = Binding(10, BindingKind::Record(size_of::<Start>() as u64));

const START_BINDINGS: [Binding; 6] = [
    Binding(0, BindingKind::Storage),
    Binding(1, BindingKind::Storage),
    Binding(2, BindingKind::Storage),
    Binding(4, BindingKind::Storage),
    Binding(7, BindingKind::ReadOnly),
    STARTS,
];

const IMPORT_BINDINGS: [Binding; 4] =
    [Binding(0, BindingKind::Storage), Binding(4, BindingKind::Storage), Binding(8, BindingKind::ReadOnly), STARTS];

/// Entry `start`.
pub(super) fn start_source(problem: &Problem, sizes: Sizes) -> String {
    compose(problem, sizes, &[RANDOM, INIT, POOL, DRAW, START])
}

/// Entry `import_numbers`.
pub(super) fn import_source(problem: &Problem, sizes: Sizes) -> String {
    compose(problem, sizes, &[INIT, POOL, DRAW, IMPORT])
}

/// The kernels: one for either list of active slots, one for any.
pub(super) struct Starting {
    start: [Bound; 2],
    import: Kernel,
    /// What networks bring with them, window by window, once there are such.
    imports: Option<(wgpu::Buffer, Bound)>,
    sizes: Sizes,
    weight_count: usize,
    rate_count: usize,
    /// Distance between two records of starts.
    stride: u64,
    workgroup_limit: u32,
}

impl Starting {
    /// Compiles.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(
        gpu: &Gpu,
        problem: &Problem,
        buffers: &PoolBuffers,
        sizes: Sizes,
        checks: Checks,
    ) -> Result<Self> {
        let PoolBuffers { state, slots, active, free, table, starts, .. } = buffers;
        let start = Kernel::new(gpu, "start", &start_source(problem, sizes), &START_BINDINGS, checks)?;
        let start = [0, 1].map(|list: usize| {
            let all = [(0, state), (1, slots), (2, &active[list]), (4, free), (7, table), (STARTS.0, starts)];
            start.bind(gpu, &START_BINDINGS, &all)
        });
        Ok(Self {
            start,
            import: Kernel::new(gpu, "import_numbers", &import_source(problem, sizes), &IMPORT_BINDINGS, checks)?,
            imports: None,
            sizes,
            weight_count: problem.layers().weight_count(),
            rate_count: rate_row_count(problem, sizes.own_rates),
            stride: start_stride(gpu),
            workgroup_limit: gpu.workgroup_limit(),
        })
    }

    /// Numbers that the host gives for one network: weights, then its own rates.
    fn import_count(&self) -> usize {
        self.weight_count + self.rate_count
    }

    /// Bytes of one window's imports.
    fn import_bytes(&self) -> u64 {
        4 * u64::from(self.sizes.window_capacity) * self.import_count() as u64
    }

    /// Writes what a window's networks bring with them. There is room for it from the first time on.
    ///
    /// # Errors
    /// Their rates are missing, or there is no memory for imports.
    pub(super) fn import(&mut self, gpu: &Gpu, buffers: &PoolBuffers, window: usize, chunk: &Chunk) -> Result<()> {
        if chunk.rates.is_some() != self.sizes.own_rates {
            return Err(Error::failure(
                "chunks must bring their networks' rates where the job says so, and only there",
            ));
        }
        let weights = chunk.starts.as_ref().map(Weights::to_f32);
        let numbers = match (&chunk.rates, weights) {
            (None, None) => return Ok(()),
            (None, Some(weights)) => weights,
            (Some(own), weights) => self.interleaved(own, weights.as_deref()),
        };
        let imports = match self.imports.take() {
            Some(imports) => imports,
            None => {
                let bytes = self.import_bytes() * WINDOW_COUNT as u64;
                let made = gpu.guarded("allocating memory for imports", || storage_buffer(gpu, "imports", bytes))?;
                let all = [(0, &buffers.state), (4, &buffers.free), (8, &made), (STARTS.0, &buffers.starts)];
                let bound = self.import.bind(gpu, &IMPORT_BINDINGS, &all);
                (made, bound)
            }
        };
        gpu.queue.write_buffer(&imports.0, window as u64 * self.import_bytes(), bytemuck::cast_slice(&numbers));
        self.imports = Some(imports);
        Ok(())
    }

    /// Weights and rates, network by network; weights that nobody reads are 0.
    fn interleaved(&self, own: &OwnRates, weights: Option<&[f32]>) -> Vec<f32> {
        let mut numbers = Vec::with_capacity(own.count() * self.import_count());
        for position in 0..own.count() {
            match weights {
                Some(weights) => numbers.extend(&weights[position * self.weight_count..][..self.weight_count]),
                None => numbers.resize(numbers.len() + self.weight_count, 0.0),
            }
            let rates = own.rates(position).iter().copied().chain([own.momentum(position)]);
            numbers.extend(rates.map(|number| number as f32));
        }
        numbers
    }

    /// To be called before the slice is recorded.
    pub(super) fn prepare(&self, gpu: &Gpu, buffers: &PoolBuffers, starts: &[Start]) {
        for (at, start) in starts.iter().enumerate() {
            gpu.queue.write_buffer(&buffers.starts, at as u64 * self.stride, bytemuck::bytes_of(start));
        }
    }

    /// Records it, for the active networks in list `list`.
    pub(super) fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, starts: &[Start]) {
        for (at, start) in starts.iter().enumerate() {
            let record = Some((at as u64 * self.stride) as u32);
            let groups = start.count.div_ceil(self.sizes.workgroup_size);
            let along = |numbers: usize| (numbers as u32).min(self.workgroup_limit);
            self.start[list].dispatch(pass, [groups, along(self.weight_count.div_ceil(4))], record);
            if let Some((_, import)) = &self.imports
                && (start.imported == 1 || self.sizes.own_rates)
            {
                import.dispatch(pass, [groups, along(self.import_count())], record);
            }
        }
    }
}
