//! Starting weights of a network, in flat order. Twin: `shaders/part/init.wgsl`.

use crate::spec::{Bias, BiasInit, Draw, Init, InitShape, Layers, Place, Problem};

use super::philox::philox4x32_lanes;
use super::{NormalTable, Purpose};

/// Networks whose starts are drawn together.
pub(crate) const TOGETHER: usize = 8;

/// Draws starting weights: for each weight scales and a shift, and the words of its network.
///
/// Weights are f32 values with the same bits everywhere; backends in f64 widen them.
///
/// ```
/// use basins::{seed::Starts, spec::{Init, Layers}};
/// let layers: Layers = "2,3,1".parse()?;
/// let starts = Starts::new(Init::Uniform(1.0), &layers, 42);
/// assert_eq!(starts.weights(7).len(), 13);
/// assert!(starts.weights(7).iter().all(|w| w.abs() < 1.0));
/// # Ok::<(), basins::spec::SpecError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Starts {
    seed: u64,
    draws: Vec<WeightDraw>,
}

/// How one weight starts: by the one draw whose scale is not 0, if any, and a shift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightDraw {
    /// What a standard normal draw is multiplied with.
    pub normal: f32,
    /// What an odd integer below 2^24 in magnitude, a uniform draw, is multiplied with.
    pub uniform: f32,
    /// What is added.
    pub shift: f32,
}

impl WeightDraw {
    const ZERO: Self = Self { normal: 0.0, uniform: 0.0, shift: 0.0 };

    /// The weight that a word stands for.
    #[inline(always)]
    fn weight(self, table: &NormalTable, word: u32) -> f32 {
        match self {
            Self { normal: 0.0, uniform: 0.0, shift } => shift,
            Self { normal: 0.0, uniform, shift: 0.0 } => odd_integer(word) as f32 * uniform,
            Self { normal: 0.0, uniform, shift } => shift + odd_integer(word) as f32 * uniform,
            Self { normal, .. } => table.draw(word) * normal,
        }
    }

    fn new(draw: Draw) -> Self {
        let shift = draw.shift as f32;
        match draw.shape {
            InitShape::Normal => Self { normal: draw.scale as f32, shift, ..Self::ZERO },
            InitShape::Uniform => Self { uniform: (draw.scale * (-24f64).exp2()) as f32, shift, ..Self::ZERO },
        }
    }
}

impl Starts {
    /// Draws for networks of this shape under a seed; logistic units, no biases of their own.
    pub fn new(init: Init, layers: &Layers, seed: u64) -> Self {
        Self { seed, draws: draws(init, BiasInit::Same, layers, true) }
    }

    /// Draws for networks of a problem under a seed.
    pub fn of(problem: &Problem, seed: u64) -> Self {
        Self::with_init(problem, problem.spec().init, seed)
    }

    /// The same with weights drawn in another way.
    pub fn with_init(problem: &Problem, init: Init, seed: u64) -> Self {
        let spec = problem.spec();
        let logistic = spec.activation.of_layer(0).is_logistic();
        Self { seed, draws: draws(init, spec.bias_init, problem.layers(), logistic) }
    }

    /// How each weight starts, in flat order.
    pub fn draws(&self) -> &[WeightDraw] {
        &self.draws
    }

    /// Whether some weight starts by a normal draw.
    pub fn draws_normal(&self) -> bool {
        self.draws.iter().any(|draw| draw.normal != 0.0)
    }

    /// Writes the starting weights of a network; `weights` holds one number for each weight.
    pub fn draw(&self, network: u64, weights: &mut [f32]) {
        self.draw_lanes::<1>(network, weights);
    }

    /// The same for [`TOGETHER`] networks from `first` on, `[network][weight]`: what is inlined here takes the instructions
    /// of its caller.
    #[inline(always)]
    pub(crate) fn draw_together(&self, first: u64, weights: &mut [f32]) {
        self.draw_lanes::<TOGETHER>(first, weights);
    }

    #[inline(always)]
    fn draw_lanes<const LANES: usize>(&self, first: u64, weights: &mut [f32]) {
        let (table, count) = (NormalTable::get(), self.draws.len());
        let key = [self.seed as u32, (self.seed >> 32) as u32];
        let (mut low, mut high) = ([0; LANES], [0; LANES]);
        for lane in 0..LANES {
            let network = first.wrapping_add(lane as u64);
            (low[lane], high[lane]) = (network as u32, (network >> 32) as u32);
        }
        for (block, draws) in self.draws.chunks(4).enumerate() {
            let counters = [low, high, [Purpose::Start as u32; LANES], [block as u32; LANES]];
            let words = philox4x32_lanes(counters, key);
            for (at, (draw, words)) in draws.iter().zip(words).enumerate() {
                for (weights, word) in weights.chunks_exact_mut(count).zip(words) {
                    weights[4 * block + at] = draw.weight(table, word);
                }
            }
        }
    }

    /// The starting weights of a network.
    pub fn weights(&self, network: u64) -> Vec<f32> {
        let mut weights = vec![0.0; self.draws.len()];
        self.draw(network, &mut weights);
        weights
    }

    /// The same in f64.
    pub fn widened(&self, network: u64) -> Vec<f64> {
        self.weights(network).into_iter().map(f64::from).collect()
    }
}

/// How each weight starts, in flat order.
fn draws(init: Init, bias_init: BiasInit, layers: &Layers, logistic: bool) -> Vec<WeightDraw> {
    let mut draws = Vec::with_capacity(layers.weight_count());
    for layer in layers.shapes() {
        let place = Place { fan_in: layer.fan_in, fan_out: layer.fan_out, logistic };
        let weight = WeightDraw::new(init.draw(place));
        let bias = match bias_init {
            _ if layers.bias() == Bias::Off => WeightDraw::ZERO,
            BiasInit::Zero => WeightDraw::ZERO,
            BiasInit::Same if init.zero_bias() => WeightDraw::ZERO,
            BiasInit::Same => weight,
            BiasInit::Own(own) => WeightDraw::new(own.draw(place)),
        };
        draws.extend(std::iter::repeat_n(weight, layer.fan_in * layer.fan_out));
        draws.extend(std::iter::repeat_n(bias, layer.fan_out));
    }
    draws
}

/// The top 24 bits of a word as an odd integer between -2^24 and 2^24: exact in f32, symmetric, never zero.
fn odd_integer(word: u32) -> i32 {
    2 * (word >> 8) as i32 + 1 - (1 << 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_draws_fill_their_interval() {
        let layers: Layers = "2,3,1".parse().unwrap();
        let starts = Starts::new(Init::Uniform(2.0), &layers, 1);
        let drawn: Vec<f32> = (0..2_000).flat_map(|network| starts.weights(network)).collect();
        let (low, high) = drawn.iter().fold((0f32, 0f32), |(low, high), w| (low.min(*w), high.max(*w)));
        assert!(low > -2.0 && low < -1.99 && high < 2.0 && high > 1.99, "{low} to {high}");
        assert_eq!((odd_integer(0), odd_integer(u32::MAX)), (1 - (1 << 24), (1 << 24) - 1));
    }

    #[test]
    fn tutorial_starts_have_their_deviation_per_layer() {
        let layers: Layers = "2,3,1".parse().unwrap();
        let starts = Starts::new(Init::Tutorial, &layers, 3);
        let (mut first, mut second) = (0.0, 0.0);
        let count = 20_000;
        for network in 0..count {
            let weights = starts.weights(network);
            first += weights[..9].iter().map(|w| f64::from(w * w)).sum::<f64>() / 9.0;
            second += weights[9..].iter().map(|w| f64::from(w * w)).sum::<f64>() / 4.0;
        }
        let deviation = |sum: f64| (sum / count as f64).sqrt();
        assert!((deviation(first) - 0.5 * (6f64 / 5.0).sqrt()).abs() < 0.005, "{}", deviation(first));
        assert!((deviation(second) - 0.5 * (6f64 / 4.0).sqrt()).abs() < 0.005, "{}", deviation(second));
    }

    #[test]
    fn ranges_are_shifted_and_biases_start_apart() {
        let spec = crate::spec::Spec {
            init: "uniform:2,3".parse().unwrap(),
            bias_init: "constant:-1".parse().unwrap(),
            ..crate::spec::Spec::default()
        };
        let starts = Starts::of(&spec.problem().unwrap(), 5);
        for network in 0..500 {
            let weights = starts.weights(network);
            assert!(
                weights[..6].iter().chain(&weights[9..12]).all(|weight| (2.0..3.0).contains(weight)),
                "{weights:?}"
            );
            assert!(weights[6..9].iter().chain(&weights[12..]).all(|bias| *bias == -1.0), "{weights:?}");
        }
    }

    #[test]
    fn networks_are_drawn_together_as_apart() {
        for (layers, init) in
            [("2,3,1", "tutorial"), ("2,2,1", "uniform:-1,3"), ("3,5,2", "pytorch"), ("2,1", "constant:2")]
        {
            let layers: Layers = layers.parse().unwrap();
            let starts = Starts::new(init.parse().unwrap(), &layers, 1 << 40 | 7);
            for first in [0, 5, u64::from(u32::MAX) - 3] {
                let mut together = vec![0.0; TOGETHER * layers.weight_count()];
                starts.draw_together(first, &mut together);
                for (network, weights) in (first..).zip(together.chunks(layers.weight_count())) {
                    assert_eq!(weights, starts.weights(network), "{init}, network {network}");
                }
            }
        }
    }

    #[test]
    fn xavier_biases_are_zero() {
        let layers: Layers = "2,3,1".parse().unwrap();
        let weights = Starts::new(Init::Xavier, &layers, 3).weights(9);
        assert!(weights[6..9].iter().all(|bias| *bias == 0.0) && weights[12] == 0.0);
        assert!(weights[..6].iter().all(|weight| *weight != 0.0));
    }
}
