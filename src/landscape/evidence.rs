//! What kind of place a network has come to, with the evidence for it.

use nalgebra::{Dyn, SymmetricEigen};
use serde::{Deserialize, Serialize};

use crate::outcome::{Fate, Kind, exact};
use crate::spec::Problem;

use super::newton::{ascending, stationary_near};
use super::region::Region;
use super::units::dead_layer;
use super::{DeadLayer, Descent, Halt, LossFunction, UnitCheck, idle_units};

/// Networks with more trained weights get a gradient norm and no more: eigenvalues take time with the cube of it.
const WEIGHT_LIMIT: usize = 160;
/// A descent that brings the loss above a solution's below this share of what it was leads on.
const LEADS_ON: f64 = 0.9;
/// How near, relatively, a descent must come to the loss of its pattern.
const LIMIT_TOLERANCE: f64 = 1e-3;
/// An eigenvalue counts as zero below this share of the largest.
const ZERO_SHARE: f64 = 1e-7;
/// How much the weights must grow on the way for a minimum to count as at infinity.
const GROWTH: f64 = 1.0;

/// What kind of place it is. Of networks with kinks all but the first and the last two hold within the region where no unit
/// changes side, and are said only of points with such a region around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PlaceKind {
    /// All units of a hidden layer are off on every example. The gradient of every weight that feeds this layer or one before
    /// it is exactly 0, so that training does not move them (but for what momentum and weight decay still do), and the
    /// outputs do not depend on the hidden units before.
    Dead,
    /// A finite point without gradient and without a way down: every eigenvalue of the Hessian positive, or zero with no
    /// descent along it.
    LocalMinimum,
    /// The loss falls towards the pattern's value, and no further, as the weights grow without bound.
    MinimumAtInfinity,
    /// A point without gradient close by that is no minimum, for its smallest eigenvalue is negative or zero and descent
    /// leads on: training slows down there.
    Saddle,
    /// Descent leads on to a lower loss, with no stationary point close by.
    Descending,
    /// None of these could be shown.
    Unclear,
}

impl PlaceKind {
    /// Every verdict, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Dead, Self::LocalMinimum, Self::MinimumAtInfinity, Self::Saddle, Self::Descending, Self::Unclear];

    /// The words that stand for it in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::LocalMinimum => "local minimum",
            Self::MinimumAtInfinity => "minimum at infinity",
            Self::Saddle => "saddle",
            Self::Descending => "descending",
            Self::Unclear => "unclear",
        }
    }

    /// What it says to a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::MinimumAtInfinity => "no descent found",
            Self::Descending => "descent found",
            verdict => verdict.name(),
        }
    }
}

/// What was measured of one network, in f64.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Norm of the gradient of C at the final weights.
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
    /// What kind of place it is; absent where the network is too large, unless it is dead.
    pub verdict: Option<PlaceKind>,
    /// What became of the network that descent led to.
    pub descends_to: Option<Kind>,
    /// Loss where the descent ended.
    #[serde(with = "exact::optional")]
    pub descended_loss: Option<f64>,
    /// Hidden units that do nothing at the final weights.
    pub units: UnitCheck,
    /// The hidden layer that is off on every example, which makes the verdict `dead`.
    pub dead: Option<DeadLayer>,
}

/// Examines a network that has not solved its task, at its final weights.
pub fn examine(problem: &Problem, weights: &[f64]) -> Evidence {
    let surface = LossFunction::new(problem);
    let mut evidence = Evidence {
        gradient_norm: surface.gradient(weights).norm(),
        largest_weight: weights.iter().fold(0.0, |most, weight| weight.abs().max(most)),
        smallest_eigenvalue: None,
        largest_eigenvalue: None,
        verdict: None,
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
    let hessian = surface.hessian(weights);
    if !hessian.iter().all(|entry| entry.is_finite()) {
        return evidence;
    }
    let eigenvalues = ascending(&hessian.symmetric_eigen().eigenvalues);
    evidence.smallest_eigenvalue = eigenvalues.first().copied();
    evidence.largest_eigenvalue = eigenvalues.last().copied();
    let floor = Kind::solved_loss(problem);
    let before = surface.loss(weights) - floor;
    let limits = Kind::limits_of_excess(problem, &narrow(&surface.outputs(weights)));
    let at_limit = |excess: f64| limits.iter().find(|limit| (excess - **limit).abs() <= LIMIT_TOLERANCE * **limit);
    let descent = Descent::from(&surface, weights, |weights, _| is_right(&surface, weights));
    let after = descent.loss - floor;
    let verdict = if after < LEADS_ON * before && at_limit(after).is_none() {
        if saddle_close_by(&surface, weights) { PlaceKind::Saddle } else { PlaceKind::Descending }
    } else {
        at_rest(&surface, weights, &descent, at_limit(after).is_some())
    };
    evidence.verdict = evidence.verdict.or(Some(verdict));
    evidence.descended_loss = Some(descent.loss);
    evidence.descends_to = Some(kind_of(&surface, &descent.weights, descent.loss));
    evidence
}

/// Of a descent that came to no lower pattern.
fn at_rest(surface: &LossFunction<'_>, weights: &[f64], descent: &Descent, at_limit: bool) -> PlaceKind {
    let largest = descent.eigenvalues.last().copied().unwrap_or(0.0);
    let smallest = descent.eigenvalues.first().copied().unwrap_or(0.0);
    let growth = length(&descent.weights) - length(weights);
    let no_way_down = smallest >= -ZERO_SHARE * largest.max(1e-12);
    let stationary = descent.halt == Halt::Flat || descent.gradient_norm < 1e-9;
    if !no_way_down || !(at_limit || stationary) {
        return PlaceKind::Unclear;
    }
    let eigen = surface.hessian(&descent.weights).symmetric_eigen();
    let region = Region::around(surface, &descent.weights);
    if !region.surrounds(&descent.weights, &eigen.eigenvectors) {
        return PlaceKind::Unclear;
    }
    if at_limit && growth > GROWTH && surface.saturates() {
        return PlaceKind::MinimumAtInfinity;
    }
    if stationary && (growth <= GROWTH || !surface.saturates()) && !falls_along_zeros(surface, descent, &eigen, &region)
    {
        return PlaceKind::LocalMinimum;
    }
    PlaceKind::Unclear
}

/// Whether a point without gradient is nearer than half the weights' length (at least 1/2), and not every direction from it
/// leads up. Of networks from which descent leads on. Where there are kinks the point must be in the network's own region, and
/// a direction must lead down: a relu network has directions of zero curvature everywhere, for what scales one layer up and
/// the next one down changes nothing.
fn saddle_close_by(surface: &LossFunction<'_>, weights: &[f64]) -> bool {
    let Some(stationary) = stationary_near(surface, weights) else { return false };
    let moved = length(&stationary.iter().zip(weights).map(|(a, b)| a - b).collect::<Vec<_>>());
    let eigen = surface.hessian(&stationary).symmetric_eigen();
    let eigenvalues = ascending(&eigen.eigenvalues);
    let (smallest, largest) = (eigenvalues[0], eigenvalues[eigenvalues.len() - 1]);
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
    descent: &Descent,
    eigen: &SymmetricEigen<f64, Dyn>,
    region: &Region<'_, '_>,
) -> bool {
    let zero = ZERO_SHARE * eigen.eigenvalues.amax();
    let point = surface.point(&descent.weights);
    let lower = descent.loss - 1e-9 * descent.loss.abs();
    eigen.eigenvalues.iter().enumerate().filter(|(_, value)| value.abs() <= zero).any(|(at, _)| {
        let direction = eigen.eigenvectors.column(at);
        [-2.0, -0.5, -0.1, 0.1, 0.5, 2.0].into_iter().any(|far| {
            let there = surface.weights_at(&descent.weights, &(&point + direction * far));
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
