//! The host's side of a run on the pool: admits chunks into windows, submits slices, reads what came of them, delivers
//! finished chunks in order. Two slices are always under way, so that neither side waits for the other.

use std::collections::VecDeque;
use std::time::Instant;

use crate::backend::{Chunk, Deliver, Job, Trained, Watch};
use crate::error::{Error, Result};
use crate::gpu::{Gpu, Lost, Readback};
use crate::plan::SliceClock;

use super::bus::{Counters, Start, Turn, WINDOW_COUNT, words};
use super::meter::Meter;
use super::outcomes::read_window;
use super::pool::Pool;

/// Slices submitted and not yet read.
const DEPTH: usize = 3;
/// A single epoch of all networks in flight may take this long; beyond it no more are let in.
const EPOCH_SECONDS: f64 = 0.03;

/// Why a stream ended early.
pub(super) enum Trouble {
    /// The device is gone.
    Lost(Lost),
    /// Anything else.
    Failed(Error),
}

impl From<Lost> for Trouble {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A chunk whose networks start, train or have finished, but have not been copied out.
struct Window {
    chunk: Chunk,
    index: usize,
    started_count: u32,
    /// Number of the first slice that knows of it: earlier ones tell of the window's previous chunk.
    known_from: u32,
}

impl Window {
    fn count(&self) -> u32 {
        (self.chunk.networks.end - self.chunk.networks.start) as u32
    }
}

/// A submission under way.
struct Slice {
    submitted: Instant,
    epochs: u32,
    started_count: u32,
    status: Readback,
    /// Finished chunks that travel with it.
    chunks: Vec<(Chunk, Readback)>,
}

/// What a slice's status said.
#[derive(Clone, Copy, Default)]
struct Known {
    active_count: u32,
    free_tail: u32,
    counters: Counters,
}

/// Bytes of a status: active count, tail of the free list, counters.
const STATUS_BYTES: u64 = 8 + size_of::<Counters>() as u64;

/// A run in progress on one device.
pub(super) struct Stream<'a> {
    gpu: &'a Gpu,
    pool: &'a mut Pool,
    job: &'a Job<'a>,
    watch: &'a dyn Watch,
    meter: &'a mut Meter,
    clock: SliceClock,
    windows: VecDeque<Window>,
    remaining: [u32; WINDOW_COUNT],
    next_window: usize,
    slices: VecDeque<Slice>,
    known: Known,
    /// Slots taken from the free list so far, modulo 2^32.
    taken_count: u32,
    /// Networks that may be in flight: grows while epochs stay short.
    width: u32,
    list: usize,
    slice_count: u32,
    epochs_begun: u64,
    last_received: Instant,
    spare_status: Vec<Readback>,
    spare_results: Vec<Readback>,
}

impl<'a> Stream<'a> {
    /// An empty pool, ready to go.
    pub(super) fn new(
        gpu: &'a Gpu,
        pool: &'a mut Pool,
        job: &'a Job<'a>,
        watch: &'a dyn Watch,
        meter: &'a mut Meter,
        clock: SliceClock,
    ) -> Self {
        pool.reset(gpu);
        let products = (job.problem.examples().count() * job.problem.layers().weight_count()) as u64;
        // About 10^7 products: some milliseconds even in software.
        let width = (10_000_000 / products).clamp(64, 4096) as u32;
        let known = Known { free_tail: pool.sizes.slot_count, ..Known::default() };
        Self {
            width: width.min(pool.sizes.slot_count),
            gpu,
            pool,
            job,
            watch,
            meter,
            clock,
            windows: VecDeque::new(),
            remaining: [0; WINDOW_COUNT],
            next_window: 0,
            slices: VecDeque::new(),
            known,
            taken_count: 0,
            list: 0,
            slice_count: 0,
            epochs_begun: 0,
            last_received: Instant::now(),
            spare_status: Vec::new(),
            spare_results: Vec::new(),
        }
    }

    /// Trains all chunks, or up to an interruption. On trouble, `leftover` gets the chunks that were not delivered.
    pub(super) fn run(
        mut self,
        chunks: &mut dyn Iterator<Item = Chunk>,
        deliver: &mut Deliver<'_>,
        leftover: &mut VecDeque<Chunk>,
    ) -> Result<SliceClock, Trouble> {
        let ended = self.go(chunks, deliver);
        let flying = self.slices.into_iter().flat_map(|slice| slice.chunks.into_iter().map(|(chunk, _)| chunk));
        leftover.extend(flying.chain(self.windows.into_iter().map(|window| window.chunk)));
        ended.map(|()| self.clock)
    }

    fn go(&mut self, chunks: &mut dyn Iterator<Item = Chunk>, deliver: &mut Deliver<'_>) -> Result<(), Trouble> {
        let mut stopping = false;
        loop {
            if !stopping && self.watch.interrupted() {
                stopping = true;
                // Chunks that are complete are delivered, then the one at hand as far as it has come, and no other.
                let at_hand = self.windows.iter().position(|window| !self.complete(window));
                self.windows.truncate(at_hand.map_or(self.windows.len(), |at| at + 1));
            }
            if !stopping {
                self.admit(chunks)?;
            }
            if self.windows.is_empty() {
                match self.slices.iter().any(|slice| !slice.chunks.is_empty()) {
                    true => self.receive(deliver)?,
                    false => return Ok(()),
                }
                continue;
            }
            self.submit(stopping)?;
            while self.slices.len() >= DEPTH {
                self.receive(deliver)?;
            }
        }
    }

    fn complete(&self, window: &Window) -> bool {
        window.started_count == window.count() && self.remaining[window.index] == 0
    }

    /// Fills free windows with chunks.
    fn admit(&mut self, chunks: &mut dyn Iterator<Item = Chunk>) -> Result<(), Trouble> {
        while self.windows.len() < WINDOW_COUNT {
            let Some(chunk) = chunks.next() else { break };
            let index = self.next_window;
            self.next_window = (index + 1) % WINDOW_COUNT;
            let window = Window { chunk, index, started_count: 0, known_from: self.slice_count };
            if window.count() > self.pool.sizes.window_capacity {
                return Err(Error::failure(format!(
                    "a chunk of {} networks was given where at most {} were asked for",
                    window.count(),
                    self.pool.sizes.window_capacity
                ))
                .into());
            }
            self.pool.import(self.gpu, index, &window.chunk)?;
            // The device counts down from what the host sets; the window's last user has been copied out before.
            self.remaining[index] = window.count();
            let place = std::mem::offset_of!(Counters, remaining) + 4 * index;
            self.gpu.queue.write_buffer(&self.pool.buffers.counters, place as u64, bytemuck::bytes_of(&window.count()));
            self.windows.push_back(window);
        }
        Ok(())
    }

    /// Networks that may have been started and not settled yet.
    fn unsettled_count(&self) -> u32 {
        self.known.active_count + self.slices.iter().map(|slice| slice.started_count).sum::<u32>()
    }

    /// Takes as many networks as there are free slots, in order.
    fn starts(&mut self) -> Vec<Start> {
        let free = self.known.free_tail.wrapping_sub(self.taken_count);
        let mut room = free.min(self.width.saturating_sub(self.unsettled_count()));
        let mut starts = Vec::new();
        let seed = words(self.job.seed);
        for window in &mut self.windows {
            let count = room.min(window.count() - window.started_count);
            if count == 0 {
                continue;
            }
            starts.push(Start {
                seed,
                first: words(window.chunk.networks.start + u64::from(window.started_count)),
                count,
                window: window.index as u32,
                position: window.started_count,
                free_head: self.taken_count & (self.pool.sizes.slot_count - 1),
                imported: u32::from(window.chunk.starts.is_some()),
                reserved: [0; 3],
            });
            window.started_count += count;
            self.taken_count = self.taken_count.wrapping_add(count);
            room -= count;
        }
        starts
    }

    fn slice_epochs(&self) -> u32 {
        let budget = self.job.problem.spec().epochs;
        let age = self.meter.mean_epochs().unwrap_or(self.epochs_begun as f64);
        let age = age.min(f64::from(u32::MAX)) as u32;
        self.clock.next(age, budget, self.job.problem.retires())
    }

    /// Sends off a slice, with the chunks that are complete.
    fn submit(&mut self, stopping: bool) -> Result<(), Trouble> {
        self.gpu.check()?;
        let epochs = if stopping { 0 } else { self.slice_epochs() };
        let starts = self.starts();
        let started_count: u32 = starts.iter().map(|start| start.count).sum();
        let bound = (self.unsettled_count() + started_count).min(self.pool.sizes.slot_count);
        let mut turn = Turn { slice_epochs: epochs, flush: u32::from(stopping), ..Turn::default() };
        for window in &self.windows {
            turn.window_sizes[window.index] = window.count();
        }
        let mut encoder =
            self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("slice") });
        let mut chunks = Vec::new();
        while let Some(window) = self.windows.front() {
            if !self.complete(window) {
                break;
            }
            let bytes = self.pool.window_bytes();
            let mut readback =
                self.spare_results.pop().unwrap_or_else(|| Readback::new(self.gpu, "results read back", bytes));
            let used = bytes / u64::from(self.pool.sizes.window_capacity) * u64::from(window.count());
            readback.copy(&mut encoder, &self.pool.buffers.results, window.index as u64 * bytes, 0, used);
            if let Some(window) = self.windows.pop_front() {
                chunks.push((window.chunk, readback));
            }
        }
        self.pool.record(self.gpu, &mut encoder, self.list, &starts, bound, turn);
        let mut status =
            self.spare_status.pop().unwrap_or_else(|| Readback::new(self.gpu, "status read back", STATUS_BYTES));
        let buffers = &self.pool.buffers;
        status.copy(&mut encoder, &buffers.active[1 - self.list], 0, 0, 4);
        status.copy(&mut encoder, &buffers.free, 0, 4, 4);
        status.copy(&mut encoder, &buffers.counters, 0, 8, size_of::<Counters>() as u64);
        let submission = self.gpu.queue.submit([encoder.finish()]);
        status.submitted(submission.clone());
        for (_, readback) in &mut chunks {
            readback.submitted(submission.clone());
        }
        self.slices.push_back(Slice { submitted: Instant::now(), epochs, started_count, status, chunks });
        self.list = 1 - self.list;
        self.slice_count = self.slice_count.wrapping_add(1);
        self.epochs_begun += u64::from(epochs);
        Ok(())
    }

    /// Waits for the oldest slice and takes in what it says.
    fn receive(&mut self, deliver: &mut Deliver<'_>) -> Result<(), Trouble> {
        let Some(slice) = self.slices.front_mut() else { return Ok(()) };
        let before = self.known;
        self.known = slice.status.receive(self.gpu, |bytes| Known {
            active_count: bytemuck::pod_read_unaligned(&bytes[..4]),
            free_tail: bytemuck::pod_read_unaligned(&bytes[4..8]),
            counters: bytemuck::pod_read_unaligned(&bytes[8..STATUS_BYTES as usize]),
        })?;
        let number = self.slice_count.wrapping_sub(self.slices.len() as u32);
        if self.known.counters.canary != number.wrapping_add(1) {
            return Err(Lost(format!("{} dropped a dispatch", self.gpu.name)).into());
        }
        let mut arrived = Vec::new();
        if let Some(slice) = self.slices.front_mut() {
            for (chunk, readback) in &mut slice.chunks {
                let wants = (self.job.problem, self.job.keep_weights);
                arrived.push(readback.receive(self.gpu, |bytes| read_window(wants, chunk.networks.clone(), bytes))?);
            }
        }
        let Some(slice) = self.slices.pop_front() else { return Ok(()) };
        let now = Instant::now();
        let took = now - slice.submitted.max(self.last_received);
        self.last_received = now;
        self.clock.observe(slice.epochs, took);
        self.note_windows(number);
        let finished = self.known.counters.finished.wrapping_sub(before.counters.finished);
        let in_flight = u64::from(self.known.active_count) + u64::from(finished);
        self.meter.slice(&self.known.counters, in_flight * u64::from(slice.epochs), self.watch);
        self.widen(slice.epochs, took.as_secs_f64());
        self.spare_status.push(slice.status);
        // Chunks first leave the list of what would have to be repeated, then they are delivered.
        for ((_, readback), outcome) in slice.chunks.into_iter().zip(arrived) {
            self.spare_results.push(readback);
            let (outcomes, weights) = outcome?;
            let idle = self.meter.deliver(&outcomes);
            let executed_net_epochs = outcomes.net_epochs() + idle;
            deliver(Trained { outcomes, weights, executed_net_epochs })?;
        }
        Ok(())
    }

    /// Takes over how many networks of each window remain, as slice `number` tells.
    fn note_windows(&mut self, number: u32) {
        for window in &self.windows {
            if number.wrapping_sub(window.known_from) < u32::MAX / 2 {
                self.remaining[window.index] = self.known.counters.remaining[window.index];
            }
        }
    }

    fn widen(&mut self, epochs: u32, seconds: f64) {
        let full = self.known.active_count >= self.width / 2;
        if full && epochs > 0 && 2.0 * seconds / f64::from(epochs) < EPOCH_SECONDS {
            self.width = self.width.saturating_mul(2).min(self.pool.sizes.slot_count);
        }
    }
}
