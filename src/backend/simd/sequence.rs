//! In which order each lane goes through the examples.

use crate::seed::Orders;

use super::ledger::{LANE_LIMIT, Ledger};
use super::net::Net;

/// Lanes whose words are drawn together.
const GROUP: usize = 8;

/// The orders of the lanes' networks in the epoch at hand.
pub(super) struct Sequence {
    orders: Orders,
    example_count: usize,
    /// Index of each lane's network.
    networks: [u64; LANE_LIMIT],
    /// `[lane][position]`; empty where all lanes go through the examples as they are listed.
    order: Vec<u32>,
}

impl Sequence {
    pub(super) fn new(net: &Net, lane_count: usize) -> Self {
        let places = if net.orders.are_given() { 0 } else { net.example_count * lane_count };
        Self { orders: net.orders, example_count: net.example_count, networks: [0; LANE_LIMIT], order: vec![0; places] }
    }

    /// A network enters a lane.
    pub(super) fn enter(&mut self, lane: usize, network: u64) {
        self.networks[lane] = network;
    }

    /// Whether lanes have orders of their own.
    pub(super) fn is_drawn(&self) -> bool {
        !self.order.is_empty()
    }

    /// The example at a position of a lane's order.
    #[inline(always)]
    pub(super) fn example(&self, lane: usize, position: usize) -> usize {
        self.order[lane * self.example_count + position] as usize
    }

    /// All lanes go through the examples as they are listed, until orders are drawn anew.
    pub(super) fn give(&mut self) {
        for order in self.order.chunks_exact_mut(self.example_count) {
            order.iter_mut().zip(0..).for_each(|(place, example)| *place = example);
        }
    }

    /// Draws the orders of the epoch after the next `ahead`. Words of eight lanes are drawn side by side, in loops that the
    /// compiler turns into vectors.
    #[inline(always)]
    pub(super) fn draw(&mut self, ledger: &Ledger, ahead: u32, lane_count: usize) {
        let count = self.example_count;
        for first in (0..lane_count).step_by(GROUP) {
            let lanes = first..lane_count.min(first + GROUP);
            let mut epochs = [0; GROUP];
            for (epoch, lane) in epochs.iter_mut().zip(first..) {
                *epoch = ledger.lanes[lane].epoch + ahead + 1;
            }
            let mut words = [[0; GROUP]; 4];
            for position in 0..count {
                if position % 4 == 0 {
                    words = self.words(first, &epochs, position / 4);
                }
                for lane in lanes.clone() {
                    let order = &mut self.order[lane * count..][..count];
                    let word = words[position % 4][lane - first];
                    self.orders.place(self.networks[lane], epochs[lane - first], position, word, order);
                }
            }
        }
    }

    /// Four words for each of eight lanes from `first` on.
    #[inline(always)]
    fn words(&self, first: usize, epochs: &[u32; GROUP], row: usize) -> [[u32; GROUP]; 4] {
        let mut words = [[0; GROUP]; 4];
        for lane in 0..GROUP {
            let drawn = self.orders.words(self.networks[first + lane], epochs[lane], row as u32);
            for (words, word) in words.iter_mut().zip(drawn) {
                words[lane] = word;
            }
        }
        words
    }
}
