//! Outputs of a network beside their targets: which are off, which are shared, and where shared ones rest.

use std::ops::Range;

use smallvec::SmallVec;

use crate::spec::Problem;

/// How near an output must be to where its group rests, in units of the distance between the targets.
const OUTPUT_TOLERANCE: f64 = 0.1;

/// Examples or positions of outputs: of small tasks they need no allocation.
pub(super) type Places = SmallVec<[usize; 8]>;
pub(super) type Groups = SmallVec<[Places; 2]>;

/// Outputs `[example][unit]` beside their targets.
pub(super) struct Outputs<'a> {
    pub(super) problem: &'a Problem,
    pub(super) values: &'a [f32],
    pub(super) targets: &'a [f64],
    pub(super) unit_count: usize,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) tolerance: f64,
}

impl<'a> Outputs<'a> {
    /// `low` and `high` are the least and largest target.
    pub(super) fn new(problem: &'a Problem, (low, high): (f64, f64), values: &'a [f32]) -> Self {
        let examples = problem.examples();
        let tolerance = OUTPUT_TOLERANCE * (high - low);
        Self { problem, values, targets: examples.targets(), unit_count: examples.output_count(), low, high, tolerance }
    }

    pub(super) fn value(&self, position: usize) -> f64 {
        f64::from(self.values[position])
    }

    pub(super) fn is_near(&self, position: usize, value: f64) -> bool {
        (self.value(position) - value).abs() <= self.tolerance
    }

    /// Positions of the outputs of an example.
    pub(super) fn of(&self, example: usize) -> Range<usize> {
        example * self.unit_count..(example + 1) * self.unit_count
    }

    /// Positions of the outputs that are not near their targets.
    pub(super) fn off(&self) -> Places {
        (0..self.targets.len()).filter(|position| !self.is_near(*position, self.targets[*position])).collect()
    }

    /// The value that an output is not meant to have, where there are two.
    pub(super) fn other_end(&self, position: usize) -> f64 {
        self.low + self.high - self.targets[position]
    }

    /// Examples whose outputs lie in chains of near ones, unit by unit.
    pub(super) fn chains(&self, mut examples: Places) -> Groups {
        let mut chains = Groups::new();
        self.part(&mut examples, 0, &mut chains);
        chains
    }

    /// Parts examples by the outputs of a unit, and each part by those of the units after it.
    fn part(&self, examples: &mut [usize], unit: usize, chains: &mut Groups) {
        if unit == self.unit_count {
            chains.push(Places::from_slice(examples));
            return;
        }
        let at = |example: usize| self.values[example * self.unit_count + unit];
        let apart = |a: &usize, b: &usize| f64::from(at(*b) - at(*a)) > self.tolerance;
        examples.sort_by(|a, b| at(*a).total_cmp(&at(*b)));
        for part in examples.chunk_by_mut(|a, b| !apart(a, b)) {
            self.part(part, unit + 1, chains);
        }
    }

    /// Whether several examples share their outputs, and these lie where the group's loss is least.
    pub(super) fn is_settled(&self, group: &[usize]) -> bool {
        let holds = |unit: usize| {
            let (from, to) = resting_place(self.problem, group, unit);
            let values = || group.iter().map(|example| self.value(self.of(*example).start + unit));
            // Within an interval they must still be one value.
            let (least, most) = if from < to { ends(values()) } else { (from, to) };
            values().all(|value| from - value <= self.tolerance && value - to <= self.tolerance)
                && most - least <= 2.0 * self.tolerance
        };
        group.len() > 1 && (0..self.unit_count).all(holds)
    }

    /// Examples of these whose outputs are near the mean outputs of a group.
    pub(super) fn near_group(&self, group: &[usize], examples: impl Iterator<Item = usize>) -> Places {
        let mean = |unit: usize| {
            let values = group.iter().map(|example| self.value(self.of(*example).start + unit));
            values.sum::<f64>() / group.len() as f64
        };
        let centre: SmallVec<[f64; 4]> = (0..self.unit_count).map(mean).collect();
        let is_near = |example: &usize| self.of(*example).zip(&centre).all(|(at, value)| self.is_near(at, *value));
        examples.filter(is_near).collect()
    }
}

/// From where to where the loss of a group with one output is least: both are the mean of the unit's targets, or the two that
/// are in the middle of their order.
pub(super) fn resting_place(problem: &Problem, group: &[usize], unit: usize) -> (f64, f64) {
    let targets = group.iter().map(|example| problem.examples().target(*example)[unit]);
    if !problem.loss().rests_at_median() {
        let mean = targets.sum::<f64>() / group.len() as f64;
        return (mean, mean);
    }
    let mut sorted: SmallVec<[f64; 8]> = targets.collect();
    sorted.sort_by(f64::total_cmp);
    (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}
