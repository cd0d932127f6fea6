//! In which order each lane goes through the examples.

use crate::rule::vector::{Given, Lane};
use crate::seed::{Orders, list};

use super::ledger::{LANE_LIMIT, Ledger};
use super::net::Net;

/// Lanes whose orders are drawn together.
pub(super) const GROUP: usize = 8;
const GROUP_LIMIT: usize = LANE_LIMIT / GROUP;

/// The orders of the lanes' networks in the epoch at hand.
pub(super) struct Sequence {
    orders: Orders,
    example_count: usize,
    /// Low and high half of the index of each lane's network, `[group][half][lane of the group]`.
    networks: [[[u32; GROUP]; 2]; GROUP_LIMIT],
    /// `[group][position][lane of the group]`; empty where all lanes go through the examples as they are listed.
    order: Vec<[u32; GROUP]>,
    /// Room for one group's draws.
    drawn: Vec<[u32; GROUP]>,
    /// Inputs and targets as columns, where there are few examples and each column has two values at most.
    columns: Option<[Vec<Column>; 2]>,
}

/// One input, or one target, of up to 32 examples, of which bit e says which of two values it has in example e.
pub(super) struct Column {
    bits: u32,
    low: Given,
    high: Given,
}

impl Column {
    /// Unless there are too many examples or values.
    fn new(count: usize, value: impl Fn(usize) -> f64) -> Option<Self> {
        let low = value(0);
        let high = (0..count).map(&value).find(|value| value.to_bits() != low.to_bits()).unwrap_or(low);
        let fits = (0..count).all(|example| [low, high].map(f64::to_bits).contains(&value(example).to_bits()));
        let bit = |example: usize| u32::from(value(example).to_bits() != low.to_bits()) << example;
        let (low, high) = (Given::new(low), Given::new(high));
        (fits && count <= 32).then(|| Self { bits: (0..count).map(bit).sum(), low, high })
    }

    /// The same by value, where the compiler knows that nothing changes it.
    #[inline(always)]
    pub(super) fn choice<L: Lane>(&self) -> Pick<L> {
        Pick { bits: self.bits, low: L::given(&self.low), high: L::given(&self.high) }
    }
}

/// A [`Column`] as a kind of lane has it.
#[derive(Clone, Copy)]
pub(super) struct Pick<L> {
    bits: u32,
    low: L,
    high: L,
}

impl<L: Lane> Pick<L> {
    /// Its values in these examples.
    #[inline(always)]
    pub(super) fn values(self, examples: &[u32; GROUP]) -> [L; GROUP] {
        let mut values = [L::default(); GROUP];
        for lane in 0..GROUP {
            values[lane] = L::choose(self.bits >> (examples[lane] & 31) & 1, self.low, self.high);
        }
        values
    }
}

impl Sequence {
    pub(super) fn new(net: &Net, lane_count: usize) -> Self {
        let count = if net.orders.are_given() { 0 } else { net.example_count };
        let (inputs, outputs) = (net.sizes[0], net.sizes[net.sizes.len() - 1]);
        let input_column = |row| Column::new(count, |example| net.input(example * inputs + row));
        let target_column = |column| Column::new(count, |example| net.target(example * outputs + column));
        let columns = if count == 0 {
            None
        } else {
            let inputs: Option<Vec<Column>> = (0..inputs).map(input_column).collect();
            let targets: Option<Vec<Column>> = (0..outputs).map(target_column).collect();
            inputs.zip(targets).map(|(inputs, targets)| [inputs, targets])
        };
        Self {
            orders: net.orders,
            example_count: net.example_count,
            networks: [[[0; GROUP]; 2]; GROUP_LIMIT],
            order: vec![[0; GROUP]; count * lane_count.div_ceil(GROUP)],
            drawn: vec![[0; GROUP]; count],
            columns,
        }
    }

    /// A network enters a lane.
    pub(super) fn enter(&mut self, lane: usize, network: u64) {
        let [low, high] = &mut self.networks[lane / GROUP];
        low[lane % GROUP] = network as u32;
        high[lane % GROUP] = (network >> 32) as u32;
    }

    /// Whether lanes have orders of their own.
    pub(super) fn is_drawn(&self) -> bool {
        !self.order.is_empty()
    }

    /// The examples of a group of lanes, position by position.
    #[inline(always)]
    pub(super) fn order(&self, group: usize) -> &[[u32; GROUP]] {
        &self.order[group * self.example_count..][..self.example_count]
    }

    /// Inputs and targets as columns, if they are.
    #[inline(always)]
    pub(super) fn columns(&self) -> Option<&[Vec<Column>; 2]> {
        self.columns.as_ref()
    }

    /// All lanes go through the examples as they are listed, until orders are drawn anew.
    pub(super) fn give(&mut self) {
        self.order.chunks_exact_mut(self.example_count).for_each(list);
    }

    /// Draws the orders of the epoch after the next `ahead`.
    #[inline(always)]
    pub(super) fn draw(&mut self, ledger: &Ledger, ahead: u32) {
        for (group, order) in self.order.chunks_exact_mut(self.example_count).enumerate() {
            let mut epochs = [0; GROUP];
            for (lane, epoch) in epochs.iter_mut().enumerate() {
                *epoch = ledger.lanes[group * GROUP + lane].epoch + ahead + 1;
            }
            self.orders.draw_lanes(&self.networks[group], &epochs, order, &mut self.drawn);
        }
    }
}
