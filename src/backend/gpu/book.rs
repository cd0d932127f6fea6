//! What the host knows of the pool: which chunks' networks are in flight, and what the last slice said of them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::backend::Chunk;

use super::bus::{Counters, Counts, Start, WINDOW_COUNT, words};
use super::classes::finished;

/// A single epoch of all networks in flight may take this long; beyond it no more are let in.
const EPOCH_SECONDS: f64 = 0.03;

/// A chunk by its number in the run.
pub(super) type Numbered = (u64, Chunk);

/// A chunk whose networks start, train or have finished, but have not been copied out.
#[derive(Clone)]
pub(super) struct Window {
    pub(super) number: u64,
    pub(super) chunk: Chunk,
    pub(super) index: usize,
    /// A bit for each class that the device counts.
    pub(super) counted: u32,
    pub(super) started_count: u32,
    /// When the first of its networks was started.
    pub(super) begun: Option<Instant>,
    /// Number of the first slice that knows of it: earlier ones tell of the window's previous chunk.
    pub(super) known_from: u32,
}

impl Window {
    pub(super) fn count(&self) -> u32 {
        (self.chunk.networks.end - self.chunk.networks.start) as u32
    }
}

/// What a slice's status said.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    pub(super) active_count: u32,
    pub(super) free_tail: u32,
    pub(super) counters: Counters,
    /// Begin and end of the slice by the device's clock.
    pub(super) ticks: Option<[u64; 2]>,
}

impl Known {
    /// Networks that have finished since.
    pub(super) fn finished_since(&self, before: &Self) -> u32 {
        self.counters.finished.wrapping_sub(before.counters.finished)
    }

    /// Whether that can be what a slice says, after another, in which so many networks were started: who has not finished goes
    /// on, and who has, left a slot. Else a device has dropped a dispatch.
    pub(super) fn follows(&self, before: &Self, started_count: u32) -> bool {
        let finished = self.finished_since(before);
        self.active_count == (before.active_count + started_count).wrapping_sub(finished)
            && self.free_tail == before.free_tail.wrapping_add(finished)
    }
}

/// What the host knows of the pool.
#[derive(Clone, Default)]
pub(super) struct Book {
    pub(super) windows: VecDeque<Window>,
    /// Of the finished networks of each window.
    pub(super) counts: [Counts; WINDOW_COUNT],
    pub(super) next_window: usize,
    pub(super) known: Known,
    /// Slots taken from the free list so far, modulo 2^32.
    pub(super) taken_count: u32,
    /// Networks that may be in flight: grows while epochs stay short.
    pub(super) width: u32,
    pub(super) list: usize,
    pub(super) slice_count: u32,
    pub(super) epochs_begun: u64,
}

impl Book {
    /// Whether every network of a window has finished.
    pub(super) fn complete(&self, window: &Window) -> bool {
        finished(&self.counts[window.index]) == window.count()
    }

    /// How long the networks that have been in flight longest have been so.
    pub(super) fn age(&self) -> Duration {
        let begun = self.windows.front().and_then(|window| window.begun);
        begun.map_or(Duration::ZERO, |begun| begun.elapsed())
    }

    /// Takes as many networks as there are free slots, in order.
    pub(super) fn starts(&mut self, seed: u64, slot_count: u32, unsettled_count: u32) -> Vec<Start> {
        let free = self.known.free_tail.wrapping_sub(self.taken_count);
        let mut room = free.min(self.width.saturating_sub(unsettled_count));
        let mut starts = Vec::new();
        let seed = words(seed);
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
                free_head: self.taken_count & (slot_count - 1),
                imported: u32::from(window.chunk.starts.is_some()),
                zero: 0,
                reserved: [0; 2],
            });
            window.started_count += count;
            window.begun.get_or_insert_with(Instant::now);
            self.taken_count = self.taken_count.wrapping_add(count);
            room -= count;
        }
        starts
    }

    /// Takes over what each window's finished networks are, as slice `number` tells.
    pub(super) fn note_windows(&mut self, number: u32) {
        for window in &self.windows {
            if number.wrapping_sub(window.known_from) < u32::MAX / 2 {
                self.counts[window.index] = self.known.counters.windows[window.index];
            }
        }
    }

    /// Lets more networks in flight where the last slice's epochs were short.
    pub(super) fn widen(&mut self, epochs: u32, seconds: f64, slot_count: u32) {
        let full = self.known.active_count >= self.width / 2;
        if full && epochs > 0 && 2.0 * seconds / f64::from(epochs) < EPOCH_SECONDS {
            self.width = self.width.saturating_mul(2).min(slot_count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(active_count: u32, free_tail: u32, finished: u32) -> Known {
        Known { active_count, free_tail, counters: Counters { finished, ..Counters::default() }, ticks: None }
    }

    /// Of 10 active networks and 4 that start, 3 finish.
    #[test]
    fn a_dropped_dispatch_is_noticed() {
        let before = known(10, u32::MAX, u32::MAX - 1);
        assert!(known(11, 2, 1).follows(&before, 4));
        for (dropped, said) in [
            ("start", known(7, 2, 1)),
            ("settle", known(11, u32::MAX, u32::MAX - 1)),
            ("list_slots, the active ones", known(14, 2, 1)),
            ("list_slots, the free ones", known(11, u32::MAX, 1)),
        ] {
            assert!(!said.follows(&before, 4), "{dropped}");
        }
    }
}
