//! What was measured of one network, and what kind of place that makes it.

use nalgebra::{Dyn, SymmetricEigen};
use serde::{Deserialize, Serialize};

use crate::outcome::{Fate, Kind, exact};
use crate::spec::Problem;

use super::flow::{Flow, Halt};
use super::place::PlaceKind;
use super::region::Region;
use super::stationary::stationary_near;
use super::units::dead_layer;
use super::{DeadLayer, LossFunction, UnitCheck, idle_units};

/// Networks with more trained weights get a gradient norm and no more: eigenvalues take time with the cube of it.
const WEIGHT_LIMIT: usize = 160;
/// A flow that brings the loss above a solution's below this share of what it was leads on.
const LEADS_ON: f64 = 0.9;
/// How near, relatively, a flow must come to the loss of its pattern.
const LIMIT_TOLERANCE: f64 = 1e-3;
/// An eigenvalue counts as zero below this share of the largest.
const ZERO_SHARE: f64 = 1e-7;
/// A gradient shorter than this is taken for zero where the weights do not grow.
const STATIONARY_LIMIT: f64 = 1e-9;
/// How much the weights must grow on the way for a minimum to count as at infinity.
const GROWTH: f64 = 1.0;

/// What was measured of one network, in f64.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evidence {
    /// Norm of the gradient of C at the final weights, over the weights that are trained.
    #[serde(with = "exact")]
    pub gradient_norm: f64,
    /// Largest magnitude of a weight.
    #[serde(with = "exact")]
    pub largest_weight: f64,
    /// Smallest eigenvalue of the Hessian at the final weights; absent where the network is too large.
    #[serde(with = "exact::optional")]
    pub smallest_eigenvalue: Option<f64>,
    /// Largest eigenvalue there.
    #[serde(with = "exact::optional")]
    pub largest_eigenvalue: Option<f64>,
    /// How far rounding may have moved either.
    #[serde(with = "exact::optional")]
    pub eigenvalue_error: Option<f64>,
    /// What kind of place it is; absent where the network is too large, unless it is dead.
    pub verdict: Option<PlaceKind>,
    /// How long the gradient flow d theta / dt = -grad C was followed; an epoch of batch descent on the mean is the learning
    /// rate of it.
    #[serde(with = "exact::optional")]
    pub flow_time: Option<f64>,
    /// When the flow had every output within a tenth of its target, if it did: the end of its time.
    #[serde(with = "exact::optional")]
    pub escape_time: Option<f64>,
    /// What became of the network that the flow led to.
    pub descends_to: Option<Kind>,
    /// Loss there.
    #[serde(with = "exact::optional")]
    pub descended_loss: Option<f64>,
    /// Hidden units that do nothing at the final weights.
    pub units: UnitCheck,
    /// The hidden layer that is off on every example, which makes the verdict `dead`.
    pub dead: Option<DeadLayer>,
}

impl Evidence {
    /// How long a flow is followed.
    pub const FLOW_TIME: f64 = 1e16;
}

/// Examines a network that has not solved its task, at its final weights.
pub fn examine(problem: &Problem, weights: &[f64]) -> Evidence {
    let surface = LossFunction::new(problem);
    let mut evidence = Evidence {
        gradient_norm: surface.gradient(weights).norm(),
        largest_weight: weights.iter().fold(0.0, |most, weight| weight.abs().max(most)),
        smallest_eigenvalue: None,
        largest_eigenvalue: None,
        eigenvalue_error: None,
        verdict: None,
        flow_time: None,
        escape_time: None,
        descends_to: None,
        descended_loss: None,
        dead: None,
        units: idle_units(&surface, weights),
    };
    evidence.dead = dead_layer(&surface, weights, &evidence.units);
    evidence.verdict = evidence.dead.map(|_| PlaceKind::Dead);
    if surface.dimension() > WEIGHT_LIMIT || !weights.iter().all(|weight| weight.is_finite()) {
        return evidence;
    }
    let (hessian, error) = surface.curvature(weights);
    if !hessian.iter().all(|entry| entry.is_finite()) {
        return evidence;
    }
    let eigenvalues = hessian.symmetric_eigenvalues();
    evidence.smallest_eigenvalue = Some(eigenvalues.min());
    evidence.largest_eigenvalue = Some(eigenvalues.max());
    evidence.eigenvalue_error = Some(error);
    let floor = Kind::solved_loss(problem);
    let before = surface.loss(weights) - floor;
    let limits = Kind::limits_of_excess(problem, &narrow(&surface.outputs(weights)));
    let at_limit = |excess: f64| limits.iter().any(|limit| (excess - *limit).abs() <= LIMIT_TOLERANCE * *limit);
    let flow = Flow::from(&surface, weights, Evidence::FLOW_TIME, |weights| is_right(&surface, weights));
    let (end, is_solved) = (flow.end(), flow.halt == Halt::Stopped);
    let after = end.loss - floor;
    let verdict = if is_solved || (after < LEADS_ON * before && !at_limit(after)) {
        if saddle_close_by(&surface, weights) { PlaceKind::Saddle } else { PlaceKind::Descent }
    } else {
        at_rest(&surface, &flow, at_limit(after))
    };
    evidence.verdict = evidence.verdict.or(Some(verdict));
    evidence.flow_time = Some(end.time);
    evidence.escape_time = is_solved.then_some(end.time);
    evidence.descended_loss = Some(end.loss);
    evidence.descends_to = Some(kind_of(&surface, &flow.weights, end.loss));
    evidence
}

/// Of a flow that came to no lower pattern.
fn at_rest(surface: &LossFunction<'_>, flow: &Flow, at_limit: bool) -> PlaceKind {
    let (hessian, error) = surface.curvature(&flow.weights);
    let eigen = hessian.symmetric_eigen();
    let (smallest, largest) = (eigen.eigenvalues.min(), eigen.eigenvalues.max());
    let region = Region::around(surface, &flow.weights);
    if !region.surrounds(&flow.weights, &eigen.eigenvectors) {
        return PlaceKind::Unclear;
    }
    let grows = surface.saturates() && flow.growth() > GROWTH;
    let stationary = flow.halt == Halt::Still || flow.end().gradient_norm < STATIONARY_LIMIT;
    if stationary && !grows {
        // Nothing moves a network off a point without gradient, though it be no minimum.
        let falls = smallest < -error.max(ZERO_SHARE * largest) || falls_along_zeros(surface, flow, &eigen, &region);
        return if falls { PlaceKind::Saddle } else { PlaceKind::LocalMinimum };
    }
    match flow.halt {
        Halt::OutOfTime if at_limit && grows && smallest >= -error && flow.approaches_infinity() => {
            PlaceKind::MinimumAtInfinity
        }
        Halt::OutOfTime => PlaceKind::NoDescent,
        _ => PlaceKind::Unclear,
    }
}

/// Whether a point without gradient is nearer than half the weights' length (at least 1/2), and not every direction from it
/// leads up. Of networks from which descent leads on. Where there are kinks the point must be in the network's own region, and
/// a direction must lead down: a relu network has directions of zero curvature everywhere, for what scales one layer up and
/// the next one down changes nothing.
fn saddle_close_by(surface: &LossFunction<'_>, weights: &[f64]) -> bool {
    let Some(stationary) = stationary_near(surface, weights) else { return false };
    let moved = length(&stationary.iter().zip(weights).map(|(a, b)| a - b).collect::<Vec<_>>());
    let eigen = surface.hessian(&stationary).symmetric_eigen();
    let (smallest, largest) = (eigen.eigenvalues.min(), eigen.eigenvalues.max());
    let region = Region::around(surface, weights);
    let most = if region.is_everything() { ZERO_SHARE } else { -ZERO_SHARE } * largest.abs();
    moved <= 0.5 * length(weights).max(1.0)
        && smallest <= most
        && region.holds(&stationary)
        && region.surrounds(&stationary, &eigen.eigenvectors)
}

/// Whether the loss falls on the way along a direction of zero curvature, either way, by more than rounding, within the region.
fn falls_along_zeros(
    surface: &LossFunction<'_>,
    flow: &Flow,
    eigen: &SymmetricEigen<f64, Dyn>,
    region: &Region<'_, '_>,
) -> bool {
    let zero = ZERO_SHARE * eigen.eigenvalues.amax();
    let point = surface.point(&flow.weights);
    let loss = flow.end().loss;
    let lower = loss - 1e-9 * loss.abs();
    eigen.eigenvalues.iter().enumerate().filter(|(_, value)| value.abs() <= zero).any(|(at, _)| {
        let direction = eigen.eigenvectors.column(at);
        [-2.0, -0.5, -0.1, 0.1, 0.5, 2.0].into_iter().any(|far| {
            let there = surface.weights_at(&flow.weights, &(&point + direction * far));
            region.holds(&there) && surface.loss(&there) < lower
        })
    })
}

/// The kind of a network by these weights; solved by the default measure, every output within a tenth of its target.
fn kind_of(surface: &LossFunction<'_>, weights: &[f64], loss: f64) -> Kind {
    if is_right(surface, weights) {
        return Kind::whole(Fate::Solved);
    }
    Kind::of_outputs(surface.problem(), &narrow(&surface.outputs(weights)), loss)
}

fn is_right(surface: &LossFunction<'_>, weights: &[f64]) -> bool {
    let targets = surface.problem().examples().targets();
    let (low, high) = surface.problem().examples().target_range();
    let outputs = surface.outputs(weights);
    outputs.iter().zip(targets).all(|(output, target)| (output - target).abs() <= 0.1 * (high - low))
}

fn narrow(outputs: &[f64]) -> Vec<f32> {
    outputs.iter().map(|output| *output as f32).collect()
}

fn length(weights: &[f64]) -> f64 {
    weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt()
}
