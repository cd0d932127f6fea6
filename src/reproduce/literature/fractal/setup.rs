//! The source's network, trained in f32 as its programs do, and the same as a spec of ours.

use crate::backend::reference::Training;
use crate::error::Result;
use crate::reproduce::SEED;
use crate::seed::Starts;
use crate::spec::{
    Activation, Activations, AfterSolved, Bias, Examples, Init, Layers, Loss, Problem, Rates, Spec, Task,
};

/// Losses at the end that decide whether training converged.
const LAST: usize = 20;

/// How large networks and pictures are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Inputs, and hidden units.
    pub width: usize,
    /// Updates.
    pub steps: usize,
    /// Pixels along a side of each picture.
    pub side: usize,
    /// Pixels along a side of the tile that is trained in f64 too.
    pub tile: usize,
}

impl Size {
    /// Half the source's width, a fifth of its steps.
    pub(super) const USUAL: Self = Self { width: 8, steps: 100, side: 256, tile: 32 };
    /// The same in small pictures.
    pub(super) const QUICK: Self = Self { side: 64, tile: 8, ..Self::USUAL };
    /// The source's width and fewest steps.
    pub(super) const FULL: Self = Self { width: 16, steps: 500, side: 512, tile: 32 };

    /// As many as there are weights.
    pub(super) fn examples(self) -> usize {
        self.width * self.width + self.width
    }
}

/// Data and start of every pixel. `x` holds one input of all examples after another.
pub(super) struct Setup {
    pub size: Size,
    x: Vec<f32>,
    y: Vec<f32>,
    w0: Vec<f32>,
    w1: Vec<f32>,
}

impl Setup {
    pub(super) fn new(size: Size) -> Result<Self> {
        let Size { width, .. } = size;
        let examples = size.examples();
        // Networks of these shapes serve as tables of normal numbers.
        let normal = |sizes: [usize; 2], network: u64, count: usize| -> Result<Vec<f32>> {
            let mut numbers = Starts::new(Init::Normal(1.0), &Layers::new(sizes.to_vec())?, SEED).weights(network);
            numbers.truncate(count);
            Ok(numbers)
        };
        Ok(Self {
            size,
            x: normal([examples, width], 0, examples * width)?,
            y: normal([examples, 1], 1, examples)?,
            w0: normal([width, width], 2, width * width)?,
            w1: normal([width, 1], 3, width)?,
        })
    }

    /// The mean of the last losses over the first loss; infinite where training has diverged. Examples lie side by side, so
    /// that the compiler works on several at once.
    pub(super) fn ratio(&self, (rate0, rate1): (f32, f32)) -> f32 {
        let Size { width, steps, .. } = self.size;
        let examples = self.size.examples();
        let (mut w0, mut w1) = (self.w0.clone(), self.w1.clone());
        let inner = (2.0 / width as f32).sqrt();
        let outer = 1.0 / width as f32;
        let share = 2.0 / examples as f32;
        let mut hidden = vec![0.0f32; width * examples];
        let (mut error, mut delta) = (vec![0.0f32; examples], vec![0.0f32; examples]);
        let (mut first, mut last) = (0.0, 0.0);
        for step in 0..steps {
            error.iter_mut().zip(&self.y).for_each(|(e, y)| *e = -y);
            for (unit, hidden) in hidden.chunks_exact_mut(examples).enumerate() {
                hidden.fill(0.0);
                for (input, x) in self.x.chunks_exact(examples).enumerate() {
                    let weight = inner * w0[input * width + unit];
                    hidden.iter_mut().zip(x).for_each(|(h, x)| *h += weight * x);
                }
                hidden.iter_mut().for_each(|h| *h = tanh(*h));
                let weight = outer * w1[unit];
                error.iter_mut().zip(&*hidden).for_each(|(e, h)| *e += weight * h);
            }
            let loss = dot(&error, &error) / examples as f32;
            if !loss.is_finite() {
                return f32::INFINITY;
            }
            if step == 0 {
                first = loss;
            }
            if step + LAST >= steps {
                last += loss;
            }
            for (unit, hidden) in hidden.chunks_exact(examples).enumerate() {
                let weight = share * outer * w1[unit] * inner;
                for ((delta, error), h) in delta.iter_mut().zip(&error).zip(hidden) {
                    *delta = weight * error * (1.0 - h * h);
                }
                w1[unit] -= rate1 * share * outer * dot(&error, hidden);
                for (input, x) in self.x.chunks_exact(examples).enumerate() {
                    w0[input * width + unit] -= rate0 * dot(&delta, x);
                }
            }
        }
        last / (LAST as f32 * first)
    }
}

/// tanh in f32 by the rational function of Eigen and XLA, in which the source's programs computed it; a few ulp off.
pub(in crate::reproduce::literature) fn tanh(x: f32) -> f32 {
    let x = x.clamp(-7.905_311, 7.905_311);
    let s = x * x;
    let above =
        [-2.760_768_5e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619e-4, 4.893_524_6e-3];
    let below = [1.198_258_4e-6, 1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3];
    let at = |coefficients: &[f32]| coefficients.iter().fold(0.0, |sum, coefficient| sum * s + coefficient);
    x * at(&above) / at(&below)
}

/// A sum of products in eight parts, which the compiler can do side by side.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut parts = [0.0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for ((part, a), b) in parts.iter_mut().zip(a).zip(b) {
            *part += a * b;
        }
    }
    parts.into_iter().sum()
}

/// The same network in our terms: the factors within it belong to the weights, and their squares to the rates. Our loss is
/// half the source's.
pub(super) fn reference_problem(setup: &Setup, (rate0, rate1): (f64, f64)) -> Result<Problem> {
    let Size { width, steps, .. } = setup.size;
    let (n, examples) = (width as f64, setup.size.examples());
    let spec = Spec {
        task: Task::Csv("fractal".into()),
        layers: Layers::new(vec![width, width, 1])?,
        bias: Bias::Off,
        activation: Activations::new([Activation::Tanh, Activation::Linear]),
        loss: Loss::Mse,
        lr: Rates::new([2.0 * rate0 * 2.0 / n, 2.0 * rate1 / (n * n)]),
        epochs: steps as u32,
        after_solved: AfterSolved::Continue,
        ..Spec::default()
    };
    let inputs = (0..examples * width).map(|at| f64::from(setup.x[at % width * examples + at / width])).collect();
    let targets = setup.y.iter().map(|y| f64::from(*y)).collect();
    Ok(Problem::with_examples(&spec, Examples::new(inputs, width, targets, 1))?)
}

pub(super) fn reference_start(setup: &Setup) -> Vec<f64> {
    let width = setup.size.width;
    let n = width as f64;
    let mut start: Vec<f64> = setup.w0.iter().map(|weight| f64::from(*weight) * (2.0 / n).sqrt()).collect();
    start.extend(std::iter::repeat_n(0.0, width));
    start.extend(setup.w1.iter().map(|weight| f64::from(*weight) / n));
    start.push(0.0);
    start
}

pub(super) fn reference_ratio(problem: &Problem, start: &[f64], steps: usize) -> f64 {
    let mut training = Training::<f64>::new(problem, start);
    let mut losses = Vec::with_capacity(steps);
    while losses.len() < steps {
        let loss = training.evaluate().0;
        if !loss.is_finite() {
            return f64::INFINITY;
        }
        losses.push(loss);
        training.step();
    }
    losses[steps - LAST..].iter().sum::<f64>() / (LAST as f64 * losses[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_and_the_reference_train_the_same_network() {
        let setup = Setup::new(Size::USUAL).unwrap();
        let start = reference_start(&setup);
        let ratio = |rates: (f64, f64)| f64::from(setup.ratio((rates.0 as f32, rates.1 as f32)));
        // Rates at which training is not chaotic, so that precisions stay together.
        for rates in [(0.01, 0.01), (1.0, 1.0), (0.1, 10.0), (3.0, 0.3)] {
            let problem = reference_problem(&setup, rates).unwrap();
            let (ours, reference) = (ratio(rates), reference_ratio(&problem, &start, Size::USUAL.steps));
            assert!((ours - reference).abs() < 2e-5 * reference, "{rates:?}: {ours} and {reference}");
            let other = ratio((1.05 * rates.0, 1.05 * rates.1));
            assert!((other - reference).abs() > 2e-5 * reference, "{rates:?}: a wrong rate must show");
        }
    }

    #[test]
    fn tanh_is_right_to_a_few_ulp() {
        for at in -4000..4000 {
            let x = at as f32 * 0.0025;
            let (ours, exact) = (f64::from(tanh(x)), f64::from(x).tanh());
            assert!((ours - exact).abs() <= 8.0 * f64::from(f32::EPSILON) * exact.abs(), "{x}: {ours} and {exact}");
        }
    }
}
