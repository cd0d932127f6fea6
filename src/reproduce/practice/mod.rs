//! What people ask in public about small networks that do not learn: their settings, word for word as they are typed, and
//! how often that trains.
//!
//! Nobody who asks has run a thousand starts. So each case stands beside a figure that was found independently: by a
//! simulation in f64 that was written from the settings alone, for 2,000 networks or more. A case agrees where ours lies
//! within three standard errors of that.

mod cases;
mod pytorch_xor;

pub(super) use cases::{
    BRAIN_JS, COURSE_BOOK, FANN, GLOW_232, KERAS, LAB_SOFTMAX, NOTEBOOK, SE_129472, SKLEARN, SO_56914417,
};
pub(super) use pytorch_xor::PYTORCH_XOR;

use crate::error::Result;
use crate::reproduce::Lab;
use crate::reproduce::lab::mean_epochs;
use crate::spec::{Examples, Problem, Spec, SpecError};
use crate::study::RunAnswer;

/// Networks trained for a figure, in full and quickly.
const COUNTS: (u64, u64) = (20_000, 1_000);

/// A spec from settings as they are typed, separated by blanks: `layers=2,2,1 loss=mse`.
fn typed(settings: &str) -> Result<Spec, SpecError> {
    settings.split_whitespace().try_fold(Spec::default(), |spec, setting| {
        let (name, text) = setting.split_once('=').unwrap_or((setting, ""));
        spec.with(name, text)
    })
}

/// Trains a population by these settings.
fn population(lab: &mut Lab<'_>, settings: &str) -> Result<RunAnswer> {
    let problem = typed(settings)?.problem()?;
    lab.population(&problem, lab.count(COUNTS.0, COUNTS.1))
}

/// The same on rows that no task has a name for: inputs, then targets.
fn population_on(lab: &mut Lab<'_>, settings: &str, rows: &[([f64; 2], &[f64])]) -> Result<RunAnswer> {
    let inputs = rows.iter().flat_map(|(input, _)| *input).collect();
    let targets: Vec<f64> = rows.iter().flat_map(|(_, target)| target.iter().copied()).collect();
    let output_count = targets.len() / rows.len();
    let problem = Problem::with_examples(&typed(settings)?, Examples::new(inputs, 2, targets, output_count))?;
    lab.population(&problem, lab.count(COUNTS.0, COUNTS.1))
}

/// The median of the epochs in which networks were solved.
fn median_epoch(answer: &RunAnswer) -> f64 {
    let mut left = answer.tally.solved().div_ceil(2);
    let counts = answer.tally.solved_epochs();
    let median = counts.iter().find(|(_, count)| {
        left = left.saturating_sub(**count);
        left == 0
    });
    median.map_or(f64::NAN, |(epoch, _)| f64::from(*epoch))
}

/// Finds a share for the figure of this name, and the epochs for the one after it.
fn with_mean_epochs(lab: &mut Lab<'_>, word: &str, answer: &RunAnswer) {
    lab.found(&format!("{word}: share solved"), answer);
    lab.found(&format!("{word}: mean epochs"), mean_epochs(answer));
}
