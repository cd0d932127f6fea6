//! Forward only: how many networks meet the criterion with the weights that they start from. They are drawn, looked at and
//! counted on the device; nothing but the count comes back.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::backend::{Counted, Job, Progress, Watch};
use crate::error::Result;
use crate::gpu::{Binding, Bound, Gpu, Kernel, Kind, Lost, Readback, storage_buffer, uniform_buffer};
use crate::spec::Problem;

use super::bus::{Start, words};
use super::form::Tuning;
use super::prelude::{Sizes, table};
use super::source::{DRAW, INIT, POOL, RANDOM, compose};
use super::unroll::{count_code, network_code};

const COUNT: &str = include_str!("../../../shaders/fused/count.wgsl");

const BINDINGS: [Binding; 3] = [Binding(5, Kind::Storage), Binding(7, Kind::ReadOnly), Binding(10, Kind::Uniform)];

/// Networks of the first dispatch.
const FIRST_BATCH: u64 = 1 << 14;
/// Most of one dispatch.
const LARGEST_BATCH: u64 = 1 << 28;
/// What a dispatch should take.
const AIM: Duration = Duration::from_millis(20);
/// Dispatches under way.
const DEPTH: usize = 2;

/// Refuses networks that cannot be counted this way: they take as many registers and steps as fused training does.
pub(super) use super::fused::check;

/// Entry `count`.
pub(super) fn source(problem: &Problem, sizes: Sizes) -> String {
    let code = network_code(problem, sizes) + &count_code(problem);
    compose(problem, sizes, &[RANDOM, INIT, POOL, DRAW, &code, COUNT])
}

/// The kernel with its buffers.
pub(super) struct Counter {
    kernel: Bound,
    sum: wgpu::Buffer,
    start: wgpu::Buffer,
    workgroup_size: u32,
    workgroup_limit: u32,
    /// Networks of the next dispatch.
    batch: u64,
}

/// A dispatch under way.
struct InFlight {
    submitted: Instant,
    networks: Range<u64>,
    sum: Readback,
}

impl Counter {
    /// Compiles and allocates.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(gpu: &Gpu, job: &Job<'_>, tuning: Tuning) -> Result<Self> {
        let sizes = Sizes {
            slot_count: 1,
            window_capacity: 1,
            workgroup_size: tuning.workgroup_size,
            keep_weights: false,
            own_rates: false,
        };
        let numbers = table(job.problem, false);
        let (table, sum, start) = gpu.guarded("allocating memory for counting", || {
            (
                storage_buffer(gpu, "table", 4 * numbers.len() as u64),
                storage_buffer(gpu, "solved", 4),
                uniform_buffer(gpu, "start", bytemuck::bytes_of(&Start::default())),
            )
        })?;
        gpu.queue.write_buffer(&table, 0, bytemuck::cast_slice(&numbers));
        let kernel = Kernel::new(gpu, "count", &source(job.problem, sizes), &BINDINGS, tuning.checks)?;
        let kernel = kernel.bind(gpu, &BINDINGS, &[(5, &sum), (7, &table), (10, &start)]);
        let (workgroup_size, workgroup_limit) = (tuning.workgroup_size, gpu.workgroup_limit());
        Ok(Self { kernel, sum, start, workgroup_size, workgroup_limit, batch: FIRST_BATCH })
    }

    /// Counts networks, from `counted.networks` of them on, until all are counted or `watch` interrupts. What it counted is
    /// in `counted` even if the device is lost.
    ///
    /// # Errors
    /// The device is lost.
    pub(super) fn run(
        &mut self,
        gpu: &Gpu,
        (job, networks): (&Job<'_>, &Range<u64>),
        watch: &dyn Watch,
        counted: &mut Counted,
    ) -> Result<(), Lost> {
        let mut in_flight: VecDeque<InFlight> = VecDeque::new();
        let mut next = networks.start + counted.networks;
        let mut received = Instant::now();
        loop {
            let going = next < networks.end && !watch.interrupted();
            if going {
                let batch = next..networks.end.min(next + self.batch);
                next = batch.end;
                in_flight.push_back(self.submit(gpu, job.seed, batch));
            }
            if in_flight.len() >= DEPTH || !going {
                let Some(mut one) = in_flight.pop_front() else { return Ok(()) };
                let solved: u32 = one.sum.receive(gpu, bytemuck::pod_read_unaligned)?;
                let count = one.networks.end - one.networks.start;
                counted.networks += count;
                counted.solved += u64::from(solved);
                let took = received.max(one.submitted).elapsed();
                received = Instant::now();
                if count == self.batch && took < AIM / 2 {
                    self.batch = (2 * self.batch).min(LARGEST_BATCH);
                }
                watch.progress(Progress { networks: count, net_epochs: count, ..Progress::default() });
            }
        }
    }

    fn submit(&self, gpu: &Gpu, seed: u64, networks: Range<u64>) -> InFlight {
        let count = (networks.end - networks.start) as u32;
        let start = Start { seed: words(seed), first: words(networks.start), count, ..Start::default() };
        // Written between submissions, each of which sees its own.
        gpu.queue.write_buffer(&self.start, 0, bytemuck::bytes_of(&start));
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("count") });
        encoder.clear_buffer(&self.sum, 0, None);
        let groups = count.div_ceil(self.workgroup_size);
        let across = groups.min(self.workgroup_limit);
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            self.kernel.dispatch(&mut pass, [across, groups.div_ceil(across)], None);
        }
        let mut sum = Readback::new(gpu, "solved read back", 4);
        sum.copy(&mut encoder, &self.sum, 0, 0, 4);
        sum.submitted(gpu.queue.submit([encoder.finish()]));
        InFlight { submitted: Instant::now(), networks, sum }
    }
}
