//! Two vectors of small networks in turns: while the output unit of one is computed, judged and traced back, each step
//! waiting for the last, the hidden units of the other keep the processor busy.

use std::hint::black_box;
use std::mem::MaybeUninit;

use super::super::apart::Apart;
use super::super::cells::Cells;
use super::super::ledger::Ledger;
use super::super::memory::Memory;
use super::super::net::Net;
use super::super::shape::Shape;
use super::super::vector::{Mask, Pair, Vector};
use super::Kernel;
use super::epoch::{CacheLine, LOCAL};
use super::judge::Verdict;

/// Arrays of one vector that nobody else can see: the compiler keeps in registers what fits.
struct Local<V> {
    steps: [MaybeUninit<V>; 2],
    weights: [MaybeUninit<V>; LOCAL],
    kept: [MaybeUninit<V>; LOCAL],
    gradient: [MaybeUninit<V>; LOCAL],
    parts: [MaybeUninit<V>; LOCAL],
    activations: [MaybeUninit<V>; LOCAL],
}

impl<V: Vector> Local<V> {
    #[inline(always)]
    fn new() -> Self {
        Self {
            steps: [MaybeUninit::uninit(); 2],
            weights: [MaybeUninit::uninit(); LOCAL],
            kept: [MaybeUninit::uninit(); LOCAL],
            gradient: [MaybeUninit::uninit(); LOCAL],
            parts: [MaybeUninit::uninit(); LOCAL],
            activations: [MaybeUninit::uninit(); LOCAL],
        }
    }

    #[inline(always)]
    fn kernel<'a, S: Shape>(&mut self, net: &'a Net, shape: S) -> Kernel<'a, V, S, 4, true, true> {
        Kernel {
            net,
            shape,
            apart: Apart::none(),
            weights: Cells::uninit(&mut self.weights),
            kept: Cells::uninit(&mut self.kept),
            gradient: Cells::uninit(&mut self.gradient),
            parts: Cells::uninit(&mut self.parts),
            activations: Cells::uninit(&mut self.activations),
            first: Cells::none(),
            second: Cells::none(),
            steps: Cells::uninit(&mut self.steps),
            momentum: Cells::none(),
            schedule: Cells::none(),
            inputs: Cells::none(),
            targets: Cells::none(),
            corrections: Cells::none(),
            before: Cells::none(),
            levelled: Cells::none(),
            powers: Cells::none(),
            magnitudes: Cells::none(),
            bases: Cells::none(),
            waiting: Cells::none(),
            deltas: Cells::none(),
            sums: Cells::none(),
        }
    }
}

/// As [`burst`](super::burst), for networks with one hidden layer and four examples in the settings compiled apart.
#[inline(always)]
pub(in super::super) fn alternating_burst<V: Vector, S: Shape>(
    net: &Net,
    shape: S,
    memory: &mut Memory<Pair<V>>,
    ledger: &mut Ledger,
    epochs: u32,
) -> u32 {
    // As in `burst`.
    black_box(&mut CacheLine(0));
    let (mut lower, mut upper) = (Local::new(), Local::new());
    let (lower, upper) = (lower.kernel(net, shape), upper.kernel(net, shape));
    let weights = Cells::new(&mut memory.weights);
    for at in 0..shape.weight_count() {
        let [low, high] = weights.get(at).halves();
        lower.weights.set(at, low);
        lower.kept.set(at, low);
        upper.weights.set(at, high);
        upper.kept.set(at, high);
    }
    for (layer, step) in memory.steps.iter().enumerate() {
        let [low, high] = step.halves();
        lower.steps.set(layer, low);
        upper.steps.set(layer, high);
    }
    let began = ledger.active();
    let executed = alternate(&lower, &upper, ledger, epochs);
    let stopped = began & !ledger.active();
    lower.put_back(stopped);
    upper.put_back(stopped >> V::LANES);
    for at in 0..shape.weight_count() {
        weights.set(at, Pair::new(lower.weights.get(at), upper.weights.get(at)));
    }
    executed
}

type Small<'a, V, S> = Kernel<'a, V, S, 4, true, true>;

#[inline(always)]
fn alternate<V: Vector, S: Shape>(
    lower: &Small<'_, V, S>,
    upper: &Small<'_, V, S>,
    ledger: &mut Ledger,
    epochs: u32,
) -> u32 {
    let mut z = lower.hidden_forward(0, None);
    for epoch in 0..epochs {
        lower.finish_forward(z);
        z = upper.hidden_forward(0, None);
        if !lower.judge_alternate(ledger, epoch, 0) {
            return epoch + 1;
        }
        lower.turn_back();
        upper.finish_forward(z);
        z = lower.hidden_forward(0, None);
        if !upper.judge_alternate(ledger, epoch, V::LANES) {
            return epoch + 1;
        }
        upper.turn_back();
    }
    epochs
}

impl<V: Vector, S: Shape> Small<'_, V, S> {
    /// Whether any network is left to train.
    #[inline(always)]
    fn judge_alternate(&self, ledger: &mut Ledger, epoch: u32, first: usize) -> bool {
        let mut verdict = Verdict::new();
        self.judge(0, &mut verdict);
        let active = V::Mask::from_bits(ledger.active() >> first);
        let solved = self.solved(&verdict).and(active);
        if !ledger.looks(epoch) && !solved.any() {
            return true;
        }
        self.look(ledger, epoch, first, self.weights, solved) != 0
    }
}
