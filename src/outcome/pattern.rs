//! Where a network stands that has not solved its task, told from its outputs and loss.
//!
//! Examples whose hidden codes coincide share one output, which tends to the mean of their targets; the others are right.
//! This is looked for in any task with one output unit.

use crate::rule::{Lose, with_loss};
use crate::spec::Problem;

use super::{Fate, Variant};

/// How near an output must be to the mean of its group, in units of the distance between the targets.
const OUTPUT_TOLERANCE: f64 = 0.1;
/// How near, relatively, the loss above that of a solution must be to the pattern's.
const LOSS_TOLERANCE: f64 = 0.05;

/// Examples that share an output, and those at the wrong end; all others are right.
#[derive(Clone, Debug, PartialEq)]
struct Grouping {
    groups: Vec<Vec<usize>>,
    wrong: Vec<usize>,
}

/// The pattern that outputs and loss both match.
pub(super) fn pattern(problem: &Problem, outputs: &[f32], loss: f64) -> Option<(Fate, Variant)> {
    let excess = loss - floor(problem);
    let fits = |grouping: &Grouping| {
        let expected = grouping.excess(problem);
        (excess - expected).abs() <= LOSS_TOLERANCE * expected
    };
    let grouping = Grouping::candidates(problem, outputs).find(fits)?;
    let example_count = problem.examples().count();
    Some((grouping.fate(example_count), Variant::of(&grouping.groups, &grouping.wrong, example_count)))
}

/// The losses above that of a solution of the patterns that the outputs match, in closed form: of a group of examples with
/// targets of mean p between 0 and 1, size * p * (1-p)/2 by squared error and size * H(p) by cross-entropy, over the
/// number of examples.
pub(super) fn pattern_excesses(problem: &Problem, outputs: &[f32]) -> impl Iterator<Item = f64> {
    Grouping::candidates(problem, outputs).map(|grouping| grouping.excess(problem))
}

/// The loss of a network whose outputs are its targets.
pub(super) fn floor(problem: &Problem) -> f64 {
    let targets = problem.examples().targets();
    targets.iter().map(|target| unit_loss(problem, *target, *target)).sum::<f64>() / problem.examples().count() as f64
}

impl Grouping {
    /// What the outputs could mean, likeliest first.
    fn candidates(problem: &Problem, outputs: &[f32]) -> impl Iterator<Item = Self> {
        let one_unit = problem.examples().output_count() == 1;
        let both = one_unit.then(|| [Self::wrong_ends(problem, outputs), Self::tied(problem, outputs)]);
        both.into_iter().flatten().flatten()
    }

    /// Every output at its target or, at least one, at the other end. Under cross-entropy nothing rests at a wrong end: it
    /// pulls hardest there.
    fn wrong_ends(problem: &Problem, outputs: &[f32]) -> Option<Self> {
        let targets = problem.examples().targets();
        let (low, high) = problem.examples().target_range();
        let tolerance = OUTPUT_TOLERANCE * (high - low);
        let near = |example: usize, value: f64| (f64::from(outputs[example]) - value).abs() <= tolerance;
        let wrong: Vec<usize> = (0..targets.len()).filter(|example| !near(*example, targets[*example])).collect();
        let at_ends = wrong.iter().all(|example| near(*example, low + high - targets[*example]));
        let rests = with_loss!(problem.loss(), Row => Row::RESTS_AT_WRONG_ENDS);
        (rests && !wrong.is_empty() && at_ends && tolerance > 0.0).then_some(Self { groups: Vec::new(), wrong })
    }

    /// Every output at its target or, with at least one other, at the mean of a group.
    fn tied(problem: &Problem, outputs: &[f32]) -> Option<Self> {
        let targets = problem.examples().targets();
        let (low, high) = problem.examples().target_range();
        let tolerance = OUTPUT_TOLERANCE * (high - low);
        let near = |example: usize, value: f64| (f64::from(outputs[example]) - value).abs() <= tolerance;
        let (right, mut off): (Vec<usize>, Vec<usize>) =
            (0..targets.len()).partition(|example| near(*example, targets[*example]));
        off.sort_by(|a, b| outputs[*a].total_cmp(&outputs[*b]));
        let apart = |a: usize, b: usize| f64::from(outputs[b] - outputs[a]) > tolerance;
        let mut groups: Vec<Vec<usize>> = off.chunk_by(|a, b| !apart(*a, *b)).map(<[usize]>::to_vec).collect();
        for group in &mut groups {
            let settled = |group: &[usize]| {
                let mean = group.iter().map(|example| targets[*example]).sum::<f64>() / group.len() as f64;
                group.len() > 1 && group.iter().all(|example| near(*example, mean))
            };
            if !settled(group) {
                // Of a large group most targets may lie near the mean: these look right by themselves.
                let output = group.iter().map(|example| f64::from(outputs[*example])).sum::<f64>() / group.len() as f64;
                group.extend(right.iter().filter(|example| near(**example, output)));
                if !settled(group) {
                    return None;
                }
            }
            group.sort_unstable();
        }
        groups.sort();
        (!groups.is_empty()).then_some(Self { groups, wrong: Vec::new() })
    }

    /// Loss above that of a solution.
    fn excess(&self, problem: &Problem) -> f64 {
        let targets = problem.examples().targets();
        let (low, high) = problem.examples().target_range();
        let above = |example: usize, output: f64| {
            unit_loss(problem, targets[example], output) - unit_loss(problem, targets[example], targets[example])
        };
        let grouped = self.groups.iter().flat_map(|group| {
            let mean = group.iter().map(|example| targets[*example]).sum::<f64>() / group.len() as f64;
            group.iter().map(move |example| above(*example, mean))
        });
        let wrong = self.wrong.iter().map(|example| above(*example, low + high - targets[*example]));
        grouped.chain(wrong).sum::<f64>() / problem.examples().count() as f64
    }

    fn fate(&self, example_count: usize) -> Fate {
        match self.groups.as_slice() {
            [] => Fate::WrongSaturated,
            [group] if group.len() == example_count => Fate::AllHalf,
            [group] if group.len() == 2 => Fate::OnePairTie,
            [group] if group.len() == 3 => Fate::CornerCut,
            _ => Fate::Grouped,
        }
    }
}

/// Loss of one example with this output.
fn unit_loss(problem: &Problem, target: f64, output: f64) -> f64 {
    problem.loss().of_output(output, target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Levels, Loss, Spec, Task};

    fn problem(task: &str, layers: &str, loss: Loss) -> Problem {
        Spec { task: task.parse().unwrap(), layers: layers.parse().unwrap(), loss, ..Spec::default() }
            .problem()
            .unwrap()
    }

    fn named(problem: &Problem, outputs: &[f32], loss: f64) -> Option<(Fate, String)> {
        pattern(problem, outputs, loss).map(|(fate, variant)| (fate, variant.label(problem)))
    }

    /// The table of XOR's states, with the losses worked out by hand.
    #[test]
    fn xor_states_by_their_table() {
        let (third, two) = (1.0f32 / 3.0, 2.0f32 / 3.0);
        let table = [
            ([0.0, 1.0, 0.5, 0.5], 0.125, 0.346_574, Fate::OnePairTie, "10=11"),
            ([0.0, 0.5, 1.0, 0.5], 0.125, 0.346_574, Fate::OnePairTie, "01=11"),
            ([0.5, 0.5, 1.0, 0.0], 0.125, 0.346_574, Fate::OnePairTie, "00=01"),
            ([0.5, 1.0, 0.5, 0.0], 0.125, 0.346_574, Fate::OnePairTie, "00=10"),
            ([0.0, two, two, two], 1.0 / 6.0, 0.477_386, Fate::CornerCut, "01=10=11"),
            ([two, two, two, 0.0], 1.0 / 6.0, 0.477_386, Fate::CornerCut, "00=01=10"),
            ([third, 1.0, third, third], 1.0 / 6.0, 0.477_386, Fate::CornerCut, "00=10=11"),
            ([third, third, 1.0, third], 1.0 / 6.0, 0.477_386, Fate::CornerCut, "00=01=11"),
            ([0.5; 4], 0.25, std::f64::consts::LN_2, Fate::AllHalf, ""),
        ];
        for (outputs, mean_square, cross_entropy, fate, label) in table {
            for (loss, value) in [(Loss::Mse, 0.5 * mean_square), (Loss::CrossEntropy, cross_entropy)] {
                let problem = problem("xor", "2,3,1", loss);
                assert_eq!(named(&problem, &outputs, value), Some((fate, label.into())), "{loss} {outputs:?}");
                assert_eq!(named(&problem, &outputs, 1.2 * value), None, "a loss that does not fit must not match");
                let moved = outputs.map(|output| if output == 0.0 || output == 1.0 { output } else { output + 0.15 });
                assert_ne!(named(&problem, &moved, value), Some((fate, label.into())), "outputs that do not fit");
            }
        }
    }

    #[test]
    fn wrong_ends_rest_under_squared_error_alone() {
        let outputs = [0.01, 0.98, 0.02, 0.01];
        let found = named(&problem("xor", "2,3,1", Loss::Mse), &outputs, 0.125);
        assert_eq!(found, Some((Fate::WrongSaturated, "10 wrong".into())));
        assert_eq!(named(&problem("xor", "2,3,1", Loss::CrossEntropy), &outputs, 1.0), None);
    }

    #[test]
    fn groups_of_other_tables_are_found() {
        // Three-bit parity: 000, 011, 101 and 110 are even. Two ties at once; the others right.
        let parity = problem("parity:3", "3,3,1", Loss::Mse);
        let outputs = [0.5, 0.5, 1.0, 0.0, 1.0, 0.0, 0.5, 0.5];
        assert_eq!(named(&parity, &outputs, 1.0 / 16.0), Some((Fate::Grouped, "000=001=110=111".into())));
        // Ten ones and one zero in a group: its mean, .909, is within the tolerance of the ones by themselves.
        let table = problem("table:1111111111011111", "4,2,1", Loss::Mse);
        let mean = 15.0 / 16.0;
        let found = pattern(&table, &[mean as f32; 16], 0.5 * mean * (1.0 - mean));
        assert_eq!(found.map(|(fate, _)| fate), Some(Fate::AllHalf));
    }

    #[test]
    fn soft_targets_are_judged_by_the_excess() {
        let spec = Spec { targets: Levels { low: 0.1, high: 0.9 }, task: Task::Xor, ..Spec::default() };
        let problem = spec.problem().unwrap();
        let entropy = |p: f64| -p * p.ln() - (1.0 - p) * (1.0 - p).ln();
        assert!((floor(&problem) - entropy(0.1)).abs() < 1e-12);
        let tie = 0.5 * entropy(0.1) + 0.5 * entropy(0.5);
        let outputs = [0.1, 0.9, 0.5, 0.5];
        assert_eq!(named(&problem, &outputs, tie).map(|found| found.0), Some(Fate::OnePairTie));
        // 6% of the excess off, but under 3% of the loss.
        let off = tie + 0.06 * (tie - entropy(0.1));
        assert!((off - tie) / tie < 0.03);
        assert_eq!(named(&problem, &outputs, off), None);
    }
}
