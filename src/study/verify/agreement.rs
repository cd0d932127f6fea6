//! The same population trained twice, by a backend and by the f64 reference: how often fates differ, and how weights part.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::backend::tolerance::Tolerance;
use crate::backend::{DeviceInfo, Driver, Job, Precision, Reference, Watch};
use crate::error::Result;
use crate::outcome::{Fate, Outcomes};
use crate::spec::{AfterSolved, Population, Problem};
use crate::stats::{Interval, LEVEL, wilson};

/// Epochs after which weights are held against the reference's.
const LOOKS: [u32; 4] = [1, 10, 100, 1000];
/// Networks whose weights are held against the reference's.
const WEIGHT_NETWORK_COUNT: u64 = 256;
/// Up to so many epochs the weights must agree within T2; later, networks near a basin's edge part.
const BOUND_EPOCHS: u32 = 32;

/// How far weights are apart after some epochs from the same imported starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WeightDifference {
    /// Epochs trained.
    pub epochs: u32,
    /// Largest absolute difference of a weight.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    pub largest: f64,
    /// Median over the networks of their largest difference.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    pub median: f64,
    /// Largest distance in units of T2, where it must be at most 1.
    pub excess: Option<f64>,
}

/// A population trained by a backend and by the reference.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// The backend.
    pub backend: &'static str,
    /// Where it trained.
    pub device: DeviceInfo,
    /// Networks of each pair of fates, the reference's first.
    pub fates: BTreeMap<(Fate, Fate), u64>,
    /// Weights after 1, 10, 100, 1000 epochs.
    pub weights: Vec<WeightDifference>,
}

impl Agreement {
    /// Networks compared.
    pub fn networks(&self) -> u64 {
        self.fates.values().sum()
    }

    /// Networks whose fates differ.
    pub fn differing(&self) -> u64 {
        self.fates.iter().filter(|((a, b), _)| a != b).map(|(_, count)| count).sum()
    }

    /// Share of networks whose fates differ, with its 95% interval.
    pub fn differing_share(&self) -> (f64, Interval) {
        (self.differing() as f64 / self.networks() as f64, wilson(self.differing(), self.networks(), LEVEL))
    }

    /// Largest share that may differ.
    pub fn bound(&self) -> f64 {
        Tolerance::T3_FATE_SHARE
    }

    /// Whether the share and the weights keep their bounds.
    pub fn agrees(&self) -> bool {
        self.networks() > 0
            && self.differing_share().0 <= self.bound()
            && self.weights.iter().all(|look| look.excess.is_none_or(|excess| excess <= 1.0))
    }
}

/// What the f64 reference makes of a population.
///
/// # Errors
/// There are not that many threads.
pub fn reference_outcomes(
    problem: &Problem,
    population: Population,
    threads: Option<usize>,
    watch: &dyn Watch,
) -> Result<Outcomes> {
    let mut reference = Reference::new(Precision::F64, threads)?;
    Driver::new(&mut reference).watched(watch).outcomes(Job::new(problem, population.seed()), population)
}

/// Trains the population on a backend as well, of which the reference made what is expected.
///
/// # Errors
/// The backend fails.
pub fn agreement(
    driver: &mut Driver<'_>,
    expected: &Outcomes,
    problem: &Problem,
    population: Population,
    threads: Option<usize>,
) -> Result<Agreement> {
    let mut reference = Reference::new(Precision::F64, threads)?;
    let actual = driver.outcomes(Job::new(problem, population.seed()), population)?;
    let mut fates = BTreeMap::new();
    for (a, b) in expected.iter().zip(actual.iter()) {
        *fates.entry((Fate::of(problem, &a), Fate::of(problem, &b))).or_default() += 1;
    }
    let mut reference = Driver::new(&mut reference);
    let weights = LOOKS
        .into_iter()
        .filter(|epochs| *epochs <= problem.spec().epochs)
        .map(|epochs| difference(driver, &mut reference, problem, population.seed(), epochs))
        .collect::<Result<_>>()?;
    Ok(Agreement { backend: driver.backend().name(), device: driver.backend().device(), fates, weights })
}

/// Trains the same imported starts on both sides; no network retires.
fn difference(
    driver: &mut Driver<'_>,
    reference: &mut Driver<'_>,
    problem: &Problem,
    seed: u64,
    epochs: u32,
) -> Result<WeightDifference> {
    let problem = problem.with(|spec| (spec.epochs, spec.after_solved) = (epochs, AfterSolved::Continue))?;
    let job = Job::new(&problem, seed);
    let starts = job.starts(0..WEIGHT_NETWORK_COUNT);
    let actual = driver.final_weights(job, &starts)?;
    let expected = reference.final_weights(job, &starts)?;
    let tolerance = Tolerance::T2;
    let mut largest_of_each = Vec::new();
    let mut excess = if actual.len() == expected.len() { 0f64 } else { f64::INFINITY };
    for (a, b) in actual.iter().zip(&expected) {
        let mut largest = 0f64;
        for (a, b) in a.iter().zip(b) {
            let distance = (a - b).abs();
            largest = if distance.is_nan() { f64::INFINITY } else { largest.max(distance) };
            excess = excess.max(tolerance.excess(*a, *b));
        }
        largest_of_each.push(largest);
    }
    largest_of_each.sort_by(f64::total_cmp);
    Ok(WeightDifference {
        epochs,
        largest: largest_of_each.last().copied().unwrap_or(f64::INFINITY),
        median: largest_of_each.get(largest_of_each.len() / 2).copied().unwrap_or(f64::INFINITY),
        excess: (epochs <= BOUND_EPOCHS).then_some(excess),
    })
}
