//! The border of trainability in the plane of two learning rates.

use rayon::prelude::*;

use crate::backend::reference::Training;
use crate::error::Result;
use crate::reproduce::lab::interrupted;
use crate::reproduce::{Accept, Content, Exhibit, Figure, Grid, Lab, Measured, Reproduction, SEED, Scale};
use crate::seed::Starts;
use crate::spec::{
    Activation, Activations, AfterSolved, Bias, Examples, Init, Layers, Loss, MapAxis, Problem, Range, Rates, Spec,
    Task,
};
use crate::stats::boundary;

pub(in super::super) const FRACTAL: Reproduction = Reproduction {
    name: "fractal",
    title: "The boundary of neural network trainability is fractal",
    source: "Sohl-Dickstein 2024, arXiv:2402.06184; scale of its repository",
    setting: "n-n-1 with n = 8, tanh, linear output, no biases, 72 examples, all from N(0,1); full batch, 100 steps, one rate for \
              each layer, log-spaced over 10^-3 to 10^6; converged: the mean of the last 20 losses is below the first",
    slip: None,
    figures: &[
        Figure {
            quantity: "box-counting dimension of the border",
            published: "1.17 to 1.98",
            accept: Accept::Between(1.17, 1.98),
            reason: "the range over the source's six set-ups, at width 16, 500 to 1,000 steps and 4096 x 4096 pixels",
        },
        Figure {
            quantity: "share of pixels that converge",
            published: "none",
            accept: Accept::Open,
            reason: "the source gives no share",
        },
        Figure {
            quantity: "share of pixels that f64 decides differently, in the tile with most border",
            published: "none",
            accept: Accept::Open,
            reason: "ours to give: what f32 changes",
        },
    ],
    program,
};

const WIDTH: usize = 8;
const EXAMPLES: usize = WIDTH * WIDTH + WIDTH;
const STEPS: usize = 100;
const LAST: usize = 20;
/// Both rates.
const RATES: Range = Range { low: 1e-3, high: 1e6, log: true };

/// Data and start of every pixel. `x` holds one input of all examples after another.
struct Setup {
    x: Vec<f32>,
    y: Vec<f32>,
    w0: Vec<f32>,
    w1: Vec<f32>,
}

impl Setup {
    fn new() -> Result<Self> {
        // Networks of these shapes serve as tables of normal numbers.
        let normal = |sizes: [usize; 2], network: u64, count: usize| -> Result<Vec<f32>> {
            let mut numbers = Starts::new(Init::Normal(1.0), &Layers::new(sizes.to_vec())?, SEED).weights(network);
            numbers.truncate(count);
            Ok(numbers)
        };
        Ok(Self {
            x: normal([EXAMPLES, WIDTH], 0, EXAMPLES * WIDTH)?,
            y: normal([EXAMPLES, 1], 1, EXAMPLES)?,
            w0: normal([WIDTH, WIDTH], 2, WIDTH * WIDTH)?,
            w1: normal([WIDTH, 1], 3, WIDTH)?,
        })
    }

    /// The mean of the last losses over the first loss; infinite where training has diverged. Examples lie side by side, so
    /// that the compiler works on several at once.
    fn ratio(&self, (rate0, rate1): (f32, f32)) -> f32 {
        let (mut w0, mut w1) = (self.w0.clone(), self.w1.clone());
        let inner = (2.0 / WIDTH as f32).sqrt();
        let outer = 1.0 / WIDTH as f32;
        let share = 2.0 / EXAMPLES as f32;
        let mut hidden = [[0.0f32; EXAMPLES]; WIDTH];
        let (mut first, mut last) = (0.0, 0.0);
        for step in 0..STEPS {
            let mut error = [0.0f32; EXAMPLES];
            error.iter_mut().zip(&self.y).for_each(|(e, y)| *e = -y);
            for (unit, hidden) in hidden.iter_mut().enumerate() {
                hidden.fill(0.0);
                for (input, x) in self.x.chunks_exact(EXAMPLES).enumerate() {
                    let weight = inner * w0[input * WIDTH + unit];
                    hidden.iter_mut().zip(x).for_each(|(h, x)| *h += weight * x);
                }
                hidden.iter_mut().for_each(|h| *h = tanh(*h));
                let weight = outer * w1[unit];
                error.iter_mut().zip(&*hidden).for_each(|(e, h)| *e += weight * h);
            }
            let loss = dot(&error, &error) / EXAMPLES as f32;
            if !loss.is_finite() {
                return f32::INFINITY;
            }
            if step == 0 {
                first = loss;
            }
            if step + LAST >= STEPS {
                last += loss;
            }
            for (unit, hidden) in hidden.iter().enumerate() {
                let weight = share * outer * w1[unit] * inner;
                let mut delta = [0.0f32; EXAMPLES];
                for ((delta, error), h) in delta.iter_mut().zip(&error).zip(hidden) {
                    *delta = weight * error * (1.0 - h * h);
                }
                w1[unit] -= rate1 * share * outer * dot(&error, hidden);
                for (input, x) in self.x.chunks_exact(EXAMPLES).enumerate() {
                    w0[input * WIDTH + unit] -= rate0 * dot(&delta, x);
                }
            }
        }
        last / (LAST as f32 * first)
    }
}

/// tanh in f32 by the rational function of Eigen and XLA, in which the source's programs computed it; a few ulp off.
fn tanh(x: f32) -> f32 {
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

/// The two rates of a pixel; the first layer's across, the second's up.
fn rates(column: usize, row: usize, side: usize) -> (f64, f64) {
    let axis = MapAxis { name: "lr".into(), range: RATES };
    (axis.value(column, side), axis.value(row, side))
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let (side, tile) = if lab.quick() { (96, 12) } else { (512, 64) };
    let setup = Setup::new()?;
    let mut ratios: Vec<f32> = Vec::with_capacity(side * side);
    for row in 0..side {
        if lab.watch().interrupted() {
            return Err(interrupted());
        }
        let pixel = |column: usize| {
            let (rate0, rate1) = rates(column, row, side);
            setup.ratio((rate0 as f32, rate1 as f32))
        };
        ratios.par_extend((0..side).into_par_iter().map(pixel));
    }
    let converged = |column: usize, row: usize| ratios[row * side + column] < 1.0;
    let successes = ratios.iter().filter(|ratio| **ratio < 1.0).count() as u64;
    lab.found("share of pixels that converge", Measured::Share { successes, trials: ratios.len() as u64 });
    match boundary(side, side, converged).dimension(0.95) {
        Some(dimension) => {
            lab.remark(format!(
                "Boxes that hold border, by their side in pixels: {}.",
                dimension
                    .counts
                    .iter()
                    .map(|boxes| format!("{} {}", boxes.size, boxes.count))
                    .collect::<Vec<_>>()
                    .join(", ")
            ));
            lab.found(
                "box-counting dimension of the border",
                Measured::Estimate { value: dimension.estimate, interval: dimension.interval },
            );
        }
        None => lab.remark("The picture is too small for a dimension."),
    }
    let (left, low) = busiest(side, tile, converged);
    let differing = in_double(side, (left, low), tile, converged)?;
    lab.found(
        "share of pixels that f64 decides differently, in the tile with most border",
        Measured::Share { successes: differing, trials: (tile * tile) as u64 },
    );
    let values = ratios.iter().map(|ratio| if *ratio < 1.0 { f64::from(*ratio).max(1e-4) } else { f64::NAN });
    lab.exhibit(Exhibit {
        name: "fractal",
        title: "Where training converges, by both layers' rates (grey: it does not)".into(),
        content: Content::Grid(Grid {
            x: (Scale { label: "rate of the first layer", log: true }, RATES.low, RATES.high),
            y: (Scale { label: "rate of the second layer", log: true }, RATES.low, RATES.high),
            value: Scale { label: "mean of the last 20 losses over the first", log: true },
            columns: side,
            values: values.collect(),
        }),
    });
    Ok(())
}

/// The corner of the tile in which most pixels differ from a neighbour.
fn busiest(side: usize, tile: usize, converged: impl Fn(usize, usize) -> bool) -> (usize, usize) {
    let border = |left: usize, low: usize| {
        let pixels = (0..(tile - 1) * (tile - 1)).map(|at| (left + at % (tile - 1), low + at / (tile - 1)));
        let differs = |(x, y): &(usize, usize)| {
            converged(*x, *y) != converged(x + 1, *y) || converged(*x, *y) != converged(*x, y + 1)
        };
        pixels.filter(differs).count()
    };
    let corners = (0..(side / tile) * (side / tile)).map(|at| (at % (side / tile) * tile, at / (side / tile) * tile));
    corners.max_by_key(|(left, low)| border(*left, *low)).unwrap_or((0, 0))
}

/// How many pixels of a tile the f64 reference decides differently, trained as a spec of this program.
fn in_double(
    side: usize,
    (left, low): (usize, usize),
    tile: usize,
    single: impl Fn(usize, usize) -> bool + Sync,
) -> Result<u64> {
    let setup = Setup::new()?;
    let start = reference_start(&setup);
    let decide = |at: usize| -> Result<bool> {
        let (column, row) = (left + at % tile, low + at / tile);
        let problem = reference_problem(&setup, rates(column, row, side))?;
        Ok((reference_ratio(&problem, &start) < 1.0) != single(column, row))
    };
    let decided: Result<Vec<bool>> = (0..tile * tile).into_par_iter().map(decide).collect();
    Ok(decided?.into_iter().filter(|differs| *differs).count() as u64)
}

/// The same network in our terms: the factors within it belong to the weights, and their squares to the rates. Our loss is
/// half the source's.
fn reference_problem(setup: &Setup, (rate0, rate1): (f64, f64)) -> Result<Problem> {
    let n = WIDTH as f64;
    let spec = Spec {
        task: Task::Csv("fractal".into()),
        layers: Layers::new(vec![WIDTH, WIDTH, 1])?,
        bias: Bias::Off,
        activation: Activations::new([Activation::Tanh, Activation::Linear]),
        loss: Loss::Mse,
        lr: Rates::new([2.0 * rate0 * 2.0 / n, 2.0 * rate1 / (n * n)]),
        epochs: STEPS as u32,
        after_solved: AfterSolved::Continue,
        ..Spec::default()
    };
    let inputs = (0..EXAMPLES * WIDTH).map(|at| f64::from(setup.x[at % WIDTH * EXAMPLES + at / WIDTH])).collect();
    let targets = setup.y.iter().map(|y| f64::from(*y)).collect();
    Ok(Problem::with_examples(&spec, Examples::new(inputs, WIDTH, targets, 1))?)
}

fn reference_start(setup: &Setup) -> Vec<f64> {
    let n = WIDTH as f64;
    let mut start: Vec<f64> = setup.w0.iter().map(|weight| f64::from(*weight) * (2.0 / n).sqrt()).collect();
    start.extend([0.0; WIDTH]);
    start.extend(setup.w1.iter().map(|weight| f64::from(*weight) / n));
    start.push(0.0);
    start
}

fn reference_ratio(problem: &Problem, start: &[f64]) -> f64 {
    let mut training = Training::<f64>::new(problem, start);
    let mut losses = Vec::with_capacity(STEPS);
    while losses.len() < STEPS {
        let loss = training.evaluate().0;
        if !loss.is_finite() {
            return f64::INFINITY;
        }
        losses.push(loss);
        training.step();
    }
    losses[STEPS - LAST..].iter().sum::<f64>() / (LAST as f64 * losses[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_and_the_reference_train_the_same_network() {
        let setup = Setup::new().unwrap();
        let start = reference_start(&setup);
        let ratio = |rates: (f64, f64)| f64::from(setup.ratio((rates.0 as f32, rates.1 as f32)));
        // Rates at which training is not chaotic, so that precisions stay together.
        for rates in [(0.01, 0.01), (1.0, 1.0), (0.1, 10.0), (3.0, 0.3)] {
            let problem = reference_problem(&setup, rates).unwrap();
            let (ours, reference) = (ratio(rates), reference_ratio(&problem, &start));
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
