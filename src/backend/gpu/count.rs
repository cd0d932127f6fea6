//! Forward only: how many networks meet the criterion with the weights that they start from. They are drawn, looked at and
//! counted on the device; nothing but the count comes back.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Instant;

use crate::backend::{Counted, Job, Progress, Watch};
use crate::error::Result;
use crate::gpu::{Binding, BindingKind, Bound, Gpu, Kernel, Lost, Readback, grid, storage_buffer, uniform_buffer};
use crate::plan::SliceClock;
use crate::spec::Problem;

use super::bus::{Start, words};
use super::form::DeviceTuning;
use super::numbers::{self, NUMBERS};
use super::prelude::{Sizes, table};
use super::source::{DRAW, INIT, POOL, RANDOM, compose};
use super::unroll::{count_code, network_code};

const COUNT: &str = include_str!("../../../shaders/fused/count.wgsl");

const BINDINGS: [Binding; 4] =
    [Binding(5, BindingKind::Storage), Binding(7, BindingKind::ReadOnly), Binding(10, BindingKind::Uniform), NUMBERS];

/// Most networks of one dispatch.
const LARGEST_BATCH: u64 = 1 << 28;
/// Seconds of a product of an example and a weight, at a cautious guess.
const PRODUCT_SECONDS: f64 = 1e-9;
/// Dispatches under way.
const DEPTH: usize = 2;
/// Bytes of what a dispatch says: how many networks it has seen, and how many of them meet the criterion.
const ANSWER_BYTES: u64 = 8;

/// Refuses networks that cannot be counted this way: they take as many registers and steps as fused training does.
pub(super) use super::fused::check_alone as check;

/// Entry `count`.
pub(super) fn source(problem: &Problem, sizes: Sizes) -> String {
    let code = network_code(problem, sizes, None) + &count_code(problem);
    compose(problem, sizes, &[RANDOM, INIT, POOL, DRAW, &code, COUNT])
}

/// The kernel with its buffers.
pub(super) struct Counter {
    kernel: Bound,
    sums: wgpu::Buffer,
    start: wgpu::Buffer,
    workgroup_size: u32,
    workgroup_limit: u32,
    /// Chooses how many networks a dispatch has, as it does for the epochs of a slice.
    clock: SliceClock,
}

/// A dispatch under way.
struct InFlight {
    submitted: Instant,
    networks: Range<u64>,
    answer: Readback,
}

/// Networks that meet the criterion, by a dispatch's answer. A driver may drop a dispatch without a word; then it has not
/// seen what it should.
fn solved([seen, solved]: [u32; 2], networks: &Range<u64>, device: &str) -> Result<u64, Lost> {
    if u64::from(seen) != networks.end - networks.start {
        return Err(Lost(format!("{device} dropped a dispatch")));
    }
    Ok(solved.into())
}

impl Counter {
    /// Compiles and allocates.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(gpu: &Gpu, job: &Job<'_>, tuning: DeviceTuning) -> Result<Self> {
        let sizes = Sizes {
            slot_count: 1,
            window_capacity: 1,
            workgroup_size: tuning.workgroup_size,
            keep_weights: false,
            own_rates: false,
        };
        let contents = table(job.problem, false);
        let (table, sums, start, numbers) = gpu.guarded("allocating memory for counting", || {
            (
                storage_buffer(gpu, "table", 4 * contents.len() as u64),
                storage_buffer(gpu, "sums", ANSWER_BYTES),
                uniform_buffer(gpu, "start", bytemuck::bytes_of(&Start::default())),
                numbers::buffer(gpu, job.problem),
            )
        })?;
        gpu.queue.write_buffer(&table, 0, bytemuck::cast_slice(&contents));
        let kernel = Kernel::new(gpu, "count", &source(job.problem, sizes), &BINDINGS, tuning.checks)?;
        let kernel = kernel.bind(gpu, &BINDINGS, &[(5, &sums), (7, &table), (10, &start), (NUMBERS.0, &numbers)]);
        let (workgroup_size, workgroup_limit) = (tuning.workgroup_size, gpu.workgroup_limit());
        let products = job.problem.examples().count() * job.problem.layers().weight_count();
        let clock = SliceClock::new(products as f64 * PRODUCT_SECONDS);
        Ok(Self { kernel, sums, start, workgroup_size, workgroup_limit, clock })
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
                let left = (networks.end - next).min(LARGEST_BATCH) as u32;
                let batch = next..next + u64::from(self.clock.next(0, left, false));
                next = batch.end;
                in_flight.push_back(self.submit(gpu, job.seed, batch));
            }
            if in_flight.len() >= DEPTH || !going {
                let Some(mut one) = in_flight.pop_front() else { return Ok(()) };
                let answer: [u32; 2] = one.answer.receive(gpu, bytemuck::pod_read_unaligned)?;
                counted.solved += solved(answer, &one.networks, &gpu.name)?;
                let count = one.networks.end - one.networks.start;
                counted.networks += count;
                self.clock.observe(count as u32, received.max(one.submitted).elapsed());
                received = Instant::now();
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
        encoder.clear_buffer(&self.sums, 0, None);
        let groups = count.div_ceil(self.workgroup_size);
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            self.kernel.dispatch(&mut pass, grid(groups, self.workgroup_limit), None);
        }
        let mut answer = Readback::new(gpu, "sums read back", ANSWER_BYTES);
        answer.copy(&mut encoder, &self.sums, 0, 0, ANSWER_BYTES);
        answer.submitted(gpu.queue.submit([encoder.finish()]));
        InFlight { submitted: Instant::now(), networks, answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dispatch_that_was_dropped_does_not_count_as_none_solved() {
        let networks = 1_000..1_064;
        assert_eq!(solved([64, 3], &networks, "a device").unwrap(), 3);
        assert_eq!(solved([64, 0], &networks, "a device").unwrap(), 0);
        for answer in [[0, 0], [63, 3], [128, 3]] {
            assert!(solved(answer, &networks, "a device").is_err(), "{answer:?}");
        }
    }
}
