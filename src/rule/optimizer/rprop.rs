//! Resilient backpropagation, the variant iRPROP- (Igel & Hüsken, "Improving the Rprop learning algorithm", 2000): what
//! FANN and PyTorch call RPROP. Of a weight it remembers the last gradient's sign and the size of the step.

use super::{Optimize, Real, Shared, Tuning, Vector};

pub(crate) struct Rprop;

/// What a step grows by while the gradient keeps its sign, and shrinks by when it turns.
const GROWTH: f64 = 1.2;
const SHRINKAGE: f64 = 0.5;
/// Largest step.
const LARGEST: f64 = 50.0;
/// Smallest step, or the first where that is smaller.
const SMALLEST: f64 = 1e-6;

impl Optimize for Rprop {
    const REFUSES_MOMENTUM: Option<&'static str> = Some("rprop's steps have a size of their own");
    const ADAPTS_STEPS: bool = true;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/optimizer/rprop.wgsl");
    const MEMORY_COUNTS: &'static [usize] = &[2];

    fn memory_count(_momentum: f64) -> usize {
        2
    }

    fn cost(_momentum: f64) -> (u64, u64) {
        (6, 0)
    }

    fn step<R: Real>(_shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, [sign, size]: [&mut R; 2]) {
        let of = |value: R| match value.wide() {
            value if value > 0.0 => 1.0,
            value if value < 0.0 => -1.0,
            value => value,
        };
        let zero = R::of(0.0);
        if *size == zero {
            *size = rate;
        }
        let mut now = of(gradient);
        let turns = now * sign.wide();
        if turns > 0.0 {
            let grown = *size * R::of(GROWTH);
            *size = if grown > R::of(LARGEST) { R::of(LARGEST) } else { grown };
        } else if turns < 0.0 {
            let least = if rate < R::of(SMALLEST) { rate } else { R::of(SMALLEST) };
            *size = (*size * R::of(SHRINKAGE)).max(least);
            // No step after a turn, and none that counts as one in the next update.
            now = 0.0;
        }
        *weight = *weight - R::of(now) * *size;
        *sign = R::of(now);
    }

    #[inline(always)]
    fn vector<V: Vector, const M: usize>(
        _shared: &Shared<V>,
        factor: V,
        gradient: V,
        weight: V,
        [sign, size]: [V; 2],
    ) -> (V, [V; 2]) {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let size = V::select(size.le(zero), factor, size);
        let now = V::select(zero.lt(gradient), one, V::select(gradient.lt(zero), zero - one, gradient));
        let turns = now * sign;
        let grown = (size * V::splat(GROWTH)).at_most(V::splat(LARGEST));
        let least = factor.at_most(V::splat(SMALLEST));
        let shrunk = V::select((size * V::splat(SHRINKAGE)).lt(least), least, size * V::splat(SHRINKAGE));
        let size = V::select(zero.lt(turns), grown, V::select(turns.lt(zero), shrunk, size));
        let now = V::select(turns.lt(zero), zero, now);
        (now.neg_mul_add(size, weight), [now, size])
    }

    fn formula(rate: &str, _share: &str, _tuning: &Tuning) -> String {
        format!(
            "theta <- theta - S sign G; S, at first {rate}, grows {GROWTH} times while G keeps its sign and shrinks to \
             {SHRINKAGE} when it turns, without a step then"
        )
    }
}
