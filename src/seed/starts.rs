//! Starting weights of a network, in flat order. Twin: `shaders/part/init.wgsl`.

use crate::spec::{Bias, Init, InitShape, Layers};

use super::{NormalTable, Purpose, words};

/// Draws starting weights: for each weight a scale, and the words of its network.
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
    shape: InitShape,
    scales: Vec<f32>,
}

impl Starts {
    /// Draws for networks of this shape under a seed.
    pub fn new(init: Init, layers: &Layers, seed: u64) -> Self {
        Self { seed, shape: init.shape(), scales: Self::scales(init, layers) }
    }

    /// What each weight's draw is multiplied with, in flat order; 0 for a weight that starts at zero. A uniform draw is
    /// an odd integer below 2^24, so its scale holds the factor 2^-24.
    pub fn scales(init: Init, layers: &Layers) -> Vec<f32> {
        let unit = match init.shape() {
            InitShape::Uniform => (-24f64).exp2(),
            InitShape::Normal => 1.0,
        };
        let zero_bias = init.zero_bias() || layers.bias() == Bias::Off;
        let mut scales = Vec::with_capacity(layers.weight_count());
        for layer in layers.shapes() {
            let scale = (init.scale(layer.fan_in, layer.fan_out) * unit) as f32;
            scales.extend(std::iter::repeat_n(scale, layer.fan_in * layer.fan_out));
            scales.extend(std::iter::repeat_n(if zero_bias { 0.0 } else { scale }, layer.fan_out));
        }
        scales
    }

    /// Writes the starting weights of a network; `weights` holds one number for each weight.
    pub fn draw(&self, network: u64, weights: &mut [f32]) {
        let table = NormalTable::get();
        for (block, (weights, scales)) in weights.chunks_mut(4).zip(self.scales.chunks(4)).enumerate() {
            let words = words(self.seed, network, Purpose::Start, block as u32);
            for ((weight, scale), word) in weights.iter_mut().zip(scales).zip(words) {
                *weight = match self.shape {
                    _ if *scale == 0.0 => 0.0,
                    InitShape::Uniform => odd_integer(word) as f32 * scale,
                    InitShape::Normal => table.draw(word) * scale,
                };
            }
        }
    }

    /// The starting weights of a network.
    pub fn weights(&self, network: u64) -> Vec<f32> {
        let mut weights = vec![0.0; self.scales.len()];
        self.draw(network, &mut weights);
        weights
    }

    /// The same in f64.
    pub fn widened(&self, network: u64) -> Vec<f64> {
        self.weights(network).into_iter().map(f64::from).collect()
    }
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
    fn xavier_biases_are_zero() {
        let layers: Layers = "2,3,1".parse().unwrap();
        let weights = Starts::new(Init::Xavier, &layers, 3).weights(9);
        assert!(weights[6..9].iter().all(|bias| *bias == 0.0) && weights[12] == 0.0);
        assert!(weights[..6].iter().all(|weight| *weight != 0.0));
    }
}
