//! Epochs in the order of the reference: forward on every example, judge, look for divergence, update.

use std::hint::black_box;
use std::mem::MaybeUninit;

use crate::rule::Number;
use crate::rule::{Lose, with_loss};

use super::super::cells::Cells;
use super::super::ledger::Ledger;
use super::super::memory::Memory;
use super::super::net::Net;
use super::super::sequence::Sequence;
use super::super::shape::Shape;
use super::super::vector::{Mask, Vector};
use super::Kernel;
use super::judge::Measure;

/// As large and as aligned as the widest vector.
#[repr(align(64))]
pub(super) struct CacheLine(#[expect(dead_code, reason = "only its address is looked at")] pub(super) u8);

/// Room on the stack for the numbers of a small network: weights, and units times examples.
pub(super) const LOCAL: usize = 72;

/// Whether there is room for a network with one hidden layer and four examples.
pub(in super::super) fn fits_local(net: &Net) -> bool {
    net.weight_count <= LOCAL && 4 * net.unit_count <= LOCAL
}

impl<'a, V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'a, V, S, E, TREE, FAST> {
    #[inline(always)]
    fn new(net: &'a Net, shape: S, memory: &mut Memory<V>) -> Self {
        Self {
            net,
            shape,
            example_stride: net.example_stride,
            apart: memory.apart,
            outside: memory.moved(),
            weights: Cells::new(&mut memory.weights),
            steps: Cells::new(&mut memory.steps),
            inputs: Cells::new(&mut memory.inputs),
            targets: Cells::new(&mut memory.targets),
            gradient: Cells::new(&mut memory.gradient),
            before: Cells::new(&mut memory.before),
            kept: Cells::new(&mut memory.kept),
            levelled: Cells::new(&mut memory.levelled),
            powers: Cells::new(&mut memory.powers),
            magnitudes: Cells::new(&mut memory.magnitudes),
            bases: Cells::new(&mut memory.bases),
            parts: Cells::new(&mut memory.parts),
            waiting: Cells::new(&mut memory.waiting),
            activations: Cells::new(&mut memory.activations),
            deltas: Cells::new(&mut memory.deltas),
            sums: Cells::new(&mut memory.sums),
        }
    }

    /// Copies all weights, or as many numbers.
    #[inline(always)]
    pub(super) fn copy_weights(&self, from: Cells<V>, to: Cells<V>) {
        for at in 0..self.shape.weight_count() {
            to.set(at, from.get(at));
        }
    }

    /// A batch epoch up to the judgement of its last block, after forward on its first. Returns the lanes in which the
    /// criterion holds.
    #[inline(always)]
    pub(super) fn batch_epoch(&self, powers: Option<V::Mask>) -> V::Mask {
        let mut measure = Measure::new();
        let last = self.block_count() - 1;
        for block in 0..last {
            self.judge(block, &mut measure);
            if self.is_shallow() {
                self.shallow_backward_forward(block, powers);
            } else {
                self.deep_backward(block);
                self.deep_forward(block + 1, powers);
            }
        }
        self.judge(last, &mut measure);
        self.solved(&measure)
    }

    /// Before the first epoch: a burst may have ended in the middle of one. After that, steps leave no gradient.
    #[inline(always)]
    fn clear_gradient(&self) {
        for at in 0..self.shape.weight_count() {
            self.gradient.set(at, V::splat(0.0));
        }
    }

    /// An epoch with updates within it.
    #[inline(always)]
    fn moving_epoch(&self, sequence: &Sequence) -> V::Mask {
        self.copy_weights(self.weights, self.before);
        let mut measure = Measure::new();
        let (count, batch) = (self.block_count(), self.net.batch);
        let mut gathered = 0;
        for block in 0..count {
            self.turn_to(sequence, block);
            self.forward(block, None);
            self.judge(block, &mut measure);
            self.backward(block);
            gathered += self.example_count(block);
            if gathered == batch || block + 1 == count {
                if gathered < batch {
                    self.weigh_gradient();
                }
                self.update();
                gathered = 0;
            }
        }
        self.solved(&measure)
    }

    /// Gradients of an update of fewer examples than others.
    #[inline(always)]
    fn weigh_gradient(&self) {
        for at in 0..self.shape.weight_count() {
            self.gradient.set(at, self.gradient.get(at) * V::given(&self.net.last_weight));
        }
    }

    /// The factors of the rates in the epoch after the next `ahead`, lane by lane. Lane 0 of this vector is lane `first` of
    /// the ledger.
    #[inline(always)]
    pub(super) fn follow_schedule(&self, ledger: &Ledger, ahead: u32, first: usize) {
        let table = &self.net.schedule;
        if table.is_empty() {
            return;
        }
        for lane in 0..V::LANES {
            // Networks that have stopped may be past their last epoch.
            let epoch = (ledger.lanes[first + lane].epoch + ahead) as usize;
            let factor = f64::from(table[epoch.min(table.len() - 1)]);
            self.outside.schedule.set_lane(0, lane, V::Number::of(factor));
        }
    }

    /// Trains for so many epochs, fewer if no lane is left. Returns how many.
    #[inline(always)]
    fn train(&self, sequence: &mut Sequence, ledger: &mut Ledger, epochs: u32) -> u32 {
        let moves = Self::OWN_EXAMPLES && (FAST || self.net.moves);
        if !sequence.is_drawn() {
            self.lay_out(sequence);
        }
        let began = ledger.active();
        let mut active = V::Mask::from_bits(began);
        self.clear_gradient();
        let mut powers = if self.turns() { self.begin() } else { None };
        for epoch in 0..epochs {
            self.follow_schedule(ledger, epoch, 0);
            let holds = if moves {
                self.draw_orders(sequence, ledger, epoch);
                let online = FAST && E == 1 && self.is_shallow() && self.net.batch == 1;
                if online { self.online_epoch(sequence) } else { self.moving_epoch(sequence) }
            } else {
                if !self.turns() {
                    powers = self.prepare_first_layer();
                    self.clear_parts();
                    self.forward(0, powers);
                }
                self.batch_epoch(powers)
            };
            let solved = holds.and(active);
            if ledger.looks(epoch) || solved.any() {
                let looked_at = if moves { self.before } else { self.weights };
                let left = self.look(ledger, epoch, 0, looked_at, solved);
                active = V::Mask::from_bits(left);
                if left == 0 {
                    self.put_back(began);
                    return epoch + 1;
                }
            }
            if self.turns() {
                powers = self.turn();
            } else if !moves {
                self.backward(self.block_count() - 1);
                self.update();
            }
        }
        self.put_back(began & !ledger.active());
        epochs
    }

    /// In an epoch in which the criterion holds somewhere, or in which all lanes look for divergence: notes what is new.
    /// Lane 0 of this vector is lane `first` of the ledger. Returns the lanes of the ledger that are left.
    #[inline(always)]
    pub(super) fn look(
        &self,
        ledger: &mut Ledger,
        epoch: u32,
        first: usize,
        weights: Cells<V>,
        solved: V::Mask,
    ) -> u32 {
        let active = V::Mask::from_bits(ledger.active() >> first);
        let known = V::Mask::from_bits(ledger.solved() >> first);
        let looked_at = if ledger.looks(epoch) { active } else { solved };
        let diverged = looked_at.and_not(self.in_bounds(weights));
        if !diverged.or(solved.and_not(known)).any() {
            return ledger.active();
        }
        let left = ledger.note(solved.bits() << first, diverged.bits() << first, epoch + 1);
        // The weights with which networks stop are kept apart; their lanes go on with whatever comes of it.
        let stopped = active.and_not(V::Mask::from_bits(left >> first));
        for at in 0..self.shape.weight_count() {
            self.kept.set(at, V::select(stopped, weights.get(at), self.kept.get(at)));
        }
        left
    }

    /// Puts the kept weights of these lanes back.
    #[inline(always)]
    pub(super) fn put_back(&self, lanes: u32) {
        if lanes == 0 {
            return;
        }
        let lanes = V::Mask::from_bits(lanes);
        for at in 0..self.shape.weight_count() {
            self.weights.set(at, V::select(lanes, self.kept.get(at), self.weights.get(at)));
        }
    }
}

/// Trains the active lanes for at most so many epochs; see [`Ledger`] for what is noted. Returns how many were run.
#[inline(always)]
pub(in super::super) fn burst<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool>(
    net: &Net,
    shape: S,
    memory: &mut Memory<V>,
    ledger: &mut Ledger,
    epochs: u32,
) -> u32 {
    // Registers that overflow go to the stack. Unless a variable asks for more, the compiler aligns it to 16 bytes, and
    // half of all vectors would lie across two cache lines.
    black_box(&mut CacheLine(0));
    let mut kernel = Kernel::<V, S, E, TREE, FAST>::new(net, shape, memory);
    if !FAST || !shape.is_local() {
        return kernel.train(&mut memory.sequence, ledger, epochs);
    }
    // Arrays that nobody else can see: the compiler keeps in registers what fits.
    let mut weights = [MaybeUninit::uninit(); LOCAL];
    let mut gradient = [MaybeUninit::uninit(); LOCAL];
    let mut parts = [MaybeUninit::uninit(); LOCAL];
    let mut activations = [MaybeUninit::uninit(); LOCAL];
    let mut deltas = [MaybeUninit::uninit(); LOCAL];
    let mut before = [MaybeUninit::uninit(); LOCAL];
    let kept = kernel.weights;
    kernel.weights = Cells::uninit(&mut weights);
    kernel.gradient = Cells::uninit(&mut gradient);
    kernel.parts = Cells::uninit(&mut parts);
    kernel.activations = Cells::uninit(&mut activations);
    kernel.deltas = Cells::uninit(&mut deltas);
    kernel.before = Cells::uninit(&mut before);
    kernel.copy_weights(kept, kernel.weights);
    let executed = kernel.train(&mut memory.sequence, ledger, epochs);
    kernel.copy_weights(kernel.weights, kept);
    executed
}

/// What final weights compute, lane by lane.
pub(in super::super) trait Evaluation<V> {
    /// Output `at` (`example * output_count + output unit`) and its loss, in all lanes.
    fn output(&mut self, at: usize, output: V, loss: V);

    /// Whether outputs are wanted at all.
    fn wants_outputs(&self) -> bool;

    /// The lanes whose outputs meet the criterion.
    fn solved(&mut self, lanes: u32);
}

/// Computes outputs and losses with the weights as they are. Returns the lanes whose weights are in bounds.
#[inline(always)]
pub(in super::super) fn evaluate<V: Vector, S: Shape, const E: usize, const TREE: bool>(
    net: &Net,
    shape: S,
    memory: &mut Memory<V>,
    evaluation: &mut impl Evaluation<V>,
) -> u32 {
    let kernel = Kernel::<V, S, E, TREE, false>::new(net, shape, memory);
    let sequence = &mut memory.sequence;
    if sequence.is_drawn() {
        kernel.give_orders(sequence);
    } else {
        kernel.lay_out(sequence);
    }
    let mut measure = Measure::new();
    let powers = kernel.prepare_first_layer();
    let (depth, outputs) = (shape.depth(), shape.units(shape.depth()));
    for block in 0..kernel.block_count() {
        kernel.turn_to(sequence, block);
        kernel.forward(block, powers);
        kernel.judge_by(net.criterion, block, &mut measure);
        if !evaluation.wants_outputs() {
            continue;
        }
        for e in 0..kernel.example_count(block) {
            for column in 0..outputs {
                let z = kernel.sums.get(column * E + e);
                let h = kernel.activations.get((shape.unit_offset(depth) + column) * E + e);
                let target = kernel.target(block, e, column);
                let loss = with_loss!(net.loss, Row => Row::vector(z, h, target));
                evaluation.output((block * E + e) * outputs + column, h, loss);
            }
        }
    }
    evaluation.solved(kernel.solved_by(net.criterion, &measure).bits());
    kernel.in_bounds(kernel.weights).bits()
}
