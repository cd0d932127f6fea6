//! The gradient flow d theta / dt = -grad C from a network's weights: where descent by ever smaller steps leads, and when.
//!
//! On a plateau the flow takes 10^14 units of time and more, and its slopes lie twenty orders of magnitude apart. So steps are
//! implicit: the linear part of the flow is followed exactly by the Hessian's eigenvalues, and only what curves away from it
//! costs steps. A step of time t costs the same at t = 1 and at t = 10^14.

use nalgebra::{DVector, Dyn, SymmetricEigen};

use super::LossFunction;

/// Error of a step that is let pass, in the length of the weights' vector and relative to it.
const TOLERANCE: f64 = 1e-4;
/// Most steps; a flow to the end of its time takes two or three hundred.
const STEP_LIMIT: usize = 1_500;
/// Steps that may be refused one after another before the flow counts as stuck.
const REFUSAL_LIMIT: usize = 30;
/// In so many steps a flow must get on, by a hundredth of the loss or tenfold in time, which takes about ten: one that is
/// pressed against a kink takes short steps for ever.
const PATIENCE: usize = 200;
/// A gradient shorter than this is as good as zero.
const GRADIENT_LIMIT: f64 = 1e-19;

/// Why a flow ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The gradient vanished, to the last digit or nearly.
    Still,
    /// No step could be taken, or only short ones, as along a kink.
    Stuck,
    /// The caller had seen enough.
    Stopped,
    /// The time was over.
    OutOfTime,
    /// The last step was taken.
    OutOfSteps,
}

/// A point on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Flow time.
    pub time: f64,
    /// Loss there.
    pub loss: f64,
    /// Length of the weights' vector.
    pub length: f64,
    /// Norm of the gradient there.
    pub gradient_norm: f64,
}

/// Where a flow came to.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Weights in flat order.
    pub weights: Vec<f64>,
    /// The way, from the start to there.
    pub way: Vec<Moment>,
    /// Why it ended.
    pub halt: Halt,
}

impl Flow {
    /// Follows the flow from `weights` until this time at most; `enough` is asked after each step whether to stop, with the
    /// weights.
    ///
    /// Steps are those of the exponential Rosenbrock method exprb32 (Hochbruck, Ostermann & Schweitzer, SIAM J. Numer. Anal.
    /// 47, 786-803, 2009), of order three with an error estimate of order two.
    pub fn from(
        surface: &LossFunction<'_>,
        weights: &[f64],
        until: f64,
        mut enough: impl FnMut(&[f64]) -> bool,
    ) -> Self {
        let mut weights = weights.to_vec();
        let mut point = surface.point(&weights);
        let mut gradient = surface.gradient(&weights);
        let moment = |time: f64, loss: f64, point: &DVector<f64>, gradient: &DVector<f64>| Moment {
            time,
            loss,
            length: point.norm(),
            gradient_norm: gradient.norm(),
        };
        let mut way = vec![moment(0.0, surface.loss(&weights), &point, &gradient)];
        let mut pace = 0.1 / (1.0 + gradient.norm());
        let halt = loop {
            let Moment { time, loss, gradient_norm, .. } = way[way.len() - 1];
            let halt = match () {
                () if gradient_norm < GRADIENT_LIMIT => Some(Halt::Still),
                () if time >= until => Some(Halt::OutOfTime),
                () if way.len() > STEP_LIMIT => Some(Halt::OutOfSteps),
                () if lingers(&way) => Some(Halt::Stuck),
                () => None,
            };
            if let Some(halt) = halt {
                break halt;
            }
            let tangent = Tangent::at(surface, &weights, &gradient);
            let allowed = TOLERANCE * (1.0 + point.norm());
            let taken = (0..REFUSAL_LIMIT).find_map(|_| {
                let step = pace.min(until - time);
                let (moved, error) = tangent.step(surface, &weights, step);
                // A third-order step: the error grows with the cube of its time.
                let factor = (0.9 * (allowed / error).cbrt()).clamp(0.2, 5.0);
                let next = surface.weights_at(&weights, &(&point + moved));
                let next_loss = surface.loss(&next);
                let fits = error <= allowed && next_loss <= loss + 1e-12 * loss.abs();
                pace = step
                    * if fits {
                        factor
                    } else if error <= allowed {
                        0.2
                    } else {
                        factor.min(0.9)
                    };
                if !pace.is_finite() {
                    pace = 0.2 * step;
                }
                fits.then_some((next, next_loss, step))
            });
            let Some((next, next_loss, step)) = taken else { break Halt::Stuck };
            weights = next;
            point = surface.point(&weights);
            gradient = surface.gradient(&weights);
            way.push(moment(time + step, next_loss, &point, &gradient));
            if enough(&weights) {
                break Halt::Stopped;
            }
        };
        Self { weights, way, halt }
    }

    /// Where it ended.
    pub fn end(&self) -> Moment {
        self.way[self.way.len() - 1]
    }

    /// How much longer the weights' vector is at the end.
    pub fn growth(&self) -> f64 {
        self.end().length - self.way[0].length
    }

    /// Whether the flow goes as towards a minimum at infinity: over the last decades of its time the gradient falls as one
    /// over the time, so that the loss above its limit does too, and the weights grow with its logarithm, as fast in the later
    /// half as in the earlier.
    pub fn approaches_infinity(&self) -> bool {
        let until = self.end().time;
        // The last decade is left out: there the gradient of the longest flows is near its rounding.
        let decades = |from: f64, to: f64| {
            let within = |moment: &&Moment| (from * until..=to * until).contains(&moment.time);
            let moments: Vec<&Moment> = self.way.iter().filter(within).collect();
            let (first, last) = (moments.first()?, moments.last()?);
            let time = (last.time / first.time).ln();
            let fall = (last.gradient_norm / first.gradient_norm).ln() / time;
            (time > 1.0).then_some((fall, (last.length - first.length) / time))
        };
        let (Some((early_fall, early_growth)), Some((late_fall, late_growth))) =
            (decades(1e-7, 1e-4), decades(1e-4, 1e-1))
        else {
            return false;
        };
        let is_one = |ratio: f64, off: f64| (ratio - 1.0).abs() < off;
        is_one(-early_fall, 0.1)
            && is_one(-late_fall, 0.1)
            && late_growth > 0.0
            && is_one(late_growth / early_growth, 0.25)
    }
}

fn lingers(way: &[Moment]) -> bool {
    let then = way.len().checked_sub(PATIENCE).map(|at| way[at]);
    then.zip(way.last()).is_some_and(|(then, now)| now.time < 10.0 * then.time && now.loss > 0.99 * then.loss)
}

/// The flow's linear part around a point.
struct Tangent {
    eigen: SymmetricEigen<f64, Dyn>,
    point: DVector<f64>,
    gradient: DVector<f64>,
}

impl Tangent {
    fn at(surface: &LossFunction<'_>, weights: &[f64], gradient: &DVector<f64>) -> Self {
        let eigen = surface.hessian(weights).symmetric_eigen();
        Self { eigen, point: surface.point(weights), gradient: gradient.clone() }
    }

    /// What a step of this time adds to the weights, and its error.
    fn step(&self, surface: &LossFunction<'_>, weights: &[f64], time: f64) -> (DVector<f64>, f64) {
        let straight = self.weighted(&self.gradient, |z| -time * phi1(z), time);
        let there = surface.gradient(&surface.weights_at(weights, &(&self.point + &straight)));
        // What the gradient there is more than the tangent's; of the flow, with its sign turned.
        let bend = there - &self.gradient - self.weighted(&straight, |z| -z / time, time);
        let curve = self.weighted(&bend, |z| -2.0 * time * phi3(z), time);
        let error = curve.norm();
        (straight + curve, error)
    }

    /// A function of -`time` times the Hessian, applied to a vector.
    fn weighted(&self, vector: &DVector<f64>, function: impl Fn(f64) -> f64, time: f64) -> DVector<f64> {
        let mut along = self.eigen.eigenvectors.tr_mul(vector);
        along.iter_mut().zip(self.eigen.eigenvalues.iter()).for_each(|(x, value)| *x *= function(-time * value));
        &self.eigen.eigenvectors * along
    }
}

/// (e^z - 1) / z.
fn phi1(z: f64) -> f64 {
    if z.abs() < 1e-8 { 1.0 + 0.5 * z } else { z.exp_m1() / z }
}

/// (e^z - 1 - z - z^2/2) / z^3.
fn phi3(z: f64) -> f64 {
    if z.abs() < 0.5 {
        // 1/3! + z/4! + z^2/5! + ...
        let mut term = 1.0 / 6.0;
        let mut sum = term;
        for n in 4..20 {
            term *= z / f64::from(n);
            sum += term;
        }
        return sum;
    }
    (z.exp_m1() - z - 0.5 * z * z) / (z * z * z)
}
