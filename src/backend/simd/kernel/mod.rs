//! The training of `V::LANES` networks side by side: the same passes as the reference's, on blocks of examples.
//!
//! Everything here is `#[inline(always)]` into the functions of `entry.rs`. A block's examples stand side by side, so
//! that a weight is loaded once for all of them; with a truth table, examples of a block differ in the last inputs
//! alone, and sums over them are shared as in a tree (`first_layer.rs`). The last layer's single output unit lets the
//! hidden deltas' common factor be taken out of their sums over examples (`shallow.rs`).

mod alternate;
mod deep;
mod epoch;
mod first_layer;
mod judge;
mod online;
mod order;
mod own_loop;
mod shallow;
mod turn;
mod update;

pub(super) use alternate::alternating_burst;
pub(super) use epoch::{Evaluation, burst, evaluate, fits_local};

use crate::rule::{Activate, Lose, with_activation, with_loss};
use crate::spec::Activation;

use super::apart::{Apart, Moved};
use super::cells::Cells;
use super::net::Net;
use super::shape::Shape;
use super::vector::Vector;

/// The activation of `FAST` kernels, see [`Kernel`].
pub(super) const FAST_ACTIVATION: Activation = Activation::Sigmoid;

/// What the passes work on. `E` examples a block, the values of the last inputs of a truth table if `TREE`. `FAST` is
/// for the most frequent settings, which are compiled apart: a truth table of 0 and 1, sigmoids, batch updates, no
/// shortcuts. These kernels hold the step of plain gradient descent, see [`Net::is_plain`]; all other steps are made apart.
pub(super) struct Kernel<'a, V, S, const E: usize, const TREE: bool, const FAST: bool> {
    pub(super) net: &'a Net,
    pub(super) shape: S,
    /// By value, as `shape` holds what innermost loops ask for.
    pub(super) example_stride: usize,
    pub(super) apart: Apart<V>,
    /// What functions of their own reach: weights and gradient are the kernel's, unless it is compiled for its sizes.
    pub(super) outside: Moved<V>,
    pub(super) weights: Cells<V>,
    pub(super) steps: Cells<V>,
    pub(super) inputs: Cells<V>,
    pub(super) targets: Cells<V>,
    pub(super) gradient: Cells<V>,
    pub(super) before: Cells<V>,
    pub(super) kept: Cells<V>,
    pub(super) levelled: Cells<V>,
    pub(super) powers: Cells<V>,
    pub(super) magnitudes: Cells<V>,
    pub(super) bases: Cells<V>,
    pub(super) parts: Cells<V>,
    pub(super) waiting: Cells<V>,
    pub(super) activations: Cells<V>,
    pub(super) deltas: Cells<V>,
    pub(super) sums: Cells<V>,
}

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// Whether each lane has examples of its own: in blocks of one or two.
    const OWN_EXAMPLES: bool = E < 4 && !TREE;

    /// Activation of a layer's units, inputs being layer 0.
    #[inline(always)]
    fn activation(&self, layer: usize) -> Activation {
        if FAST { FAST_ACTIVATION } else { self.net.units[layer - 1] }
    }

    /// Whether one output unit is all that the only hidden layer feeds, see [`Net::is_shallow`].
    #[inline(always)]
    fn is_shallow(&self) -> bool {
        if FAST { self.shape.depth() == 2 && self.shape.units(2) == 1 } else { self.net.is_shallow }
    }

    /// Examples of a block that are none: padding.
    #[inline(always)]
    fn example_count(&self, block: usize) -> usize {
        if TREE { E } else { (self.net.example_count - block * E).min(E) }
    }

    #[inline(always)]
    fn target(&self, block: usize, e: usize, column: usize) -> V {
        let outputs = self.shape.units(self.shape.depth());
        if Self::OWN_EXAMPLES {
            return self.targets.get(self.own_place(block, e) * outputs + column);
        }
        V::broadcast(self.net.target((block * E + e) * outputs + column))
    }

    /// An input of an example of a block.
    #[inline(always)]
    fn input(&self, block: usize, e: usize, row: usize) -> V {
        if Self::OWN_EXAMPLES {
            return self.inputs.get(self.own_place(block, e) * self.shape.units(0) + row);
        }
        V::broadcast(self.net.input((block * E + e) * self.shape.units(0) + row))
    }

    /// Where an example of a block lies, where lanes have their own: all of them have room, or those of a block.
    #[inline(always)]
    fn own_place(&self, block: usize, e: usize) -> usize {
        block * E * self.example_stride + e
    }

    /// Blocks of examples, the last perhaps padded.
    #[inline(always)]
    fn block_count(&self) -> usize {
        if TREE { (1 << self.shape.units(0)) / E } else { self.net.example_count.div_ceil(E) }
    }

    /// Whether sums over blocks need not begin with zero, there being one block.
    #[inline(always)]
    fn is_single_block(&self) -> bool {
        (FAST || self.shape.knows_inputs()) && self.block_count() == 1
    }

    /// Adds a block's part to a weight's gradient.
    #[inline(always)]
    fn add_gradient(&self, weight: usize, part: V) {
        self.gradient.set(weight, if self.is_single_block() { part } else { self.gradient.get(weight) + part });
    }

    /// Forward on a block.
    #[inline(always)]
    fn forward(&self, block: usize, powers: Option<V::Mask>) {
        if self.is_shallow() { self.shallow_forward(block, powers) } else { self.deep_forward(block, powers) }
    }

    /// Deltas and gradient of a block.
    #[inline(always)]
    fn backward(&self, block: usize) {
        if self.is_shallow() { self.shallow_backward(block) } else { self.deep_backward(block) }
    }

    /// dC/dz of an output unit on the block's examples; 0 where there is none.
    #[inline(always)]
    fn output_deltas(&self, block: usize, column: usize) -> [V; E] {
        let at = self.shape.unit_offset(self.shape.depth()) + column;
        let h: [V; E] = self.activations.block(at);
        let mut deltas = h;
        let cancels = with_loss!(self.net.loss, Row => Row::CANCELS_SLOPE);
        let depth = self.shape.depth();
        for (e, delta) in deltas.iter_mut().enumerate() {
            *delta = h[e] - self.target(block, e, column);
        }
        if !cancels {
            deltas = self.times_slopes(depth, at * E, self.pull(deltas), h);
        }
        if !TREE {
            let count = self.example_count(block);
            for (e, delta) in deltas.iter_mut().enumerate() {
                if e >= count {
                    *delta = V::splat(0.0);
                }
            }
        }
        deltas
    }
}

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// dC/dh from an output's errors.
    #[inline(always)]
    fn pull(&self, mut errors: [V; E]) -> [V; E] {
        if !FAST {
            // One choice for all, here and below: loops within, not around.
            with_loss!(self.net.loss, Row => {
                for error in &mut errors {
                    *error = Row::vector_pull(*error);
                }
            });
        }
        errors
    }

    /// delta act'(z) of a unit of a layer from h = act(z); `at` is the unit's first cell.
    #[inline(always)]
    fn times_slopes(&self, layer: usize, at: usize, mut deltas: [V; E], h: [V; E]) -> [V; E] {
        with_activation!(self.activation(layer), row => {
            for e in 0..E {
                deltas[e] = if row.is_inlined() {
                    row.times_slope(deltas[e], deltas[e] * h[e], h[e])
                } else {
                    deltas[e] * self.deltas.get(at + e)
                };
            }
        });
        deltas
    }
}

/// Does something for each unit: in a row where the compiler knows their number, so that arrays of units become
/// registers, else in a loop.
macro_rules! each {
    ($shape:expr, $count:expr, $unit:ident, $what:expr) => {
        if $shape.is_fixed() {
            debug_assert!($count <= 4);
            each!(@one 0, $count, $unit, $what);
            each!(@one 1, $count, $unit, $what);
            each!(@one 2, $count, $unit, $what);
            each!(@one 3, $count, $unit, $what);
        } else {
            for $unit in 0..$count {
                $what;
            }
        }
    };
    (@one $at:literal, $count:expr, $unit:ident, $what:expr) => {
        if $at < $count {
            let $unit = $at;
            $what;
        }
    };
}

use each;

/// act(z); of functions with a loop of their own z, for that.
#[inline(always)]
fn activate<V: Vector, const E: usize>(activation: Activation, z: [V; E]) -> [V; E] {
    let mut h = z;
    // A loop, not a closure, which would be compiled without the instruction set.
    with_activation!(activation, row => {
        if row.is_inlined() {
            for h in &mut h {
                *h = row.vector(*h);
            }
        }
    });
    h
}

/// Sum of a block's numbers, by halves.
#[inline(always)]
fn sum<V: Vector, const E: usize>(mut values: [V; E]) -> V {
    let mut half = E;
    while half > 1 {
        half /= 2;
        for e in 0..half {
            values[e] = values[e] + values[e + half];
        }
    }
    values[0]
}
