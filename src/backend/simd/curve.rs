//! The exponential and the activations by themselves, compiled as the kernels have them: for benches alone.

use crate::rule::{Activate, Number, activation_rows};

use super::entry::{InstructionSet, Task, with_vectors};
use super::memory::lanes;
use super::vector::Vector;
use super::vectors::Vectors;

/// A function of one number.
#[derive(Clone, Copy, Debug)]
pub enum Curve {
    /// e^z.
    Exp,
    /// 1 / (1 + e^-z).
    Sigmoid,
    /// tanh z.
    Tanh,
}

impl Curve {
    /// Vectors of a pass: few enough for the nearest cache.
    const VECTORS: usize = 64;

    /// Goes over an array so many times with vectors of this kind. Returns how many numbers were computed, and one of
    /// them; nothing where the processor lacks the instructions.
    pub fn passes(self, vectors: Vectors, passes: u64) -> Option<(u64, f32)> {
        vectors.are_available().then(|| with_vectors!(vectors, V => self.run::<V>(passes)))
    }

    fn run<V: InstructionSet>(self, passes: u64) -> (u64, f32) {
        let mut values = [V::splat(0.5); Self::VECTORS];
        for _ in 0..passes {
            // SAFETY: `passes` has made sure that the processor has the instructions.
            unsafe { V::enter(Pass(self, &mut values)) };
        }
        let computed = passes * (Self::VECTORS * V::LANES) as u64;
        (computed, lanes(&mut values)[0].wide() as f32)
    }
}

/// Each number by the curve's value at it.
struct Pass<'a, V>(Curve, &'a mut [V]);

impl<V: Vector> Task for Pass<'_, V> {
    #[inline(always)]
    fn run(self) -> u32 {
        // Loops, not closures: those would be compiled without the instruction set.
        match self.0 {
            Curve::Exp => {
                for z in self.1 {
                    *z = z.exp();
                }
            }
            Curve::Sigmoid => {
                for z in self.1 {
                    *z = activation_rows::Sigmoid.vector(*z);
                }
            }
            Curve::Tanh => {
                for z in self.1 {
                    *z = activation_rows::Tanh.vector(*z);
                }
            }
        }
        0
    }
}
