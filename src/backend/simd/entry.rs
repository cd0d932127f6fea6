//! Where kernels are compiled for an instruction set: [`InstructionSet::enter`] has its instructions enabled, and everything
//! that a task calls is inlined into it.

use super::answers::Answers;
use super::apart::{Apart, LayerSums, Steps, activate_layer, may_remember, step_weights};
use super::kernel::{FAST_ACTIVATION, alternating_burst, burst, evaluate, fits_local};
use super::ledger::Ledger;
use super::memory::Memory;
use super::net::{BlockForm, Net};
use super::shape::{Any, Known, Shape};
#[cfg(target_arch = "x86_64")]
use super::vector::{Avx2, Avx2Double, Avx512, Avx512Double};
#[cfg(target_arch = "aarch64")]
use super::vector::{Neon, NeonDouble};
use super::vector::{Pair, Portable, Vector};
use std::marker::PhantomData;

use crate::rule::optimizer_rows::Gd;
use crate::rule::vector::Given;
use crate::rule::{Lose, Optimize, with_loss, with_optimizer};
use crate::seed::Starts;

/// Something to do with vectors. `run` is inlined, with all that it calls, and then compiled for their instructions.
pub(super) trait Task {
    fn run(self) -> u32;
}

/// Vectors of one instruction set.
pub(super) trait InstructionSet: Vector {
    /// Its vectors of f64.
    type Double: InstructionSet;

    /// Does something with the instructions enabled.
    ///
    /// # Safety
    /// The processor must have them.
    unsafe fn enter(task: impl Task) -> u32;

    /// The kernels for a problem.
    ///
    /// # Safety
    /// The processor must have the instructions.
    unsafe fn engines(net: &Net) -> Engines<Self> {
        // Unit tests are of what stands around the kernels; all of them are held by tests of the whole library, and are half
        // of what there is to compile.
        if cfg!(test) {
            return few(net);
        }
        let (fast, apart) = (is_fast(net), apart::<Self, Self>());
        match net.form {
            // One or two examples of a small network are too little work for the processor: its steps wait for each other.
            BlockForm::Single | BlockForm::Two => Engines::Pairs(Engine {
                burst: match (net.form, &net.sizes[..]) {
                    (BlockForm::Two, _) if !(fast && net.is_plain) => any::<Self, Pair<Self>, 2, false, false>,
                    (BlockForm::Two, [_, _, 1]) => known::<Self, Pair<Self>, 2, false, 2, 0, 0, 0>,
                    (BlockForm::Two, [_, _, _, 1]) if fits_local(net) => {
                        known::<Self, Pair<Self>, 2, false, 3, 0, 0, 0>
                    }
                    (BlockForm::Two, _) => any::<Self, Pair<Self>, 2, false, false>,
                    _ if !(fast && net.is_plain && net.moves) => any::<Self, Pair<Self>, 1, false, false>,
                    (_, [2, 2, 1]) if net.batch == 1 => known::<Self, Pair<Self>, 1, false, 2, 2, 2, 0>,
                    (_, [2, 3, 1]) => known::<Self, Pair<Self>, 1, false, 2, 2, 3, 0>,
                    (_, [2, 4, 1]) if net.batch == 1 => known::<Self, Pair<Self>, 1, false, 2, 2, 4, 0>,
                    (_, [2, _, 1]) => known::<Self, Pair<Self>, 1, false, 2, 2, 0, 0>,
                    (_, [_, _, 1]) => known::<Self, Pair<Self>, 1, false, 2, 0, 0, 0>,
                    (_, [_, _, _, 1]) if fits_local(net) => known::<Self, Pair<Self>, 1, false, 3, 0, 0, 0>,
                    _ => any::<Self, Pair<Self>, 1, false, false>,
                },
                evaluate: answer::<Self, Pair<Self>, 1, false>,
                draw: draw::<Self>,
                apart: self::apart::<Self, Pair<Self>>(),
            }),
            BlockForm::Four => Engines::Vectors(Engine {
                burst: any::<Self, Self, 4, false, false>,
                evaluate: answer::<Self, Self, 4, false>,
                draw: draw::<Self>,
                apart,
            }),
            BlockForm::Tree4 => {
                let two: Option<BurstFn<Pair<Self>>> = match (&net.sizes[..], net.is_plain) {
                    ([2, _, 1], _) if !fast && net.is_shallow && fits_local(net) => {
                        Some(alternating::<Self, Gd, 0, 0, false>)
                    }
                    _ if !fast => Some(any::<Self, Pair<Self>, 4, true, false>),
                    ([2, 2, 1], true) => Some(alternating::<Self, Gd, 0, 2, true>),
                    ([2, 3, 1], true) => Some(alternating::<Self, Gd, 0, 3, true>),
                    ([2, 4, 1], true) => Some(alternating::<Self, Gd, 0, 4, true>),
                    ([2, _, 1], _) if fits_local(net) => alternating_by(net),
                    _ => None,
                };
                if let Some(burst) = two {
                    let evaluate = answer::<Self, Pair<Self>, 4, true>;
                    let (draw, apart) = (draw::<Self>, self::apart::<Self, Pair<Self>>());
                    return Engines::Pairs(Engine { burst, evaluate, draw, apart });
                }
                let burst = match &net.sizes[..] {
                    [2, 4, 4, 1] => known::<Self, Self, 4, true, 3, 2, 4, 4>,
                    [2, _, _, 1] if fits_local(net) => known::<Self, Self, 4, true, 3, 2, 0, 0>,
                    _ => any::<Self, Self, 4, true, true>,
                };
                Engines::Vectors(Engine { burst, evaluate: answer::<Self, Self, 4, true>, draw: draw::<Self>, apart })
            }
            BlockForm::Tree8 => {
                let burst = match &net.sizes[..] {
                    _ if !fast => any::<Self, Self, 8, true, false>,
                    [3, _, 1] => known::<Self, Self, 8, true, 2, 3, 0, 0>,
                    [_, _, 1] => known::<Self, Self, 8, true, 2, 0, 0, 0>,
                    _ => any::<Self, Self, 8, true, true>,
                };
                Engines::Vectors(Engine { burst, evaluate: answer::<Self, Self, 8, true>, draw: draw::<Self>, apart })
            }
        }
    }
}

/// Kernels of one vector after the other, or of two in turns or side by side.
pub(super) enum Engines<V> {
    Vectors(Engine<V>),
    Pairs(Engine<Pair<V>>),
}

/// An instruction set with the features that it needs, and its vectors of f64.
macro_rules! instruction_set {
    ($vector:ident, $double:ident, [$($feature:meta)?]) => {
        instruction_set!(@one $vector, $double, [$($feature)?], {});
        instruction_set!(@one $double, $double, [$($feature)?], { few });
    };
    (@one $vector:ident, $double:ident, [$($feature:meta)?], { $($few:ident)? }) => {
        impl InstructionSet for $vector {
            type Double = $double;

            #[inline(always)]
            unsafe fn enter(task: impl Task) -> u32 {
                $(#[$feature])?
                fn compiled(task: impl Task) -> u32 {
                    task.run()
                }
                // SAFETY: the caller has the instructions.
                #[allow(unused_unsafe, reason = "portable vectors need no features")]
                unsafe {
                    compiled(task)
                }
            }

            $(
                unsafe fn engines(net: &Net) -> Engines<Self> {
                    $few::<Self>(net)
                }
            )?
        }
    };
}

#[cfg(target_arch = "x86_64")]
instruction_set!(Avx512, Avx512Double, [target_feature(enable = "avx512f")]);
#[cfg(target_arch = "x86_64")]
instruction_set!(Avx2, Avx2Double, [target_feature(enable = "avx2,fma")]);
#[cfg(target_arch = "aarch64")]
instruction_set!(Neon, NeonDouble, [target_feature(enable = "neon")]);
// Arrays of f64 would be slow, and the longest kernels of all: `Simd::in_precision` refuses them.
instruction_set!(@one Portable, Portable, [], { few });

/// Two kernels for every problem: of vectors for processors that nobody is in a hurry on, and of f64, which is seldom asked
/// for.
fn few<V: InstructionSet>(net: &Net) -> Engines<V> {
    let (apart, draw) = (apart::<V, V>(), draw::<V>);
    let (burst, evaluate): (BurstFn<V>, EvaluateFn<V>) = match net.form {
        BlockForm::Single | BlockForm::Two => (any::<V, V, 1, false, false>, answer::<V, V, 1, false>),
        _ => (any::<V, V, 4, false, false>, answer::<V, V, 4, false>),
    };
    Engines::Vectors(Engine { burst, evaluate, draw, apart })
}

/// See [`burst`].
type BurstFn<V> = unsafe fn(&Net, &mut Memory<V>, &mut Ledger, u32) -> u32;
/// See [`evaluate`].
type EvaluateFn<V> = unsafe fn(&Net, &mut Memory<V>, &mut Answers<'_, '_>) -> u32;

/// See [`Starts::draw_together`].
type DrawFn = unsafe fn(&Starts, u64, &mut [f32]);

/// The kernels for one problem.
pub(super) struct Engine<V> {
    burst: BurstFn<V>,
    evaluate: EvaluateFn<V>,
    draw: DrawFn,
    /// What both kernels call.
    apart: Apart<V>,
}

impl<V: Vector> Engine<V> {
    /// Functions that the kernels call.
    pub(super) fn apart(&self) -> Apart<V> {
        self.apart
    }

    /// Trains the active lanes for at most so many epochs. Returns how many were run.
    pub(super) fn burst(&self, net: &Net, memory: &mut Memory<V>, ledger: &mut Ledger, epochs: u32) -> u32 {
        // SAFETY: an engine is made only where its instructions are, see `InstructionSet`.
        unsafe { (self.burst)(net, memory, ledger, epochs) }
    }

    /// Draws the starting weights of networks from one on, as many as are drawn together.
    pub(super) fn draw(&self, starts: &Starts, first: u64, weights: &mut [f32]) {
        // SAFETY: as above.
        unsafe { (self.draw)(starts, first, weights) }
    }

    /// Computes outputs and losses. Returns the lanes whose weights are in bounds.
    pub(super) fn evaluate(&self, net: &Net, memory: &mut Memory<V>, answers: &mut Answers<'_, '_>) -> u32 {
        // SAFETY: as above.
        unsafe { (self.evaluate)(net, memory, answers) }
    }
}

/// Whether a problem has the settings that `FAST` kernels are compiled for.
fn is_fast(net: &Net) -> bool {
    (net.low, net.span) == (Given::new(0.0), Given::new(1.0))
        && net.units.iter().all(|unit| *unit == FAST_ACTIVATION)
        && !with_loss!(net.loss, Row => Row::HAS_KINKS)
        && !net.judgement.needs_sums()
        && !net.judgement.needs_class()
        && net.shapes.iter().all(|shape| shape.shortcut == 0)
}

/// A kernel's function, its arguments aside.
struct Burst<'a, V, S, const E: usize, const TREE: bool, const FAST: bool>(
    &'a Net,
    S,
    &'a mut Memory<V>,
    &'a mut Ledger,
    u32,
);

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Task for Burst<'_, V, S, E, TREE, FAST> {
    #[inline(always)]
    fn run(self) -> u32 {
        burst::<V, S, E, TREE, FAST>(self.0, self.1, self.2, self.3, self.4)
    }
}

/// For vectors `W` that are made of those of the instruction set `V`.
unsafe fn any<V: InstructionSet, W: Vector, const E: usize, const TREE: bool, const FAST: bool>(
    net: &Net,
    memory: &mut Memory<W>,
    ledger: &mut Ledger,
    epochs: u32,
) -> u32 {
    // SAFETY: the caller has the instructions.
    unsafe { V::enter(Burst::<W, _, E, TREE, FAST>(net, Any::new(net), memory, ledger, epochs)) }
}

/// The same for sizes, or some of them, that are compiled apart: see [`Known`].
unsafe fn known<
    V: InstructionSet,
    W: Vector,
    const E: usize,
    const TREE: bool,
    const DEPTH: usize,
    const INPUTS: usize,
    const FIRST: usize,
    const SECOND: usize,
>(
    net: &Net,
    memory: &mut Memory<W>,
    ledger: &mut Ledger,
    epochs: u32,
) -> u32 {
    let shape = Known::<DEPTH, INPUTS, FIRST, SECOND>::new(net);
    // SAFETY: as above.
    unsafe { V::enter(Burst::<W, _, E, TREE, true>(net, shape, memory, ledger, epochs)) }
}

struct Alternating<'a, V, S, O, const M: usize, const FAST: bool>(
    &'a Net,
    S,
    &'a mut Memory<Pair<V>>,
    &'a mut Ledger,
    u32,
    PhantomData<O>,
);

impl<V: InstructionSet, S: Shape, O: Optimize, const M: usize, const FAST: bool> Task
    for Alternating<'_, V, S, O, M, FAST>
{
    #[inline(always)]
    fn run(self) -> u32 {
        alternating_burst::<V, S, O, M, FAST>(self.0, self.1, apart::<V, V>(), self.2, self.3, self.4)
    }
}

/// The kernel for any optimizer and size of the hidden layer.
fn alternating_by<V: InstructionSet>(net: &Net) -> Option<BurstFn<Pair<V>>> {
    with_optimizer!(net.optimizer, Row => match net.memory_count {
        0 if const { may_remember::<Row>(0) } => Some(alternating::<V, Row, 0, 0, true>),
        1 if const { may_remember::<Row>(1) } => Some(alternating::<V, Row, 1, 0, true>),
        2 if const { may_remember::<Row>(2) } => Some(alternating::<V, Row, 2, 0, true>),
        _ => None,
    })
}

/// For a hidden layer of this size, or of any where that is 0.
unsafe fn alternating<V: InstructionSet, O: Optimize, const M: usize, const HIDDEN: usize, const FAST: bool>(
    net: &Net,
    memory: &mut Memory<Pair<V>>,
    ledger: &mut Ledger,
    epochs: u32,
) -> u32 {
    // SAFETY: as above.
    unsafe {
        let shape = Known::<2, 2, HIDDEN, 0>::new(net);
        V::enter(Alternating::<V, _, O, M, FAST>(net, shape, memory, ledger, epochs, PhantomData))
    }
}

struct Answer<'a, 'q, 'r, W, const E: usize, const TREE: bool>(&'a Net, &'a mut Memory<W>, &'a mut Answers<'q, 'r>);

impl<W: Vector, const E: usize, const TREE: bool> Task for Answer<'_, '_, '_, W, E, TREE> {
    #[inline(always)]
    fn run(self) -> u32 {
        evaluate::<W, _, E, TREE>(self.0, Any::new(self.0), self.1, self.2)
    }
}

/// Of vectors `W` that are made of those of the instruction set `V`.
unsafe fn answer<V: InstructionSet, W: Vector, const E: usize, const TREE: bool>(
    net: &Net,
    memory: &mut Memory<W>,
    answers: &mut Answers<'_, '_>,
) -> u32 {
    // SAFETY: as above.
    unsafe { V::enter(Answer::<W, E, TREE>(net, memory, answers)) }
}

struct Draw<'a>(&'a Starts, u64, &'a mut [f32]);

impl Task for Draw<'_> {
    #[inline(always)]
    fn run(self) -> u32 {
        self.0.draw_together(self.1, self.2);
        0
    }
}

unsafe fn draw<V: InstructionSet>(starts: &Starts, first: u64, weights: &mut [f32]) {
    // SAFETY: as above.
    unsafe { V::enter(Draw(starts, first, weights)) };
}

/// Functions for vectors `W` that are made of those of the instruction set `V`.
fn apart<V: InstructionSet, W: Vector>() -> Apart<W> {
    Apart { activate: activate::<V, W>, step: step::<V, W> }
}

struct Activate<'a, W>(&'a LayerSums<W>);

impl<W: Vector> Task for Activate<'_, W> {
    #[inline(always)]
    fn run(self) -> u32 {
        activate_layer(self.0);
        0
    }
}

unsafe fn activate<V: InstructionSet, W: Vector>(layer: &LayerSums<W>) {
    // SAFETY: the caller has the instructions.
    unsafe { V::enter(Activate(layer)) };
}

struct Step<'a, 'n, W>(&'a Steps<'n, W>);

impl<W: Vector> Task for Step<'_, '_, W> {
    #[inline(always)]
    fn run(self) -> u32 {
        step_weights(self.0);
        0
    }
}

unsafe fn step<V: InstructionSet, W: Vector>(steps: &Steps<'_, W>) {
    // SAFETY: as above.
    unsafe { V::enter(Step(steps)) };
}

/// Does something with the vectors of a kind, as the type that they are here.
macro_rules! with_vectors {
    ($vectors:expr, $type:ident => $what:expr) => {
        match $vectors {
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => {
                type $type = $crate::backend::simd::vector::Avx512;
                $what
            }
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => {
                type $type = $crate::backend::simd::vector::Avx2;
                $what
            }
            #[cfg(target_arch = "aarch64")]
            Vectors::Neon => {
                type $type = $crate::backend::simd::vector::Neon;
                $what
            }
            _ => {
                type $type = $crate::backend::simd::vector::Portable;
                $what
            }
        }
    };
}

pub(super) use with_vectors;
