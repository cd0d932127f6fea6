//! The pool's last good state on the host: from there a run goes on when its device is lost, so that a loss costs the
//! slices since then, and neither the chunks in flight nor the run.

use std::time::{Duration, Instant};

use crate::gpu::{Gpu, Readback};

use super::book::Book;
use super::meter::Meter;
use super::pool::Pool;

/// Pools of more bytes are not kept: a loss costs their chunks in flight.
const LIMIT: u64 = 256 << 20;

/// A state from which training can go on.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) book: Book,
    pub(super) meter: Meter,
    /// The pool's buffers, one after the other.
    pub(super) bytes: Vec<u8>,
}

/// Says when the pool is to be copied out, and holds the latest copy.
pub(super) struct Keeper {
    every: Duration,
    last: Instant,
    under_way: bool,
    spare: Option<Readback>,
    pub(super) latest: Option<Kept>,
}

impl Keeper {
    /// Copies at most every so often. `latest` is what the run went on from, if it did.
    pub(super) fn new(every: Duration, latest: Option<Kept>) -> Self {
        Self { every, last: Instant::now(), under_way: false, spare: None, latest }
    }

    /// Room for a copy, where one is due.
    pub(super) fn begin(&mut self, gpu: &Gpu, pool: &Pool) -> Option<Readback> {
        let bytes = pool.kept_bytes();
        if self.under_way || self.last.elapsed() < self.every || bytes > LIMIT {
            return None;
        }
        self.under_way = true;
        Some(self.spare.take().unwrap_or_else(|| Readback::new(gpu, "pool read back", bytes)))
    }

    /// Takes a copy that has arrived.
    pub(super) fn keep(&mut self, kept: Kept, spare: Readback) {
        self.latest = Some(kept);
        self.spare = Some(spare);
        self.under_way = false;
        self.last = Instant::now();
    }
}
