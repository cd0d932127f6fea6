//! Training on a GPU, in three forms over one pool of networks in flight.
//!
//! The *pool* holds one network a slot. A slice starts new networks in free slots, trains all active ones for some epochs,
//! and settles: finished networks leave their outcome in their chunk's window of results and free their slot. So lanes are
//! refilled from slice to slice, the cost follows the networks that still train, and nothing but outcomes crosses the bus.
//! What trains is the form: *fused* (one invocation a network, weights in registers), *grouped* (one workgroup a network,
//! weights in workgroup memory) or *staged* (one kernel a stage of backpropagation, any network that fits the device).

mod book;
mod bus;
mod count;
mod fused;
mod grouped;
mod keep;
mod meter;
mod outcomes;
mod pool;
mod prelude;
pub mod source;
mod staged;
mod stages;
mod stream;
mod unroll;
mod words;

pub use grouped::Layout;
pub use prelude::Sizes;
pub use stages::{StageReport, check_stages};
pub use words::random_words;

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::gpu::{Checks, Gpu, Lost, SOFTWARE_LOOP_LIMIT};
use crate::plan::{self, SliceClock};
use crate::spec::{Optimizer, Problem};

use self::count::Counter;
use self::meter::Meter;
use self::pool::{Pool, bytes_per_slot};
use self::stream::{Run, Stream, Trouble};
use super::{Backend, Chunk, Counted, Deliver, DeviceInfo, Job, Watch, train_and_count};

/// How networks are trained on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One invocation trains one network through a slice.
    Fused,
    /// One workgroup trains one network through a slice.
    Grouped,
    /// One kernel a stage.
    Staged,
}

/// Devices lost in a row, without a chunk delivered between, after which a run gives up.
const LOSS_LIMIT: u32 = 3;

/// What may be set otherwise for tests and tuning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// Whether shaders run with all of wgpu's checks.
    pub checks: Checks,
    /// Invocations of a workgroup.
    pub workgroup_size: u32,
    /// Invocations that share one network in the grouped form, a power of two, where it is not left to the device.
    pub group_size: Option<u32>,
    /// Most networks in flight, where fewer are wanted than fit.
    pub slot_limit: Option<u32>,
    /// How often the state of all networks in flight is copied to the host: as much work is lost with a device.
    pub keep_every: Duration,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            checks: Checks::Trusted,
            workgroup_size: 64,
            group_size: None,
            slot_limit: None,
            keep_every: Duration::from_secs(1),
        }
    }
}

/// A GPU that trains.
pub struct GpuBackend {
    // Dropped before the device that it lives on.
    pool: Option<Pool>,
    gpu: Gpu,
    /// The form asked for, if one was.
    wanted: Option<Form>,
    form: Form,
    tuning: Tuning,
    lost_slices: u32,
}

impl GpuBackend {
    /// On an opened device, in the form asked for, or else in the first that takes the network of fused, grouped and staged.
    pub fn new(gpu: Gpu, form: Option<Form>) -> Self {
        Self::tuned(gpu, form, Tuning::default())
    }

    /// The same, with other than the usual settings.
    pub fn tuned(gpu: Gpu, form: Option<Form>, tuning: Tuning) -> Self {
        Self { pool: None, gpu, wanted: form, form: form.unwrap_or(Form::Fused), tuning, lost_slices: 0 }
    }

    /// Whether the fused form takes networks of this problem.
    pub fn fuses(problem: &Problem) -> bool {
        fused::Fused::fits(problem)
    }

    /// Whether a form takes networks of this problem here.
    fn takes(&self, form: Form, problem: &Problem) -> bool {
        match form {
            Form::Fused => Self::fuses(problem) && unroll::loop_steps(problem) <= self.gpu.loop_limit(),
            Form::Grouped => Layout::on(&self.gpu, problem, self.tuning.group_size).is_some(),
            Form::Staged => true,
        }
    }

    /// Fused as long as it is the fastest, then the first that takes the network.
    fn best_form(&self, problem: &Problem) -> Form {
        // Where there are registers they decide; a device in software has none to run out of.
        if self.takes(Form::Fused, problem) && (fused::Fused::in_registers(problem) || !self.gpu.kind.is_hardware()) {
            return Form::Fused;
        }
        [Form::Grouped, Form::Fused].into_iter().find(|form| self.takes(*form, problem)).unwrap_or(Form::Staged)
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Slices that had to be run again in the last training because a device was lost.
    pub fn lost_slices(&self) -> u32 {
        self.lost_slices
    }

    fn sizes(&self, job: &Job<'_>) -> Result<Sizes> {
        let (bytes, largest) = bytes_per_slot(job, self.form);
        let hardware = self.gpu.kind.is_hardware();
        let memory = if hardware { 2 << 30 } else { 512 << 20 };
        let fitting = plan::chunk_limit(memory, bytes, self.gpu.buffer_limit(), largest);
        if fitting < 4 {
            return Err(Error::device(format!(
                "networks of {} weights on {} examples need {bytes} bytes each, too much for {}; use --backend simd",
                job.problem.layers().weight_count(),
                job.problem.examples().count(),
                self.gpu.name
            )));
        }
        // No more in flight than some 20 ms of work an epoch, at a cautious guess of the device's speed.
        let operations = 6 * (job.problem.examples().count() * job.problem.layers().weight_count()) as u64;
        let speed: u64 = if hardware { 2_000_000_000_000 } else { 20_000_000_000 };
        let busy = (speed / 50 / operations).max(256);
        let limit = if hardware { 1 << 19 } else { 1 << 14 };
        let wanted = fitting.min(busy).min(limit).min(self.tuning.slot_limit.map_or(u64::MAX, u64::from)).max(4);
        let slot_count = 1u32 << wanted.ilog2();
        Ok(Sizes {
            slot_count,
            window_capacity: slot_count / 4,
            workgroup_size: self.tuning.workgroup_size,
            keep_weights: job.keep_weights,
            own_rates: job.own_rates,
        })
    }

    fn build(&mut self, job: &Job<'_>) -> Result<u64> {
        let sizes = self.sizes(job)?;
        let ready = self.pool.as_ref().is_some_and(|pool| pool.sizes == sizes && pool.problem == *job.problem);
        if !ready {
            self.pool = None;
            self.pool = Some(Pool::new(&self.gpu, job.problem, sizes, self.form, self.tuning)?);
        }
        Ok(sizes.window_capacity.into())
    }
}

impl Backend for GpuBackend {
    fn name(&self) -> &'static str {
        match self.form {
            Form::Fused => "fused",
            Form::Grouped => "grouped",
            Form::Staged => "staged",
        }
    }

    fn device(&self) -> DeviceInfo {
        DeviceInfo { name: self.gpu.name.clone(), kind: self.gpu.kind.into(), driver: self.gpu.driver.clone() }
    }

    fn prepare(&mut self, job: &Job<'_>) -> Result<u64> {
        let problem = job.problem;
        self.form = self.wanted.unwrap_or_else(|| self.best_form(problem));
        if !self.takes(self.form, problem) {
            let (layers, weights) = (problem.layers(), problem.layers().weight_count());
            return Err(Error::input(match self.form {
                Form::Fused if Self::fuses(problem) => format!(
                    "--backend fused cannot go through {} examples on {}; use --backend staged",
                    problem.examples().count(),
                    self.gpu.name
                ),
                Form::Fused => format!(
                    "--backend fused takes networks of at most {} weights, and --layers {layers} has {weights}; use \
                     --backend grouped or staged",
                    fused::Fused::WEIGHT_LIMIT,
                ),
                _ => format!(
                    "--backend grouped takes networks that fit into a workgroup's {} bytes, and in software into the {} \
                     steps that loops may make; --layers {layers} with its {weights} weights does not on {}; use --backend \
                     staged",
                    self.gpu.workgroup_memory(),
                    SOFTWARE_LOOP_LIMIT,
                    self.gpu.name
                ),
            }));
        }
        let updates = u64::from(problem.spec().epochs) * problem.examples().count() as u64;
        if problem.spec().optimizer == Optimizer::Adam && updates > u64::from(u32::MAX) {
            return Err(Error::input(
                "adam on a GPU counts at most 2^32 updates of a network; use fewer --epochs, or --backend simd",
            ));
        }
        self.build(job)
    }

    fn train(
        &mut self,
        job: &Job<'_>,
        chunks: &mut dyn Iterator<Item = Chunk>,
        watch: &dyn Watch,
        deliver: &mut Deliver<'_>,
    ) -> Result<()> {
        self.build(job)?;
        let clock = match job.slice_epochs {
            Some(epochs) => SliceClock::fixed(epochs),
            None => SliceClock::new(SliceClock::FIRST.as_secs_f64()),
        };
        let keep_every = self.tuning.keep_every;
        let (again, kept) = (VecDeque::new(), None);
        let mut run = Run { clock, keep_every, kept, again, deliver_next: 0, lost_slices: 0 };
        let mut meter = Meter::new(job.problem.spec().epochs);
        let mut chunks = (0..).zip(chunks);
        let mut losses = 0;
        loop {
            let Some(pool) = &mut self.pool else { return Err(Error::failure("the pool is gone")) };
            let mut waiting = std::mem::take(&mut run.again).into_iter();
            let mut delivered = false;
            let stream = Stream::new(&self.gpu, pool, job, watch, &mut meter, &mut run)?;
            let ended = stream.run(&mut waiting.by_ref().chain(&mut chunks), &mut |trained| {
                delivered = true;
                deliver(trained)
            });
            // Chunks that the stream had not yet asked for come after those that it gave back.
            run.again.extend(waiting);
            self.lost_slices = run.lost_slices;
            match ended {
                Ok(()) => return Ok(()),
                Err(Trouble::Failed(error)) => return Err(error),
                Err(Trouble::Lost(lost)) => {
                    losses = if delivered { 1 } else { losses + 1 };
                    log::error!("{}; going on from {} slices before", lost.0, run.lost_slices);
                    if losses >= LOSS_LIMIT {
                        return Err(lost_for_good(&self.gpu.name, losses, &lost));
                    }
                    self.pool = None;
                    self.gpu = self.gpu.reopen()?;
                    self.build(job)?;
                    meter.lost();
                    run.clock.halve();
                }
            }
        }
    }

    /// On the device where the fused form takes the network.
    fn count_at_start(&mut self, job: &Job<'_>, networks: Range<u64>, watch: &dyn Watch) -> Result<Counted> {
        if !self.takes(Form::Fused, job.problem) {
            return train_and_count(self, job, networks, watch);
        }
        // A pool may hold much memory that is not needed now.
        self.pool = None;
        let mut counted = Counted::default();
        let mut losses = 0;
        loop {
            let before = counted.networks;
            let ended =
                Counter::new(&self.gpu, job, self.tuning)?.run(&self.gpu, (job, &networks), watch, &mut counted);
            let Err(lost) = ended else { return Ok(counted) };
            losses = if counted.networks > before { 1 } else { losses + 1 };
            log::error!("{}; going on from network {}", lost.0, networks.start + counted.networks);
            if losses >= LOSS_LIMIT {
                return Err(lost_for_good(&self.gpu.name, losses, &lost));
            }
            self.gpu = self.gpu.reopen()?;
        }
    }
}

fn lost_for_good(name: &str, losses: u32, lost: &Lost) -> Error {
    Error::device_lost(format!("{name} was lost {losses} times: {}", lost.0))
}
