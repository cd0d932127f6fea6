//! Where a network stands that has not solved its task, told from its outputs and loss.
//!
//! Examples whose hidden codes coincide share their outputs, all units of them, which tend to where the loss of the group is
//! least; the others are right. Under squared error and cross-entropy that is the mean of the group's targets, unit by unit: of
//! a softmax the shares of the classes. Under absolute error it is a median. Of an even number of targets any value between
//! the two in the middle is one, and the loss is the same at each. Of an odd number it is one of the targets: with two target
//! values the examples of the rarer one are then at the wrong end, and are named so.

use crate::rule::{Lose, with_loss};
use crate::spec::Problem;

use super::midst::{HANGING, MIDST_LIMIT, Midst, fits, midst};
use super::outputs::{Groups, Outputs, Places, resting_place};
use super::{Fate, Variant};

/// Groupings of one problem whose excess is kept: of small tasks there are few, and the same come again and again.
const KNOWN_LIMIT: usize = 64;

/// What is not right: examples that share their outputs; outputs at the wrong end or at the middle, by their positions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Grouping {
    pub(super) groups: Groups,
    pub(super) middle: Places,
    pub(super) wrong: Places,
}

/// Tells the patterns of the networks of one problem.
pub(super) struct Patterns<'a> {
    pub(super) problem: &'a Problem,
    floor: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// The excess where all examples share their outputs. Groups that are parted have more outputs to choose, so theirs is
    /// less.
    largest_tied: f64,
    pub(super) known: Vec<Known>,
}

/// A pattern: what it is called, and its loss above that of a solution.
pub(super) struct Known {
    grouping: Grouping,
    pub(super) excess: f64,
    pub(super) fate: Fate,
    pub(super) variant: Variant,
    pub(super) midst: Option<Midst>,
}

impl<'a> Patterns<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        let (low, high) = problem.examples().target_range();
        let all =
            Grouping { groups: Groups::from_iter([(0..problem.examples().count()).collect()]), ..Grouping::default() };
        Self { problem, floor: floor(problem), low, high, largest_tied: all.excess(problem), known: Vec::new() }
    }

    /// The pattern that outputs and loss both match.
    pub(super) fn find(&mut self, outputs: &[f32], loss: f64) -> Option<(Fate, Variant)> {
        let excess = loss - self.floor;
        let outputs = Outputs::new(self.problem, (self.low, self.high), outputs);
        let fits = |own: f64| fits(excess, own);
        let within = |known: &Known| known.midst.as_ref().is_some_and(|midst| outputs.lie_within(midst));
        if let Some(at) = self.known.iter().take(MIDST_LIMIT).position(within) {
            let known = self.bring_forward(at);
            return fits(known.excess).then_some((known.fate, known.variant));
        }
        // Most networks that have learnt little are told apart by their loss alone.
        let readings = if excess > self.largest_tied && !fits(self.largest_tied) { &UNTIED } else { &READINGS[..] };
        Grouping::read(&outputs, readings).find_map(|grouping| {
            let known = self.look_up(grouping);
            let fits = fits(known.excess);
            fits.then_some((known.fate, known.variant))
        })
    }

    fn look_up(&mut self, grouping: Grouping) -> &Known {
        let found = self.known.iter().position(|known| known.grouping == grouping);
        let at = found.unwrap_or_else(|| {
            self.known.truncate(KNOWN_LIMIT - 1);
            self.known.push(Known::of(grouping, self.problem));
            self.known.len() - 1
        });
        self.bring_forward(at)
    }

    /// What is frequent comes to the front.
    fn bring_forward(&mut self, at: usize) -> &Known {
        self.known.swap(at, at / 2);
        &self.known[at / 2]
    }
}

impl Known {
    pub(super) fn of(grouping: Grouping, problem: &Problem) -> Self {
        let (example_count, unit_count) = (problem.examples().count(), problem.examples().output_count());
        let examples = |positions: &[usize]| {
            let mut examples: Places = positions.iter().map(|position| position / unit_count).collect();
            examples.dedup();
            examples
        };
        let (middle, wrong) = (examples(&grouping.middle), examples(&grouping.wrong));
        let variant = Variant::of(&grouping.groups, &middle, &wrong, example_count);
        let (fate, midst) = (grouping.fate(example_count), midst(problem, &grouping.groups, HANGING));
        Self { excess: grouping.excess(problem), fate, variant, midst, grouping }
    }
}

/// The losses above that of a solution of the patterns that the outputs match, in closed form: of a group of examples with
/// targets of mean p between 0 and 1, size * p * (1-p)/2 by squared error and size * H(p) by cross-entropy, over the
/// number of examples.
pub(super) fn pattern_excesses(problem: &Problem, outputs: &[f32]) -> Vec<f64> {
    let outputs = Outputs::new(problem, problem.examples().target_range(), outputs);
    Grouping::read(&outputs, &READINGS).map(|grouping| grouping.excess(problem)).collect()
}

/// The loss of a network whose outputs are its targets.
pub(super) fn floor(problem: &Problem) -> f64 {
    let targets = problem.examples().targets();
    targets.iter().map(|target| unit_loss(problem, *target, *target)).sum::<f64>() / problem.examples().count() as f64
}

/// What outputs could mean.
type Reading = fn(&Outputs<'_>) -> Option<Grouping>;

/// All readings, likeliest first.
const READINGS: [Reading; 3] = [Grouping::wrong_ends, Grouping::tied, Grouping::one_at_middle];
/// Those by which no examples share their outputs.
const UNTIED: [Reading; 2] = [Grouping::wrong_ends, Grouping::one_at_middle];

impl Grouping {
    /// What the outputs could mean by these readings.
    fn read(outputs: &Outputs<'_>, readings: &[Reading]) -> impl Iterator<Item = Self> {
        readings.iter().filter_map(move |reading| reading(outputs))
    }

    /// Every output at its target or, at least one, at the other end. Under cross-entropy nothing rests at a wrong end: it
    /// pulls hardest there.
    fn wrong_ends(outputs: &Outputs<'_>) -> Option<Self> {
        if !with_loss!(outputs.problem.loss(), Row => Row::RESTS_AT_WRONG_ENDS) {
            return None;
        }
        let wrong = outputs.off();
        let at_ends = wrong.iter().all(|position| outputs.is_near(*position, outputs.other_end(*position)));
        (!wrong.is_empty() && at_ends && outputs.tolerance > 0.0).then(|| Self { wrong, ..Self::default() })
    }

    /// Every example at its targets or, with at least one other, where a group rests.
    fn tied(outputs: &Outputs<'_>) -> Option<Self> {
        let is_right = |example: usize| outputs.of(example).all(|at| outputs.is_near(at, outputs.targets[at]));
        let examples = || 0..outputs.problem.examples().count();
        let mut groups = outputs.chains(examples().filter(|example| !is_right(*example)).collect());
        for group in &mut groups {
            if !outputs.is_settled(group) {
                // Of a large group most targets may lie near the mean: these look right by themselves.
                group.extend(outputs.near_group(group, examples().filter(|example| is_right(*example))));
                if !outputs.is_settled(group) {
                    return None;
                }
            }
            group.sort_unstable();
        }
        groups.sort();
        (!groups.is_empty()).then(|| Self { groups, ..Self::default() })
    }

    /// Every output at its target but for those of one example that are midway between the two targets that there are: as
    /// where the example's inputs are all 0 and no unit has a bias, or where two classes are as likely to the network.
    fn one_at_middle(outputs: &Outputs<'_>) -> Option<Self> {
        let middle = outputs.off();
        let (first, last) = (middle.first()? / outputs.unit_count, middle.last()? / outputs.unit_count);
        let centre = 0.5 * (outputs.low + outputs.high);
        let holds = first == last
            && outputs.tolerance > 0.0
            && middle.iter().all(|position| outputs.is_near(*position, centre))
            && outputs.targets.iter().all(|target| *target == outputs.low || *target == outputs.high);
        holds.then(|| Self { middle, ..Self::default() })
    }

    /// Loss above that of a solution.
    fn excess(&self, problem: &Problem) -> f64 {
        let examples = problem.examples();
        let (targets, unit_count) = (examples.targets(), examples.output_count());
        let (low, high) = examples.target_range();
        let above = |position: usize, output: f64| {
            let target = targets[position];
            unit_loss(problem, target, output) - unit_loss(problem, target, target)
        };
        let units = self.groups.iter().flat_map(|group| (0..unit_count).map(move |unit| (group, unit)));
        let grouped = units.flat_map(|(group, unit)| {
            let (from, to) = resting_place(problem, group, unit);
            group.iter().map(move |example| above(example * unit_count + unit, 0.5 * (from + to)))
        });
        let middle = self.middle.iter().map(|position| above(*position, 0.5 * (low + high)));
        let wrong = self.wrong.iter().map(|position| above(*position, low + high - targets[*position]));
        grouped.chain(middle).chain(wrong).sum::<f64>() / examples.count() as f64
    }

    fn fate(&self, example_count: usize) -> Fate {
        match self.groups.as_slice() {
            [] if self.wrong.is_empty() => Fate::OneAtMiddle,
            [] => Fate::WrongSaturated,
            [group] if group.len() == example_count => Fate::AllHalf,
            [group] if group.len() == 2 => Fate::OnePairTie,
            [group] if group.len() == 3 => Fate::CornerCut,
            _ => Fate::Grouped,
        }
    }
}

/// Loss of one output unit on one example.
pub(super) fn unit_loss(problem: &Problem, target: f64, output: f64) -> f64 {
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
        let found = Patterns::new(problem).find(outputs, loss);
        found.map(|(fate, variant)| (fate, variant.label(problem)))
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
        let found = Patterns::new(&table).find(&[mean as f32; 16], 0.5 * mean * (1.0 - mean));
        assert_eq!(found.map(|(fate, _)| fate), Some(Fate::AllHalf));
    }

    fn classes(task: &str, layers: &str) -> Problem {
        let activation = "sigmoid,softmax".parse().unwrap();
        let (task, layers) = (task.parse().unwrap(), layers.parse().unwrap());
        Spec { task, layers, activation, ..Spec::default() }.problem().unwrap()
    }

    /// Three classes, one an example: what examples share are the shares of their classes.
    #[test]
    fn groups_of_classes_share_all_outputs() {
        let (problem, ln) = (classes("encoder:3", "3,2,3"), f64::ln);
        let tied = [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.5, 0.5]].concat();
        assert_eq!(named(&problem, &tied, 2.0 * ln(2.0) / 3.0), Some((Fate::OnePairTie, "2=3".into())));
        assert_eq!(named(&problem, &tied, 2.4 * ln(2.0) / 3.0), None, "a loss that does not fit");
        // The same loss and the same number of outputs at one half, but of examples that do not share them.
        let apart = [[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]].concat();
        assert_eq!(named(&problem, &apart, 2.0 * ln(2.0) / 3.0), None);
        assert_eq!(named(&problem, &[1.0 / 3.0; 9], ln(3.0)), Some((Fate::AllHalf, String::new())));
        // One example between two classes.
        let torn = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5]].concat();
        assert_eq!(named(&problem, &torn, ln(2.0) / 3.0), Some((Fate::OneAtMiddle, "3 at middle".into())));
        assert_eq!(named(&problem, &torn, 2.0 * ln(2.0) / 3.0), None);
    }

    /// Outputs by themselves: the loss of each unit adds up, 2 p (1 - p) / 2 of a pair.
    #[test]
    fn groups_of_independent_outputs_rest_unit_by_unit() {
        let problem = problem("encoder:4", "4,2,4", Loss::Mse);
        let eye = |row: usize, column: usize| f32::from(u8::from(row == column));
        let mut outputs: Vec<f32> = (0..16).map(|at| eye(at / 4, at % 4)).collect();
        for row in [1, 3] {
            (outputs[4 * row + 1], outputs[4 * row + 3]) = (0.5, 0.5);
        }
        assert_eq!(named(&problem, &outputs, 4.0 * 0.125 / 4.0), Some((Fate::OnePairTie, "2=4".into())));
        assert_eq!(named(&problem, &outputs, 2.0 * 0.125 / 4.0), None, "the loss of one unit alone");
        let mut wrong: Vec<f32> = (0..16).map(|at| eye(at / 4, at % 4)).collect();
        (wrong[5], wrong[6]) = (0.02, 0.97);
        assert_eq!(named(&problem, &wrong, 2.0 * 0.5 / 4.0), Some((Fate::WrongSaturated, "2 wrong".into())));
        wrong[6] = 0.7;
        assert_eq!(named(&problem, &wrong, 2.0 * 0.5 / 4.0), None, "one of the two is at no end");
        let third = [[0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]; 3].concat();
        let corner = [vec![1.0, 0.0, 0.0, 0.0], third].concat();
        let loss = 3.0 * 3.0 * (1.0 / 3.0) * (2.0 / 3.0) * 0.5 / 4.0;
        assert_eq!(named(&problem, &corner, loss), Some((Fate::CornerCut, "2=3=4".into())));
    }

    #[test]
    fn one_output_at_the_middle_is_no_group() {
        let entropy = std::f64::consts::LN_2 / 8.0;
        let outputs = [0.5, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0];
        for (loss, value) in [(Loss::CrossEntropy, entropy), (Loss::Mse, 0.125 / 8.0), (Loss::Mae, 0.5 / 8.0)] {
            let problem = problem("parity:3", "3,3,1", loss);
            assert_eq!(named(&problem, &outputs, value), Some((Fate::OneAtMiddle, "000 at middle".into())), "{loss}");
            assert_eq!(named(&problem, &outputs, 1.2 * value), None, "{loss}: a loss that does not fit");
            let mut moved = outputs;
            moved[0] = 0.65;
            assert_eq!(named(&problem, &moved, value), None, "{loss}: not at the middle");
            let mut two = outputs;
            two[7] = 0.5;
            assert_ne!(named(&problem, &two, 2.0 * value).map(|found| found.0), Some(Fate::OneAtMiddle), "{loss}");
        }
    }

    /// What was seen before changes nothing, however many groupings there were.
    #[test]
    fn groupings_that_are_kept_are_told_like_new_ones() {
        let problem = problem("parity:4", "4,4,1", Loss::Mse);
        let mut kept = Patterns::new(&problem);
        let targets = problem.examples().targets();
        let mut found = std::collections::BTreeSet::new();
        for round in 0..2 {
            for (first, second) in (0..16).flat_map(|first| (0..first).map(move |second| (first, second))) {
                let mut outputs: Vec<f32> = targets.iter().map(|target| *target as f32).collect();
                let shared = 0.5 * (targets[first] + targets[second]);
                (outputs[first], outputs[second]) = (shared as f32, shared as f32);
                let loss = if round == 0 || first % 2 == 0 { 0.25 / 16.0 } else { 0.3 / 16.0 };
                let told = kept.find(&outputs, loss);
                assert_eq!(told, Patterns::new(&problem).find(&outputs, loss), "{first} and {second}");
                found.extend(told);
            }
        }
        assert_eq!(found.len(), 64, "pairs of an odd and an even example");
    }

    /// Of two targets any value between is a median, and the loss is the same; of three it is the commoner one.
    #[test]
    fn absolute_error_rests_at_a_median() {
        let problem = problem("xor", "2,3,1", Loss::Mae);
        for shared in [0.2, 0.5, 0.75] {
            let outputs = [0.0, 1.0, shared, shared];
            assert_eq!(named(&problem, &outputs, 0.25), Some((Fate::OnePairTie, "10=11".into())), "{shared}");
            assert_eq!(named(&problem, &outputs, 0.3), None, "{shared}");
        }
        assert_eq!(named(&problem, &[0.0, 1.0, 0.2, 0.7], 0.25), None, "two values are not shared");
        assert_eq!(named(&problem, &[0.0, 0.66, 0.66, 0.66], 0.33), None, "the mean of three is no place of rest");
        assert_eq!(named(&problem, &[0.0, 1.0, 1.0, 1.0], 0.25), Some((Fate::WrongSaturated, "11 wrong".into())));
        assert_eq!(named(&problem, &[0.3; 4], 0.5), Some((Fate::AllHalf, String::new())));
    }

    /// What lets networks with a larger loss be told without looking for ties.
    #[test]
    fn parting_examples_never_costs_more() {
        let tables = ["xor", "table:0111", "table:1011001110001111"];
        let layered = |task: &str| if task.len() > 10 { "4,2,1" } else { "2,2,1" };
        let mut problems: Vec<Problem> = tables
            .iter()
            .flat_map(|task| [Loss::Mse, Loss::Mae, Loss::CrossEntropy].map(|loss| problem(task, layered(task), loss)))
            .collect();
        let soft = Spec { targets: Levels { low: 0.1, high: 0.9 }, ..Spec::default() };
        problems.extend([soft.problem().unwrap(), classes("encoder:3", "3,2,3")]);
        for problem in problems {
            let (count, largest) = (problem.examples().count(), Patterns::new(&problem).largest_tied);
            let mut least = largest;
            for number in 0..3u64.pow(count.min(10) as u32) {
                // Of each example the group, by a digit.
                let group_of = |example: usize| number / 3u64.pow(example as u32 % 10) % 3;
                let groups: Groups =
                    (0..3).map(|group| (0..count).filter(|example| group_of(*example) == group).collect()).collect();
                let groups = groups.into_iter().filter(|group: &Places| !group.is_empty()).collect();
                let excess = Grouping { groups, ..Grouping::default() }.excess(&problem);
                assert!(excess <= largest * (1.0 + 1e-12), "{number}: {excess} above {largest}");
                least = least.min(excess);
            }
            assert!(least < 0.9 * largest, "groupings that all cost the same prove nothing");
        }
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
