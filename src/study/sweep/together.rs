//! Points whose networks have the same shape and differ in learning rates, momentum or starts alone train as one
//! population: lanes are filled across points, and kernels are compiled once.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Instant;

use crate::backend::{Backend, Chunk, Job, OwnRates, Watch};
use crate::error::{Error, Result};
use crate::outcome::{Fate, Outcomes, Status, Tally, Values, Weights};
use crate::plan;
use crate::seed::Starts;
use crate::spec::{Init, Population, Problem, Rates, Spec};

use super::points::PlanPoint;

/// What became of the networks of a point.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) tally: Tally,
    /// Which networks were solved, bit by bit; empty where that is not remembered.
    pub(super) solved: Vec<u64>,
}

/// All points, and what they cost.
#[derive(Debug, Default)]
pub(super) struct Trained {
    /// One a point, in the order of the plan; absent where it was not trained to the end.
    pub(super) points: Vec<Option<Counted>>,
    pub(super) executed_net_epochs: u64,
    pub(super) setup_seconds: f64,
}

/// Trains the population at every point. After an interruption, points that are not whole are left out.
///
/// # Errors
/// The device failed.
pub(super) fn train(
    points: &[PlanPoint],
    population: Population,
    remember: bool,
    backend: &mut dyn Backend,
    watch: &dyn Watch,
) -> Result<Trained> {
    let mut all = Trained { points: vec![None; points.len()], ..Trained::default() };
    for group in groups(points, population) {
        if watch.interrupted() {
            break;
        }
        group.train(remember, backend, watch, &mut all)?;
    }
    Ok(all)
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
        ..spec.clone()
    }
}

/// In the order of each group's first point.
fn groups(points: &[PlanPoint], population: Population) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (at, point) in points.iter().enumerate() {
        let text = format!("{:?}", shared(point.problem.spec()));
        let group = *known.entry(text).or_insert_with(|| {
            groups.push(Group { points: Vec::new(), population });
            groups.len() - 1
        });
        groups[group].points.push((at, &point.problem));
    }
    groups
}

impl Group<'_> {
    fn train(&self, remember: bool, backend: &mut dyn Backend, watch: &dyn Watch, all: &mut Trained) -> Result<()> {
        let (_, problem) = self.points[0];
        let own_rates = self.points.len() > 1;
        let job = Job { own_rates, ..Job::new(problem, self.population.seed()) };
        let began = Instant::now();
        let limit = backend.prepare(&job)?;
        all.setup_seconds += began.elapsed().as_secs_f64();
        let count = self.population.count();
        let words = if remember { count.div_ceil(64) as usize } else { 0 };
        let mut counted = vec![Counted { solved: vec![0; words], ..Counted::default() }; self.points.len()];
        let first = if own_rates { 0 } else { self.population.first() };
        let all_points = count.checked_mul(self.points.len() as u64).ok_or_else(|| {
            Error::input(format!("{count} networks at {} points are more than can be counted", self.points.len()))
        })?;
        let trained = Population::new(first, all_points, self.population.seed())?;
        let mut chunks =
            plan::chunks(trained, limit).map(|range| if own_rates { self.chunk(range) } else { Chunk::drawn(range) });
        backend.train(&job, &mut chunks, watch, &mut |trained| {
            all.executed_net_epochs += trained.executed_net_epochs;
            for (point, rows) in by_point(&trained.outcomes, first, count) {
                let counted = &mut counted[point];
                let solved = rows.iter().filter(|row| remember && row.status == Status::Solved);
                for at in solved.map(|row| (row.network - first) % count) {
                    counted.solved[(at / 64) as usize] |= 1 << (at % 64);
                }
                counted.tally.merge(&Tally::of(self.points[point].1, &rows));
            }
            Ok(())
        })?;
        for ((at, _), counted) in self.points.iter().zip(counted) {
            if counted.tally.networks() == count && counted.tally.count(Fate::Unfinished) == 0 {
                all.points[*at] = Some(counted);
            }
        }
        Ok(())
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
            let starts = Starts::new(spec.init, problem.layers(), self.population.seed());
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
    use crate::backend::{Choice, Open, Unwatched};
    use crate::spec::Vary;
    use crate::study::EscapeStudy;
    use crate::study::sweep::Plan;

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
        let plan = Plan::new(&spec, &varied, 0).unwrap();
        let population = Population::new(3, 130, 9).unwrap();
        assert_eq!(groups(&plan.points, population).len(), 4, "momentum or none, two sizes");
        for choice in [Choice::Simd, Choice::Reference] {
            let mut backend = Open::from(choice).backend().unwrap();
            let together = train(&plan.points, population, true, backend.as_mut(), &Unwatched).unwrap();
            let mut tallies = std::collections::HashSet::new();
            for (point, counted) in plan.points.iter().zip(&together.points) {
                let counted = counted.as_ref().unwrap();
                let mut solved = vec![0u64; 3];
                let study = EscapeStudy::new(&point.problem, population);
                let alone = study.run(backend.as_mut(), Instant::now(), &Unwatched, &mut |chunk| {
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
