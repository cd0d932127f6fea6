//! Two vectors of small networks in turns: while the output unit of one is computed, judged and traced back, each step
//! waiting for the last, the hidden units of the other keep the processor busy.

use std::hint::black_box;
use std::mem::MaybeUninit;

use crate::rule::Optimize;

use super::super::apart::{Apart, Moved};
use super::super::cells::Cells;
use super::super::ledger::Ledger;
use super::super::memory::Memory;
use super::super::net::Net;
use super::super::shape::Shape;
use super::super::vector::{Mask, Pair, Vector};
use super::Kernel;
use super::epoch::{CacheLine, LOCAL};
use super::judge::Measure;

type Numbers<V, const COUNT: usize> = [MaybeUninit<V>; COUNT];

/// Arrays of one vector that nobody else can see: the compiler keeps in registers what fits.
struct Local<V> {
    weights: Numbers<V, LOCAL>,
    kept: Numbers<V, LOCAL>,
    gradient: Numbers<V, LOCAL>,
    parts: Numbers<V, LOCAL>,
    activations: Numbers<V, LOCAL>,
    sums: Numbers<V, 4>,
    first: Numbers<V, LOCAL>,
    second: Numbers<V, LOCAL>,
    steps: Numbers<V, 2>,
    schedule: Numbers<V, 1>,
    momentum: Numbers<V, 1>,
    corrections: Numbers<V, 2>,
}

impl<V: Vector> Local<V> {
    #[inline(always)]
    fn new() -> Self {
        let [weights, kept, gradient, parts, activations, first, second] = [[MaybeUninit::uninit(); LOCAL]; 7];
        let sums = [MaybeUninit::uninit(); 4];
        let ([steps, corrections], [schedule, momentum]) =
            ([[MaybeUninit::uninit(); 2]; 2], [[MaybeUninit::uninit()]; 2]);
        Self {
            weights,
            kept,
            gradient,
            parts,
            activations,
            sums,
            first,
            second,
            steps,
            schedule,
            momentum,
            corrections,
        }
    }

    #[inline(always)]
    fn kernel<'a, S: Shape, const FAST: bool>(
        &mut self,
        net: &'a Net,
        shape: S,
        apart: Apart<V>,
    ) -> Kernel<'a, V, S, 4, true, FAST> {
        let moved = Moved {
            weights: Cells::uninit(&mut self.weights),
            gradient: Cells::uninit(&mut self.gradient),
            first: Cells::uninit(&mut self.first),
            second: Cells::uninit(&mut self.second),
            steps: Cells::uninit(&mut self.steps),
            schedule: Cells::uninit(&mut self.schedule),
            momentum: Cells::uninit(&mut self.momentum),
            corrections: Cells::uninit(&mut self.corrections),
        };
        Kernel {
            net,
            shape,
            example_stride: net.example_stride,
            apart,
            outside: moved,
            weights: moved.weights,
            gradient: moved.gradient,
            steps: moved.steps,
            kept: Cells::uninit(&mut self.kept),
            parts: Cells::uninit(&mut self.parts),
            activations: Cells::uninit(&mut self.activations),
            inputs: Cells::none(),
            targets: Cells::none(),
            before: Cells::none(),
            levelled: Cells::none(),
            powers: Cells::none(),
            magnitudes: Cells::none(),
            bases: Cells::none(),
            waiting: Cells::none(),
            deltas: Cells::none(),
            sums: Cells::uninit(&mut self.sums),
        }
    }
}

/// What a burst takes over and hands back.
#[inline(always)]
fn carried<V: Vector>(of: &Moved<V>) -> [Cells<V>; 7] {
    [of.weights, of.first, of.second, of.steps, of.schedule, of.momentum, of.corrections]
}

/// As [`burst`](super::burst), for networks with one hidden layer and four examples. In the settings compiled apart steps are
/// by the optimizer `O`, which remembers `M` numbers of each weight, and kernels for fixed sizes are for plain gradient descent
/// alone. In others `O` is gradient descent, with momentum or without; steps of other optimizers are made by `apart`.
#[inline(always)]
pub(in super::super) fn alternating_burst<V: Vector, S: Shape, O: Optimize, const M: usize, const FAST: bool>(
    net: &Net,
    shape: S,
    apart: Apart<V>,
    memory: &mut Memory<Pair<V>>,
    ledger: &mut Ledger,
    epochs: u32,
) -> u32 {
    // As in `burst`.
    black_box(&mut CacheLine(0));
    let (mut lower, mut upper) = (Local::new(), Local::new());
    let (lower, upper) = (lower.kernel::<S, FAST>(net, shape, apart), upper.kernel::<S, FAST>(net, shape, apart));
    let memory = memory.moved();
    for ((from, lower), upper) in carried(&memory).into_iter().zip(carried(&lower.outside)).zip(carried(&upper.outside))
    {
        for at in 0..from.count() {
            let [low, high] = from.get(at).halves();
            lower.set(at, low);
            upper.set(at, high);
        }
    }
    lower.copy_weights(lower.weights, lower.kept);
    upper.copy_weights(upper.weights, upper.kept);
    let began = ledger.active();
    let executed = alternate::<V, S, O, M, FAST>(&lower, &upper, ledger, epochs);
    let stopped = began & !ledger.active();
    lower.put_back(stopped);
    upper.put_back(stopped >> V::LANES);
    for ((to, lower), upper) in carried(&memory).into_iter().zip(carried(&lower.outside)).zip(carried(&upper.outside)) {
        for at in 0..to.count() {
            to.set(at, Pair::new(lower.get(at), upper.get(at)));
        }
    }
    executed
}

type Small<'a, V, S, const FAST: bool> = Kernel<'a, V, S, 4, true, FAST>;

#[inline(always)]
fn alternate<V: Vector, S: Shape, O: Optimize, const M: usize, const FAST: bool>(
    lower: &Small<'_, V, S, FAST>,
    upper: &Small<'_, V, S, FAST>,
    ledger: &mut Ledger,
    epochs: u32,
) -> u32 {
    let mut z = lower.begin_alternate();
    for epoch in 0..epochs {
        lower.finish_forward(z);
        z = upper.begin_alternate();
        if !lower.judge_alternate(ledger, epoch, 0) {
            return epoch + 1;
        }
        lower.end_epoch::<O, M>(ledger, epoch, 0);
        upper.finish_forward(z);
        z = lower.begin_alternate();
        if !upper.judge_alternate(ledger, epoch, V::LANES) {
            return epoch + 1;
        }
        upper.end_epoch::<O, M>(ledger, epoch, V::LANES);
    }
    epochs
}

impl<V: Vector, S: Shape, const FAST: bool> Small<'_, V, S, FAST> {
    /// The way forward up to the sums of the output unit.
    #[inline(always)]
    fn begin_alternate(&self) -> [V; 4] {
        self.prepare_first_layer();
        self.hidden_forward(0, None)
    }

    /// Whether any network is left to train.
    #[inline(always)]
    fn judge_alternate(&self, ledger: &mut Ledger, epoch: u32, first: usize) -> bool {
        let mut measure = Measure::new();
        self.judge(0, &mut measure);
        let active = V::Mask::from_bits(ledger.active() >> first);
        let solved = self.solved(&measure).and(active);
        if !ledger.looks(epoch) && !solved.any() {
            return true;
        }
        self.look(ledger, epoch, first, self.weights, solved) != 0
    }

    #[inline(always)]
    fn end_epoch<O: Optimize, const M: usize>(&self, ledger: &Ledger, epoch: u32, first: usize) {
        if FAST && M == 0 && (self.shape.is_fixed() || self.net.is_plain) {
            return self.turn_back();
        }
        self.follow_schedule(ledger, epoch, first);
        if FAST {
            self.turn_back_by::<O, M>();
        } else if !self.net.descends {
            self.shallow_backward(0);
            self.update();
        } else if self.net.memory_count == 0 {
            self.turn_back_by::<O, 0>();
        } else {
            self.turn_back_by::<O, 1>();
        }
    }
}
