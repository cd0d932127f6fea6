//! Two spirals, learnt by a network whose every unit sees all units before it.

use rand::RngExt;
use rayon::prelude::*;

use crate::error::Result;
use crate::reproduce::lab::interrupted;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction, SEED};
use crate::seed::{Purpose, Stream};
use crate::spec::{Spec, Task};

use super::fractal::tanh;

pub(in super::super) const LANG_1988: Reproduction = Reproduction {
    name: "lang-1988",
    title: "Learning to tell two spirals apart",
    source: "Lang & Witbrock 1988; figures as given by Fahlman & Lebiere 1990, The Cascade-Correlation Learning Architecture, section 2.1",
    setting: "2-5-5-5-1, each unit joined to all units before it, 138 weights; sigmoid, the 194 points of the benchmark. Not readable and \
              inferred: starts U(-0.1, 0.1), gradient summed over the points, rate 0.002, momentum 0.95 (small and large, as told), solved \
              when every output is within 0.4, at most 60,000 epochs, f32; the source's modified error taken to be cross-entropy",
    slip: None,
    figures: &[
        Figure {
            quantity: "squared error: share solved",
            published: "none at hand",
            accept: Accept::Open,
            reason: "how many runs there were, and how many ended, is not told",
        },
        Figure {
            quantity: "squared error: mean epochs of those solved",
            published: "20,000",
            accept: Accept::Near { value: 20_000.0, absolute: 0.0, relative: 0.5 },
            reason: INFERRED,
        },
        Figure {
            quantity: "modified error: share solved",
            published: "none at hand",
            accept: Accept::Open,
            reason: "how many runs there were, and how many ended, is not told",
        },
        Figure {
            quantity: "modified error: mean epochs of those solved",
            published: "12,000",
            accept: Accept::Near { value: 12_000.0, absolute: 0.0, relative: 0.5 },
            reason: INFERRED,
        },
    ],
    program,
};

const INFERRED: &str = "rate, momentum and criterion are inferred from words: within half of it";

/// Inputs, hidden units and the output, with the unit that is always 1 after the inputs.
const INPUTS: usize = 3;
const UNITS: usize = INPUTS + 16;
/// Units of each layer: from one of these to the next.
const LAYERS: [usize; 5] = [INPUTS, 8, 13, 18, UNITS];
const POINTS: usize = 2 * Task::SPIRAL_COUNT as usize;
const WEIGHT_COUNT: usize = 138;
const RATE: f32 = 0.002;
const MOMENTUM: f32 = 0.95;
const EPOCHS: u32 = 60_000;

/// A number for each point.
type Column = [f32; POINTS];

struct Spirals {
    inputs: [Column; INPUTS],
    targets: Column,
}

impl Spirals {
    fn new() -> Result<Self> {
        let problem = Spec {
            task: Task::Spirals(Task::SPIRAL_COUNT),
            layers: crate::spec::Layers::new(vec![2, 1])?,
            ..Spec::default()
        }
        .problem()?;
        let examples = problem.examples();
        let column = |input: usize| std::array::from_fn(|point| examples.input(point)[input] as f32);
        Ok(Self {
            inputs: [column(0), column(1), [1.0; POINTS]],
            targets: std::array::from_fn(|point| examples.target(point)[0] as f32),
        })
    }
}

/// One network: `weights` of one unit after another, each from all units of the layers before it.
struct Network<'a> {
    spirals: &'a Spirals,
    weights: Vec<f32>,
    outputs: Vec<Column>,
    deltas: Vec<Column>,
}

/// Each unit with the first of its weights and how many units it sees.
fn units() -> impl DoubleEndedIterator<Item = (usize, usize, usize)> {
    let mut first = 0;
    let all: Vec<_> = LAYERS
        .windows(2)
        .flat_map(|layer| (layer[0]..layer[1]).map(move |unit| (unit, layer[0])))
        .map(|(unit, seen)| {
            first += seen;
            (unit, first - seen, seen)
        })
        .collect();
    all.into_iter()
}

impl<'a> Network<'a> {
    fn new(spirals: &'a Spirals, weights: Vec<f32>) -> Self {
        let mut outputs = vec![[0.0; POINTS]; UNITS];
        outputs[..INPUTS].copy_from_slice(&spirals.inputs);
        Self { spirals, weights, outputs, deltas: vec![[0.0; POINTS]; UNITS] }
    }

    fn forward(&mut self) {
        for (unit, first, seen) in units() {
            let mut z = [0.0f32; POINTS];
            for source in 0..seen {
                let weight = self.weights[first + source];
                z.iter_mut().zip(&self.outputs[source]).for_each(|(z, a)| *z += weight * a);
            }
            self.outputs[unit] = z.map(|z| 0.5 + 0.5 * tanh(0.5 * z));
        }
    }

    fn errors(&self) -> impl Iterator<Item = f32> {
        self.outputs[UNITS - 1].iter().zip(&self.spirals.targets).map(|(h, y)| h - y)
    }

    /// The gradient, summed over the points, of half the squares or of cross-entropy.
    fn gradient(&mut self, squared: bool) -> [f32; WEIGHT_COUNT] {
        self.deltas.iter_mut().for_each(|delta| *delta = [0.0; POINTS]);
        let errors: Vec<f32> = self.errors().collect();
        for ((delta, error), h) in self.deltas[UNITS - 1].iter_mut().zip(errors).zip(&self.outputs[UNITS - 1]) {
            *delta = if squared { error * h * (1.0 - h) } else { error };
        }
        let mut gradient = [0.0; WEIGHT_COUNT];
        for (unit, first, seen) in units().rev() {
            if unit + 1 < UNITS {
                self.deltas[unit].iter_mut().zip(&self.outputs[unit]).for_each(|(delta, a)| *delta *= a * (1.0 - a));
            }
            let (before, after) = self.deltas.split_at_mut(unit);
            let delta = &after[0];
            for source in 0..seen {
                gradient[first + source] = dot(delta, &self.outputs[source]);
                let weight = self.weights[first + source];
                if source >= INPUTS {
                    before[source].iter_mut().zip(delta).for_each(|(sum, delta)| *sum += weight * delta);
                }
            }
        }
        gradient
    }

    /// The epoch in which every output is within 0.4 of its target; none within the budget.
    fn solved(mut self, squared: bool, budget: u32, interrupted: &dyn Fn() -> bool) -> Option<u32> {
        let mut steps = [0.0f32; WEIGHT_COUNT];
        for epoch in 1..=budget {
            self.forward();
            if self.errors().all(|error| error.abs() < 0.4) {
                return Some(epoch);
            }
            let gradient = self.gradient(squared);
            for ((weight, step), slope) in self.weights.iter_mut().zip(&mut steps).zip(gradient) {
                *step = MOMENTUM * *step - RATE * slope;
                *weight += *step;
            }
            if epoch % 1_000 == 0 && interrupted() {
                return None;
            }
        }
        None
    }
}

/// A sum of products in eight parts, which the compiler can do side by side.
fn dot(a: &Column, b: &Column) -> f32 {
    let mut parts = [0.0f32; 8];
    let (a, b) = (a.chunks(8), b.chunks(8));
    for (a, b) in a.zip(b) {
        parts.iter_mut().zip(a).zip(b).for_each(|((part, a), b)| *part += a * b);
    }
    parts.into_iter().sum()
}

fn start(network: u64) -> Vec<f32> {
    let mut rng = Stream::new(SEED, network, Purpose::Start);
    (0..WEIGHT_COUNT).map(|_| rng.random_range(-0.1..0.1)).collect()
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let spirals = Spirals::new()?;
    let runs: u64 = if lab.quick() { 4 } else { 40 };
    let watch = lab.watch();
    for (squared, word) in [(true, "squared error"), (false, "modified error")] {
        let one =
            |network: u64| Network::new(&spirals, start(network)).solved(squared, EPOCHS, &|| watch.interrupted());
        let epochs: Vec<u32> = (0..runs).into_par_iter().filter_map(one).collect();
        if watch.interrupted() {
            return Err(interrupted());
        }
        lab.found(&format!("{word}: share solved"), Measured::Share { successes: epochs.len() as u64, trials: runs });
        // One run alone has no interval.
        if epochs.len() > 1 {
            let mean = Measured::mean_of(epochs.iter().map(|epoch| (f64::from(*epoch), 1)));
            lab.found(&format!("{word}: mean epochs of those solved"), mean);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_weights_as_the_source_says() {
        assert_eq!(units().map(|(_, _, seen)| seen).sum::<usize>(), WEIGHT_COUNT);
        let (last, first, seen) = units().last().unwrap();
        assert_eq!((last, first + seen), (UNITS - 1, WEIGHT_COUNT));
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_cost() {
        let spirals = Spirals::new().unwrap();
        let weights: Vec<f32> = start(0).iter().map(|weight| 10.0 * weight).collect();
        for squared in [true, false] {
            let cost = |weights: &[f32]| -> f64 {
                let mut network = Network::new(&spirals, weights.to_vec());
                network.forward();
                let h = network.outputs[UNITS - 1];
                let points = h.iter().zip(&spirals.targets).map(|(h, y)| (f64::from(*h), f64::from(*y)));
                let of = |(h, y): (f64, f64)| match squared {
                    true => (h - y).powi(2) / 2.0,
                    false => -(y * h.ln() + (1.0 - y) * (1.0 - h).ln()),
                };
                points.map(of).sum()
            };
            let mut network = Network::new(&spirals, weights.clone());
            network.forward();
            let gradient = network.gradient(squared);
            for weight in (0..WEIGHT_COUNT).step_by(7) {
                let moved = |by: f32| {
                    let mut moved = weights.clone();
                    moved[weight] += by;
                    cost(&moved)
                };
                let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                let found = f64::from(gradient[weight]);
                assert!((found - slope).abs() < 0.02 * slope.abs().max(1.0), "{squared} {weight}: {found} {slope}");
            }
        }
    }
}
