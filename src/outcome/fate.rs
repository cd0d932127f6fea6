//! What became of a network, told from its final outputs and loss.
//!
//! A network that does not solve its task usually ends where the hidden codes of some examples coincide: such a group of
//! examples shares one output, which tends to the mean of their targets. Each pattern is matched by outputs and loss
//! alone. That is not evidence of a local minimum, and nothing here says so.

use crate::spec::{Loss, Problem};

use super::{Outcome, Status};

/// What became of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    /// Met the criterion.
    Solved,
    /// Two examples with different targets share their mean; the rest is right.
    OnePairTie,
    /// Three examples share their mean; the rest is right.
    CornerCut,
    /// All outputs at the mean of all targets.
    AllHalf,
    /// Any other grouping of examples at their means.
    Grouped,
    /// Some outputs at the wrong end, the rest right.
    WrongSaturated,
    /// None of these patterns: as a rule still on its way down.
    Descending,
    /// Not finite, or a weight past the bound.
    Diverged,
    /// Interrupted before its last epoch.
    Unfinished,
}

/// How near an output must be to the mean of its group.
const OUTPUT_TOLERANCE: f64 = 0.1;
/// How near, relatively, the loss must be to that of the pattern.
const LOSS_TOLERANCE: f64 = 0.05;

impl Fate {
    /// Every fate, in the order of reports.
    pub const ALL: [Self; 9] = [
        Self::Solved,
        Self::OnePairTie,
        Self::CornerCut,
        Self::AllHalf,
        Self::Grouped,
        Self::WrongSaturated,
        Self::Descending,
        Self::Diverged,
        Self::Unfinished,
    ];

    /// The word that stands for it in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::OnePairTie => "one-pair-tie",
            Self::CornerCut => "corner-cut",
            Self::AllHalf => "all-half",
            Self::Grouped => "grouped",
            Self::WrongSaturated => "wrong-saturated",
            Self::Descending => "descending",
            Self::Diverged => "diverged",
            Self::Unfinished => "unfinished",
        }
    }

    /// One line for a person.
    pub fn description(self) -> &'static str {
        match self {
            Self::Solved => "met the criterion",
            Self::OnePairTie => "two examples share their mean, the rest is right",
            Self::CornerCut => "three examples share their mean, the rest is right",
            Self::AllHalf => "all outputs at the mean of all targets",
            Self::Grouped => "other examples share their means",
            Self::WrongSaturated => "outputs at the wrong end, the rest right",
            Self::Descending => "none of the patterns: most often still descending",
            Self::Diverged => "not finite, or a weight past the bound",
            Self::Unfinished => "interrupted before the last epoch",
        }
    }

    /// The fate of a network from its outcome.
    pub fn of(problem: &Problem, outcome: &Outcome<'_>) -> Self {
        match outcome.status {
            Status::Solved => Self::Solved,
            Status::Diverged => Self::Diverged,
            Status::Unfinished => Self::Unfinished,
            Status::Unsolved => pattern(problem, outcome.outputs, outcome.loss).unwrap_or(Self::Descending),
        }
    }
}

/// Groups the outputs and names the grouping, if outputs and loss match it.
fn pattern(problem: &Problem, outputs: &[f32], loss: f64) -> Option<Fate> {
    let examples = problem.examples();
    let targets = examples.targets();
    let (low, high) = examples.target_range();
    let scale = high - low;
    if examples.output_count() != 1 || scale <= 0.0 {
        return None;
    }
    let tolerance = OUTPUT_TOLERANCE * scale;
    let near = |example: usize, value: f64| (f64::from(outputs[example]) - value).abs() <= tolerance;
    let mut tied: Vec<usize> = (0..targets.len()).filter(|example| !near(*example, targets[*example])).collect();
    let wrong_end = |example: usize| near(example, low + high - targets[example]);
    if tied.iter().all(|example| wrong_end(*example)) {
        let errors = tied.len() as f64 * scale * scale / (2 * examples.count()) as f64;
        // The cross-entropy of a wrong end is unbounded, so outputs alone tell it.
        let fits = problem.spec().loss == Loss::CrossEntropy || matches(loss, errors);
        return (!tied.is_empty() && fits).then_some(Fate::WrongSaturated);
    }
    tied.sort_by(|a, b| outputs[*a].total_cmp(&outputs[*b]));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for example in tied {
        match groups.last_mut() {
            Some(group) if f64::from(outputs[example] - outputs[group[group.len() - 1]]) <= tolerance => {
                group.push(example);
            }
            _ => groups.push(vec![example]),
        }
    }
    let mut expected = vec![None; targets.len()];
    for group in &groups {
        let mean = group.iter().map(|example| targets[*example]).sum::<f64>() / group.len() as f64;
        if group.len() < 2 || !group.iter().all(|example| near(*example, mean)) {
            return None;
        }
        group.iter().for_each(|example| expected[*example] = Some(mean));
    }
    if !matches(loss, pattern_loss(problem, &expected)) {
        return None;
    }
    Some(match groups.as_slice() {
        groups if groups.iter().map(Vec::len).sum::<usize>() == targets.len() && groups.len() == 1 => Fate::AllHalf,
        [group] if group.len() == 2 => Fate::OnePairTie,
        [group] if group.len() == 3 => Fate::CornerCut,
        _ => Fate::Grouped,
    })
}

fn matches(loss: f64, expected: f64) -> bool {
    (loss - expected).abs() <= LOSS_TOLERANCE * expected
}

/// Loss of a network whose grouped examples sit at their group's mean and whose others are right.
fn pattern_loss(problem: &Problem, expected: &[Option<f64>]) -> f64 {
    let targets = problem.examples().targets();
    let total: f64 = targets
        .iter()
        .zip(expected)
        .map(|(target, mean)| {
            let output = mean.unwrap_or(*target);
            match problem.spec().loss {
                Loss::Mse => 0.5 * (output - target).powi(2),
                Loss::CrossEntropy => cross_entropy(*target, output),
            }
        })
        .sum();
    total / targets.len() as f64
}

fn cross_entropy(target: f64, output: f64) -> f64 {
    let term = |share: f64, value: f64| if share == 0.0 { 0.0 } else { -share * value.ln() };
    term(target, output) + term(1.0 - target, 1.0 - output)
}
