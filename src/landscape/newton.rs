//! Descent by Newton's method within a trust region: where the surface leads from a point, in few steps even where plain
//! descent would take millions of epochs.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::LossFunction;

/// Most steps.
const STEP_LIMIT: usize = 120;
/// A gradient shorter than this is as good as zero.
const GRADIENT_LIMIT: f64 = 1e-12;
/// A gradient shorter than this is taken for zero where degenerate curvature makes the search slow.
const STATIONARY_LIMIT: f64 = 1e-9;
/// Largest step, in the length of the weights' vector.
const RADIUS_LIMIT: f64 = 1.0;

/// Why a descent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The gradient vanished and no curvature leads down.
    Flat,
    /// Steps became too short to matter.
    Stalled,
    /// The caller had seen enough.
    Stopped,
    /// The last step was reached.
    OutOfSteps,
}

/// Where a descent came to.
#[derive(Clone, Debug)]
pub struct Descent {
    /// Weights in flat order.
    pub weights: Vec<f64>,
    /// Loss there.
    pub loss: f64,
    /// Norm of the gradient there.
    pub gradient_norm: f64,
    /// Eigenvalues of the Hessian there, ascending.
    pub eigenvalues: Vec<f64>,
    /// Steps taken.
    pub steps: usize,
    /// Why it ended.
    pub halt: Halt,
}

impl Descent {
    /// Descends from `weights`; every step lowers the loss. The step minimises the quadratic model within a radius (Moré &
    /// Sorensen 1983, by the eigenvalues), so a saddle is left along its negative curvature. `enough` is asked after each
    /// step whether to stop, with the weights and the loss.
    pub fn from(surface: &LossFunction<'_>, weights: &[f64], mut enough: impl FnMut(&[f64], f64) -> bool) -> Self {
        let mut weights = weights.to_vec();
        let mut loss = surface.loss(&weights);
        let mut radius = 0.5;
        let mut steps = 0;
        let (halt, gradient, eigen) = loop {
            let gradient = surface.gradient(&weights);
            let eigen = surface.hessian(&weights).symmetric_eigen();
            let least = eigen.eigenvalues.min();
            if gradient.norm() < GRADIENT_LIMIT && least > -GRADIENT_LIMIT {
                break (Halt::Flat, gradient, eigen);
            }
            if steps == STEP_LIMIT {
                break (Halt::OutOfSteps, gradient, eigen);
            }
            let step = model_step(&eigen, &gradient, radius);
            let Some((next, next_loss)) = shorten(surface, &weights, loss, &step) else {
                break (Halt::Stalled, gradient, eigen);
            };
            let length = (surface.point(&next) - surface.point(&weights)).norm();
            let predicted = -(gradient.dot(&step) + 0.5 * quadratic(&eigen, &step));
            let agreement = (loss - next_loss) / predicted;
            radius = match agreement {
                a if a > 0.7 && length > 0.8 * radius => (2.0 * radius).min(RADIUS_LIMIT),
                a if a < 0.3 => 0.5 * length,
                _ => radius.max(length),
            };
            (weights, loss) = (next, next_loss);
            steps += 1;
            if enough(&weights, loss) {
                let gradient = surface.gradient(&weights);
                break (Halt::Stopped, gradient, surface.hessian(&weights).symmetric_eigen());
            }
        };
        Self { gradient_norm: gradient.norm(), eigenvalues: ascending(&eigen.eigenvalues), weights, loss, steps, halt }
    }
}

/// The numbers of a vector in ascending order.
pub(super) fn ascending(values: &DVector<f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn quadratic(eigen: &SymmetricEigen<f64, nalgebra::Dyn>, step: &DVector<f64>) -> f64 {
    let along = eigen.eigenvectors.tr_mul(step);
    along.iter().zip(eigen.eigenvalues.iter()).map(|(x, value)| value * x * x).sum()
}

/// Halves a step until it lowers the loss; `None` if none does.
fn shorten(surface: &LossFunction<'_>, weights: &[f64], loss: f64, step: &DVector<f64>) -> Option<(Vec<f64>, f64)> {
    let from = surface.point(weights);
    (0..40).find_map(|halvings| {
        let next = surface.weights_at(weights, &(&from + step * 0.5f64.powi(halvings)));
        let next_loss = surface.loss(&next);
        (next_loss < loss).then_some((next, next_loss))
    })
}

/// The minimiser of g.p + p.H.p/2 over |p| <= radius.
fn model_step(eigen: &SymmetricEigen<f64, nalgebra::Dyn>, gradient: &DVector<f64>, radius: f64) -> DVector<f64> {
    let along = eigen.eigenvectors.tr_mul(gradient);
    let values = &eigen.eigenvalues;
    let (lowest, least) = values.argmin();
    let scale = values.amax().max(1e-300);
    let step_for = |shift: f64| {
        DVector::from_iterator(
            along.len(),
            along.iter().zip(values.iter()).map(|(g, value)| {
                let curvature = (value + shift).max(1e-15 * scale);
                -g / curvature
            }),
        )
    };
    let free = step_for(0.0);
    let mut step = if least > 0.0 && free.norm() <= radius {
        free
    } else {
        // The shift at which the step has the radius: bisection in the logarithm, for the length falls with it.
        let floor = (-least).max(0.0);
        let (mut low, mut high) = (1e-16 * scale, gradient.norm() / radius + 2.0 * scale);
        for _ in 0..60 {
            let middle = (low * high).sqrt();
            if step_for(floor + middle).norm() > radius { low = middle } else { high = middle }
        }
        step_for(floor + high)
    };
    // Moré and Sorensen's hard case: the gradient has no part along the lowest curvature, and the way down goes along it.
    let length = step.norm();
    if least < 0.0 && length < 0.9 * radius {
        let rest = (radius * radius - length * length).sqrt();
        step[lowest] += if along[lowest] > 0.0 { -rest } else { rest };
    }
    &eigen.eigenvectors * step
}

/// A point without gradient near `weights`, whatever its kind: least squares on the gradient by Levenberg and Marquardt.
/// `None` if none is found.
pub(super) fn stationary_near(surface: &LossFunction<'_>, weights: &[f64]) -> Option<Vec<f64>> {
    let mut weights = weights.to_vec();
    let mut gradient = surface.gradient(&weights);
    let mut damping = 1e-3;
    for _ in 0..STEP_LIMIT {
        if gradient.norm() < STATIONARY_LIMIT {
            return Some(weights);
        }
        let hessian: DMatrix<f64> = surface.hessian(&weights);
        let square = &hessian * &hessian;
        let slope = &hessian * &gradient;
        let step = (0..20).find_map(|_| {
            let damped =
                &square + DMatrix::identity(square.nrows(), square.ncols()) * (damping * square.amax().max(1e-300));
            let step = damped.cholesky().map(|factor| -factor.solve(&slope));
            let next = step.map(|step| surface.weights_at(&weights, &(surface.point(&weights) + step)));
            let found = next.filter(|next| surface.gradient(next).norm() < gradient.norm());
            damping *= if found.is_some() { 0.2 } else { 5.0 };
            found
        });
        weights = step?;
        gradient = surface.gradient(&weights);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Loss, Spec};

    #[test]
    fn a_convex_problem_is_solved_in_a_few_steps() {
        // One unit, OR with soft targets: a finite minimum.
        let spec = Spec {
            task: "or".parse().unwrap(),
            layers: "2,1".parse().unwrap(),
            targets: "0.1,0.9".parse().unwrap(),
            ..Spec::default()
        };
        let problem = spec.problem().unwrap();
        let surface = LossFunction::new(&problem);
        let descent = Descent::from(&surface, &[5.0, -3.0, 8.0], |_, _| false);
        assert!(descent.gradient_norm < 1e-10 && descent.steps < 40, "{descent:?}");
        assert!(descent.eigenvalues[0] > 1e-3, "{descent:?}");
        let point = surface.gradient(&descent.weights);
        assert!(point.norm() < 1e-10);
    }

    #[test]
    fn a_saddle_is_left() {
        let spec = Spec { layers: "2,2,1".parse().unwrap(), loss: Loss::Mse, ..Spec::default() };
        let problem = spec.problem().unwrap();
        let surface = LossFunction::new(&problem);
        // All weights zero but two that cancel: every output is one half, and the gradient vanishes by symmetry.
        let weights = [0.0; 9];
        assert!(surface.gradient(&weights).norm() < 1e-15);
        let mut nudged = weights;
        (nudged[0], nudged[3], nudged[6], nudged[7]) = (0.1, 0.1, 0.05, -0.07);
        let descent = Descent::from(&surface, &nudged, |_, loss| loss < 1e-4);
        assert!(descent.loss < 0.07, "{descent:?}");
    }
}
