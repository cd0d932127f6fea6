//! Where kernels are compiled for an instruction set: each function here has its instructions enabled, and everything
//! that it calls is inlined into it.

use super::answers::Answers;
use super::curve::{Curve, apply};
use super::kernel::{alternating_burst, burst, evaluate};
use super::ledger::Ledger;
use super::memory::Memory;
use super::net::{Form, Net, Rule, Unit};
use super::shape::{Any, Fixed};
#[cfg(target_arch = "aarch64")]
use super::vector::Neon;
#[cfg(target_arch = "x86_64")]
use super::vector::{Avx2, Avx512};
use super::vector::{Pair, Portable, Vector};

/// See [`burst`].
type Burst<V> = unsafe fn(&Net, &mut Memory<V>, &mut Ledger, u32) -> u32;
/// See [`evaluate`].
type Evaluate<V> = unsafe fn(&Net, &mut Memory<V>, &mut Answers<'_, '_>) -> u32;

/// The kernels for one problem.
pub(super) struct Engine<V> {
    burst: Burst<V>,
    evaluate: Evaluate<V>,
}

impl<V: Vector> Engine<V> {
    /// Trains the active lanes for at most so many epochs. Returns how many were run.
    pub(super) fn burst(&self, net: &Net, memory: &mut Memory<V>, ledger: &mut Ledger, epochs: u32) -> u32 {
        // SAFETY: an engine is made only where its instructions are, see `InstructionSet`.
        unsafe { (self.burst)(net, memory, ledger, epochs) }
    }

    /// Computes outputs and losses. Returns the lanes whose weights are in bounds.
    pub(super) fn evaluate(&self, net: &Net, memory: &mut Memory<V>, answers: &mut Answers<'_, '_>) -> u32 {
        // SAFETY: as above.
        unsafe { (self.evaluate)(net, memory, answers) }
    }
}

/// Vectors of one instruction set.
pub(super) trait InstructionSet: Vector {
    /// The kernels for a problem.
    ///
    /// # Safety
    /// The processor must have the instructions.
    unsafe fn engine(net: &Net) -> Engine<Self>;

    /// Kernels compiled for this very size that train two vectors in turns, where there are any.
    ///
    /// # Safety
    /// The processor must have the instructions.
    unsafe fn alternating_engine(net: &Net) -> Option<Engine<Pair<Self>>>;

    /// A curve by itself, of every number in turn.
    ///
    /// # Safety
    /// The processor must have the instructions.
    unsafe fn apply(curve: Curve, values: &mut [Self]);
}

/// Whether a problem has the settings that `FAST` kernels are compiled for.
fn is_fast(net: &Net) -> bool {
    matches!(net.form, Form::Tree4 | Form::Tree8)
        && (net.low, net.span) == (0.0, 1.0)
        && (net.hidden, net.output) == (Unit::Sigmoid, Unit::Sigmoid)
        && net.rule == Rule::Plain
        && net.trains_biases
        && net.shapes.iter().all(|shape| shape.shortcut == 0)
}

/// An instruction set's kernels, with its features enabled, for any sizes and for fixed ones.
macro_rules! instruction_set {
    ($module:ident, $vector:ident, [$($feature:meta)?], [$($inputs:literal $first:literal),*]) => {
        mod $module {
            use super::*;

            type Two = Pair<$vector>;

            $(#[$feature])?
            fn any<const E: usize, const TREE: bool, const FAST: bool>(
                net: &Net, memory: &mut Memory<$vector>, ledger: &mut Ledger, epochs: u32,
            ) -> u32 {
                burst::<$vector, _, E, TREE, FAST>(net, Any::new(net), memory, ledger, epochs)
            }

            $(#[$feature])?
            fn alternating<const INPUTS: usize, const FIRST: usize>(
                net: &Net, memory: &mut Memory<Two>, ledger: &mut Ledger, epochs: u32,
            ) -> u32 {
                alternating_burst(net, Fixed::<INPUTS, FIRST, 0>, memory, ledger, epochs)
            }

            $(#[$feature])?
            fn fixed<const INPUTS: usize, const FIRST: usize, const SECOND: usize>(
                net: &Net, memory: &mut Memory<$vector>, ledger: &mut Ledger, epochs: u32,
            ) -> u32 {
                burst::<$vector, _, 4, true, true>(net, Fixed::<INPUTS, FIRST, SECOND>, memory, ledger, epochs)
            }

            $(#[$feature])?
            fn answer<const E: usize, const TREE: bool>(
                net: &Net, memory: &mut Memory<$vector>, answers: &mut Answers<'_, '_>,
            ) -> u32 {
                evaluate::<$vector, _, E, TREE>(net, Any::new(net), memory, answers)
            }

            $(#[$feature])?
            fn answer_two(net: &Net, memory: &mut Memory<Two>, answers: &mut Answers<'_, '_>) -> u32 {
                evaluate::<Two, _, 4, true>(net, Any::new(net), memory, answers)
            }

            $(#[$feature])?
            fn bare(curve: Curve, values: &mut [$vector]) {
                apply(curve, values);
            }

            impl InstructionSet for $vector {
                unsafe fn apply(curve: Curve, values: &mut [Self]) {
                    // SAFETY: the caller has the instructions. Without features of its own the function is safe.
                    #[allow(unused_unsafe, reason = "portable vectors need no features")]
                    unsafe {
                        bare(curve, values);
                    }
                }

                unsafe fn engine(net: &Net) -> Engine<Self> {
                    let fast = is_fast(net);
                    match net.form {
                        Form::Single => Engine { burst: any::<1, false, false>, evaluate: answer::<1, false> },
                        Form::Four => Engine { burst: any::<4, false, false>, evaluate: answer::<4, false> },
                        Form::Tree4 if fast && net.sizes == Fixed::<2, 4, 4>::sizes() => {
                            Engine { burst: fixed::<2, 4, 4>, evaluate: answer::<4, true> }
                        }
                        Form::Tree4 if fast => Engine { burst: any::<4, true, true>, evaluate: answer::<4, true> },
                        Form::Tree4 => Engine { burst: any::<4, true, false>, evaluate: answer::<4, true> },
                        Form::Tree8 if fast => Engine { burst: any::<8, true, true>, evaluate: answer::<8, true> },
                        Form::Tree8 => Engine { burst: any::<8, true, false>, evaluate: answer::<8, true> },
                    }
                }

                unsafe fn alternating_engine(net: &Net) -> Option<Engine<Pair<Self>>> {
                    if !is_fast(net) || net.form != Form::Tree4 {
                        return None;
                    }
                    $(
                        if net.sizes == Fixed::<$inputs, $first, 0>::sizes() {
                            return Some(Engine { burst: alternating::<$inputs, $first>, evaluate: answer_two });
                        }
                    )*
                    None
                }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
instruction_set!(
    avx512,
    Avx512,
    [target_feature(enable = "avx512f")],
    [2 2, 2 3, 2 4]
);
#[cfg(target_arch = "x86_64")]
instruction_set!(
    avx2,
    Avx2,
    [target_feature(enable = "avx2,fma")],
    [2 2, 2 3, 2 4]
);
#[cfg(target_arch = "aarch64")]
instruction_set!(
    neon,
    Neon,
    [target_feature(enable = "neon")],
    [2 2, 2 3, 2 4]
);
instruction_set!(portable, Portable, [], [2 3]);
