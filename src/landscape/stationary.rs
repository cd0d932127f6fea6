//! A point without gradient close to a network's weights.

use nalgebra::DMatrix;

use super::LossFunction;

/// Most steps.
const STEP_LIMIT: usize = 120;
/// A gradient shorter than this is taken for zero where degenerate curvature makes the search slow.
const STATIONARY_LIMIT: f64 = 1e-9;

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
