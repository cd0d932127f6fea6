//! Points whose networks have the same shape and differ in learning rates, momentum or starts alone train as one
//! population: lanes are filled across points, and kernels are compiled once.

use std::ops::Range;
use std::time::Instant;

use crate::backend::{Chunk, Driver, Effort, Job, OwnRates};
use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Tally, Values, Weights};
use crate::seed::Starts;
use crate::spec::{BiasInit, Init, Order, Population, Problem, Rates, Spec};
use crate::stats::UntilWidth;

use super::points::PlanPoint;
use super::state::{SweepDelivered, SweepSink, SweepState};

/// What is trained, and how.
pub(super) struct Together<'a> {
    pub(super) points: &'a [PlanPoint],
    pub(super) population: Population,
    /// When a point has enough networks, where that is not all of the population.
    pub(super) rule: Option<UntilWidth>,
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

/// Points in the order in which they are trained, by their place in the plan.
pub(super) fn order(points: &[PlanPoint], population: Population) -> Vec<usize> {
    groups(points, population).iter().flat_map(|group| group.points.iter().map(|(at, _)| *at)).collect()
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

/// Networks of a point that are trained next: the point by its place in the group, and their places in the population.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    point: usize,
    places: Range<u64>,
}

impl Group<'_> {
    /// Trains what is missing, as a rule in one go. Where widths decide, points that are not narrow enough are trained together
    /// up to the next look of each.
    fn train(
        &self,
        together: &Together<'_>,
        driver: &mut Driver<'_>,
        state: &mut SweepState,
        sink: &mut SweepSink<'_>,
    ) -> Result<Effort> {
        let mut segments = self.next(together, state)?;
        if segments.is_empty() {
            return Ok(Effort::default());
        }
        let (_, problem) = self.points[0];
        let own_rates = self.points.len() > 1;
        let watch = driver.watch();
        state.trained_by.add(driver.backend());
        let (began, before) = (Instant::now(), state.seconds.train);
        let prepared = driver.begin(Job { own_rates, ..Job::new(problem, self.population.seed()) })?;
        let mut prepared = prepared.paced(together.chunk_seconds);
        while !segments.is_empty() && !watch.interrupted() {
            // Alone, networks have their own indices; together, their places one after another.
            let first = if own_rates { 0 } else { self.population.first() + segments[0].places.start };
            let end = first + length(&segments);
            let mut chunk = |range| if own_rates { self.chunk(&segments, range) } else { Chunk::drawn(range) };
            prepared.cut(first..end, &mut chunk, &mut |trained| {
                let mut rows = by_point(&trained.outcomes, first, &segments);
                for (point, place, rows) in &mut rows {
                    let (at, problem) = self.points[*point];
                    let statuses = together.remember.then_some(rows.status.as_slice());
                    state.points.entry(at).or_default().add(&Tally::of(problem, rows), *place, statuses);
                    *point = at;
                }
                state.executed_net_epochs += trained.executed_net_epochs;
                state.seconds.train = before + began.elapsed().as_secs_f64();
                sink(SweepDelivered { rows: &rows, state })
            })?;
            segments = self.next(together, state)?;
        }
        Ok(prepared.effort())
    }

    /// What is to be trained next of each point; empty where all have what they need. Marks how far each will be.
    fn next(&self, together: &Together<'_>, state: &mut SweepState) -> Result<Vec<Segment>> {
        let most = self.population.count();
        let mut segments = Vec::new();
        let mut all = self.population.first();
        for (point, (at, _)) in self.points.iter().enumerate() {
            let found = state.points.entry(*at).or_default();
            let (start, end) = (found.tally.networks(), found.goal(together.rule.as_ref(), most));
            if start < end && found.is_whole() {
                found.look = together.rule.is_some().then_some(end);
                all = all.checked_add(end - start).ok_or_else(|| {
                    Error::input(format!(
                        "{most} networks at {} points are more than can be counted",
                        self.points.len()
                    ))
                })?;
                segments.push(Segment { point, places: start..end });
            }
        }
        Ok(segments)
    }

    /// Networks by their place among those of all segments, with what they bring.
    fn chunk(&self, segments: &[Segment], range: Range<u64>) -> Chunk {
        let (_, problem) = self.points[0];
        let layer_count = problem.layers().shapes().len();
        let length = (range.end - range.start) as usize;
        let mut weights = vec![0f32; length * problem.layers().weight_count()];
        let (mut rates, mut momentum) = (Vec::with_capacity(length * layer_count), Vec::with_capacity(length));
        let mut rest = weights.chunks_exact_mut(problem.layers().weight_count());
        for Segment { point, places } in parts(segments, range.clone()) {
            let (_, problem) = self.points[point];
            let spec = problem.spec();
            let starts = Starts::of(problem, self.population.seed());
            for (place, weights) in places.zip(&mut rest) {
                starts.draw(self.population.first() + place, weights);
                rates.extend((0..layer_count).map(|layer| spec.lr.of_layer(layer)));
                momentum.push(spec.momentum);
            }
        }
        Chunk {
            starts: Some(Weights::new(problem.layers(), Values::F32(weights))),
            rates: Some(OwnRates::new(layer_count, rates, momentum)),
            ..Chunk::drawn(range)
        }
    }
}

/// Networks of all segments.
fn length(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.places.end - segment.places.start).sum()
}

/// The parts of segments, laid one after another from 0 on, that lie in a range.
fn parts(segments: &[Segment], range: Range<u64>) -> impl Iterator<Item = Segment> {
    let mut before = 0;
    segments.iter().filter_map(move |Segment { point, places }| {
        let count = places.end - places.start;
        let start = range.start.saturating_sub(before).min(count);
        let end = range.end.saturating_sub(before).min(count);
        before += count;
        (start < end).then(|| Segment { point: *point, places: places.start + start..places.start + end })
    })
}

/// The rows of each point in a chunk, and the place of the first of them in the population.
fn by_point(outcomes: &Outcomes, first: u64, segments: &[Segment]) -> Vec<(usize, u64, Outcomes)> {
    let from = outcomes.first - first;
    let mut row = 0;
    parts(segments, from..from + outcomes.count() as u64)
        .map(|Segment { point, places }| {
            let count = (places.end - places.start) as usize;
            row += count;
            (point, places.start, outcomes.slice(row - count..row))
        })
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
        let segment = |(point, places): (usize, Range<u64>)| Segment { point, places };
        let all = [(0, 0..10), (2, 5..15), (3, 0..10)].map(segment);
        let cut = |range| parts(&all, range).collect::<Vec<_>>();
        assert_eq!(cut(0..10), [segment((0, 0..10))]);
        assert_eq!(cut(7..21), [(0, 7..10), (2, 5..15), (3, 0..1)].map(segment));
        assert_eq!(cut(12..14), [segment((2, 7..9))]);
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
            let together =
                Together { points: &plan.points, population, rule: None, remember: true, chunk_seconds: None };
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
    /// Cut off anywhere and gone on with, every point takes the same networks.
    #[test]
    fn widths_are_reached_alike_however_the_work_is_cut() {
        let spec = Spec { epochs: 300, ..Spec::default() };
        let varied: Vec<Vary> = ["lr=1,4,9", "hidden=2,3"].map(|text| text.parse().unwrap()).into();
        let plan = SweepPlan::new(&spec, &varied, 0).unwrap();
        let together = Together {
            points: &plan.points,
            population: Population::new(0, 5_000, 1).unwrap(),
            rule: Some(UntilWidth::new(0.1, 0.95, false)),
            remember: false,
            chunk_seconds: Some(1e-4),
        };
        let mut backend = Open::from(Choice::Simd).backend().unwrap();
        let mut states = Vec::new();
        let mut whole = SweepState::default();
        let note = &mut |delivered: SweepDelivered<'_>| {
            states.push(delivered.state.clone());
            Ok(())
        };
        train(&together, &mut Driver::new(backend.as_mut()), &mut whole, note).unwrap();
        let counts = |state: &SweepState| state.points.values().map(|point| point.tally.clone()).collect::<Vec<_>>();
        let networks: std::collections::BTreeSet<u64> = counts(&whole).iter().map(Tally::networks).collect();
        assert!(networks.len() > 2 && states.len() > 10, "{networks:?}, {} cuts", states.len());
        for mut state in states.into_iter().step_by(7) {
            train(&together, &mut Driver::new(backend.as_mut()), &mut state, &mut |_| Ok(())).unwrap();
            assert_eq!(counts(&state), counts(&whole));
        }
    }
}
