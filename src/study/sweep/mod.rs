//! The same networks under many settings: which do better, and is the difference more than chance?

use serde::Serialize;

use crate::backend::Driver;
use crate::error::{Error, Result};
use crate::outcome::Tally;
use crate::spec::{Init, Judge, Layers, Population, Problem, Spec, Vary};
use crate::stats::{
    Difference, EpochInterval, Family, Interval, LEVEL, Pairs, RateMethod, Restart, Survival, UntilWidth, paired,
    two_sample,
};

mod points;
mod state;
mod together;

pub use points::{PlanPoint, SweepPlan};
pub use state::{PointState, SweepDelivered, SweepSink, SweepState};

use self::together::Together;
use super::seconds::Seconds;
use super::trainers::Trainers;

/// Networks whose fate is remembered one by one, over all points: 128 MiB of bits. Above it points are compared as
/// independent samples.
const PAIR_LIMIT: u64 = 1 << 30;

/// What became of the networks at one point.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SweepPoint {
    /// Values of the varied settings, in their order.
    pub values: Vec<String>,
    /// The checked spec.
    pub problem: Problem,
    /// Exact counts.
    pub tally: Tally,
    /// Interval of the rate.
    pub interval: Interval,
    /// Median epoch to solve over all networks.
    pub median: EpochInterval,
    /// Epochs a solution costs at the best cut-off; absent if nothing was solved.
    pub restart: Option<Restart>,
    /// How it compares with the point that all are held against; absent at that point itself.
    pub comparison: Option<Comparison>,
    /// Which networks were solved, bit by bit; empty where that was too much to remember.
    solved: Vec<u64>,
}

/// A point against the one that all are held against.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Comparison {
    /// This rate less that one; all intervals together have the level of 95%, each by itself the one that it says.
    pub difference: Difference,
    /// The p-value, adjusted for all comparisons of the sweep's [`Family`]; 0 stands for one below what a double holds.
    pub adjusted_p: f64,
    /// Whether this may be the best point of all although another is better here; true of the best one at least with
    /// probability 95%.
    pub may_be_best: bool,
}

impl SweepPoint {
    /// Share of networks solved.
    pub fn rate(&self) -> f64 {
        self.tally.solved() as f64 / self.tally.networks().max(1) as f64
    }

    /// Mean loss of the networks with a finite one.
    pub fn mean_loss(&self) -> Option<f64> {
        let mut all = crate::outcome::KindTally::default();
        self.tally.kinds().values().for_each(|tally| all.merge(tally));
        all.mean_loss()
    }
}

/// The answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sweep {
    /// The settings that are the same at all points.
    pub spec: Spec,
    /// What was varied.
    pub varied: Vec<Vary>,
    /// Which networks, at each point the same indices and seed.
    pub population: Population,
    /// One row a point, as far as the sweep came.
    pub points: Vec<SweepPoint>,
    /// Points that were asked for.
    pub asked: usize,
    /// The width that each interval should have, where that decided how many networks a point took.
    pub until_width: Option<f64>,
    /// Which point the others are held against.
    pub against: usize,
    /// Whether that is the best one, chosen from the same data, and not one that was named.
    pub against_best: bool,
    /// The comparisons that p-values and intervals are adjusted for.
    pub family: Family,
    /// Who trained it: one, or several that took turns or shared it.
    pub trained_by: Trainers,
    /// Epochs of work executed, idle lanes included.
    pub executed_net_epochs: u64,
    /// Where the time went.
    pub seconds: Seconds,
}

impl Sweep {
    /// Whether the sweep ended before its last point.
    pub fn interrupted(&self) -> bool {
        self.points.len() < self.asked
    }

    /// Points whose interval is wider than asked: there were no more networks.
    pub fn too_wide(&self) -> usize {
        self.until_width.map_or(0, |width| self.points.iter().filter(|point| point.interval.width() > width).count())
    }

    /// Fewest and most networks of a point.
    pub fn network_counts(&self) -> (u64, u64) {
        let counts = || self.points.iter().map(|point| point.tally.networks());
        (counts().min().unwrap_or(0), counts().max().unwrap_or(0))
    }

    /// Epochs of work that the networks needed.
    pub fn net_epochs(&self) -> u64 {
        self.points.iter().map(|point| point.tally.net_epochs()).sum()
    }

    /// Points that may be the best, the one with the highest rate among them, by their place; nothing where the others are
    /// held against a point that was named.
    pub fn may_be_best(&self) -> Vec<usize> {
        let may = |at: &usize| self.points[*at].comparison.is_none_or(|comparison| comparison.may_be_best);
        (0..self.points.len()).filter(|at| self.against_best && may(at)).collect()
    }

    /// Whether some points count the networks solved at the end and others those solved at any time, which makes rates differ
    /// by itself.
    pub fn judges_differently(&self) -> bool {
        let at_end = |point: &SweepPoint| point.problem.spec().judge == Judge::End;
        self.points.iter().any(|point| at_end(point) != at_end(&self.points[self.against]))
    }

    /// Points, beside the one they are held against, that cannot be told from it.
    pub fn indistinct(&self) -> usize {
        self.points.iter().filter_map(|point| point.comparison).filter(|c| c.adjusted_p > 1.0 - LEVEL).count()
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct SweepStudy<'a> {
    /// The settings that are the same at all points.
    pub spec: &'a Spec,
    /// The points.
    pub plan: &'a SweepPlan,
    /// Which networks.
    pub population: Population,
    /// Of how many networks these are a shard: it decides what is remembered of each, so that shards join to what the whole
    /// would remember.
    pub asked: u64,
    /// How intervals of rates are made.
    pub method: RateMethod,
    /// Train each point until its interval is this narrow; the population is the most that each may take.
    pub until_width: Option<f64>,
    /// The point that the others are held against; the best one if absent.
    pub against: Option<usize>,
    /// What a chunk should take at most, where the caller wants to see the state as often.
    pub chunk_seconds: Option<f64>,
}

impl SweepStudy<'_> {
    /// Trains the population at every point. Points that were not whole when the run was interrupted are left out.
    ///
    /// # Errors
    /// The device failed, or no point was trained to the end.
    pub fn run(&self, driver: &mut Driver<'_>) -> Result<Sweep> {
        self.resume(SweepState::default(), driver, &mut |_| Ok(()))
    }

    /// The same from where it was interrupted.
    ///
    /// # Errors
    /// The device failed, no point was trained to the end, or `sink` failed.
    pub fn resume(&self, mut state: SweepState, driver: &mut Driver<'_>, sink: &mut SweepSink<'_>) -> Result<Sweep> {
        // Where each point takes as many as it needs, there are no pairs.
        let remember =
            self.until_width.is_none() && self.asked.saturating_mul(self.plan.points.len() as u64) <= PAIR_LIMIT;
        let earlier = state.seconds;
        let together = Together {
            points: &self.plan.points,
            population: self.population,
            rule: self.rule(),
            remember,
            chunk_seconds: self.chunk_seconds,
        };
        let effort = together::train(&together, driver, &mut state, sink)?;
        state.seconds = earlier;
        state.seconds.merge(&Seconds { device: None, ..Seconds::of(driver, &effort) });
        self.answer(state)
    }

    /// What decides when a point has enough networks, where its interval does.
    fn rule(&self) -> Option<UntilWidth> {
        self.until_width.map(|width| self.method.until_width(width))
    }

    /// Points in the order in which their networks come, by their place in the plan.
    pub fn order(&self) -> Vec<usize> {
        together::order(&self.plan.points, self.population)
    }

    /// Whether there is nothing left to train.
    pub fn is_over(&self, state: &SweepState) -> bool {
        let (rule, most) = (self.rule(), self.population.count());
        // In the middle of a round nothing need be reckoned.
        state.points.len() == self.plan.points.len()
            && state.points.values().all(|point| point.look.is_none_or(|look| look <= point.tally.networks()))
            && state.points.values().all(|point| is_over(point, rule.as_ref(), most))
    }

    /// The answer of what was found.
    ///
    /// # Errors
    /// No point was trained to the end.
    pub fn answer(&self, mut state: SweepState) -> Result<Sweep> {
        let (rule, most) = (self.rule(), self.population.count());
        let found = self.plan.points.iter().enumerate().filter_map(|(at, point)| {
            let found = state.points.remove(&at).filter(|found| is_over(found, rule.as_ref(), most))?;
            Some((at, self.point(point, found, rule.as_ref())))
        });
        let (places, mut points): (Vec<usize>, Vec<SweepPoint>) = found.unzip();
        if points.is_empty() {
            return Err(Error::interrupted("interrupted before the first point was trained to the end"));
        }
        let named = self.against.and_then(|against| places.iter().position(|place| *place == against));
        let against = named.unwrap_or_else(|| best(&points));
        let family = if named.is_none() { Family::Best(points.len()) } else { Family::Named(points.len()) };
        compare(&mut points, against, family);
        Ok(Sweep {
            spec: self.spec.clone(),
            varied: self.plan.varied.clone(),
            population: self.population,
            points,
            asked: self.plan.points.len(),
            until_width: self.until_width,
            against,
            against_best: named.is_none(),
            family,
            trained_by: state.trained_by,
            executed_net_epochs: state.executed_net_epochs,
            seconds: state.seconds,
        })
    }

    fn point(&self, point: &PlanPoint, state: PointState, rule: Option<&UntilWidth>) -> SweepPoint {
        let PointState { tally, solved, .. } = state;
        let budget = point.problem.spec().epochs;
        let survival = Survival::of(&tally.solved_epochs(), &tally.watched_until(budget), LEVEL);
        SweepPoint {
            values: point.values.clone(),
            problem: point.problem.clone(),
            interval: match rule {
                Some(rule) => rule.interval(tally.solved(), tally.networks()),
                None => self.method.interval(tally.solved(), tally.networks(), LEVEL),
            },
            median: survival.median(),
            restart: Restart::of(&survival),
            comparison: None,
            tally,
            solved,
        }
    }
}

/// Whether a point has all its networks.
fn is_over(point: &PointState, rule: Option<&UntilWidth>, most: u64) -> bool {
    let networks = point.tally.networks();
    networks > 0 && point.goal(rule, most) == networks && point.is_whole()
}

/// The point with the highest rate; of equal ones that with the cheapest solution.
fn best(points: &[SweepPoint]) -> usize {
    let cost = |point: &SweepPoint| point.restart.map_or(f64::INFINITY, |restart| restart.best.expected_epochs);
    let order =
        |a: &SweepPoint, b: &SweepPoint| a.rate().total_cmp(&b.rate()).then_with(|| cost(b).total_cmp(&cost(a)));
    (0..points.len()).max_by(|a, b| order(&points[*a], &points[*b])).unwrap_or(0)
}

/// Holds every point against one: as pairs where the same networks start from the same weights, else as two samples.
fn compare(points: &mut [SweepPoint], against: usize, family: Family) {
    let reference = points[against].clone();
    let level = family.interval_level(LEVEL);
    let against_reference = |(at, point)| (at != against).then(|| difference(&reference, point, level));
    let differences: Vec<Option<Difference>> = points.iter().enumerate().map(against_reference).collect();
    let adjusted =
        family.adjust(&differences.iter().flatten().map(|difference| difference.p_value).collect::<Vec<_>>());
    let mut adjusted = adjusted.into_iter();
    for (point, difference) in points.iter_mut().zip(differences) {
        point.comparison = difference.and_then(|difference| {
            let may_be_best = family.may_be_best(difference.p_value, LEVEL);
            Some(Comparison { difference, adjusted_p: adjusted.next()?, may_be_best })
        });
    }
}

fn difference(reference: &SweepPoint, point: &SweepPoint, level: f64) -> Difference {
    let counts = |point: &SweepPoint| (point.tally.solved(), point.tally.networks());
    // Where no network was solved there are no bits either, and nothing is lost by counting.
    let remembered = |point: &SweepPoint| !point.solved.is_empty() || point.tally.solved() == 0;
    if point.tally.networks() != reference.tally.networks()
        || !remembered(point)
        || !remembered(reference)
        || starts(&reference.problem) != starts(&point.problem)
    {
        return two_sample(counts(reference), counts(point), level);
    }
    let both: u64 = reference.solved.iter().zip(&point.solved).map(|(a, b)| u64::from((a & b).count_ones())).sum();
    let (first_only, second_only) = (reference.tally.solved() - both, point.tally.solved() - both);
    let neither = point.tally.networks() - both - first_only - second_only;
    paired(Pairs { both, first_only, second_only, neither }, level)
}

/// What decides where networks start.
fn starts(problem: &Problem) -> (Init, &Layers) {
    (problem.spec().init, problem.layers())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Mock;

    fn plan(texts: &[&str]) -> Result<SweepPlan> {
        let varied: Vec<Vary> = texts.iter().map(|text| text.parse().unwrap()).collect();
        SweepPlan::new(&Spec::default(), &varied, 3)
    }

    #[test]
    fn every_combination_is_a_point() {
        let plan = plan(&["lr=0.1,1", "hidden=2,3,4"]).unwrap();
        let values: Vec<String> = plan.points.iter().map(|point| point.values.join(" ")).collect();
        assert_eq!(values, ["0.1 2", "0.1 3", "0.1 4", "1 2", "1 3", "1 4"]);
        assert_eq!(plan.points[5].problem.spec().lr.to_string(), "1");
        assert_eq!(plan.points[5].problem.layers().to_string(), "2,4,1");
        assert_eq!((plan.find("hidden=3,lr=1.0").unwrap(), plan.find("lr=1").unwrap()), (4, 3));
        assert!(plan.find("lr=7").is_err() && plan.find("lr").is_err());
    }

    #[test]
    fn random_points_are_drawn_together_and_again() {
        let texts = ["lr=0.01..10:log:random:20", "momentum=0..0.9:random:20", "loss=mse,cross-entropy"];
        let points = plan(&texts).unwrap().points;
        assert_eq!(points.len(), 40);
        let lr: Vec<f64> = points.iter().map(|point| point.values[0].parse().unwrap()).collect();
        assert!(
            lr.iter().all(|lr| (0.01..10.0).contains(lr))
                && lr.iter().any(|lr| *lr < 0.1)
                && lr.iter().any(|lr| *lr > 1.0)
        );
        assert_eq!(points[0].values[..2], points[1].values[..2], "the loss is varied within a drawn point");
        assert_ne!(points[1].values[0], points[2].values[0]);
        let again = plan(&texts).unwrap().points;
        assert!(points.iter().zip(&again).all(|(a, b)| a.values == b.values));
    }

    #[test]
    fn wrong_sweeps_are_refused() {
        let message = |texts: &[&str]| plan(texts).unwrap_err().to_string();
        assert!(message(&[]).contains("--vary"));
        assert!(message(&["lr=1,2", "lr=3"]).contains("twice"));
        assert!(message(&["lr=1..2:random:5", "momentum=0..0.5:random:6"]).contains("not 5 and 6"));
        assert!(message(&["lr=1..2:1000", "momentum=0..0.5:1000"]).contains("1000 x 1000 points are too many"));
        assert!(message(&["momentum=0.5,1.5"]).contains("at momentum=1.5"));
        assert!(message(&["speed=1"]).contains("setting"));
    }

    /// The mock solves the same networks at every point, so no two points may be told apart; a planted difference must be.
    #[test]
    fn differences_are_found_where_there_are_some() {
        let plan = plan(&["lr=0.1,0.2,0.3"]).unwrap();
        let spec = Spec::default();
        let study = SweepStudy {
            spec: &spec,
            plan: &plan,
            population: Population::new(5, 1_000, 0).unwrap(),
            asked: 1_000,
            method: RateMethod::Wilson,
            until_width: None,
            against: Some(0),
            chunk_seconds: None,
        };
        let mut mock = Mock::new(|network| (network % 4 > 0).then_some(7));
        let same = study.run(&mut Driver::new(&mut mock)).unwrap();
        assert_eq!((same.points.len(), same.indistinct(), same.against), (3, 2, 0));
        let pairs = same.points[1].comparison.unwrap();
        assert_eq!((pairs.difference.estimate, pairs.adjusted_p, pairs.difference.test), (0.0, 1.0, "McNemar mid-p"));
        // Trained in turn: after the first point one network in twenty more fails.
        let calls = std::cell::Cell::new(0);
        let planted = Mock::new(move |network| {
            calls.set(calls.get() + 1);
            (network % 4 > 0 && (calls.get() <= 1_000 || network % 20 > 1)).then_some(7)
        });
        let found = study.run(&mut Driver::new(&mut { planted })).unwrap();
        assert_eq!(found.indistinct(), 0);
        assert!(found.points[2].comparison.unwrap().difference.interval.high < -0.02);
        assert_eq!(found.points[0].comparison, None);
    }
}
