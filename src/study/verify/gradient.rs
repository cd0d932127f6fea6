//! Gradients by backpropagation against gradients by differences: the outside truth that two twins cannot share a mistake
//! about.

use crate::backend::conformance::short_specs;
use crate::backend::reference::Training;
use crate::backend::tolerance::Tolerance;
use crate::backend::{Driver, Job};
use crate::error::Result;
use crate::spec::{AfterSolved, Problem, Spec};

use super::Checked;

/// Step of the differences.
const STEP: f64 = 1e-5;
/// Networks that each setting is checked on.
const NETWORK_COUNT: u64 = 8;

/// The gradient of C by central differences in f64.
fn differences(problem: &Problem, weights: &[f64]) -> Vec<f64> {
    let loss = |k: usize, step: f64| {
        let mut moved = weights.to_vec();
        moved[k] += step;
        Training::<f64>::new(problem, &moved).evaluate().0
    };
    (0..weights.len()).map(|k| (loss(k, STEP) - loss(k, -STEP)) / (2.0 * STEP)).collect()
}

/// Each setting once, whatever its update rule and optimizer: the gradient does not depend on them.
fn settings() -> Vec<Spec> {
    let mut settings: Vec<Spec> = Vec::new();
    for spec in short_specs() {
        let plain = Spec { lr: 1.0.into(), after_solved: AfterSolved::Continue, ..spec.probing() };
        if !settings.contains(&plain) {
            settings.push(plain);
        }
    }
    settings
}

/// The reference's gradient, and the step that a backend makes in one epoch at rate 1, against differences.
///
/// # Errors
/// The backend fails to train.
pub fn gradient_checks(driver: &mut Driver<'_>) -> Result<Vec<Checked>> {
    let (mut of_reference, mut of_backend) = (Worst::default(), Worst::default());
    for spec in settings().into_iter().step_by(driver.backend().check_stride()) {
        let problem = spec.problem()?;
        let job = Job::new(&problem, 7);
        let starts = job.starts(0..NETWORK_COUNT);
        for (network, after) in driver.final_weights(job, &starts)?.iter().enumerate() {
            let before = starts.network(network);
            let expected = differences(&problem, &before);
            let exact = Training::<f64>::new(&problem, &before).loss_gradient();
            of_reference.note(Tolerance::FINITE_DIFFERENCE, exact.iter().copied().zip(expected.iter().copied()));
            // A weight whose rate is 0 stays where it is.
            let rates = problem.weight_rates();
            let expected = expected.iter().zip(&rates).map(|(g, rate)| rate * g);
            let steps = before.iter().zip(after).map(|(before, after)| before - after);
            of_backend.note(Tolerance::T1, steps.zip(expected));
        }
    }
    Ok(vec![
        of_reference.checked("reference", "gradient against finite differences"),
        of_backend.checked(driver.backend().name(), "first step against finite differences"),
    ])
}

#[derive(Default)]
struct Worst {
    compared_count: usize,
    excess: f64,
}

impl Worst {
    fn note(&mut self, tolerance: Tolerance, pairs: impl Iterator<Item = (f64, f64)>) {
        for (actual, expected) in pairs {
            self.compared_count += 1;
            self.excess = self.excess.max(tolerance.excess(actual, expected));
        }
    }

    fn checked(&self, subject: &str, name: &str) -> Checked {
        Checked {
            subject: subject.to_owned(),
            name: name.to_owned(),
            detail: format!("{} numbers, worst {:.2} of the tolerance", self.compared_count, self.excess),
            agrees: self.compared_count > 0 && self.excess <= 1.0,
        }
    }
}
