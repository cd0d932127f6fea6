//! Examples one or two at a time: each lane takes its own, in the order that its network has in the epoch.

use super::super::cells::Cells;
use super::super::ledger::Ledger;
use super::super::sequence::{Column, GROUP, Sequence};
use super::super::shape::Shape;
use super::super::vector::Vector;
use super::Kernel;

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// Before the epoch after the next `ahead`: draws the orders, where they are drawn.
    #[inline(always)]
    pub(super) fn draw_orders(&self, sequence: &mut Sequence, ledger: &Ledger, ahead: u32) {
        if Self::OWN_EXAMPLES && sequence.is_drawn() {
            sequence.draw(ledger, ahead);
            self.lay_out(sequence);
        }
    }

    /// Goes back to the order in which examples are listed, where that is another.
    #[inline(always)]
    pub(super) fn give_orders(&self, sequence: &mut Sequence) {
        if Self::OWN_EXAMPLES && sequence.is_drawn() {
            sequence.give();
            self.lay_out(sequence);
        }
    }

    /// Puts all examples where they are read, if they have room.
    #[inline(always)]
    pub(super) fn lay_out(&self, sequence: &Sequence) {
        if Self::OWN_EXAMPLES && self.example_stride > 0 {
            if let Some([inputs, targets]) = sequence.columns() {
                self.lay_out_columns(sequence, inputs, self.inputs);
                self.lay_out_columns(sequence, targets, self.targets);
                return;
            }
            for position in 0..self.net.example_count {
                self.put(sequence, position);
            }
        }
    }

    /// The same for inputs or targets of two values each: bits choose them.
    #[inline(always)]
    fn lay_out_columns(&self, sequence: &Sequence, columns: &[Column], cells: Cells<V>) {
        for (at, column) in columns.iter().enumerate() {
            let choice = column.choice::<V::Number>();
            for group in 0..V::LANES.div_ceil(GROUP) {
                for (position, examples) in sequence.order(group).iter().enumerate() {
                    cells.set_lanes(position * columns.len() + at, group * GROUP, choice.values(examples));
                }
            }
        }
    }

    /// Puts the examples of a block where they are read, where examples take turns.
    #[inline(always)]
    pub(super) fn turn_to(&self, sequence: &Sequence, block: usize) {
        if Self::OWN_EXAMPLES && self.example_stride == 0 {
            for e in 0..self.example_count(block) {
                self.put(sequence, block * E + e);
            }
        }
    }

    #[inline(always)]
    fn put(&self, sequence: &Sequence, position: usize) {
        let (inputs, outputs) = (self.shape.units(0), self.shape.units(self.shape.depth()));
        let place = self.own_place(position / E, position % E);
        if !sequence.is_drawn() {
            for row in 0..inputs {
                self.inputs.set(place * inputs + row, V::broadcast(self.net.input(position * inputs + row)));
            }
            for column in 0..outputs {
                self.targets.set(place * outputs + column, V::broadcast(self.net.target(position * outputs + column)));
            }
            return;
        }
        for group in 0..V::LANES.div_ceil(GROUP) {
            let (examples, first) = (&sequence.order(group)[position], group * GROUP);
            let mut values = [V::Number::default(); GROUP];
            for row in 0..inputs {
                for lane in 0..GROUP {
                    values[lane] = self.net.input(examples[lane] as usize * inputs + row);
                }
                self.inputs.set_lanes(place * inputs + row, first, values);
            }
            for column in 0..outputs {
                for lane in 0..GROUP {
                    values[lane] = self.net.target(examples[lane] as usize * outputs + column);
                }
                self.targets.set_lanes(place * outputs + column, first, values);
            }
        }
    }
}
