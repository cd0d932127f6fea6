//! In which order an epoch goes through the examples. Twin: `shaders/part/order.wgsl`.
//!
//! Position p of an order takes a random word of (seed, network, epoch, p) alone: word p % 4 of the block whose counter is
//! (network low, network high, [`Purpose::Order`] + 256 (p / 4), epoch). A permutation is drawn by Fisher and Yates from
//! the front: position p changes places with position p + (a draw below m - p). Draws below n are unbiased (Lemire, "Fast
//! random integer generation in an interval", 2019): of the 64-bit product of word and n the high half, unless the low half
//! is below 2^32 mod n; then the word of the same place in the next row, p + R a with R = 4 ceil(m / 4) at attempt a, is
//! taken instead.

use crate::spec::Order;

use super::philox::{Words, philox4x32_lanes, wide_products};
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
    fn words(&self, network: u64, epoch: u32, row: u32) -> [u32; 4] {
        let counter = [network as u32, (network >> 32) as u32, Self::counter_word(row), epoch];
        philox4x32(counter, self.key())
    }

    #[inline(always)]
    fn counter_word(row: u32) -> u32 {
        Purpose::Order as u32 + (row << 8)
    }

    #[inline(always)]
    fn key(&self) -> [u32; 2] {
        [self.seed as u32, (self.seed >> 32) as u32]
    }

    /// The same for several networks side by side, `networks` being the low and high halves of their indices.
    #[inline(always)]
    fn lane_words<const LANES: usize>(
        &self,
        networks: &[Words<LANES>; 2],
        epochs: &Words<LANES>,
        row: u32,
    ) -> [Words<LANES>; 4] {
        philox4x32_lanes([networks[0], networks[1], [Self::counter_word(row); LANES], *epochs], self.key())
    }

    /// Writes the orders of several networks' epochs, `[position][lane]`: the same as `draw` writes of each. `drawn` is
    /// room for as many.
    #[inline(always)]
    pub(crate) fn draw_lanes<const LANES: usize>(
        &self,
        networks: &[Words<LANES>; 2],
        epochs: &Words<LANES>,
        order: &mut [Words<LANES>],
        drawn: &mut [Words<LANES>],
    ) {
        let mut again = [0; LANES];
        let mut words = [[0; LANES]; 4];
        for (position, place) in drawn.iter_mut().enumerate() {
            if position % 4 == 0 {
                words = self.lane_words(networks, epochs, position as u32 / 4);
            }
            let first = if self.order == Order::Shuffled { position as u32 } else { 0 };
            let bound = self.example_count - first;
            let (high, low) = wide_products(&words[position % 4], bound);
            for lane in 0..LANES {
                place[lane] = first + high[lane];
            }
            for lane in 0..LANES {
                again[lane] |= u32::from(low[lane] < bound);
            }
        }
        let mut any = 0;
        for lane in again {
            any |= lane;
        }
        if any != 0 {
            self.draw_one_by_one(networks, epochs, order);
        } else if self.order == Order::Shuffled {
            list(order);
            swap_lanes(order, drawn);
        } else {
            order.copy_from_slice(drawn);
        }
    }

    /// Where some word may have to be drawn again, which is seldom.
    #[cold]
    #[inline(never)]
    fn draw_one_by_one<const LANES: usize>(
        &self,
        networks: &[Words<LANES>; 2],
        epochs: &Words<LANES>,
        order: &mut [Words<LANES>],
    ) {
        let mut own = vec![0; self.example_count as usize];
        for lane in 0..LANES {
            let network = u64::from(networks[0][lane]) | u64::from(networks[1][lane]) << 32;
            self.draw(network, epochs[lane], &mut own);
            for (place, example) in order.iter_mut().zip(&own) {
                place[lane] = *example;
            }
        }
    }

    /// Decides position `position` of an order, whose word is `word`. Positions before it are decided, and all examples
    /// are listed at first.
    fn place(&self, network: u64, epoch: u32, position: usize, word: u32, order: &mut [u32]) {
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

/// All lanes go through the examples as they are listed.
#[inline(always)]
pub(crate) fn list<const LANES: usize>(order: &mut [Words<LANES>]) {
    for (example, place) in order.iter_mut().enumerate() {
        *place = [example as u32; LANES];
    }
}

/// Longest order that is shuffled by selection: a comparison for each pair of places, but all lanes at once.
const SELECTED: usize = 8;

/// Lets each position in turn change places with the one that was drawn for it.
#[inline(always)]
fn swap_lanes<const LANES: usize>(order: &mut [Words<LANES>], drawn: &[Words<LANES>]) {
    if order.len() > SELECTED {
        for (position, others) in drawn.iter().enumerate() {
            for (lane, other) in others.iter().enumerate() {
                let example = order[position][lane];
                order[position][lane] = order[*other as usize][lane];
                order[*other as usize][lane] = example;
            }
        }
        return;
    }
    for (position, other) in drawn.iter().enumerate() {
        let first = order[position];
        let mut chosen = first;
        for (at, place) in order.iter_mut().enumerate().skip(position + 1) {
            let old = *place;
            let mut difference = [0; LANES];
            for lane in 0..LANES {
                difference[lane] = if other[lane] == at as u32 { first[lane] ^ old[lane] } else { 0 };
            }
            for lane in 0..LANES {
                place[lane] = old[lane] ^ difference[lane];
            }
            for lane in 0..LANES {
                chosen[lane] ^= difference[lane];
            }
        }
        order[position] = chosen;
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

    #[test]
    fn lanes_are_drawn_like_networks() {
        for (kind, count) in [(Order::Shuffled, 4), (Order::Shuffled, 21), (Order::Random, 5)] {
            let orders = Orders::new(kind, count, 3 << 40);
            let (networks, epochs) = ([[1, 2, u32::MAX, 9], [0, 0, 1, 7]], [1, 5, 70_000, u32::MAX]);
            let mut order = vec![[0; 4]; count];
            orders.draw_lanes(&networks, &epochs, &mut order, &mut vec![[0; 4]; count]);
            let mut apart = vec![[0; 4]; count];
            orders.draw_one_by_one(&networks, &epochs, &mut apart);
            assert_eq!(order, apart);
            orders.draw_one_by_one(&networks, &[1, 5, 70_000, 1], &mut apart);
            assert_ne!(order, apart, "another epoch's order must not pass");
        }
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
