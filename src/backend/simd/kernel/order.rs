//! Examples one at a time: each lane takes its own, in the order that its network has in the epoch.

use super::super::ledger::Ledger;
use super::super::sequence::Sequence;
use super::super::shape::Shape;
use super::super::vector::Vector;
use super::Kernel;

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// Before the epoch after the next `ahead`: draws the orders, where they are drawn.
    #[inline(always)]
    pub(super) fn draw_orders(&self, sequence: &mut Sequence, ledger: &Ledger, ahead: u32) {
        if Self::ONE_BY_ONE && sequence.is_drawn() {
            sequence.give();
            sequence.draw(ledger, ahead, V::LANES);
            self.lay_out(sequence);
        }
    }

    /// Goes back to the order in which examples are listed, where that is another.
    #[inline(always)]
    pub(super) fn give_orders(&self, sequence: &mut Sequence) {
        if Self::ONE_BY_ONE && sequence.is_drawn() {
            sequence.give();
            self.lay_out(sequence);
        }
    }

    /// Puts all examples where they are read, if they have room.
    #[inline(always)]
    pub(super) fn lay_out(&self, sequence: &Sequence) {
        if Self::ONE_BY_ONE && self.net.example_stride > 0 {
            for position in 0..self.net.example_count {
                self.put(sequence, position);
            }
        }
    }

    /// Puts the example of a position where it is read, where examples take turns.
    #[inline(always)]
    pub(super) fn turn_to(&self, sequence: &Sequence, position: usize) {
        if Self::ONE_BY_ONE && self.net.example_stride == 0 {
            self.put(sequence, position);
        }
    }

    #[inline(always)]
    fn put(&self, sequence: &Sequence, position: usize) {
        let (inputs, outputs) = (self.shape.units(0), self.shape.units(self.shape.depth()));
        let place = position * self.net.example_stride;
        if !sequence.is_drawn() {
            for row in 0..inputs {
                self.inputs.set(place * inputs + row, V::splat(self.net.input(position * inputs + row)));
            }
            for column in 0..outputs {
                self.targets.set(place * outputs + column, V::splat(self.net.target(position * outputs + column)));
            }
            return;
        }
        for lane in 0..V::LANES {
            let example = sequence.example(lane, position);
            for row in 0..inputs {
                self.inputs.set_lane(place * inputs + row, lane, self.net.input(example * inputs + row));
            }
            for column in 0..outputs {
                self.targets.set_lane(place * outputs + column, lane, self.net.target(example * outputs + column));
            }
        }
    }
}
