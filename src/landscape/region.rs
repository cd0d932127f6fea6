//! The part of weight space around a point in which no unit changes side: there a loss with kinks is smooth, and its gradient
//! and Hessian say what they say of any other. Beyond its border they say nothing.

use nalgebra::DMatrix;

use super::LossFunction;

/// A small step in weight space, which must not lead out of a region.
const STEP: f64 = 1e-4;

/// All weights with the same units on the same sides of their kinks, and the same outputs above their targets where the loss
/// has a kink there, on every example. Everything, of a loss without kinks.
#[derive(Debug)]
pub(super) struct Region<'s, 'p> {
    surface: &'s LossFunction<'p>,
    sides: Option<Vec<i8>>,
}

impl<'s, 'p> Region<'s, 'p> {
    /// The one in which these weights lie.
    pub(super) fn around(surface: &'s LossFunction<'p>, weights: &[f64]) -> Self {
        Self { surface, sides: surface.has_kinks().then(|| surface.sides(weights)) }
    }

    /// Whether it is everything.
    pub(super) fn is_everything(&self) -> bool {
        self.sides.is_none()
    }

    /// Whether these weights lie in it.
    pub(super) fn holds(&self, weights: &[f64]) -> bool {
        self.sides.as_ref().is_none_or(|sides| self.surface.sides(weights) == *sides)
    }

    /// Whether it holds all that is a small step away, either way along each of these directions, which are the columns. So
    /// a point on a kink is surrounded by no region. A sum that is 0 whatever the weights, as on inputs of 0 without a bias,
    /// is at no border.
    pub(super) fn surrounds(&self, weights: &[f64], directions: &DMatrix<f64>) -> bool {
        let point = self.surface.point(weights);
        let holds = |far: f64| {
            let step = |direction| self.surface.weights_at(weights, &(&point + direction * far));
            directions.column_iter().all(|direction| self.holds(&step(direction)))
        };
        self.is_everything() || (holds(STEP) && holds(-STEP))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Loss, Spec};

    #[test]
    fn a_point_on_a_kink_is_surrounded_by_no_region() {
        let spec = Spec { activation: "relu,linear".parse().unwrap(), loss: Loss::Mse, ..Spec::default() };
        let spec = Spec { layers: "2,2,1".parse().unwrap(), ..spec };
        let problem = spec.problem().unwrap();
        let surface = LossFunction::new(&problem);
        let axes = DMatrix::identity(surface.dimension(), surface.dimension());
        // XOR by two units: the second is at its kink on 01 and 10 if its bias is -1.
        let weights = |bias: f64| [1.0, 1.0, 1.0, 1.0, 0.3, bias, 1.0, -2.0, 0.0];
        let surrounded = |bias: f64| Region::around(&surface, &weights(bias)).surrounds(&weights(bias), &axes);
        assert!(!surrounded(-1.0));
        assert!(!surrounded(-1.0 + 0.5 * STEP), "a kink within a step");
        assert!(surrounded(-0.9));
        let region = Region::around(&surface, &weights(-0.9));
        assert!(region.holds(&weights(-0.8)) && !region.holds(&weights(-1.1)));
        let smooth = Spec { activation: "tanh,linear".parse().unwrap(), ..spec }.problem().unwrap();
        let surface = LossFunction::new(&smooth);
        assert!(Region::around(&surface, &weights(-1.0)).surrounds(&weights(-1.0), &axes));
    }

    #[test]
    fn targets_are_kinks_of_the_absolute_error() {
        let spec = Spec { activation: "tanh,linear".parse().unwrap(), loss: Loss::Mae, ..Spec::default() };
        let problem = Spec { layers: "2,1,1".parse().unwrap(), ..spec }.problem().unwrap();
        let surface = LossFunction::new(&problem);
        let axes = DMatrix::identity(surface.dimension(), surface.dimension());
        // A constant output, at a target or between them.
        let surrounded = |bias: f64| {
            let weights = [0.0, 0.0, 0.0, 0.0, bias];
            Region::around(&surface, &weights).surrounds(&weights, &axes)
        };
        assert!(surrounded(0.4) && !surrounded(0.0) && !surrounded(1.0));
    }
}
