//! Whether a contestant trains the same networks to the same weights as the f64 reference, before it is timed.

use crate::backend::{Driver, Job, Precision, Reference};
use crate::error::{Error, Result};
use crate::outcome::Weights;
use crate::spec::{Population, Problem};

use super::Work;

/// Networks and epochs of the check.
const NETS: u64 = 64;
const EPOCHS: u32 = 100;
/// How far an f32 weight may be from the reference's, and by how much farther than that of the reference in f32 where
/// the settings amplify rounding.
const BOUND: f64 = 1e-4;
const AMPLIFIED: f64 = 20.0;
/// How far off the rates are that must be noticed; the larger is for settings in which little moves.
const OFF: [f64; 2] = [1.02, 2.0];

/// What the reference makes of some networks, at the right rates and at wrong ones.
pub(super) struct Expected {
    problem: Problem,
    seed: u64,
    starts: Weights,
    right: Vec<Vec<f64>>,
    wrong: Vec<Vec<f64>>,
    bound: f64,
}

impl Expected {
    /// # Errors
    /// Nothing moves: not even rates twice as high could be told apart.
    pub(super) fn of(work: &Work, population: Population) -> Result<Self> {
        let problem = work.epochs(EPOCHS)?;
        let seed = population.seed();
        let first = population.first();
        let starts = Job::new(&problem, seed).starts(first..first.saturating_add(NETS));
        let weights = |problem: &Problem, precision: Precision| {
            let mut reference = Reference::new(precision, None)?;
            Driver::new(&mut reference).final_weights(Job::new(problem, seed), &starts)
        };
        let right = weights(&problem, Precision::F64)?;
        let single = largest_difference(&weights(&problem, Precision::F32)?, &right);
        let bound = BOUND.max(AMPLIFIED * single);
        for off in OFF {
            let faster = problem.with(|spec| spec.lr = spec.lr.scaled(off))?;
            let wrong = weights(&faster, Precision::F64)?;
            // A contestant may be as far off as the bound in the direction of the wrong.
            if largest_difference(&wrong, &right) > 2.0 * bound {
                return Ok(Self { problem, seed, starts, right, wrong, bound });
            }
        }
        Err(Error::input(format!(
            "no backend can be checked with these settings: after {EPOCHS} epochs weights differ by less than {:.1e} even at \
             twice the rate",
            2.0 * bound
        )))
    }

    /// Largest difference of a backend's weights from the reference's.
    ///
    /// # Errors
    /// It is too large; or the wrong rates would have passed, so that the check is blind.
    pub(super) fn check(&self, driver: &mut Driver<'_>) -> Result<f64> {
        let actual = driver.final_weights(Job::new(&self.problem, self.seed), &self.starts)?;
        let difference = largest_difference(&actual, &self.right);
        if difference > self.bound {
            return Err(Error::verification(format!(
                "trains something else: after {EPOCHS} epochs a weight is {difference:.1e} from the reference's"
            )));
        }
        if largest_difference(&actual, &self.wrong) <= self.bound {
            return Err(Error::failure("the check is blind: wrong rates would have passed"));
        }
        Ok(difference)
    }
}

fn largest_difference(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let differences = a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).abs());
    let count = a.iter().map(Vec::len).sum::<usize>();
    if count == 0 || count != b.iter().map(Vec::len).sum::<usize>() {
        return f64::INFINITY;
    }
    differences.fold(0.0, |largest, next| if next.is_nan() { f64::INFINITY } else { largest.max(next) })
}
