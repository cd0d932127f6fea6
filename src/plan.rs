//! How work is cut: a population into chunks of networks, a chunk's epochs into slices. Pure arithmetic; the limits and
//! the measured times come from elsewhere.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::spec::Population;

/// The index ranges of a population's chunks, in order, each of at most `chunk_limit` networks (at least 1).
pub fn chunks(population: Population, chunk_limit: u64) -> impl Iterator<Item = Range<u64>> {
    let Range { start, end } = population.networks();
    let size = chunk_limit.max(1);
    let count = (end - start).div_ceil(size);
    (0..count).map(move |chunk| start + chunk * size..end.min(start.saturating_add((chunk + 1).saturating_mul(size))))
}

/// Most networks in flight for a memory budget.
///
/// `bytes_per_network` must count everything that exists once per network; `largest_array` the bytes per network of the
/// largest single array, held against `array_limit`.
pub fn chunk_limit(memory: u64, bytes_per_network: u64, array_limit: u64, largest_array: u64) -> u64 {
    let by_memory = memory / bytes_per_network.max(1);
    let by_array = array_limit / largest_array.max(1);
    by_memory.min(by_array)
}

/// Chooses how many networks the next chunk has, so that none takes much longer than it should. Outcomes do not depend on it.
#[derive(Clone, Debug)]
pub struct ChunkClock {
    aim: f64,
    most: u64,
    size: u64,
    /// When the chunks under way began.
    began: VecDeque<Instant>,
}

impl ChunkClock {
    /// The first chunk, of which nothing is known; and the least that keeps all lanes busy.
    pub const FIRST: u64 = 512;
    /// By how much the next may be larger.
    const GROWTH: u64 = 8;

    /// Chunks of about so many seconds, and at most so many networks.
    pub fn new(seconds: f64, most: u64) -> Self {
        Self { aim: seconds, most: most.max(1), size: Self::FIRST.min(most.max(1)), began: VecDeque::new() }
    }

    /// Networks of the next chunk, which begins now.
    pub fn begin(&mut self) -> u64 {
        self.began.push_back(Instant::now());
        self.size
    }

    /// The chunk that began first of those under way has ended, with so many networks.
    pub fn observe(&mut self, networks: u64) {
        let Some(began) = self.began.pop_front() else { return };
        let per_network = began.elapsed().as_secs_f64() / networks.max(1) as f64;
        let fitting = (self.aim / per_network.max(1e-12)).min(1e15) as u64;
        self.size = fitting.min(self.size.saturating_mul(Self::GROWTH)).max(Self::FIRST).min(self.most);
    }
}

/// Chooses how many epochs the next slice runs.
///
/// A slice should take 20 to 50 ms: long enough that starting it costs nothing, short enough for watchdogs, progress and
/// interruption. It starts near 1 ms, grows at most fourfold, and is never predicted to take more than
/// [`SliceClock::LIMIT`]. While networks retire, it stays a small share of the epochs already run, so that lanes whose
/// network has finished do not idle for long. Outcomes do not depend on any of this.
#[derive(Clone, Debug)]
pub struct SliceClock {
    epochs: u32,
    /// Epochs of the last slice, and seconds that each took.
    last: Option<(u32, f64)>,
    fixed: bool,
    grows: bool,
}

impl SliceClock {
    /// What a slice should take.
    pub const AIM: Duration = Duration::from_millis(35);
    /// What no slice may be predicted to take.
    pub const LIMIT: Duration = Duration::from_millis(125);
    /// What the first slice should take, from a guess of an epoch's time.
    pub const FIRST: Duration = Duration::from_millis(1);
    /// How many times as long the next slice may be.
    const GROWTH: u32 = 4;
    /// A slice is at most this share of the epochs that its networks have run before.
    pub const RETIRING_SHARE: f64 = 0.125;
    /// Below this many epochs the share does not matter.
    pub const RETIRING_FLOOR: u32 = 64;

    /// Starts from a guess of the seconds that one epoch of the chunk takes.
    pub fn new(guessed_seconds_per_epoch: f64) -> Self {
        let epochs = (Self::FIRST.as_secs_f64() / guessed_seconds_per_epoch.max(1e-12)).clamp(1.0, 1024.0);
        Self { epochs: epochs as u32, last: None, fixed: false, grows: true }
    }

    /// Always the same length, for tests of cut independence.
    pub fn fixed(epochs: u32) -> Self {
        Self { epochs: epochs.max(1), last: None, fixed: true, grows: false }
    }

    /// Epochs of the next slice, at least 1 and at most `remaining` (which must be at least 1), when `elapsed` epochs
    /// have been run.
    pub fn next(&self, elapsed: u32, remaining: u32, retiring: bool) -> u32 {
        let mut epochs = self.epochs;
        if retiring && !self.fixed {
            let share = (f64::from(elapsed) * Self::RETIRING_SHARE) as u32;
            epochs = epochs.min(share.max(Self::RETIRING_FLOOR));
        }
        epochs.clamp(1, remaining.max(1))
    }

    /// The same, cut so that slices end where `begun`, the epochs of all slices before, is a multiple of `stride`: once
    /// slices are that long, each is a multiple of it, and networks that started with different slices are at the same place
    /// within it. A slice that covers `budget` may end past it, where its networks stop by themselves. At most `most`.
    pub fn next_in_stride(&self, planned: u32, begun: u64, (stride, budget, most): (u32, u32, u32)) -> u32 {
        let planned = planned.min(most).max(1);
        if self.fixed {
            return planned;
        }
        let missing = stride - (begun % u64::from(stride)) as u32;
        // How far past the next multiple it may go, in whole strides; to the end of the budget where it covers that.
        let whole = |epochs: u32| epochs.checked_sub(missing).map(|past| missing + past / stride * stride);
        let covering = (planned >= budget).then(|| missing + budget.saturating_sub(missing).next_multiple_of(stride));
        covering.filter(|epochs| *epochs <= most).or_else(|| whole(planned)).unwrap_or(planned)
    }

    /// Learns from a finished slice of so many epochs.
    pub fn observe(&mut self, epochs: u32, took: Duration) {
        if self.fixed || epochs == 0 {
            return;
        }
        let is_cut = epochs < self.epochs / 4;
        // Near its length, or something else made it short.
        self.grows &= took < Self::AIM / 4 && !is_cut;
        if is_cut && took < Self::AIM {
            return; // What it cost beside its few epochs is no measure for many.
        }
        let seconds = (took.as_secs_f64() / f64::from(epochs)).max(1e-9);
        // The slower of the last two, where they are alike: a long slice is not planned on one lucky measurement.
        let before = self.last.filter(|(before, _)| *before >= epochs / 2);
        let expected = before.map_or(seconds, |(_, before)| before.max(seconds));
        self.last = Some((epochs, seconds));
        let aim = (Self::AIM.as_secs_f64() / expected).min(f64::from(u32::MAX / 2)) as u32;
        let limit = (Self::LIMIT.as_secs_f64() / expected).min(f64::from(u32::MAX / 2)) as u32;
        self.epochs = aim.min(self.epochs.saturating_mul(Self::GROWTH)).min(limit).max(1);
    }

    /// Whether slices have not yet come near their length. Then each had better wait for the one before, which says how long
    /// it may be.
    pub fn grows(&self) -> bool {
        self.grows
    }

    /// After a lost device: half as long.
    pub fn halve(&mut self) {
        self.epochs = (self.epochs / 2).max(1);
    }
}
