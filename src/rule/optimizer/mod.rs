//! Optimizers: how a gradient becomes a step. One a file; here is what a row has, and the list.

mod adagrad;
mod adam;
mod gd;
mod nesterov;
mod rmsprop;
mod rprop;

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
    /// How much of itself each running mean keeps.
    pub(crate) betas: [N; 2],
    /// 1 - beta, rounded once.
    pub(crate) rests: [N; 2],
    /// Keeps divisors above 0.
    pub(crate) epsilon: N,
    /// Weight decay, of rows that take it apart from the gradient.
    pub(crate) decay: N,
}

/// An optimizer's numbers, defaults filled in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Of gradient descent, with or without look-ahead.
    pub momentum: f64,
    /// How much of itself a running mean of gradients keeps, and one of their squares.
    pub betas: [f64; 2],
    /// Added to divisors.
    pub epsilon: f64,
    /// Weight decay.
    pub decay: f64,
}

impl Tuning {
    /// What all weights of update `update`, counted from 1, have in common where gradients count `share` times.
    pub(crate) fn shared<O: Optimize, R: Real>(self, share: f64, update: u64) -> Shared<R> {
        Shared {
            share: R::of(share),
            momentum: R::of(self.momentum),
            corrections: O::corrections(self.betas, update),
            betas: self.betas.map(R::of),
            rests: self.betas.map(|beta| R::of(1.0 - beta)),
            epsilon: R::of(self.epsilon),
            decay: R::of(self.decay),
        }
    }
}

/// A row: the step of one weight.
pub(crate) trait Optimize {
    /// Why it takes no `--momentum`, if it takes none.
    const REFUSES_MOMENTUM: Option<&'static str>;
    /// Whether it is nothing without momentum.
    const NEEDS_MOMENTUM: bool = false;
    /// Whether a step depends on how many came before.
    const COUNTS_UPDATES: bool = false;
    /// Its running means' betas if nothing is said, of gradients and of their squares; `None` where it has no such means.
    const BETAS: Option<[f64; 2]> = None;
    /// What it adds to divisors if nothing is said, where it divides.
    const EPSILON: Option<f64> = None;
    /// Whether weight decay is a step of its own instead of a part of the gradient.
    const DECOUPLES_DECAY: bool = false;
    /// Whether a step without momentum is the gradient times a factor.
    const IS_PLAIN: bool = false;
    /// Whether the rate is the first step alone, and gradients must be of all examples.
    const ADAPTS_STEPS: bool = false;
    /// WGSL functions `correction(update)` and `optimizer_step(before, gradient, rate, momentum, corrected)`, with steps as those
    /// of lanes.
    #[cfg(feature = "gpu")]
    const WGSL: &'static str;
    /// The values that [`memory_count`](Optimize::memory_count) can have.
    const MEMORY_COUNTS: &'static [usize];

    /// Numbers kept for each weight beside it, at most 2. They start at 0.
    fn memory_count(momentum: f64) -> usize;

    /// Additions and multiplications of a step, then roots and reciprocals.
    fn cost(momentum: f64) -> (u64, u64);

    /// [`Shared::corrections`] at an update, counted from 1.
    fn corrections<R: Real>(_betas: [f64; 2], _update: u64) -> [R; 2] {
        [R::of(1.0); 2]
    }

    /// Changes a weight and what is remembered of it by its gradient, summed over examples.
    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, memory: [&mut R; 2]);

    /// What a rate becomes in lanes is times this: whatever of a step is the same for all weights and updates.
    fn gain(_tuning: &Tuning, _share: f64) -> f64 {
        1.0
    }

    /// The epsilon of lanes, which do without the share of gradients where roots of squares would take it out again.
    fn lane_epsilon(tuning: &Tuning, _share: f64) -> f64 {
        tuning.epsilon
    }

    /// [`Shared::corrections`] in lanes from those of the update before; at first from 0. `rests` is 1 - beta.
    #[inline(always)]
    fn next_corrections<V: Vector>(before: [V; 2], _rests: [V; 2]) -> [V; 2] {
        before
    }

    /// What [`step`](Optimize::step) remembers is so many times what lanes remember.
    #[cfg(feature = "gpu")]
    fn lane_memory(_tuning: &Tuning, _share: f64) -> [f64; 2] {
        [1.0; 2]
    }

    /// Before the steps of an update: works its corrections into what all weights have in common.
    #[inline(always)]
    fn correct<V: Vector>(_shared: &mut Shared<V>) {}

    /// A step in every lane: the new weight and memory. `factor` is the rate times [`gain`](Optimize::gain), `M` says how much
    /// of the memory there is.
    fn vector<V: Vector, const M: usize>(
        shared: &Shared<V>,
        factor: V,
        gradient: V,
        weight: V,
        memory: [V; 2],
    ) -> (V, [V; 2]);

    /// The step in words: `rate` may be several, `share` is the factor of the gradient G.
    fn formula(rate: &str, share: &str, tuning: &Tuning) -> String;
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
    Gd("gd" | "sgd" | "gradient-descent") in gd;
    /// Gradient descent with Nesterov's look-ahead: v <- M v - lr g; w <- w + M v - lr g.
    Nesterov("nesterov" | "nag") in nesterov;
    /// RMSprop: s <- b2 s + (1 - b2) g^2; w <- w - lr g / (sqrt s + epsilon).
    Rmsprop("rmsprop") in rmsprop;
    /// Adagrad: s <- s + g^2; w <- w - lr g / (sqrt s + epsilon).
    Adagrad("adagrad") in adagrad;
    /// Adam (Kingma & Ba 2015) with bias correction.
    Adam("adam") in adam;
    /// Adam whose weight decay is a step of its own (Loshchilov & Hutter 2019).
    Adamw("adamw") in adam;
    /// iRPROP- (Igel & Hüsken 2000): steps that grow and shrink by the gradient's sign; the rate is the first step.
    Rprop("rprop" | "irprop-" | "irprop" | "resilient") in rprop;
}

pub(crate) use with_optimizer;

impl Optimizer {
    /// Numbers kept per weight beside the weight itself.
    pub fn state_count(self, momentum: f64) -> usize {
        with_optimizer!(self, Row => Row::memory_count(momentum))
    }

    /// The same with Nesterov's look-ahead, where there is such a thing.
    pub fn looking_ahead(self) -> Option<Self> {
        matches!(self, Self::Gd | Self::Nesterov).then_some(Self::Nesterov)
    }

    /// Why it takes no momentum, if it takes none.
    pub fn refuses_momentum(self) -> Option<&'static str> {
        with_optimizer!(self, Row => Row::REFUSES_MOMENTUM)
    }

    /// Whether a step depends on how many came before.
    pub fn counts_updates(self) -> bool {
        with_optimizer!(self, Row => Row::COUNTS_UPDATES)
    }

    /// Its betas if nothing is said; `None` where it has none.
    pub fn default_betas(self) -> Option<[f64; 2]> {
        with_optimizer!(self, Row => Row::BETAS)
    }

    /// Its epsilon if nothing is said; `None` where it has none.
    pub fn default_epsilon(self) -> Option<f64> {
        with_optimizer!(self, Row => Row::EPSILON)
    }

    /// Whether weight decay is a step of its own.
    pub fn decouples_decay(self) -> bool {
        with_optimizer!(self, Row => Row::DECOUPLES_DECAY)
    }
}
