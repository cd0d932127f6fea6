//! The host's side of a run on the pool: admits chunks into windows, submits slices, reads what came of them, hands over
//! finished chunks in order. It has a thread of its own (`worker.rs`). Once slices have their length, two are always under
//! way, so that neither side waits for the other.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::backend::{Chunk, Job, Watch};
use crate::error::{Error, Result};
use crate::gpu::{Gpu, Lost, Readback, Stopwatch};
use crate::plan::SliceClock;
use crate::spec::DIVERGENCE_STRIDE;

use super::book::{Book, Known, Numbered, Window};
use super::bus::{Counters, Counts, SliceParams, WINDOW_COUNT, words};
use super::checkpoint::{Checkpoint, Checkpoints};
use super::meter::Meter;
use super::outcomes::Arrived;
use super::pool::{Pool, SliceOrder};
use super::timing::Timing;
use super::worker::Caller;

/// Slices submitted and not yet read, once they have their length.
const DEPTH: usize = 3;

/// Why a stream ended early.
pub(super) enum StreamError {
    /// The device is gone.
    Lost(Lost),
    /// Anything else.
    Failed(Error),
}

impl From<Lost> for StreamError {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl From<Error> for StreamError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A submission under way.
struct Slice {
    submitted: Instant,
    /// Epochs that a network of it runs at most.
    epochs: u32,
    started_count: u32,
    /// Networks that must have finished then, of all since the beginning.
    expired_count: u64,
    status: Readback,
    /// Finished chunks that travel with it.
    chunks: Vec<Leaving>,
    /// The pool as the slice leaves it, where it is copied out, and what the host knew then.
    copy: Option<(Readback, Book)>,
}

/// A finished chunk on its way to the host.
struct Leaving {
    number: u64,
    chunk: Chunk,
    counts: Counts,
    readback: Readback,
}

/// Bytes of a status: active count, tail of the free list, counters; after them the device's clock, where there is one.
const STATUS_BYTES: u64 = 8 + size_of::<Counters>() as u64;

/// A run in progress on one device.
pub(super) struct Stream<'a> {
    gpu: &'a Gpu,
    pool: &'a mut Pool,
    job: &'a Job<'a>,
    watch: &'a dyn Watch,
    meter: &'a mut Meter,
    stopwatch: Option<Stopwatch>,
    checkpoints: Checkpoints,
    run: &'a mut Run,
    book: Book,
    slices: VecDeque<Slice>,
    timing: Timing,
    spare_status: Vec<Readback>,
    spare_results: Vec<Readback>,
}

/// What outlasts a lost device.
pub(super) struct Run {
    pub(super) clock: SliceClock,
    /// How often the pool is copied to the host.
    pub(super) checkpoint_interval: Duration,
    /// From where to go on.
    pub(super) checkpoint: Option<Checkpoint>,
    /// Chunks that were neither delivered nor are in `checkpoint`.
    pub(super) again: VecDeque<Numbered>,
    /// Number of the chunk that is delivered next. Those with lower ones may be trained again, but are not delivered.
    pub(super) deliver_next: u64,
    /// Slices that were lost with devices.
    pub(super) lost_slices: u32,
}

impl<'a> Stream<'a> {
    /// An empty pool, ready to go; or one that goes on from where another was lost.
    pub(super) fn new(
        gpu: &'a Gpu,
        pool: &'a mut Pool,
        job: &'a Job<'a>,
        watch: &'a dyn Watch,
        meter: &'a mut Meter,
        run: &'a mut Run,
    ) -> Result<Self> {
        pool.buffers.reset(gpu, pool.sizes.slot_count);
        let products = (job.problem.examples().count() * job.problem.layers().weight_count()) as u64;
        // About 10^7 products an epoch: some milliseconds even in software. A pool of large networks may have few slots.
        let width = (10_000_000 / products).max(64).min(pool.sizes.slot_count.into()) as u32;
        let mut book = Book::new(width, pool.sizes.slot_count);
        if let Some(from) = &run.checkpoint {
            book = from.book.clone();
            pool.buffers.restore(gpu, book.list, &from.bytes);
            for window in &book.windows {
                pool.starting.import(gpu, &pool.buffers, window.index, &window.chunk)?;
            }
            meter.restore(&from.meter);
        }
        Ok(Self {
            gpu,
            pool,
            job,
            watch,
            meter,
            stopwatch: Stopwatch::new(gpu, DEPTH as u32),
            checkpoints: Checkpoints::new(run.checkpoint_interval, run.checkpoint.take()),
            run,
            book,
            slices: VecDeque::new(),
            timing: Timing::new(Instant::now()),
            spare_status: Vec::new(),
            spare_results: Vec::new(),
        })
    }

    /// Trains all chunks, or up to an interruption. On trouble, `run` gets what is needed to go on.
    pub(super) fn run(mut self, caller: &mut Caller<'_>) -> Result<(), StreamError> {
        let ended = self.go(caller);
        let in_flight = self
            .slices
            .into_iter()
            .flat_map(|slice| slice.chunks.into_iter().map(|leaving| (leaving.number, leaving.chunk)));
        let waiting = self.book.windows.into_iter().map(|window| (window.number, window.chunk));
        let checkpoint = self.checkpoints.latest;
        let kept = |number: u64| checkpoint.iter().any(|from| from.book.windows.iter().any(|w| w.number == number));
        self.run.again.extend(in_flight.chain(waiting).filter(|(number, _)| !kept(*number)));
        if let Err(StreamError::Lost(_)) = ended {
            let from = checkpoint.as_ref().map_or(0, |from| from.book.slice_count);
            self.run.lost_slices += self.book.slice_count.wrapping_sub(from);
        }
        self.run.checkpoint = checkpoint;
        ended
    }

    fn go(&mut self, caller: &mut Caller<'_>) -> Result<(), StreamError> {
        let mut stopping = false;
        loop {
            caller.check()?;
            if !stopping && self.watch.interrupted() {
                stopping = true;
                // Chunks that are complete are delivered, then the one at hand as far as it has come, and no other.
                let at_hand = self.book.windows.iter().position(|window| !self.book.complete(window));
                self.book.windows.truncate(at_hand.map_or(self.book.windows.len(), |at| at + 1));
            }
            if !stopping {
                self.admit(caller)?;
            }
            if self.book.windows.is_empty() {
                match self.slices.iter().any(|slice| !slice.chunks.is_empty()) {
                    true => self.receive(caller)?,
                    false => return Ok(()),
                }
                continue;
            }
            self.submit(stopping)?;
            while self.slices.len() >= if self.run.clock.grows() { 1 } else { DEPTH } {
                self.receive(caller)?;
            }
        }
    }

    /// Fills free windows with the chunks that are at hand; waits for one where there is nothing else to do.
    fn admit(&mut self, caller: &mut Caller<'_>) -> Result<(), StreamError> {
        while self.book.windows.len() < WINDOW_COUNT {
            let is_idle = self.book.windows.is_empty() && self.slices.iter().all(|slice| slice.chunks.is_empty());
            let Some((number, chunk)) = caller.next_chunk(is_idle) else { break };
            let index = self.book.next_window;
            self.book.next_window = (index + 1) % WINDOW_COUNT;
            let known_from = self.book.slice_count;
            let counted = self.pool.classes.counted(chunk.rows);
            let window = Window { number, chunk, index, counted, started_count: 0, begun: None, known_from };
            if window.count() > self.pool.sizes.window_capacity {
                return Err(Error::failure(format!(
                    "a chunk of {} networks was given where at most {} were asked for",
                    window.count(),
                    self.pool.sizes.window_capacity
                ))
                .into());
            }
            self.pool.starting.import(self.gpu, &self.pool.buffers, index, &window.chunk)?;
            // The window's last user has been copied out before.
            self.book.counts[index] = Counts::default();
            let place = std::mem::offset_of!(Counters, windows) + size_of::<Counts>() * index;
            let counts = bytemuck::bytes_of(&self.book.counts[index]);
            self.gpu.queue.write_buffer(&self.pool.buffers.counters, place as u64, counts);
            self.book.windows.push_back(window);
        }
        Ok(())
    }

    fn slice_epochs(&self) -> u32 {
        let budget = self.job.problem.spec().epochs;
        let age = self.meter.mean_epochs().unwrap_or(self.book.epochs_begun as f64);
        let age = age.min(f64::from(u32::MAX)) as u32;
        let most = self.gpu.loop_limit() / self.pool.trainer.loop_steps().max(1);
        let most = u32::try_from(most).unwrap_or(u32::MAX).max(1);
        let planned = self.run.clock.next(age, budget, self.job.problem.retires());
        self.run.clock.next_in_stride(planned, self.book.epochs_begun, (DIVERGENCE_STRIDE, budget, most))
    }

    /// Sends off a slice, with the chunks that are complete.
    fn submit(&mut self, stopping: bool) -> Result<(), StreamError> {
        self.gpu.check()?;
        let epochs = if stopping { 0 } else { self.slice_epochs() };
        let starts = self.book.starts(self.job.seed, self.pool.sizes.slot_count, self.job.problem.spec().epochs);
        // The slice may end past what any network has left, and then runs that.
        let trained = epochs.min(self.book.epochs_left());
        let started_count: u32 = starts.iter().map(|start| start.count).sum();
        let mut params = SliceParams {
            slice_epochs: trained,
            flush: u32::from(stopping),
            seed: words(self.job.seed),
            ..SliceParams::default()
        };
        for window in &self.book.windows {
            params.counted[window.index] = window.counted;
        }
        let mut encoder =
            self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("slice") });
        let mut chunks = Vec::new();
        while let Some(window) = self.book.windows.front() {
            if !self.book.complete(window) {
                break;
            }
            let bytes = self.pool.window_bytes();
            let mut readback =
                self.spare_results.pop().unwrap_or_else(|| Readback::new(self.gpu, "results read back", bytes));
            let counts = self.book.counts[window.index];
            let mut place = 0;
            for part in self.pool.results_of(&counts).into_iter().filter(|part| !part.is_empty()) {
                let (from, bytes) = (window.index as u64 * bytes + part.start, part.end - part.start);
                readback.copy(&mut encoder, &self.pool.buffers.results, from, place, bytes);
                place += bytes;
            }
            if let Some(window) = self.book.windows.pop_front() {
                chunks.push(Leaving { number: window.number, chunk: window.chunk, counts, readback });
            }
        }
        // Of the slices under way, each has a span of its own.
        let span = self.book.slice_count % DEPTH as u32;
        let timed = self.stopwatch.as_ref().map(|stopwatch| stopwatch.span(span));
        let order = SliceOrder { list: self.book.list, starts: &starts, bound: self.book.in_flight(), params, timed };
        self.pool.record(self.gpu, &mut encoder, order);
        let bytes = STATUS_BYTES + Stopwatch::BYTES;
        let mut status = self.spare_status.pop().unwrap_or_else(|| Readback::new(self.gpu, "status read back", bytes));
        if let Some(stopwatch) = &self.stopwatch {
            let (ticks, place) = stopwatch.resolve(&mut encoder, span);
            status.copy(&mut encoder, ticks, place, STATUS_BYTES, Stopwatch::BYTES);
        }
        let buffers = &self.pool.buffers;
        status.copy(&mut encoder, &buffers.active[1 - self.book.list], 0, 0, 4);
        status.copy(&mut encoder, &buffers.free, 0, 4, 4);
        status.copy(&mut encoder, &buffers.counters, 0, 8, size_of::<Counters>() as u64);
        let next = 1 - self.book.list;
        let mut copy = self.checkpoints.begin(self.gpu, &self.pool.buffers, self.book.age());
        if let Some(copy) = &mut copy {
            self.pool.buffers.copy(&mut encoder, copy, next);
        }
        let submission = self.gpu.queue.submit([encoder.finish()]);
        status.submitted(submission.clone());
        if let Some(copy) = &mut copy {
            copy.submitted(submission.clone());
        }
        for leaving in &mut chunks {
            leaving.readback.submitted(submission.clone());
        }
        self.book.list = next;
        self.book.submitted(epochs);
        let copy = copy.map(|copy| (copy, self.book.clone()));
        let expired_count = self.book.expired_count;
        let (submitted, epochs) = (Instant::now(), trained);
        self.slices.push_back(Slice { submitted, epochs, started_count, expired_count, status, chunks, copy });
        Ok(())
    }

    /// Waits for the oldest slice and takes in what it says.
    fn receive(&mut self, caller: &Caller<'_>) -> Result<(), StreamError> {
        let Some(slice) = self.slices.front_mut() else { return Ok(()) };
        let known = slice.status.receive(self.gpu, |bytes| Known {
            active_count: bytemuck::pod_read_unaligned(&bytes[..4]),
            free_tail: bytemuck::pod_read_unaligned(&bytes[4..8]),
            counters: bytemuck::pod_read_unaligned(&bytes[8..STATUS_BYTES as usize]),
            ticks: bytes.get(STATUS_BYTES as usize..).and_then(|bytes| bytemuck::try_pod_read_unaligned(bytes).ok()),
        })?;
        let told = self.book.told(known, slice.started_count, slice.expired_count);
        let number = self.book.slice_count.wrapping_sub(self.slices.len() as u32);
        let Some(finished) = told.filter(|_| known.counters.canary == number.wrapping_add(1)) else {
            return Err(Lost(format!("{} dropped a dispatch", self.gpu.name)).into());
        };
        let mut arrived = Vec::new();
        if let Some(slice) = self.slices.front_mut() {
            for Leaving { chunk, counts, readback, .. } in &mut slice.chunks {
                arrived.push(readback.receive(self.gpu, |bytes| Arrived::new(chunk.networks.clone(), *counts, bytes))?);
            }
        }
        let Some(slice) = self.slices.pop_front() else { return Ok(()) };
        let busy = self.stopwatch.as_ref().zip(known.ticks).and_then(|(watch, ticks)| watch.seconds(ticks));
        let took = self.timing.took(slice.submitted, Instant::now(), busy.map(Duration::from_secs_f64));
        self.run.clock.observe(slice.epochs, took);
        self.book.note_windows(number);
        let in_flight = u64::from(known.active_count) + u64::from(finished);
        self.meter.busy(busy);
        self.meter.slice(&known.counters, in_flight * u64::from(slice.epochs), self.watch);
        self.book.widen(slice.epochs, took.as_secs_f64(), self.pool.sizes.slot_count);
        self.spare_status.push(slice.status);
        // Chunks first leave the list of what would have to be repeated, then they are delivered.
        for (Leaving { number, readback, .. }, mut arrived) in slice.chunks.into_iter().zip(arrived) {
            self.spare_results.push(readback);
            if number < self.run.deliver_next {
                continue; // Delivered before the device was lost.
            }
            self.run.deliver_next = number + 1;
            arrived.idle = self.meter.deliver(arrived.count(), arrived.net_epochs());
            arrived.device_seconds = self.meter.take_busy();
            caller.take(arrived)?;
        }
        if let Some((mut readback, mut book)) = slice.copy {
            let bytes = readback.receive(self.gpu, <[u8]>::to_vec)?;
            book.recall(&self.book);
            self.checkpoints.take(Checkpoint { book, meter: self.meter.clone(), bytes }, readback);
        }
        Ok(())
    }
}
