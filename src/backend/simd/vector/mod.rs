//! Vectors of networks: lane l of every vector belongs to network l.
//!
//! [`Vector`] is what the kernels are written in; each instruction set has a table of its own for it.
//!
//! Methods are `#[inline(always)]` and compile to the instructions they name only inside a function that has them
//! enabled; `entry.rs` holds those functions, and nothing else calls kernels. That is also the safety argument of every
//! implementation: a vector type's kernels run only where its instructions were found at run time.

#![allow(unused_unsafe, reason = "a table of instructions is unsafe, though not every line of it needs to be")]

/// A vector and its mask from a table of what they are made of: a line an operation, which names the registers that it is
/// given and says what becomes of them. Methods in braces at the end take the place of the trait's own.
macro_rules! vector {
    (
        $(#[$attribute:meta])*
        $vector:ident($register:ty) of $lanes:literal $number:ident, $mask:ident($word:ty);
        broadcast($value:ident) = $broadcast:expr;
        operators { $($trait:ident $operator:ident($a:ident, $b:ident) = $operation:expr;)+ }
        vectors { $($method:ident($first:ident $(, $other:ident)*) = $result:expr;)+ }
        comparisons { $($comparison:ident($left:ident, $right:ident) = $holds:expr;)+ }
        select($condition:ident, $yes:ident, $no:ident) = $selected:expr;
        from_bits($bits:ident) = $from_bits:expr;
        bits($of:ident) = $to_bits:expr;
        masks { $($logic:ident($this:ident, $that:ident) = $combined:expr;)+ }
        $({ $($own:tt)+ })?
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy)]
        pub(in super::super) struct $vector($register);

        $(#[$attribute])*
        #[derive(Clone, Copy)]
        pub(in super::super) struct $mask($word);

        $(
            impl std::ops::$trait for $vector {
                type Output = Self;

                #[inline(always)]
                fn $operator(self, $b: Self) -> Self {
                    let ($a, $b) = (self.0, $b.0);
                    // SAFETY: kernels of this type run only where its instructions were found.
                    Self(unsafe { $operation })
                }
            }
        )+

        impl Vector for $vector {
            const LANES: usize = $lanes;
            type Number = $number;
            type Mask = $mask;

            #[inline(always)]
            fn broadcast($value: $number) -> Self {
                // SAFETY: as above.
                Self(unsafe { $broadcast })
            }

            #[inline(always)]
            #[allow(clippy::useless_transmute, reason = "of an array, its lanes are itself")]
            fn each(self, function: impl Fn(f64) -> f64 + Copy) -> Self {
                // SAFETY: a register is its lanes without padding.
                let mut lanes: [$number; $lanes] = unsafe { std::mem::transmute(self.0) };
                for lane in &mut lanes {
                    *lane = crate::rule::Number::of(function(crate::rule::Number::wide(*lane)));
                }
                // SAFETY: likewise.
                Self(unsafe { std::mem::transmute::<[$number; $lanes], $register>(lanes) })
            }

            $(
                #[inline(always)]
                fn $method(self $(, $other: Self)*) -> Self {
                    let $first = self.0;
                    $(let $other = $other.0;)*
                    // SAFETY: as above.
                    Self(unsafe { $result })
                }
            )+

            $(
                #[inline(always)]
                fn $comparison(self, $right: Self) -> $mask {
                    let ($left, $right) = (self.0, $right.0);
                    // SAFETY: as above.
                    $mask(unsafe { $holds })
                }
            )+

            #[inline(always)]
            fn select($condition: $mask, $yes: Self, $no: Self) -> Self {
                let ($condition, $yes, $no) = ($condition.0, $yes.0, $no.0);
                // SAFETY: as above.
                Self(unsafe { $selected })
            }

            $($($own)+)?
        }

        impl Mask for $mask {
            #[inline(always)]
            fn from_bits($bits: u32) -> Self {
                // SAFETY: as above.
                Self(unsafe { $from_bits })
            }

            #[inline(always)]
            fn bits(self) -> u32 {
                let $of = self.0;
                // SAFETY: as above.
                unsafe { $to_bits }
            }

            $(
                #[inline(always)]
                fn $logic(self, $that: Self) -> Self {
                    let ($this, $that) = (self.0, $that.0);
                    // SAFETY: as above.
                    Self(unsafe { $combined })
                }
            )+
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod pair;
mod portable;

#[cfg(target_arch = "x86_64")]
pub(super) use avx2::{Avx2, Avx2Double};
#[cfg(target_arch = "x86_64")]
pub(super) use avx512::{Avx512, Avx512Double};
#[cfg(target_arch = "aarch64")]
pub(super) use neon::{Neon, NeonDouble};
pub(super) use pair::Pair;
pub(super) use portable::Portable;

pub(super) use crate::rule::vector::{Mask, Vector};
