//! One thread's work on a chunk: a vector of lanes that is kept full. When a network finishes, its lane takes the next.

use std::collections::VecDeque;

use crate::backend::{Chunk, Job, Progress, Watch};
use crate::outcome::{Values, Weights};
use crate::seed::{Starts, TOGETHER};
use crate::spec::{DIVERGENCE_STRIDE, Judge};

use super::answers::{Answers, LaneNetworks};
use super::entry::Engine;
use super::ledger::{LANE_LIMIT, Ledger, bits};
use super::memory::Memory;
use super::net::Net;
use super::rows::{Queue, Row, Taken};
use super::vector::Vector;

/// What every thread needs for a chunk.
pub(super) struct Work<'a, 'r> {
    pub(super) job: &'a Job<'a>,
    pub(super) net: &'a Net,
    pub(super) starts: &'a Starts,
    pub(super) chunk: &'a Chunk,
    pub(super) queue: &'a Queue<'r>,
    pub(super) watch: &'a dyn Watch,
}

/// A burst is at most this share of the epochs that networks take on average: lanes whose network finishes idle for
/// half of it.
const BURST_SHARE: u64 = 64;
/// Longest burst in epochs.
const BURST_LIMIT: u64 = 256;
/// What a slice should take at most, in nanoseconds, by the estimate below.
const SLICE_NANOSECONDS: f64 = 1e7;
/// Longest slice in epochs.
const SLICE_LIMIT: f64 = 4096.0;

/// Epochs between two looks at the watch.
fn slice_epochs(net: &Net) -> u32 {
    // A weight takes about one nanosecond an example, forward and back, a unit ten.
    let per_example = (net.weight_count + 10 * net.unit_count) as f64;
    (SLICE_NANOSECONDS / (per_example * net.example_count as f64)).clamp(1.0, SLICE_LIMIT) as u32
}

impl Work<'_, '_> {
    /// Trains until the queue is empty. Returns the net-epochs executed, idle lanes included.
    pub(super) fn run<V: Vector>(&self, engine: &Engine<V>) -> u64 {
        let mut worker = Worker {
            work: self,
            engine,
            memory: Memory::new(self.net, engine.apart()),
            ledger: Ledger::new(self.net),
            networks: [const { None }; LANE_LIMIT],
            waiting: VecDeque::with_capacity(TOGETHER),
            starts: vec![0.0; TOGETHER * self.net.weight_count],
            first_start: 0,
            progress: Progress::default(),
            finished_count: 0,
            finished_epochs: 0,
        };
        worker.run()
    }
}

struct Worker<'a, 'w, 'r, V> {
    work: &'a Work<'w, 'r>,
    engine: &'a Engine<V>,
    memory: Memory<V>,
    ledger: Ledger,
    networks: LaneNetworks,
    /// Networks that were taken and drawn together, and have no lane yet.
    waiting: VecDeque<Taken>,
    /// Their starting weights, `[network][weight]`, from the one at position `first_start` on.
    starts: Vec<f32>,
    first_start: usize,
    /// What the watch has not heard of.
    progress: Progress,
    finished_count: u64,
    finished_epochs: u64,
}

impl<V: Vector> Worker<'_, '_, '_, V> {
    fn run(&mut self) -> u64 {
        let budget = self.work.net.epochs;
        let slice = self.work.job.slice_epochs.unwrap_or_else(|| slice_epochs(self.work.net)).max(1);
        let (mut in_slice, mut executed) = (0, 0);
        let mut interrupted = self.work.watch.interrupted();
        loop {
            self.refill();
            let active = self.ledger.active();
            if active == 0 {
                break;
            }
            if interrupted {
                self.finish(active);
                continue;
            }
            let left = bits(active).map(|lane| budget - self.ledger.lanes[lane].epoch).min().unwrap_or(1);
            let epochs = self.burst_epochs().min(left).min(slice - in_slice);
            let epochs = self.engine.burst(self.work.net, &mut self.memory, &mut self.ledger, epochs);
            self.ledger.advance(epochs);
            self.judge_ends();
            executed += u64::from(epochs) * V::LANES as u64;
            let done = bits(active).filter(|lane| {
                let gone = self.ledger.active() >> lane & 1 == 0;
                gone || self.ledger.lanes[*lane].epoch == budget
            });
            let done = done.fold(0, |lanes, lane| lanes | 1 << lane);
            if done != 0 {
                self.finish(done);
            }
            in_slice += epochs;
            if in_slice >= slice {
                in_slice = 0;
                self.report();
                interrupted = self.work.watch.interrupted();
            }
        }
        self.report();
        executed
    }

    /// Lets networks of the queue into the idle lanes.
    fn refill(&mut self) {
        let idle = !self.ledger.active() & (u32::MAX >> (LANE_LIMIT - V::LANES));
        if idle == 0 || !self.ledger.is_aligned() {
            return;
        }
        let mut idle_count = idle.count_ones() as usize;
        for lane in bits(idle) {
            if self.waiting.is_empty() {
                self.fetch(idle_count);
            }
            let Some(taken) = self.waiting.pop_front() else { break };
            idle_count -= 1;
            let net = self.work.net;
            let (rates, momentum) = match &self.work.chunk.rates {
                Some(own) => (own.rates(taken.position()), own.momentum(taken.position())),
                None => (net.rates.as_slice(), net.momentum),
            };
            let steps = rates.iter().map(|rate| net.step(*rate));
            let from = |position: usize| position * net.weight_count..(position + 1) * net.weight_count;
            match self.work.chunk.starts.as_ref().map(Weights::values) {
                Some(Values::F64(values)) => {
                    self.memory.load(lane, values[from(taken.position())].iter().copied(), steps, momentum);
                }
                Some(Values::F32(values)) => {
                    let start = values[from(taken.position())].iter().map(|weight| f64::from(*weight));
                    self.memory.load(lane, start, steps, momentum);
                }
                None => {
                    let drawn = &self.starts[from(taken.position() - self.first_start)];
                    self.memory.load(lane, drawn.iter().map(|weight| f64::from(*weight)), steps, momentum);
                }
            }
            self.memory.sequence.enter(lane, self.work.chunk.networks.start + taken.position() as u64);
            self.ledger.enter(lane);
            self.networks[lane] = Some(taken);
        }
    }

    /// Takes the next networks with their starting weights: as many as can be drawn together, unless other threads might
    /// wait for them.
    fn fetch(&mut self, wanted: usize) {
        let Work { queue, chunk, starts, .. } = *self.work;
        let wanted = if queue.is_long() { TOGETHER } else { wanted.min(TOGETHER) };
        self.waiting.extend(queue.take(wanted));
        let Some(first) = self.waiting.front() else { return };
        self.first_start = first.position();
        if chunk.starts.is_none() {
            self.engine.draw(starts, chunk.networks.start + self.first_start as u64, &mut self.starts);
        }
    }

    /// Epochs of the next burst: up to an epoch in which lanes are aligned.
    fn burst_epochs(&self) -> u32 {
        match self.work.net.judge {
            Judge::During => {}
            // The weights at the end of bursts are looked at.
            Judge::After => return 1,
            Judge::End => return self.ledger.epochs_to_alignment(),
        }
        let share = self.finished_epochs / (self.finished_count.max(1) * BURST_SHARE);
        let strides = share.min(BURST_LIMIT) as u32 / DIVERGENCE_STRIDE;
        self.ledger.epochs_to_alignment() + strides.saturating_sub(1) * DIVERGENCE_STRIDE
    }

    /// After a burst: holds the weights as they are against the criterion, where epochs are judged by the weights at their
    /// end, and looks for divergence, where these are looked at for that.
    fn judge_ends(&mut self) {
        let net = self.work.net;
        let judges = match net.judge {
            Judge::During => return,
            Judge::After => true,
            Judge::End => false,
        };
        let active = self.ledger.active();
        let mut solved = 0;
        if judges {
            let mut answers = Answers::new(self.work.queue, &self.networks, 0);
            self.engine.evaluate(net, &mut self.memory, &mut answers);
            solved = answers.solved() & active;
        }
        let looked_at = if self.ledger.is_aligned() { active } else { solved };
        if looked_at == 0 {
            return;
        }
        let diverged = bits(looked_at).filter(|lane| !self.memory.is_in_bounds(*lane));
        let diverged = diverged.fold(0, |lanes, lane| lanes | 1 << lane);
        if solved | diverged != 0 {
            // The burst's epochs are counted already.
            self.ledger.note(solved, diverged, 0);
        }
    }

    /// Writes the rows of the networks in these lanes, which leave.
    fn finish(&mut self, lanes: u32) {
        self.ledger.leave(lanes);
        let Work { net, queue, .. } = *self.work;
        let mut answers = Answers::new(queue, &self.networks, lanes);
        let in_bounds = self.engine.evaluate(net, &mut self.memory, &mut answers);
        let (losses, solved) = (answers.losses(), answers.solved());
        for lane in bits(lanes) {
            let Some(taken) = self.networks[lane].take() else { continue };
            if net.judge == Judge::End {
                self.ledger.judge(lane, net.epochs, solved >> lane & 1 == 1);
            }
            let ended = self.ledger.lanes[lane];
            let row = Row {
                status: self.ledger.status(lane, net.epochs, in_bounds >> lane & 1 == 1),
                solved_epoch: ended.solved_epoch,
                stop_epoch: ended.epoch,
                loss: losses[lane] / net.example_count as f64,
            };
            if row.status != crate::outcome::Status::Unfinished {
                self.progress.settled_net_epochs += u64::from(net.epochs - ended.epoch);
                self.progress.networks += 1;
            }
            self.finished_count += 1;
            self.finished_epochs += u64::from(ended.epoch);
            queue.finish(taken, &row, self.memory.weights_of(lane));
        }
    }

    /// Tells the watch.
    fn report(&mut self) {
        let net_epochs = std::mem::take(&mut self.ledger.net_epochs);
        let Progress { settled_net_epochs, networks, .. } = std::mem::take(&mut self.progress);
        self.work.watch.progress(Progress {
            net_epochs,
            settled_net_epochs: settled_net_epochs + net_epochs,
            networks,
        });
    }
}
