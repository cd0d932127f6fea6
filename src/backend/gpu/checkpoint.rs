//! The pool's last good state on the host: from there a run goes on when its device is lost, so that a loss costs the
//! slices since then, and neither the chunks in flight nor the run.

use std::time::{Duration, Instant};

use crate::gpu::{Gpu, Readback};

use super::book::Book;
use super::buffers::PoolBuffers;
use super::meter::Meter;

/// Pools of more bytes are not kept: a loss costs their chunks in flight.
const LIMIT: u64 = 256 << 20;
/// A copy is followed by a pause of so many times what it took, but no longer than so many of the usual pauses.
const PAUSE: u32 = 20;

/// A state from which training can go on.
#[derive(Clone)]
pub(super) struct Checkpoint {
    pub(super) book: Book,
    pub(super) meter: Meter,
    /// The pool's buffers, one after the other.
    pub(super) bytes: Vec<u8>,
}

/// Says when the pool is to be copied out, and holds the latest copy.
pub(super) struct Checkpoints {
    every: Duration,
    /// How long the last copy took, from its recording to its arrival.
    took: Duration,
    /// When the last copy began, if it is under way, or else arrived.
    last: Instant,
    under_way: bool,
    spare: Option<Readback>,
    pub(super) latest: Option<Checkpoint>,
}

impl Checkpoints {
    /// Copies at most every so often. `latest` is what the run went on from, if it did.
    pub(super) fn new(every: Duration, latest: Option<Checkpoint>) -> Self {
        Self { every, took: Duration::ZERO, last: Instant::now(), under_way: false, spare: None, latest }
    }

    /// Room for a copy, where one is due: of the networks in flight some have been so for long, as `age` says. Those that
    /// have not are soon trained again.
    pub(super) fn begin(&mut self, gpu: &Gpu, buffers: &PoolBuffers, age: Duration) -> Option<Readback> {
        let bytes = buffers.checkpoint_bytes();
        if self.under_way || bytes > LIMIT || !self.is_due(age, self.last.elapsed()) {
            return None;
        }
        self.under_way = true;
        self.last = Instant::now();
        Some(self.spare.take().unwrap_or_else(|| Readback::new(gpu, "pool read back", bytes)))
    }

    /// Whether networks that have been in flight for `age` are to be copied so long after the last copy.
    fn is_due(&self, age: Duration, since: Duration) -> bool {
        age >= self.every && since >= (self.took * PAUSE).clamp(self.every, self.every * PAUSE)
    }

    /// Takes a copy that has arrived.
    pub(super) fn take(&mut self, taken: Checkpoint, spare: Readback) {
        self.latest = Some(taken);
        self.spare = Some(spare);
        self.under_way = false;
        self.took = self.last.elapsed();
        self.last = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_rare_where_they_cost_much_or_save_little() {
        let [zero, second] = [Duration::ZERO, Duration::from_secs(1)];
        let due = |every: Duration, took: u64, age: u64, since: u64| {
            let took = Duration::from_millis(took);
            let checkpoints = Checkpoints { took, ..Checkpoints::new(every, None) };
            checkpoints.is_due(Duration::from_millis(age), Duration::from_millis(since))
        };
        assert!(due(second, 0, 1_000, 1_000) && !due(second, 0, 1_000, 999));
        assert!(!due(second, 0, 999, 60_000), "networks that are soon trained again");
        assert!(due(second, 100, 9_000, 2_000) && !due(second, 100, 9_000, 1_999), "a copy that took long");
        assert!(due(second, 60_000, 90_000, 20_000), "but not for ever");
        assert!(due(zero, 100, 0, 0), "after every slice, where that is asked for");
    }
}
