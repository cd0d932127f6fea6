//! The midst of a pattern: outputs that can be read as nothing else. Whoever has found a pattern before tells networks in its
//! midst by a comparison of each output, where reading them takes sorting and sums.

use smallvec::SmallVec;

use crate::spec::Problem;

use super::outputs::{Groups, Outputs, resting_place};

/// Of so many known patterns, the most frequent ones, it is looked at first whether outputs lie in their midst.
pub(super) const MIDST_LIMIT: usize = 8;

/// How near, relatively, the loss above that of a solution must be to the pattern's.
const LOSS_TOLERANCE: f64 = 0.05;

/// Ranges of outputs, one for each.
pub(super) type Midst = SmallVec<[(f32, f32); 8]>;

impl Outputs<'_> {
    /// Whether each lies in its range.
    pub(super) fn lie_within(&self, ranges: &[(f32, f32)]) -> bool {
        self.values.iter().zip(ranges).all(|(value, (low, high))| low <= value && value <= high)
    }
}

/// Outputs that are all so near a place, in units of the tolerance, hang together.
pub(super) const HANGING: f64 = 0.5;
/// Outputs within a tolerance have more room than this beside a bound. Far more than roundings.
pub(super) const MARGIN: f64 = 1e-3;

/// Outputs that are read as these groups and as nothing else, if those of a group hang together: of a single unit, those of a
/// group within so many tolerances of its place of rest, which lies at neither end and far from every other group; the rest at
/// their targets.
pub(super) fn midst(problem: &Problem, groups: &Groups, width: f64) -> Option<Midst> {
    let examples = problem.examples();
    let outputs = Outputs::new(problem, examples.target_range(), &[]);
    if groups.is_empty() || examples.output_count() != 1 || outputs.tolerance <= 0.0 {
        return None;
    }
    let range = |centre: f64, width: f64| {
        let width = width * (1.0 - MARGIN) * outputs.tolerance;
        ((centre - width) as f32, (centre + width) as f32)
    };
    let mut midst: Midst = outputs.targets.iter().map(|target| range(*target, 1.0)).collect();
    let mut places = Vec::new();
    for group in groups {
        let (from, to) = resting_place(problem, group, 0);
        let is_apart = |place: f64, by: f64| (from - place).abs() > by * (1.0 + MARGIN) * outputs.tolerance;
        let off_ends = |example: &usize| {
            is_apart(outputs.targets[*example], 1.0 + width) && is_apart(outputs.other_end(*example), 1.0 + width)
        };
        if from != to || !group.iter().all(off_ends) || !places.iter().all(|place| is_apart(*place, 1.0 + 2.0 * width))
        {
            return None;
        }
        places.push(from);
        for example in group {
            midst[*example] = range(from, width);
        }
    }
    Some(midst)
}

/// Whether a loss above that of a solution is that of a pattern whose own is known.
pub(super) fn fits(excess: f64, own: f64) -> bool {
    (excess - own).abs() <= LOSS_TOLERANCE * own
}

#[cfg(test)]
mod tests {
    use super::super::pattern::{Patterns, unit_loss};
    use super::*;
    use crate::spec::{Loss, Spec};

    /// As they are told by somebody who knows no pattern.
    #[test]
    fn what_lies_in_the_midst_of_a_pattern_is_told_like_anything_else() {
        let mut random = 1u64;
        let mut uniform = move || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as f64 / f64::from(1u32 << 31)
        };
        for (task, layers) in [("xor", "2,3,1"), ("parity:3", "3,3,1"), ("table:0111", "2,2,1")] {
            for loss in [Loss::Mse, Loss::CrossEntropy, Loss::Mae] {
                let (task, layers) = (task.parse().unwrap(), layers.parse().unwrap());
                let problem = Spec { task, layers, loss, ..Spec::default() }.problem().unwrap();
                let targets = problem.examples().targets();
                let mut kept = Patterns::new(&problem);
                let (mut told, mut in_the_midst) = (std::collections::BTreeSet::new(), 0);
                for _ in 0..20_000 {
                    // Up to two groups at their means, everything a little or a lot beside its place.
                    let groups: Vec<usize> = targets.iter().map(|_| (3.0 * uniform()) as usize).collect();
                    let mean = |group: usize| {
                        let members = groups.iter().zip(targets).filter(|(of, _)| **of == group);
                        let (sum, count) = members.fold((0.0, 0.0), |(sum, count), (_, y)| (sum + y, count + 1.0));
                        sum / count
                    };
                    let places: Vec<f64> = groups
                        .iter()
                        .zip(targets)
                        .map(|(group, y)| if *group == 0 { *y } else { mean(*group) })
                        .collect();
                    let spread = [0.02, 0.24][usize::from(uniform() < 0.5)];
                    let outputs: Vec<f32> =
                        places.iter().map(|place| (place + spread * (uniform() - 0.5)) as f32).collect();
                    let at_rest = places.iter().zip(targets);
                    let at_rest: f64 = at_rest.map(|(place, y)| unit_loss(&problem, *y, *place)).sum();
                    let loss = at_rest / targets.len() as f64 * (1.0 + 0.14 * (uniform() - 0.5));
                    let seen = Outputs::new(&problem, (kept.low, kept.high), &outputs);
                    let midsts = kept.known.iter().take(MIDST_LIMIT).filter_map(|known| known.midst.as_ref());
                    in_the_midst += midsts.filter(|midst| seen.lie_within(midst)).count();
                    let found = kept.find(&outputs, loss);
                    assert_eq!(
                        found,
                        Patterns::new(&problem).find(&outputs, loss),
                        "{:?} {outputs:?} {loss}",
                        problem.spec()
                    );
                    told.insert(found);
                }
                assert!(told.len() > 3, "{:?}: {told:?}", problem.spec());
                let has_midst = !problem.loss().rests_at_median();
                assert_eq!(in_the_midst > 100, has_midst, "{:?}: {in_the_midst}", problem.spec());
            }
        }
    }
}
