//! Arrays of vectors as kernels reach them.

use std::mem::MaybeUninit;

use super::vector::Vector;

/// An array of vectors that a kernel reads and writes without checking indices again.
#[derive(Clone, Copy)]
pub(super) struct Cells<V> {
    first: *mut V,
    count: usize,
}

impl<V: Vector> Cells<V> {
    #[inline(always)]
    pub(super) fn new(values: &mut [V]) -> Self {
        Self { first: values.as_mut_ptr(), count: values.len() }
    }

    /// No cells.
    #[inline(always)]
    pub(super) fn none() -> Self {
        Self { first: std::ptr::null_mut(), count: 0 }
    }

    /// Cells that are written before they are read.
    #[inline(always)]
    pub(super) fn uninit(values: &mut [MaybeUninit<V>]) -> Self {
        Self { first: values.as_mut_ptr().cast(), count: values.len() }
    }

    /// Whether these are the same cells.
    #[inline(always)]
    pub(super) fn is(self, other: Self) -> bool {
        std::ptr::eq(self.first, other.first)
    }

    /// How many there are.
    #[inline(always)]
    pub(super) fn count(self) -> usize {
        self.count
    }

    #[inline(always)]
    pub(super) fn get(self, at: usize) -> V {
        debug_assert!(at < self.count, "{at} of {}", self.count);
        // SAFETY: arrays are sized by the shapes that kernels count by; tests run with the assertion. Whoever makes
        // cells lets nothing else touch the array while they are used.
        unsafe { *self.first.add(at) }
    }

    #[inline(always)]
    pub(super) fn set(self, at: usize, value: V) {
        debug_assert!(at < self.count, "{at} of {}", self.count);
        // SAFETY: as above.
        unsafe { *self.first.add(at) = value }
    }

    /// Sets one lane of a cell.
    #[inline(always)]
    pub(super) fn set_lane(self, at: usize, lane: usize, value: V::Number) {
        self.set_lanes(at, lane, [value]);
    }

    /// Sets lanes of a cell from `first` on, as many as it has of those given.
    #[inline(always)]
    pub(super) fn set_lanes<const COUNT: usize>(self, at: usize, first: usize, values: [V::Number; COUNT]) {
        debug_assert!(at < self.count && first < V::LANES, "{at} of {}, lane {first}", self.count);
        // SAFETY: as above; a vector is `LANES` numbers without padding.
        let place = unsafe { self.first.cast::<V::Number>().add(at * V::LANES + first) };
        if first + COUNT <= V::LANES {
            // SAFETY: these lanes are the cell's.
            unsafe { place.cast::<[V::Number; COUNT]>().write_unaligned(values) };
            return;
        }
        for (lane, value) in values.into_iter().enumerate().take(V::LANES - first) {
            // SAFETY: as before.
            unsafe { *place.add(lane) = value };
        }
    }

    /// `E` cells from `at * E` on.
    #[inline(always)]
    pub(super) fn block<const E: usize>(self, at: usize) -> [V; E] {
        let mut block = [V::splat(0.0); E];
        for (e, value) in block.iter_mut().enumerate() {
            *value = self.get(at * E + e);
        }
        block
    }

    #[inline(always)]
    pub(super) fn set_block<const E: usize>(self, at: usize, block: [V; E]) {
        for (e, value) in block.into_iter().enumerate() {
            self.set(at * E + e, value);
        }
    }
}
