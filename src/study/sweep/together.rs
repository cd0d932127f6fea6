//! Points whose networks have the same shape and differ in learning rates, momentum or starts alone train as one
//! population: lanes are filled across points, and kernels are compiled once.

use std::ops::Range;
use std::time::Instant;

use crate::backend::{Chunk, Driver, Effort, Job, OwnRates};
use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Tally, Values, Weights};
use crate::seed::Starts;
use crate::spec::{BiasInit, Init, Order, Population, Problem, Rates, Spec};

use super::points::PlanPoint;
use super::state::{SweepSink, SweepState};

/// What is trained, and how.
pub(super) struct Together<'a> {
    pub(super) points: &'a [PlanPoint],
    pub(super) population: Population,
    /// Whether the fate of each network is kept.
    pub(super) remember: bool,
    pub(super) chunk_seconds: Option<f64>,
}

/// Trains what is missing of every point, and gives the work that it took.
///
/// # Errors
/// The device failed, or `sink` did.
pub(super) fn train(
    together: &Together<'_>,
    driver: &mut Driver<'_>,
    state: &mut SweepState,
    sink: &mut SweepSink<'_>,
) -> Result<Effort> {
    let mut effort = Effort::default();
    for group in groups(together.points, together.population) {
        if driver.watch().interrupted() {
            break;
        }
        effort.merge(&group.train(together, driver, state, sink)?);
    }
    Ok(effort)
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
    fn train(
        &self,
        together: &Together<'_>,
        driver: &mut Driver<'_>,
        state: &mut SweepState,
        sink: &mut SweepSink<'_>,
    ) -> Result<Effort> {
        let (_, problem) = self.points[0];
        let own_rates = self.points.len() > 1;
        let count = self.population.count();
        let first = if own_rates { 0 } else { self.population.first() };
        let end = count.checked_mul(self.points.len() as u64).and_then(|all| first.checked_add(all));
        let end = end.ok_or_else(|| {
            Error::input(format!("{count} networks at {} points are more than can be counted", self.points.len()))
        })?;
        // Points follow one another, so what is counted says how far they are.
        let counted = |(at, _): &(usize, &Problem)| state.points.get(at).map_or(0, |point| point.tally.networks());
        let start = first + self.points.iter().map(counted).sum::<u64>();
        if start >= end {
            return Ok(Effort::default());
        }
        state.trained_by.add(driver.backend());
        let (began, before) = (Instant::now(), state.seconds.train);
        let prepared = driver.begin(Job { own_rates, ..Job::new(problem, self.population.seed()) })?;
        let mut prepared = prepared.paced(together.chunk_seconds);
        let mut chunk = |range| if own_rates { self.chunk(range) } else { Chunk::drawn(range) };
        prepared.cut(start..end, &mut chunk, &mut |trained| {
            for (point, place, rows) in by_point(&trained.outcomes, first, count) {
                let (at, problem) = self.points[point];
                let statuses = together.remember.then_some(rows.status.as_slice());
                state.points.entry(at).or_default().add(&Tally::of(problem, &rows), place, statuses);
            }
            state.executed_net_epochs += trained.executed_net_epochs;
            state.seconds.train = before + began.elapsed().as_secs_f64();
            sink(state)
        })?;
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

/// The rows of each point in a chunk, and the place of the first of them in the population.
fn by_point(outcomes: &Outcomes, first: u64, count: u64) -> Vec<(usize, u64, Outcomes)> {
    let from = outcomes.first - first;
    let rows = |part: &Range<u64>| outcomes.slice((part.start - from) as usize..(part.end - from) as usize);
    parts(from..from + outcomes.count() as u64, count)
        .map(|(point, part)| (point, part.start % count, rows(&part)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Choice, Open};
    use crate::outcome::Status;
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
            let together = Together { points: &plan.points, population, remember: true, chunk_seconds: None };
            let mut found = SweepState::default();
            train(&together, &mut Driver::new(backend.as_mut()), &mut found, &mut |_| Ok(())).unwrap();
            let mut tallies = std::collections::HashSet::new();
            for (point, counted) in plan.points.iter().zip(found.points.values()) {
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
