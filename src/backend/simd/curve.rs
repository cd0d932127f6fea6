//! The exponential and the activations by themselves, compiled as the kernels have them: for benches alone.

use super::entry::InstructionSet;
use super::math::{exp, sigmoid, tanh};
#[cfg(target_arch = "aarch64")]
use super::vector::Neon;
use super::vector::Portable;
use super::vector::Vector;
#[cfg(target_arch = "x86_64")]
use super::vector::{Avx2, Avx512};
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
        if !vectors.are_available() {
            return None;
        }
        Some(match vectors {
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => self.run::<Avx512>(passes),
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => self.run::<Avx2>(passes),
            #[cfg(target_arch = "aarch64")]
            Vectors::Neon => self.run::<Neon>(passes),
            _ => self.run::<Portable>(passes),
        })
    }

    fn run<V: InstructionSet>(self, passes: u64) -> (u64, f32) {
        let mut values = [V::splat(0.5); Self::VECTORS];
        for _ in 0..passes {
            // SAFETY: `passes` has made sure that the processor has the instructions.
            unsafe { V::apply(self, &mut values) };
        }
        let computed = passes * (Self::VECTORS * V::LANES) as u64;
        (computed, super::memory::lanes(&mut values)[0])
    }
}

/// Each number by the curve's value at it.
#[inline(always)]
pub(super) fn apply<V: Vector>(curve: Curve, values: &mut [V]) {
    // Loops, not closures: those would be compiled without the instruction set.
    match curve {
        Curve::Exp => {
            for z in values {
                *z = exp(*z);
            }
        }
        Curve::Sigmoid => {
            for z in values {
                *z = sigmoid(*z);
            }
        }
        Curve::Tanh => {
            for z in values {
                *z = tanh(*z);
            }
        }
    }
}
