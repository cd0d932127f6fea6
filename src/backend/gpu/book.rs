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
    fn finished_since(&self, before: &Self) -> u32 {
        self.counters.finished.wrapping_sub(before.counters.finished)
    }

    /// Whether that can be what a slice says, after another, in which so many networks were started: who has not finished goes
    /// on, and who has, left a slot.
    fn follows(&self, before: &Self, started_count: u32) -> bool {
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
    /// Networks started so far.
    started_count: u64,
    /// Networks that have finished, as slices have told.
    finished_count: u64,
    /// Networks that must have finished by the end of the last slice under way: their epochs are over. So their slots are free
    /// before any slice has told so.
    pub(super) expired_count: u64,
    /// Networks started up to a slice, and the epoch in which the last of them ends, counted over all slices.
    expiries: VecDeque<(u64, u64)>,
    /// Networks that may be in flight: grows while epochs stay short.
    pub(super) width: u32,
    pub(super) list: usize,
    pub(super) slice_count: u32,
    pub(super) epochs_begun: u64,
}

impl Book {
    /// Nothing is in flight; so many networks may be at first, of as many slots, which are free.
    pub(super) fn new(width: u32, slot_count: u32) -> Self {
        Self { width, known: Known { free_tail: slot_count, ..Known::default() }, ..Self::default() }
    }

    /// Whether every network of a window has finished.
    pub(super) fn complete(&self, window: &Window) -> bool {
        finished(&self.counts[window.index]) == window.count()
    }

    /// How long the networks that have been in flight longest have been so.
    pub(super) fn age(&self) -> Duration {
        let begun = self.windows.front().and_then(|window| window.begun);
        begun.map_or(Duration::ZERO, |begun| begun.elapsed())
    }

    /// Networks that were started and may train in the next slice.
    pub(super) fn in_flight(&self) -> u32 {
        (self.started_count - self.finished_count.max(self.expired_count)) as u32
    }

    /// Takes as many networks as there are free slots, in order, each for `budget` epochs.
    pub(super) fn starts(&mut self, seed: u64, slot_count: u32, budget: u32) -> Vec<Start> {
        let mut room = self.width.min(slot_count).saturating_sub(self.in_flight());
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
                free_head: self.started_count as u32 & (slot_count - 1),
                imported: u32::from(window.chunk.starts.is_some()),
                zero: 0,
                reserved: [0; 2],
            });
            window.started_count += count;
            window.begun.get_or_insert_with(Instant::now);
            self.started_count += u64::from(count);
            room -= count;
        }
        if !starts.is_empty() {
            self.expiries.push_back((self.started_count, self.epochs_begun + u64::from(budget)));
        }
        starts
    }

    /// Most epochs that a network in flight has left.
    pub(super) fn epochs_left(&self) -> u32 {
        self.expiries.back().map_or(0, |(_, end)| end - self.epochs_begun) as u32
    }

    /// Takes note of a slice of so many epochs that is under way.
    pub(super) fn submitted(&mut self, epochs: u32) {
        self.slice_count = self.slice_count.wrapping_add(1);
        self.epochs_begun += u64::from(epochs);
        while let Some(&(count, end)) = self.expiries.front()
            && end <= self.epochs_begun
        {
            self.expired_count = count;
            self.expiries.pop_front();
        }
    }

    /// Takes over what a slice said, in which so many networks were started, and after which so many of all must have finished.
    /// Gives how many have finished in it; `None` where it cannot be, so that a device has dropped a dispatch.
    pub(super) fn told(&mut self, known: Known, started_count: u32, expired_count: u64) -> Option<u32> {
        let finished = known.finished_since(&self.known);
        let follows = known.follows(&self.known, started_count);
        self.known = known;
        self.finished_count += u64::from(finished);
        (follows && self.finished_count >= expired_count).then_some(finished)
    }

    /// Takes over what slices have told another, up to the one at whose end both stand.
    pub(super) fn recall(&mut self, other: &Self) {
        self.known = other.known;
        self.finished_count = other.finished_count;
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
        let told = |known: Known, expired_count: u64| {
            Book { known: before, finished_count: 90, ..Book::default() }.told(known, 4, expired_count)
        };
        assert_eq!(told(known(11, 2, 1), 93), Some(3));
        assert_eq!(told(known(11, 2, 1), 94), None, "train, after which one more must have finished");
        for (dropped, said) in [
            ("start", known(7, 2, 1)),
            ("settle", known(11, u32::MAX, u32::MAX - 1)),
            ("list_slots, the active ones", known(14, 2, 1)),
            ("list_slots, the free ones", known(11, u32::MAX, 1)),
        ] {
            assert_eq!(told(said, 0), None, "{dropped}");
        }
    }

    /// Four slots, five networks of ten epochs, slices of four: no slice has told anything yet.
    #[test]
    fn slots_are_free_once_their_networks_epochs_are_over() {
        let mut book = Book::new(4, 4);
        for networks in [0..3, 3..10] {
            let (chunk, index) = (Chunk::drawn(networks), book.windows.len());
            let (number, counted, started_count, begun, known_from) = (index as u64, 0, 0, None, 0);
            book.windows.push_back(Window { number, chunk, index, counted, started_count, begun, known_from });
        }
        let mut slice = |told: u32| {
            book.finished_count += u64::from(told);
            let starts = book.starts(7, 4, 10);
            let starts = starts.iter().map(|start| (start.first[0], start.count, start.free_head)).collect();
            let left = book.epochs_left();
            book.submitted(4);
            (starts, left, book.in_flight())
        };
        assert_eq!(slice(0), (vec![(0, 3, 0), (3, 1, 3)], 10, 4));
        assert_eq!(slice(0), (vec![], 6, 4));
        assert_eq!(slice(1), (vec![(4, 1, 0)], 10, 1), "one has told of itself, the others are over");
        assert_eq!(slice(0), (vec![(5, 3, 1)], 10, 4));
        assert_eq!(slice(3), (vec![], 6, 3), "what is told later is no news");
        assert_eq!(slice(0), (vec![(8, 1, 0)], 10, 1));
        assert_eq!(slice(0), (vec![(9, 1, 1)], 10, 2));
        assert_eq!(slice(0), (vec![], 6, 1));
        assert_eq!(slice(0), (vec![], 2, 0));
        assert_eq!(slice(0), (vec![], 0, 0));
    }
}
