//! Kinds that comparisons tell: a device without sorting and sums of f64 names them, bit for bit as the host does.

use crate::spec::Problem;

use super::midst::{MARGIN, fits, midst};
use super::outputs::{Groups, Outputs, Places, resting_place};
use super::pattern::{Grouping, Known, floor};
use super::{Fate, Kind};

/// Least and largest of some numbers; both belong to them.
pub(crate) type Range = (f32, f32);

/// How unsolved networks are told by comparisons, as far as they can be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlainKinds {
    /// Patterns, at most 11; no network lies in the ranges of two.
    pub patterns: Vec<PlainPattern>,
    /// Where all patterns that there are can be gone through: an unsolved network that lies in none of these descends.
    pub doubts: Option<Vec<Doubt>>,
}

/// Where a network may be of a pattern and must be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// Of the loss.
    pub loss: Range,
    /// Of each output; it lies in one of them.
    pub outputs: Vec<Vec<Range>>,
}

/// Outputs that can be read as one pattern and as nothing else. An unsolved network whose outputs all lie in these ranges,
/// those of the group being near each other, is of its kind if its loss lies in its range, and else descends.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainPattern {
    /// What it is.
    pub kind: Kind,
    /// Of each output, `[example][output unit]`.
    pub outputs: Vec<Range>,
    /// Those that are shared, by their places among the outputs.
    pub group: Vec<usize>,
    /// How far these are apart at most.
    pub spread: f32,
    /// Of the loss.
    pub loss: Range,
}

/// Of tasks of up to so many examples all patterns are looked at, of larger ones that in which all examples share their output.
const EXAMPLE_LIMIT: usize = 4;

/// Beyond any output and loss, and far from the largest numbers, which compilers are particular about.
const FAR: f32 = 1e30;

impl PlainKinds {
    /// Those of a problem.
    pub fn of(problem: &Problem) -> Self {
        let count = problem.examples().count();
        let knows_all = count <= EXAMPLE_LIMIT && problem.examples().output_count() == 1;
        let sets = if knows_all { sets(count) } else { vec![(0..count).collect()] };
        let groups = || sets.iter().filter(|set| set.len() > 1).map(|set| Groups::from_iter([set.clone()]));
        let patterns = groups().filter_map(|groups| PlainPattern::of(problem, groups)).collect();
        let doubts = knows_all.then(|| {
            let ones = sets.iter().filter(|set| set.len() == 1);
            let middles = ones.map(|set| Grouping { middle: set.clone(), ..Grouping::default() });
            let wrongs = sets.iter().map(|set| Grouping { wrong: set.clone(), ..Grouping::default() });
            let halves = sets.iter().filter(|set| set.len() == 2 && count == 4);
            let pairs = halves.map(|set| [set.clone(), (0..count).filter(|example| !set.contains(example)).collect()]);
            let grouped = groups().chain(pairs.map(Groups::from_iter));
            let grouped = grouped.map(|groups| Grouping { groups, ..Grouping::default() });
            let all = middles.chain(wrongs).chain(grouped).filter_map(|grouping| Doubt::of(problem, grouping));
            // No pattern is below a solution, as roundings may be.
            let anything = vec![vec![(-FAR, FAR)]; count];
            let below = Doubt { loss: (-FAR, (floor(problem) as f32).next_up()), outputs: anything };
            Doubt::joined(all.chain([below]).collect())
        });
        Self { patterns, doubts }
    }

    /// What an unsolved network is, where comparisons tell it.
    pub fn kind_of(&self, outputs: &[f32], loss: f32) -> Option<Kind> {
        let descends = Some(Kind::whole(Fate::Descending));
        // Nearly all networks that have learnt little are told by their loss alone.
        let in_doubt = |all: &Vec<Doubt>| all.iter().any(|doubt| is_within(doubt.loss, loss));
        if self.doubts.as_ref().is_some_and(|all| !in_doubt(all)) {
            return descends;
        }
        match self.patterns.iter().find(|pattern| pattern.holds(outputs)) {
            Some(pattern) if is_within(pattern.loss, loss) => Some(pattern.kind),
            Some(_) => descends,
            None => {
                descends.filter(|_| self.doubts.iter().any(|all| !all.iter().any(|doubt| doubt.holds(outputs, loss))))
            }
        }
    }
}

impl Doubt {
    /// Whatever could be read as this.
    fn of(problem: &Problem, grouping: Grouping) -> Option<Self> {
        let outputs = Outputs::new(problem, problem.examples().target_range(), &[]);
        let width = (1.0 + MARGIN) * outputs.tolerance;
        let outputs = (0..outputs.targets.len()).map(|at| {
            let group = grouping.groups.iter().find(|group| group.contains(&at));
            let centre = 0.5 * (outputs.low + outputs.high);
            let (from, to) = match group {
                Some(group) => resting_place(problem, group, 0),
                None if grouping.middle.contains(&at) => (centre, centre),
                None if grouping.wrong.contains(&at) => (outputs.other_end(at), outputs.other_end(at)),
                None => (outputs.targets[at], outputs.targets[at]),
            };
            vec![((from - width) as f32, (to + width) as f32)]
        });
        let outputs = outputs.collect();
        Some(Self { loss: range_around(problem, Known::of(grouping, problem).excess)?, outputs })
    }

    /// Those of losses that overlap as one.
    fn joined(mut all: Vec<Self>) -> Vec<Self> {
        all.sort_by(|a, b| a.loss.0.total_cmp(&b.loss.0));
        let mut joined: Vec<Self> = Vec::new();
        for doubt in all {
            match joined.last_mut().filter(|last| doubt.loss.0 <= last.loss.1) {
                Some(last) => {
                    last.loss.1 = last.loss.1.max(doubt.loss.1);
                    last.outputs.iter_mut().zip(doubt.outputs).for_each(|(ranges, more)| ranges.extend(more));
                }
                None => joined.push(doubt),
            }
        }
        joined.iter_mut().flat_map(|doubt| &mut doubt.outputs).for_each(join);
        joined
    }

    fn holds(&self, outputs: &[f32], loss: f32) -> bool {
        let lies = |(ranges, h): (&Vec<Range>, &f32)| ranges.iter().any(|range| is_within(*range, *h));
        is_within(self.loss, loss) && self.outputs.iter().zip(outputs).all(lies)
    }
}

/// Makes one of ranges that overlap.
fn join(ranges: &mut Vec<Range>) {
    ranges.sort_by(|a, b| a.0.total_cmp(&b.0));
    ranges.dedup_by(|next, last| {
        let overlap = next.0 <= last.1;
        if overlap {
            last.1 = last.1.max(next.1);
        }
        overlap
    });
}

impl PlainPattern {
    /// Of groups of examples that share their output, the others being right.
    fn of(problem: &Problem, groups: Groups) -> Option<Self> {
        let outputs = midst(problem, &groups, 1.0)?.to_vec();
        let group = groups.concat();
        let Known { excess, fate, variant, .. } = Known::of(Grouping { groups, ..Grouping::default() }, problem);
        let tolerance = Outputs::new(problem, problem.examples().target_range(), &[]).tolerance;
        let (kind, loss) = (Kind { fate, variant }, range_around(problem, excess)?);
        Some(Self { kind, outputs, group, spread: ((1.0 - MARGIN) * tolerance) as f32, loss })
    }

    fn holds(&self, outputs: &[f32]) -> bool {
        let shared = || self.group.iter().map(|at| outputs[*at]);
        self.outputs.iter().zip(outputs).all(|(range, h)| is_within(*range, *h))
            && shared().fold(f32::MIN, f32::max) - shared().fold(f32::MAX, f32::min) <= self.spread
    }
}

/// The sets of so many examples, but the empty one.
fn sets(count: usize) -> Vec<Places> {
    (1..1 << count).map(|set| (0..count).filter(|example| set >> example & 1 == 1).collect()).collect()
}

/// The losses that fit a pattern whose own is known, if there are any.
fn range_around(problem: &Problem, excess: f64) -> Option<Range> {
    let floor = floor(problem);
    let is_near = |loss: f32| fits(f64::from(loss) - floor, excess);
    let centre = (floor + excess) as f32;
    let has_some = excess > 0.0 && centre.is_finite() && is_near(centre);
    has_some.then(|| (lowest(&is_near, centre), highest(&is_near, centre)))
}

fn is_within((low, high): Range, value: f32) -> bool {
    low <= value && value <= high
}

/// The least of the numbers next to each other, `inside` among them, of which something holds.
fn lowest(holds: &dyn Fn(f32) -> bool, inside: f32) -> f32 {
    // Positive numbers are in the order of their bits.
    let (mut out, mut within) = (0, inside.to_bits());
    while within - out > 1 {
        let middle = out + (within - out) / 2;
        *(if holds(f32::from_bits(middle)) { &mut within } else { &mut out }) = middle;
    }
    f32::from_bits(within)
}

/// The greatest.
fn highest(holds: &dyn Fn(f32) -> bool, inside: f32) -> f32 {
    let (mut within, mut out) = (inside.to_bits(), f32::INFINITY.to_bits());
    while out - within > 1 {
        let middle = within + (out - within) / 2;
        *(if holds(f32::from_bits(middle)) { &mut within } else { &mut out }) = middle;
    }
    f32::from_bits(within)
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Patterns;
    use super::*;
    use crate::outcome::Variant;
    use crate::spec::{Loss, Spec};

    fn problem(task: &str, layers: &str, loss: Loss) -> Problem {
        let (task, layers) = (task.parse().unwrap(), layers.parse().unwrap());
        Spec { task, layers, loss, ..Spec::default() }.problem().unwrap()
    }

    #[test]
    fn tasks_have_the_patterns_that_they_should() {
        let fates = |task: &str, layers: &str, loss| {
            let all = PlainKinds::of(&problem(task, layers, loss));
            all.patterns.iter().map(|pattern| pattern.kind.fate).collect::<Vec<_>>()
        };
        use Fate::{AllHalf, CornerCut, OnePairTie};
        // Two pairs share their target, and are right.
        let xor = [OnePairTie, OnePairTie, CornerCut, OnePairTie, CornerCut, OnePairTie, CornerCut, CornerCut, AllHalf];
        assert_eq!(fates("xor", "2,3,1", Loss::Mse), xor);
        assert_eq!(fates("xor", "2,3,1", Loss::CrossEntropy), xor);
        assert_eq!(fates("xor", "2,3,1", Loss::Mae), []);
        assert_eq!(fates("parity:3", "3,3,1", Loss::Mse), [AllHalf]);
        assert_eq!(fates("encoder:4", "4,2,4", Loss::Mse), []);
    }

    fn read(problem: &Problem, outputs: &[f32], loss: f32) -> Kind {
        let found = Patterns::new(problem).find(outputs, loss.into());
        let (fate, variant) = found.unwrap_or((Fate::Descending, Variant::default()));
        Kind { fate, variant }
    }

    fn problems() -> Vec<(&'static str, Problem)> {
        let of = |(task, layers, loss)| (task, problem(task, layers, loss));
        let mut all: Vec<_> = [
            ("xor", "2,3,1", Loss::Mse),
            ("xor", "2,3,1", Loss::CrossEntropy),
            ("xor", "2,3,1", Loss::Mae),
            ("table:0111", "2,2,1", Loss::Mse),
            ("table:01", "1,2,1", Loss::CrossEntropy),
            ("parity:3", "3,3,1", Loss::CrossEntropy),
        ]
        .map(of)
        .into();
        // Even a solution has a loss.
        let soft = Spec { targets: "0.1,0.7".parse().unwrap(), loss: Loss::CrossEntropy, ..Spec::default() };
        all.push(("soft targets", soft.problem().unwrap()));
        all
    }

    /// Told by comparisons as by somebody who knows no pattern, at both sides of every bound.
    #[test]
    fn ranges_tell_what_reading_tells() {
        for (task, problem) in problems() {
            let plain = PlainKinds::of(&problem);
            for pattern in &plain.patterns {
                let (low, high) = pattern.loss;
                let losses = [low.next_down(), low, 0.5 * (low + high), high, high.next_up(), 0.0, f32::NAN];
                for at in 0..pattern.outputs.len() {
                    for place in [0.001, 0.1, 0.5, 0.9, 0.999] {
                        let mut outputs: Vec<f32> =
                            pattern.outputs.iter().map(|(low, high)| 0.5 * low + 0.5 * high).collect();
                        let (from, to) = pattern.outputs[at];
                        outputs[at] = (from + place * (to - from)).clamp(from, to);
                        for loss in losses {
                            let expected = read(&problem, &outputs, loss);
                            assert_eq!(plain.kind_of(&outputs, loss), Some(expected), "{task} {outputs:?} {loss}");
                        }
                        assert_eq!(read(&problem, &outputs, low), pattern.kind);
                        assert_eq!(read(&problem, &outputs, low.next_down()).fate, Fate::Descending);
                        assert_eq!(read(&problem, &outputs, high.next_up()).fate, Fate::Descending);
                    }
                }
            }
        }
    }

    /// Outputs of all sorts with losses of all sorts: whatever is told is right, and much is told.
    #[test]
    fn what_is_told_is_right() {
        let mut random = 1u64;
        let mut uniform = move || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 40) as f32 / (1u32 << 24) as f32
        };
        for (task, problem) in problems() {
            let plain = PlainKinds::of(&problem);
            let (mut told, mut patterns) = (0, 0);
            let (low, high) = problem.examples().target_range();
            let places = [0.0, 1.0, 0.5, 1.0 / 3.0, 2.0 / 3.0];
            let place = |at: usize, off: f32| low as f32 + (high - low) as f32 * (places[at] + off);
            let bounds: Vec<f32> =
                plain.doubts.iter().flatten().flat_map(|doubt| [doubt.loss.0, doubt.loss.1]).collect();
            for _ in 0..2_000 {
                let outputs: Vec<f32> = (0..problem.examples().count())
                    .map(|_| place((5.0 * uniform()) as usize, 0.24 * (uniform() - 0.5)))
                    .collect();
                let mut losses = vec![0.5 * uniform(), plain.patterns.first().map_or(0.0, |pattern| pattern.loss.0)];
                losses.extend(bounds.iter().flat_map(|bound| [bound.next_down(), *bound, bound.next_up()]));
                for loss in losses.into_iter().filter(|loss| *loss >= 0.0) {
                    let expected = read(&problem, &outputs, loss);
                    let found = plain.kind_of(&outputs, loss);
                    assert!(
                        found.is_none_or(|kind| kind == expected),
                        "{task} {outputs:?} {loss}: {found:?} {expected:?}"
                    );
                    told += usize::from(found.is_some());
                    patterns += usize::from(expected.fate != Fate::Descending);
                }
            }
            assert!(told > 2_000 || plain.doubts.is_none(), "{task}: {told}");
            assert!(patterns > 100 || task == "parity:3", "{task}: {patterns}");
        }
    }
}
