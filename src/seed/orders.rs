//! In which order an epoch goes through the examples. Twin: `shaders/part/order.wgsl`.
//!
//! Position p of an order takes a random word of (seed, network, epoch, p) alone: word p % 4 of the block whose counter is
//! (network low, network high, [`Purpose::Order`] + 256 (p / 4), epoch). A permutation is drawn by Fisher and Yates from
//! the front: position p changes places with position p + (a draw below m - p). Draws below n are unbiased (Lemire, "Fast
//! random integer generation in an interval", 2019): of the 64-bit product of word and n the high half, unless the low half
//! is below 2^32 mod n; then the word of the same place in the next row, p + R a with R = 4 ceil(m / 4) at attempt a, is
//! taken instead.

use crate::spec::Order;

use super::{Purpose, philox4x32};

/// Draws orders of so many examples.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
    seed: u64,
    order: Order,
    example_count: u32,
}

impl Orders {
    /// Under a seed.
    pub fn new(order: Order, example_count: usize, seed: u64) -> Self {
        Self { seed, order, example_count: example_count as u32 }
    }

    /// Whether examples come as they are listed.
    pub fn are_given(&self) -> bool {
        self.order == Order::Given
    }

    /// Four words of a network's epoch: those of positions 4 `row` and on.
    #[inline(always)]
    pub(crate) fn words(&self, network: u64, epoch: u32, row: u32) -> [u32; 4] {
        let counter = [network as u32, (network >> 32) as u32, Purpose::Order as u32 + (row << 8), epoch];
        philox4x32(counter, [self.seed as u32, (self.seed >> 32) as u32])
    }

    /// Decides position `position` of an order, whose word is `word`. Positions before it are decided, and all examples
    /// are listed at first.
    #[inline(always)]
    pub(crate) fn place(&self, network: u64, epoch: u32, position: usize, word: u32, order: &mut [u32]) {
        let (at, count) = (position as u32, self.example_count);
        match self.order {
            Order::Given => {}
            Order::Random => order[position] = self.below(network, epoch, at, count, word),
            Order::Shuffled => {
                let other = at + self.below(network, epoch, at, count - at, word);
                order.swap(position, other as usize);
            }
        }
    }

    /// A number below `bound` for a position, whose word is `word`.
    #[inline(always)]
    fn below(&self, network: u64, epoch: u32, position: u32, bound: u32, word: u32) -> u32 {
        let product = u64::from(word) * u64::from(bound);
        // Whoever may lie in the part of the range that a multiple of `bound` leaves over is looked at again.
        if product as u32 >= bound {
            (product >> 32) as u32
        } else {
            self.below_again(network, epoch, position, bound, word)
        }
    }

    #[cold]
    #[inline(never)]
    fn below_again(&self, network: u64, epoch: u32, position: u32, bound: u32, mut word: u32) -> u32 {
        let rows = self.example_count.div_ceil(4);
        let mut row = position / 4;
        loop {
            let product = u64::from(word) * u64::from(bound);
            if product as u32 >= bound.wrapping_neg() % bound {
                return (product >> 32) as u32;
            }
            row += rows;
            word = self.words(network, epoch, row)[(position % 4) as usize];
        }
    }

    /// Writes the order of a network's epoch, counted from 1; `order` has a place for each example.
    pub fn draw(&self, network: u64, epoch: u32, order: &mut [u32]) {
        let count = self.example_count;
        order.iter_mut().zip(0..).for_each(|(place, example)| *place = example);
        if self.are_given() {
            return;
        }
        let mut words = [0; 4];
        for position in 0..count {
            if position % 4 == 0 {
                words = self.words(network, epoch, position / 4);
            }
            self.place(network, epoch, position as usize, words[(position % 4) as usize], order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_are_uniform_and_depend_on_network_and_epoch() {
        let orders = Orders::new(Order::Shuffled, 4, 9);
        let mut counts = std::collections::HashMap::new();
        let mut order = [0; 4];
        for network in 0..2_400 {
            for epoch in 1..=10 {
                orders.draw(network, epoch, &mut order);
                *counts.entry(order).or_insert(0u32) += 1;
            }
        }
        assert_eq!(counts.len(), 24);
        // Of 24,000 draws 1,000 each, with a deviation of 31.
        assert!(counts.values().all(|count| (850..1150).contains(count)), "{counts:?}");
        let of = |network, epoch| {
            let mut order = [0; 100];
            Orders::new(Order::Shuffled, 100, 9).draw(network, epoch, &mut order);
            order
        };
        assert!(of(1, 1) != of(1, 2) && of(1, 1) != of(2, 1) && of(3, 7) == of(3, 7));
    }

    #[test]
    fn random_orders_repeat_and_leave_out() {
        let mut order = [0; 8];
        let mut counts = [0; 8];
        for epoch in 1..=4_000 {
            Orders::new(Order::Random, 8, 1).draw(5, epoch, &mut order);
            order.iter().for_each(|example| counts[*example as usize] += 1);
        }
        assert!(counts.iter().all(|count| (3_800..4_200).contains(count)), "{counts:?}");
        Orders::new(Order::Given, 8, 1).draw(5, 1, &mut order);
        assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    /// Of a bound of 3 x 2^30 a quarter of all words is drawn again.
    #[test]
    fn words_that_would_bias_are_drawn_again() {
        let orders = Orders::new(Order::Random, 1, 3);
        let bound = 3 << 30;
        let mut again = 0;
        let mut thirds = [0; 3];
        for network in 0..6_000 {
            let word = orders.words(network, 1, 0)[0];
            let drawn = orders.below(network, 1, 0, bound, word);
            again += u32::from(drawn != ((u64::from(word) * u64::from(bound)) >> 32) as u32);
            thirds[(drawn >> 30) as usize] += 1;
        }
        assert!((1_350..1_650).contains(&again), "{again}");
        assert!(thirds.iter().all(|count| (1_850..2_150).contains(count)), "{thirds:?}");
    }
}
