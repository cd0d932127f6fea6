//! Training on a GPU, in three forms over one pool of networks in flight.
//!
//! The *pool* holds one network a slot. A slice starts new networks in free slots, trains all active ones for some epochs,
//! and settles: finished networks are found, are counted or leave their outcome in their chunk's window of results, and free
//! their slot.
//! So lanes are refilled from slice to slice, the cost follows the networks that still train, and nothing but counts and those
//! outcomes that somebody looks at crosses the bus.
//! What trains is the form: *fused* (weights in registers of one invocation, or of a few), *grouped* (one workgroup a network,
//! weights in workgroup memory) or *staged* (one kernel a stage of backpropagation, any network that fits the device).

mod book;
mod buffers;
mod bus;
mod checkpoint;
mod classes;
mod composed;
mod count;
mod form;
mod fused;
mod grouped;
mod lists;
mod meter;
mod numbers;
mod outcomes;
mod pool;
mod prelude;
mod records;
mod rows;
mod settling;
mod source;
mod staged;
mod stages;
mod starting;
mod stream;
mod timing;
mod unroll;
mod words;
mod worker;

#[doc(hidden)]
pub use composed::{Composed, composed_shaders};
pub use form::{DeviceTuning, Form, Sharing};
#[doc(hidden)]
pub use lists::{SlotLists, listed_slots};
#[doc(hidden)]
pub use stages::{StageReport, check_stages};
#[doc(hidden)]
pub use words::{OrderOf, drawn_numbers, drawn_orders, random_words};

use std::collections::VecDeque;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::gpu::{Gpu, Lost};
use crate::plan::{self, SliceClock};
use crate::spec::Problem;

use self::buffers::bytes_per_slot;
use self::classes::Classes;
use self::count::Counter;
use self::form::Limits;
use self::meter::Meter;
use self::pool::Pool;
use self::prelude::Sizes;
use self::stream::{Run, Stream, StreamError};
use super::{Backend, Chunk, Counted, Deliver, DeviceInfo, Job, Watch};

/// The forms, in the order in which they are chosen for networks that they train fast.
pub static FORMS: [Form; 3] = [fused::FORM, grouped::FORM, staged::FORM];

/// The form of this name.
pub fn form(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == name)
}

/// Most epochs of the first slice: a form may take longer for one than its work is worth, and how long is not known yet.
const FIRST_EPOCHS: f64 = 4.0;

/// Devices lost in a row, without a chunk delivered between, after which a run gives up.
const LOSS_LIMIT: u32 = 3;

/// A GPU that trains.
pub struct GpuBackend {
    // Dropped before the device that it lives on.
    pool: Option<Pool>,
    gpu: Gpu,
    /// The form asked for, if one was.
    wanted: Option<&'static Form>,
    form: &'static Form,
    tuning: DeviceTuning,
    /// Bytes that a pool may take.
    memory: u64,
    lost_slices: u32,
}

impl GpuBackend {
    /// On an opened device, in the form asked for, or else in the one that suits the network.
    pub fn new(gpu: Gpu, form: Option<&'static Form>) -> Self {
        Self::tuned(gpu, form, DeviceTuning::default())
    }

    /// The same, with other than the usual settings.
    pub fn tuned(gpu: Gpu, form: Option<&'static Form>, tuning: DeviceTuning) -> Self {
        let memory = if gpu.kind.is_hardware() { 2 << 30 } else { 512 << 20 };
        Self { pool: None, gpu, wanted: form, form: form.unwrap_or(&FORMS[0]), tuning, memory, lost_slices: 0 }
    }

    fn best_form(&self, problem: &Problem) -> &'static Form {
        let limits = Limits::of(&self.gpu, &self.tuning);
        let taking = || FORMS.iter().filter(|form| (form.check)(problem, &limits).is_ok());
        taking().find(|form| (form.suits)(problem, &limits)).or_else(|| taking().next()).unwrap_or(&FORMS[0])
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Slices that had to be run again in the last training because a device was lost.
    pub fn lost_slices(&self) -> u32 {
        self.lost_slices
    }

    /// Seconds that an epoch of one network is worth, at a cautious guess of the device's speed.
    fn epoch_seconds(&self, problem: &Problem) -> f64 {
        let operations = 6 * problem.examples().count() * problem.layers().weight_count();
        operations as f64 / if self.gpu.kind.is_hardware() { 2e12 } else { 2e10 }
    }

    /// Sizes of a pool, and the bytes of each of its slots.
    fn sizes(&self, job: &Job<'_>) -> Result<(Sizes, u64)> {
        let limits = Limits::of(&self.gpu, &self.tuning);
        let scratch_row_count = (self.form.scratch_row_count)(job.problem, &limits);
        let (bytes, largest) = bytes_per_slot(job.problem, (job.keep_weights, job.own_rates), scratch_row_count);
        let hardware = self.gpu.kind.is_hardware();
        let fitting = plan::chunk_limit(self.memory, bytes, self.gpu.buffer_limit(), largest);
        if fitting < 4 {
            return Err(Error::device(format!(
                "networks of {} weights on {} examples need {bytes} bytes each, too much for {}; use --backend simd",
                job.problem.layers().weight_count(),
                job.problem.examples().count(),
                self.gpu.name
            )));
        }
        // No more in flight than some 20 ms of work an epoch.
        let busy = ((0.02 / self.epoch_seconds(job.problem)) as u64).max(256);
        let limit = if hardware { 1 << 19 } else { 1 << 14 };
        let wanted = fitting.min(busy).min(limit).min(self.tuning.slot_limit.map_or(u64::MAX, u64::from)).max(4);
        let slot_count = 1u32 << wanted.ilog2();
        let sizes = Sizes {
            slot_count,
            window_capacity: slot_count / 4,
            workgroup_size: self.tuning.workgroup_size,
            keep_weights: job.keep_weights,
            own_rates: job.own_rates,
        };
        Ok((sizes, bytes))
    }

    /// A pool for the job. Where the device has no room for it, a pool of half as many networks, and so on.
    fn build(&mut self, job: &Job<'_>) -> Result<u64> {
        loop {
            let (sizes, bytes) = self.sizes(job)?;
            if self.pool.as_ref().is_some_and(|pool| pool.sizes == sizes && pool.problem == *job.problem) {
                return Ok(sizes.window_capacity.into());
            }
            self.pool = None;
            let bytes = bytes * u64::from(sizes.slot_count);
            match self.pool(job.problem, sizes, bytes) {
                Ok(pool) => self.pool = Some(pool),
                Err(error) if error.is_out_of_memory() => {
                    log::warn!("{error}; going on with half as many networks in flight as {}", sizes.slot_count);
                    self.memory = bytes / 2;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn pool(&self, problem: &Problem, sizes: Sizes, bytes: u64) -> Result<Pool> {
        if self.tuning.memory_limit.is_some_and(|limit| bytes > limit) {
            return Err(Error::out_of_memory(format!("{} has no room for {bytes} bytes", self.gpu.name)));
        }
        Pool::new(&self.gpu, problem, sizes, self.form, &self.tuning)
    }
}

impl Backend for GpuBackend {
    fn name(&self) -> &'static str {
        self.form.name
    }

    fn shared_checks(&self) -> (usize, usize) {
        (FORMS.iter().position(|form| form.name == self.form.name).unwrap_or_default(), FORMS.len())
    }

    fn device(&self) -> DeviceInfo {
        DeviceInfo { name: self.gpu.name.clone(), kind: self.gpu.kind.into(), driver: self.gpu.driver.clone() }
    }

    fn prepare(&mut self, job: &Job<'_>) -> Result<u64> {
        let problem = job.problem;
        self.form = self.wanted.unwrap_or_else(|| self.best_form(problem));
        (self.form.check)(problem, &Limits::of(&self.gpu, &self.tuning))?;
        let updates =
            u64::from(problem.spec().epochs) * problem.spec().update.per_epoch(problem.examples().count()) as u64;
        if problem.spec().optimizer.counts_updates() && updates > u64::from(u32::MAX) {
            return Err(Error::input(format!(
                "{} on a GPU counts at most 2^32 updates of a network; use fewer --epochs, or --backend simd",
                problem.spec().optimizer
            )));
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
            None => {
                let slots = self.pool.as_ref().map_or(0, |pool| pool.sizes.slot_count);
                let work = f64::from(slots) * self.epoch_seconds(job.problem);
                SliceClock::new(work.max(SliceClock::FIRST.as_secs_f64() / FIRST_EPOCHS))
            }
        };
        let checkpoint_interval = self.tuning.checkpoint_interval;
        let (again, checkpoint) = (VecDeque::new(), None);
        let mut run = Run { clock, checkpoint_interval, checkpoint, again, deliver_next: 0, lost_slices: 0 };
        let classes = Classes::of(job.problem);
        let mut meter = Meter::new(job.problem.spec().epochs);
        let mut chunks = (0..).zip(chunks);
        let mut losses = 0;
        loop {
            let Some(pool) = &mut self.pool else { return Err(Error::failure("the pool is gone")) };
            let again = std::mem::take(&mut run.again).into();
            let mut delivered = false;
            let stream = Stream::new(&self.gpu, pool, job, watch, &mut meter, &mut run)?;
            let (ended, rest) = worker::beside(again, &mut chunks, |caller| stream.run(caller), &mut |arrived| {
                delivered = true;
                deliver(arrived.trained(job.problem, &classes, job.keep_weights)?)
            })?;
            // Chunks that the stream had not yet asked for come after those that it gave back.
            run.again.extend(rest);
            self.lost_slices = run.lost_slices;
            match ended {
                Ok(()) => return Ok(()),
                Err(StreamError::Failed(error)) => return Err(error),
                Err(StreamError::Lost(lost)) => {
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

    fn count_at_start(&mut self, job: &Job<'_>, networks: Range<u64>, watch: &dyn Watch) -> Result<Option<Counted>> {
        if count::check(job.problem, &Limits::of(&self.gpu, &self.tuning)).is_err() {
            return Ok(None);
        }
        // A pool may hold much memory that is not needed now.
        self.pool = None;
        let mut counted = Counted::default();
        let mut losses = 0;
        loop {
            let before = counted.networks;
            let ended =
                Counter::new(&self.gpu, job, self.tuning)?.run(&self.gpu, (job, &networks), watch, &mut counted);
            let Err(lost) = ended else { return Ok(Some(counted)) };
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

#[cfg(test)]
mod tests;
