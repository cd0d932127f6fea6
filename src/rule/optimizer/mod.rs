//! Optimizers: how a gradient becomes a step. One a file; here is what a row has, and the list.

mod adam;
mod gd;

use super::Real;
use super::vector::Vector;

/// What all weights of an update have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared<N> {
    /// What the sum of gradients over examples is multiplied with.
    pub(crate) share: N,
    /// Of gradient descent.
    pub(crate) momentum: N,
    /// 1 - beta^n of each running mean at update n, or what else the row makes of n.
    pub(crate) corrections: [N; 2],
}

/// A row: the step of one weight.
pub(crate) trait Optimize {
    /// Why it takes no `--momentum`, if it takes none.
    const REFUSES_MOMENTUM: Option<&'static str>;
    /// Whether a step depends on how many came before.
    const COUNTS_UPDATES: bool;
    /// WGSL functions `correction(update)` and `optimizer_step(before, gradient, rate, momentum, corrected)`.
    #[cfg(feature = "gpu")]
    const WGSL: &'static str;
    /// The values that [`memory_count`](Optimize::memory_count) can have.
    const MEMORY_COUNTS: &'static [usize];

    /// Numbers kept for each weight beside it, at most 2.
    fn memory_count(momentum: f64) -> usize;

    /// Constants that its WGSL needs, by name.
    #[cfg(feature = "gpu")]
    fn constants() -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// Additions and multiplications of a step, then roots and reciprocals.
    fn cost(momentum: f64) -> (u64, u64);

    /// [`Shared::corrections`] at an update, counted from 1.
    fn corrections<R: Real>(_update: u64) -> [R; 2] {
        [R::of(1.0); 2]
    }

    /// Changes a weight and what is remembered of it by its gradient, summed over examples.
    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, memory: [&mut R; 2]);

    /// What lanes multiply gradients with: a learning rate with sign and share, as far as they are constant.
    fn factor(rate: f64, share: f64) -> f64;

    /// [`Shared::corrections`] in lanes from those of the update before; at first from 0.
    #[inline(always)]
    fn next_corrections<V: Vector>(before: [V; 2]) -> [V; 2] {
        before
    }

    /// A step in every lane: the new weight and memory. `factor` is [`factor`](Optimize::factor), `M` says how much of
    /// the memory there is. Of corrections these are the reciprocals.
    fn vector<V: Vector, const M: usize>(
        shared: &Shared<V>,
        factor: V,
        gradient: V,
        weight: V,
        memory: [V; 2],
    ) -> (V, [V; 2]);

    /// The step in words: `rate` may be several, `share` is the factor of the gradient G.
    fn formula(rate: &str, share: &str, momentum: f64) -> String;
}

macro_rules! optimizers {
    ($($(#[$doc:meta])+ $variant:ident($word:literal $(| $alias:literal)*) in $module:ident;)+) => {
        /// The rule that turns a gradient g into a change of weights w.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Optimizer {
            $($(#[$doc])+ $variant,)+
        }

        super::keyword::keywords!(Optimizer, "--optimizer", { $($variant => $word $(| $alias)*),+ });

        pub(crate) mod rows {
            $(pub(crate) use super::$module::$variant;)+
        }

        macro_rules! with_optimizer {
            ($value:expr, $row:ident => $body:expr) => {
                match $value {
                    $($crate::rule::Optimizer::$variant => {
                        type $row = $crate::rule::optimizer_rows::$variant;
                        $body
                    })+
                }
            };
        }
    };
}

optimizers! {
    /// Gradient descent with momentum M: v <- M v - lr g; w <- w + v.
    Gd("gd") in gd;
    /// Adam (Kingma & Ba 2015) with bias correction, beta 0.9 and 0.999, epsilon 1e-8.
    Adam("adam") in adam;
}

pub(crate) use with_optimizer;

impl Optimizer {
    /// Numbers kept per weight beside the weight itself.
    pub fn state_count(self, momentum: f64) -> usize {
        with_optimizer!(self, Row => Row::memory_count(momentum))
    }

    /// Why it takes no momentum, if it takes none.
    pub fn refuses_momentum(self) -> Option<&'static str> {
        with_optimizer!(self, Row => Row::REFUSES_MOMENTUM)
    }

    /// Whether a step depends on how many came before.
    pub fn counts_updates(self) -> bool {
        with_optimizer!(self, Row => Row::COUNTS_UPDATES)
    }
}
