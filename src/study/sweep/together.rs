//! Points whose networks have the same shape and differ in learning rates, momentum or starts alone train as one
//! population: lanes are filled across points, and kernels are compiled once.

use std::ops::Range;

use crate::backend::{Chunk, Driver, Effort, Job, OwnRates};
use crate::error::{Error, Result};
use crate::outcome::{Fate, Outcomes, Status, Tally, Values, Weights};
use crate::seed::Starts;
use crate::spec::{BiasInit, Init, Order, Population, Problem, Rates, Spec};

use super::points::PlanPoint;

/// What became of the networks of a point.
#[derive(Clone, Debug, Default)]
pub(super) struct PointTally {
    pub(super) tally: Tally,
    /// Which networks were solved, bit by bit; empty where that is not remembered.
    pub(super) solved: Vec<u64>,
}

/// Trains the population at every point: one tally a point, in the order of the plan, and the work that it took. After an
/// interruption, points that are not whole are absent.
///
/// # Errors
/// The device failed.
pub(super) fn train(
    points: &[PlanPoint],
    population: Population,
    remember: bool,
    driver: &mut Driver<'_>,
) -> Result<(Vec<Option<PointTally>>, Effort)> {
    let (mut tallies, mut effort) = (vec![None; points.len()], Effort::default());
    for group in groups(points, population) {
        if driver.watch().interrupted() {
            break;
        }
        effort.merge(&group.train(remember, driver, &mut tallies)?);
    }
    Ok((tallies, effort))
}

/// Points that train together.
struct Group<'a> {
    points: Vec<(usize, &'a Problem)>,
    population: Population,
}

/// What points of a group share: the spec with what networks can bring with them taken out. A network without momentum
/// takes its steps in one operation less, so those with and without stay apart.
fn shared(spec: &Spec) -> Spec {
    Spec {
        lr: Rates::new([1.0]),
        momentum: if spec.momentum == 0.0 { 0.0 } else { 0.5 },
        init: Init::Tutorial,
        bias_init: BiasInit::Same,
        ..spec.clone()
    }
}

/// In the order of each group's first point.
fn groups(points: &[PlanPoint], population: Population) -> Vec<Group<'_>> {
    let mut groups: Vec<(Spec, Group<'_>)> = Vec::new();
    for (at, point) in points.iter().enumerate() {
        let (shared, point) = (shared(point.problem.spec()), (at, &point.problem));
        // Orders depend on a network's index, which is another among those of all points.
        let alone = shared.update.order() != Order::Given;
        match groups.iter_mut().find(|(known, _)| *known == shared && !alone) {
            Some((_, group)) => group.points.push(point),
            None => groups.push((shared, Group { points: vec![point], population })),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

impl Group<'_> {
    fn train(&self, remember: bool, driver: &mut Driver<'_>, tallies: &mut [Option<PointTally>]) -> Result<Effort> {
        let (_, problem) = self.points[0];
        let own_rates = self.points.len() > 1;
        let mut prepared = driver.begin(Job { own_rates, ..Job::new(problem, self.population.seed()) })?;
        let count = self.population.count();
        let words = if remember { count.div_ceil(64) as usize } else { 0 };
        let mut found = vec![PointTally { solved: vec![0; words], ..PointTally::default() }; self.points.len()];
        let first = if own_rates { 0 } else { self.population.first() };
        let end = count.checked_mul(self.points.len() as u64).and_then(|all| first.checked_add(all));
        let end = end.ok_or_else(|| {
            Error::input(format!("{count} networks at {} points are more than can be counted", self.points.len()))
        })?;
        let mut chunk = |range| if own_rates { self.chunk(range) } else { Chunk::drawn(range) };
        prepared.cut(first..end, &mut chunk, &mut |trained| {
            for (point, rows) in by_point(&trained.outcomes, first, count) {
                let found = &mut found[point];
                let solved = rows.iter().filter(|row| remember && row.status == Status::Solved);
                for at in solved.map(|row| (row.network - first) % count) {
                    found.solved[(at / 64) as usize] |= 1 << (at % 64);
                }
                found.tally.merge(&Tally::of(self.points[point].1, &rows));
            }
            Ok(())
        })?;
        for ((at, _), found) in self.points.iter().zip(found) {
            if found.tally.networks() == count && found.tally.count(Fate::Unfinished) == 0 {
                tallies[*at] = Some(found);
            }
        }
        Ok(prepared.effort())
    }

    /// Networks by their place among those of all points, point after point, with what they bring.
    fn chunk(&self, range: Range<u64>) -> Chunk {
        let count = self.population.count();
        let (_, problem) = self.points[0];
        let layer_count = problem.layers().shapes().len();
        let length = (range.end - range.start) as usize;
        let mut weights = vec![0f32; length * problem.layers().weight_count()];
        let (mut rates, mut momentum) = (Vec::with_capacity(length * layer_count), Vec::with_capacity(length));
        let mut rest = weights.chunks_exact_mut(problem.layers().weight_count());
        for (point, part) in parts(range.clone(), count) {
            let (_, problem) = self.points[point];
            let spec = problem.spec();
            let starts = Starts::of(problem, self.population.seed());
            for (at, weights) in part.zip(&mut rest) {
                starts.draw(self.population.first() + at % count, weights);
                rates.extend((0..layer_count).map(|layer| spec.lr.of_layer(layer)));
                momentum.push(spec.momentum);
            }
        }
        Chunk {
            starts: Some(Weights::new(problem.layers(), Values::F32(weights))),
            rates: Some(OwnRates::new(layer_count, rates, momentum)),
            networks: range,
        }
    }
}

/// Cuts a range of places where points of `count` networks each end: the point, and its share of the range.
fn parts(range: Range<u64>, count: u64) -> impl Iterator<Item = (usize, Range<u64>)> {
    let mut start = range.start;
    std::iter::from_fn(move || {
        let point = start / count;
        let part = start..range.end.min((point + 1) * count);
        start = part.end;
        (part.start < part.end).then_some((point as usize, part))
    })
}

/// The rows of each point in a chunk.
fn by_point(outcomes: &Outcomes, first: u64, count: u64) -> Vec<(usize, Outcomes)> {
    let from = outcomes.first - first;
    parts(from..from + outcomes.count() as u64, count)
        .map(|(point, part)| (point, outcomes.slice((part.start - from) as usize..(part.end - from) as usize)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Choice, Open};
    use crate::spec::Vary;
    use crate::study::RunStudy;
    use crate::study::sweep::SweepPlan;

    #[test]
    fn ranges_are_cut_where_points_end() {
        let cut = |range| parts(range, 10).collect::<Vec<_>>();
        assert_eq!(cut(0..10), [(0, 0..10)]);
        assert_eq!(cut(7..31), [(0, 7..10), (1, 10..20), (2, 20..30), (3, 30..31)]);
        assert_eq!(cut(5..5), []);
    }

    /// Trained together, every point gives the very counts that it gives alone.
    #[test]
    fn company_changes_nothing() {
        let spec = Spec { epochs: 800, ..Spec::default() };
        let varied: Vec<Vary> = ["lr=1,2.5,6", "momentum=0,0.4,0.8", "init=tutorial,uniform:2", "hidden=2,3"]
            .map(|text| text.parse().unwrap())
            .into();
        let plan = SweepPlan::new(&spec, &varied, 0).unwrap();
        let population = Population::new(3, 130, 9).unwrap();
        assert_eq!(groups(&plan.points, population).len(), 4, "momentum or none, two sizes");
        for choice in [Choice::Simd, Choice::Reference] {
            let mut backend = Open::from(choice).backend().unwrap();
            let (together, _) = train(&plan.points, population, true, &mut Driver::new(backend.as_mut())).unwrap();
            let mut tallies = std::collections::HashSet::new();
            for (point, counted) in plan.points.iter().zip(&together) {
                let counted = counted.as_ref().unwrap();
                let mut solved = vec![0u64; 3];
                let study = RunStudy::new(&point.problem, population);
                let alone = study.deliver(&mut Driver::new(backend.as_mut()), &mut |chunk| {
                    for row in chunk.outcomes.iter().filter(|row| row.status == Status::Solved) {
                        let at = row.network - 3;
                        solved[(at / 64) as usize] |= 1 << (at % 64);
                    }
                    Ok(())
                });
                let alone = alone.unwrap();
                assert_eq!(counted.tally, alone.tally, "{choice} at {:?}", point.values);
                assert_eq!(counted.solved, solved, "{choice} at {:?}", point.values);
                tallies.insert(format!("{:?}", alone.tally.solved_epochs()));
            }
            assert!(tallies.len() > 30, "points that all look alike prove nothing: {}", tallies.len());
        }
    }
}
