//! What does the loss look like over two of a network's weights, and where does descent go from there?

use std::ops::Range;

use crate::backend::reference::Training;
use crate::backend::{Chunk, Driver, Job, Watch};
use crate::error::Result;
use crate::outcome::{Values, Weights};
use crate::spec::{AfterSolved, Criterion, Problem, Rates, Spec};

/// One of the two weights that vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceAxis {
    /// The weight's flat position.
    pub position: usize,
    /// Smallest value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
    /// How many values there are, at least 2.
    pub count: usize,
}

impl SurfaceAxis {
    /// The values, evenly spaced, ends included.
    pub fn values(&self) -> Vec<f64> {
        let step = (self.high - self.low) / (self.count - 1) as f64;
        (0..self.count).map(|at| self.low + at as f64 * step).collect()
    }
}

/// The loss over a plane of two weights, all others fixed.
#[derive(Clone, Copy, Debug)]
pub struct SurfaceStudy<'a> {
    /// The checked spec.
    pub problem: &'a Problem,
    /// All weights; those of the plane do not matter.
    pub base: &'a [f64],
    /// The weight across.
    pub x: SurfaceAxis,
    /// The weight up.
    pub y: SurfaceAxis,
}

/// A loss over a plane.
#[derive(Clone, Debug)]
pub struct Surface {
    /// Name of the weight across.
    pub x_name: String,
    /// Its values.
    pub x: Vec<f64>,
    /// Name of the weight up.
    pub y_name: String,
    /// Its values.
    pub y: Vec<f64>,
    /// Which loss.
    pub loss_name: String,
    /// The loss, `[y][x]`.
    pub loss: Vec<f64>,
    /// Norm of its gradient within the plane, `[y][x]`, over those of the two weights that training moves.
    pub slope: Vec<f64>,
    /// Descents that were followed.
    pub paths: Vec<Path>,
}

/// A descent in the plane.
#[derive(Clone, Debug)]
pub struct Path {
    /// Where it went, from its start to its end.
    pub points: Vec<(f64, f64)>,
    /// Whether every output ended on the right side of the middle between the targets.
    pub right: bool,
}

/// Learning rate of the single step from which the gradient is read: large enough that the weights' own rounding in f32
/// hides only slopes below 1e-9.
const PROBE_RATE: f64 = 1024.0;

impl SurfaceStudy<'_> {
    /// Measures the plane on a backend.
    ///
    /// # Errors
    /// The device failed, or the run was interrupted.
    pub fn run(&self, driver: &mut Driver<'_>) -> Result<Surface> {
        let (loss, _) = self.probe(driver, &self.looking())?;
        let (_, ends) = self.probe(driver, &self.stepping())?;
        let (x, y) = (self.x.values(), self.y.values());
        let trained = self.problem.trained_weights();
        let [x_moves, y_moves] = [self.x, self.y].map(|axis| trained.contains(&axis.position));
        // What the step started from is the plane's value as the backend holds it.
        let gradient = |moves: bool, start: f64, end: f64, single: bool| {
            let start = if single { f64::from(start as f32) } else { start };
            if moves { (start - end) / PROBE_RATE } else { 0.0 }
        };
        let slope = ends.iter().enumerate().map(|(at, (end, single))| {
            let across = gradient(x_moves, x[at % x.len()], end.0, *single);
            across.hypot(gradient(y_moves, y[at / x.len()], end.1, *single))
        });
        Ok(Surface {
            x_name: self.problem.layers().weight_name(self.x.position),
            y_name: self.problem.layers().weight_name(self.y.position),
            loss_name: self.problem.spec().loss.to_string(),
            slope: slope.collect(),
            x,
            y,
            loss,
            paths: Vec::new(),
        })
    }

    /// One epoch in which every network counts as solved and so keeps its weights: its loss is that of its start.
    fn looking(&self) -> Problem {
        let solved = Criterion::Sse(f64::from(f32::MAX));
        self.probing(Spec { solved, after_solved: AfterSolved::Retire, ..self.problem.spec().clone() })
    }

    /// One epoch of plain descent: the step taken is the gradient times the rate.
    fn stepping(&self) -> Problem {
        let solved = Criterion::Sse(f64::from(f32::MIN_POSITIVE));
        self.probing(Spec {
            solved,
            after_solved: AfterSolved::Continue,
            lr: Rates::from(PROBE_RATE),
            ..self.problem.spec().clone()
        })
    }

    fn probing(&self, spec: Spec) -> Problem {
        self.problem.with_unchecked(spec.probing())
    }

    /// Losses after one epoch, and where the two weights are then (and whether in single precision).
    #[expect(clippy::type_complexity, reason = "two columns of one measurement, taken apart at once")]
    fn probe(&self, driver: &mut Driver<'_>, problem: &Problem) -> Result<(Vec<f64>, Vec<((f64, f64), bool)>)> {
        let (x, y) = (self.x.values(), self.y.values());
        let mut chunk = |networks: Range<u64>| {
            let mut values = Vec::with_capacity((networks.end - networks.start) as usize * self.base.len());
            for point in networks.clone() {
                let start = values.len();
                values.extend_from_slice(self.base);
                values[start + self.x.position] = x[point as usize % x.len()];
                values[start + self.y.position] = y[point as usize / x.len()];
            }
            Chunk { starts: Some(Weights::new(problem.layers(), Values::F64(values))), ..Chunk::drawn(networks) }
        };
        let count = x.len() * y.len();
        let (mut losses, mut ends) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut prepared = driver.begin(Job { keep_weights: true, ..Job::new(problem, 0) })?;
        prepared.cut(0..count as u64, &mut chunk, &mut |trained| {
            losses.extend_from_slice(&trained.outcomes.loss);
            let weights = trained.weights()?;
            let single = matches!(weights.values(), Values::F32(_));
            for network in 0..weights.count() {
                let weights = weights.network(network);
                ends.push(((weights[self.x.position], weights[self.y.position]), single));
            }
            Ok(())
        })?;
        prepared.effort().expect(count as u64)?;
        Ok((losses, ends))
    }

    /// Follows plain gradient descent in the plane (each step against the gradient of the mean loss, times the weight's
    /// rate and `share`) for so many epochs in f64, or until an interruption.
    pub fn descend(&self, start: (f64, f64), epochs: u32, share: f64, watch: &dyn Watch) -> Path {
        let rates = self.problem.weight_rates();
        let mut weights = self.base.to_vec();
        (weights[self.x.position], weights[self.y.position]) = start;
        let at = |weights: &[f64]| (weights[self.x.position], weights[self.y.position]);
        // A point is kept when it is visibly apart from the last one.
        let (x_pace, y_pace) = ((self.x.high - self.x.low) / 500.0, (self.y.high - self.y.low) / 500.0);
        let mut points = vec![start];
        for _ in 0..epochs {
            if watch.interrupted() {
                break;
            }
            let gradient = Training::<f64>::new(self.problem, &weights).loss_gradient();
            for position in [self.x.position, self.y.position] {
                weights[position] -= share * rates[position] * gradient[position];
            }
            let (here, last) = (at(&weights), points[points.len() - 1]);
            if !(here.0.is_finite() && here.1.is_finite()) {
                break;
            }
            if (here.0 - last.0).abs() > x_pace || (here.1 - last.1).abs() > y_pace {
                points.push(here);
            }
        }
        points.push(at(&weights));
        let midpoint = self.problem.midpoint();
        let mut training = Training::<f64>::new(self.problem, &weights);
        let targets = self.problem.examples().targets();
        let outputs = training.evaluate().1;
        let right = outputs.iter().zip(targets).all(|(h, y)| (h - midpoint) * (y - midpoint) > 0.0);
        Path { points, right }
    }
}

impl Surface {
    /// Share of the plane's points where the gradient's norm is below a bound.
    pub fn flat_share(&self, bound: f64) -> f64 {
        self.slope.iter().filter(|slope| **slope < bound).count() as f64 / self.slope.len() as f64
    }

    /// Smallest and largest finite loss.
    pub fn loss_range(&self) -> (f64, f64) {
        let finite = self.loss.iter().filter(|loss| loss.is_finite());
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), loss| (low.min(*loss), high.max(*loss)))
    }

    /// Where the loss is least, and how large it is there.
    pub fn lowest(&self) -> (f64, f64, f64) {
        let finite = self.loss.iter().enumerate().filter(|(_, loss)| loss.is_finite());
        let least = finite.min_by(|a, b| a.1.total_cmp(b.1));
        least.map_or((f64::NAN, f64::NAN, f64::NAN), |(at, loss)| {
            (self.x[at % self.x.len()], self.y[at / self.x.len()], *loss)
        })
    }

    /// The same surface in another convention: loss and slope times a factor.
    #[must_use]
    pub fn scaled(mut self, factor: f64, loss_name: impl Into<String>) -> Self {
        self.loss.iter_mut().chain(&mut self.slope).for_each(|value| *value *= factor);
        self.loss_name = loss_name.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::backend::{Precision, Reference};

    use super::*;

    #[test]
    fn loss_and_slope_are_those_of_the_reference() {
        let problem = Spec::default().problem().unwrap();
        let base: Vec<f64> = (0..13).map(|at| 0.3 * f64::from(at) - 1.7).collect();
        let x = SurfaceAxis { position: 1, low: -2.0, high: 2.0, count: 5 };
        let y = SurfaceAxis { position: 12, low: -1.0, high: 3.0, count: 4 };
        let study = SurfaceStudy { problem: &problem, base: &base, x, y };
        for (precision, tolerance) in [(Precision::F64, 1e-10), (Precision::F32, 2e-6)] {
            let surface = study.run(&mut Driver::new(&mut Reference::new(precision, None).unwrap())).unwrap();
            for at in 0..20 {
                let mut weights = base.clone();
                (weights[1], weights[12]) = (surface.x[at % 5], surface.y[at / 5]);
                let mut training = Training::<f64>::new(&problem, &weights);
                let gradient = training.loss_gradient();
                let loss = training.evaluate().0;
                assert!((surface.loss[at] - loss).abs() < tolerance, "{} {loss}", surface.loss[at]);
                let slope = gradient[1].hypot(gradient[12]);
                assert!((surface.slope[at] - slope).abs() < tolerance, "{} {slope}", surface.slope[at]);
            }
        }
    }
}
