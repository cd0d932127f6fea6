//! How often, and how fast, does training get where it should?

use std::time::Instant;

use crate::backend::{DeviceInfo, Driver, Job, Trained};
use crate::error::{Error, Result};
use crate::landscape::LossFunction;
use crate::outcome::{Fate, Kind, KindTally, Outcomes, Status, Tally, Weights};
use crate::spec::{Population, Problem};
use crate::stats::{EpochSummary, Interval, LEVEL, RateMethod, Restart, Survival, confidence_sequence, looks};

use super::continued::{Continued, Unsolved};
use super::examine::{Examined, Examiner, Verdicts};
use super::seconds::Seconds;

/// The answer for a population.
#[derive(Clone, Debug)]
pub struct RunAnswer {
    /// What was asked.
    pub problem: Problem,
    /// Which networks were asked for. Those answered for are in `tally`.
    pub population: Population,
    /// Backend by name.
    pub backend: &'static str,
    /// Where it trained.
    pub device: DeviceInfo,
    /// Exact counts.
    pub tally: Tally,
    /// Networks that were looked at closely, in the order of their indices.
    pub examined: Vec<Examined>,
    /// Every network that was trained to the end without being solved, if they were asked for.
    pub unsolved: Vec<(u64, Kind)>,
    /// What became of those when they were trained on, if that was asked for.
    pub continued: Option<Continued>,
    /// How the interval is made where the number of networks was fixed beforehand.
    pub method: RateMethod,
    /// The width that the interval should have, where it decided when to stop.
    pub until_width: Option<f64>,
    /// Epochs of work executed, idle lanes included.
    pub executed_net_epochs: u64,
    /// Where the time went.
    pub seconds: Seconds,
    /// Whether the run ended before its last network.
    pub interrupted: bool,
    /// Whether it was interrupted when all networks were trained: of these fewer may be examined, or trained on, than was
    /// asked for.
    pub cut_after: bool,
    /// Whether the starts came from the caller, and not from the seed.
    pub imported_starts: bool,
}

/// What became of the networks of one kind, or of one fate in all its variants.
#[derive(Clone, Debug)]
pub struct KindRow {
    /// The kind; of a whole fate without a variant.
    pub kind: Kind,
    /// Counts.
    pub tally: KindTally,
    /// Interval of its share.
    pub interval: Interval,
    /// What was found of those examined.
    pub verdicts: Verdicts,
}

impl RunAnswer {
    /// Share of networks solved within the budget; of an interrupted run a lower bound.
    pub fn rate(&self) -> f64 {
        self.tally.solved() as f64 / self.tally.networks() as f64
    }

    /// Its 95% interval; where it decided when to stop, one that stays valid under repeated looks.
    pub fn interval(&self) -> Interval {
        let (solved, networks) = (self.tally.solved(), self.tally.networks());
        match self.until_width {
            Some(_) => confidence_sequence(solved, networks, LEVEL),
            None => self.method.interval(solved, networks, LEVEL),
        }
    }

    /// Whether the interval is as narrow as it should be; true where nothing was asked.
    pub fn is_narrow_enough(&self) -> bool {
        self.until_width.is_none_or(|width| self.interval().width() <= width)
    }

    /// When the solved ones were solved.
    pub fn epochs_to_solve(&self) -> Option<EpochSummary> {
        EpochSummary::of(self.tally.solved_epochs())
    }

    /// How many are still unsolved after t epochs.
    pub fn survival(&self) -> Survival {
        let budget = self.problem.spec().epochs;
        Survival::of(self.tally.solved_epochs(), &self.tally.watched_until(budget), LEVEL)
    }

    /// When to give up on a start and draw another; `None` if nothing was solved.
    pub fn restart(&self) -> Option<Restart> {
        Restart::of(&self.survival())
    }

    /// What became of those not solved, a row a fate, commonest first within the order of fates.
    pub fn fates(&self) -> Vec<KindRow> {
        let fates = Fate::ALL.into_iter().filter(|fate| *fate != Fate::Solved && self.tally.count(*fate) > 0);
        fates.map(|fate| self.row(Kind::whole(fate), self.tally.of_fate(fate), |kind| kind.fate == fate)).collect()
    }

    /// The variants of a fate, commonest first; empty where there is nothing to tell apart.
    pub fn variants(&self, fate: Fate) -> Vec<KindRow> {
        let kinds = self.tally.kinds().iter().filter(|(kind, _)| kind.fate == fate && **kind != Kind::whole(fate));
        let mut rows: Vec<KindRow> =
            kinds.map(|(kind, tally)| self.row(*kind, *tally, |other| other == kind)).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.tally.count));
        rows
    }

    /// Examined networks with hidden units that are off on every example, in the order of their indices.
    pub fn with_off_units(&self) -> impl Iterator<Item = &Examined> {
        self.examined.iter().filter(|examined| !examined.evidence.units.off.is_empty())
    }

    /// Whether some verdicts hold only within the region where no unit changes side.
    pub fn has_verdicts_within_regions(&self) -> bool {
        !self.examined.is_empty() && LossFunction::new(&self.problem).has_kinks()
    }

    fn row(&self, kind: Kind, tally: KindTally, of: impl Fn(&Kind) -> bool) -> KindRow {
        let interval = self.method.interval(tally.count, self.tally.networks(), LEVEL);
        KindRow { kind, tally, interval, verdicts: Verdicts::count(&self.examined, of) }
    }

    /// Net-epochs needed per second of training.
    pub fn throughput(&self) -> f64 {
        self.tally.net_epochs() as f64 / (self.seconds.train - self.seconds.examine).max(1e-9)
    }

    /// Networks that were cut off by an interruption.
    pub fn unfinished(&self) -> u64 {
        self.tally.count(Fate::Unfinished)
    }
}

/// Trains a population chunk by chunk and counts.
#[derive(Clone, Copy, Debug)]
pub struct RunStudy<'a> {
    /// The checked spec.
    pub problem: &'a Problem,
    /// Which networks; with `until_width` the most there may be.
    pub population: Population,
    /// Starts of network 0, 1, 2, ...; drawn where absent. Holds at least as many as the population's last index.
    pub starts: Option<&'a Weights>,
    /// Whether final weights are passed to `sink`.
    pub keep_weights: bool,
    /// Most networks in a chunk, where the caller wants fewer than the backend.
    pub chunk_limit: Option<u64>,
    /// How the interval is made.
    pub method: RateMethod,
    /// Stop as soon as the interval is this narrow.
    pub until_width: Option<f64>,
    /// How many unsolved networks of each kind are examined.
    pub examine_per_kind: usize,
    /// To how many times the budget the unsolved ones are trained afterwards.
    pub continue_factor: Option<u32>,
}

/// What a chunk brought.
#[derive(Clone, Copy, Debug)]
pub struct Delivered<'a> {
    /// One row a network.
    pub outcomes: &'a Outcomes,
    /// Final weights, if they were asked for or needed.
    pub weights: Option<&'a Weights>,
    /// Those of the chunk that were examined, in the order of their indices.
    pub examined: &'a [Examined],
}

/// Sees every chunk as it comes, in order.
pub type Sink<'a> = dyn FnMut(Delivered<'_>) -> Result<()> + 'a;

impl<'a> RunStudy<'a> {
    /// Unsolved networks of each kind that are examined if nothing else is said.
    pub const EXAMINE_PER_KIND: usize = 4;

    /// Counts and no more: drawn starts, no weights kept, nothing examined.
    pub fn new(problem: &'a Problem, population: Population) -> Self {
        Self {
            problem,
            population,
            starts: None,
            keep_weights: false,
            chunk_limit: None,
            method: RateMethod::Wilson,
            until_width: None,
            examine_per_kind: 0,
            continue_factor: None,
        }
    }

    /// Trains and counts.
    ///
    /// # Errors
    /// The device failed.
    pub fn run(&self, driver: &mut Driver<'_>) -> Result<RunAnswer> {
        self.deliver(driver, &mut |_| Ok(()))
    }

    /// Trains and counts, and passes every chunk on to `sink`.
    ///
    /// # Errors
    /// The device failed, or `sink` did.
    pub fn deliver(&self, driver: &mut Driver<'_>, sink: &mut Sink<'_>) -> Result<RunAnswer> {
        let watch = driver.watch();
        let mut examiner = Examiner::new(self.problem, self.examine_per_kind);
        let keep_weights = self.keep_weights || examiner.is_active();
        let job = Job { keep_weights, ..Job::new(self.problem, self.population.seed()) };
        let mut prepared = driver.begin(job)?.limited(self.chunk_limit);
        let mut tally = Tally::default();
        let mut examine_seconds = 0.0;
        let mut unsolved = Vec::new();
        let mut networks = self.population.networks();
        for end in self.looks() {
            networks.end = self.population.first() + end;
            prepared.starting(networks.clone(), self.starts, &mut |Trained { outcomes, weights, .. }| {
                tally.merge(&Tally::of(self.problem, &outcomes));
                if self.continue_factor.is_some() {
                    let rows = outcomes.iter().filter(|row| row.status == Status::Unsolved);
                    unsolved.extend(rows.map(|row| (row.network, Kind::of(self.problem, &row))));
                }
                let looked = Instant::now();
                let examined = examiner.look(&outcomes, weights.as_ref(), watch);
                examine_seconds += looked.elapsed().as_secs_f64();
                sink(Delivered { outcomes: &outcomes, weights: weights.as_ref(), examined })
            })?;
            networks.start = networks.end;
            if watch.interrupted() || self.is_narrow(&tally) {
                break;
            }
        }
        if tally.networks() == 0 {
            return Err(Error::interrupted("interrupted before the first network was trained"));
        }
        let effort = prepared.effort();
        let later =
            Unsolved { problem: self.problem, seed: self.population.seed(), starts: self.starts, networks: &unsolved };
        let factor = self.continue_factor.filter(|_| !watch.interrupted());
        let continued = factor.map(|factor| later.continue_to(factor, driver)).transpose()?;
        let cut_short = tally.networks() < self.population.count() && !self.is_narrow(&tally);
        let interrupted = cut_short || tally.count(Fate::Unfinished) > 0;
        Ok(RunAnswer {
            problem: self.problem.clone(),
            population: self.population,
            backend: driver.backend().name(),
            device: driver.backend().device(),
            examined: examiner.finish(),
            unsolved,
            continued,
            method: self.method,
            until_width: self.until_width,
            executed_net_epochs: effort.executed_net_epochs,
            seconds: Seconds { examine: examine_seconds, ..Seconds::of(driver, &effort) },
            interrupted,
            cut_after: watch.interrupted() && !interrupted,
            imported_starts: self.starts.is_some(),
            tally,
        })
    }

    /// Numbers of networks after which to look whether that is enough; without a width, all of them at once.
    fn looks(&self) -> Vec<u64> {
        let count = self.population.count();
        match self.until_width {
            Some(width) => looks(width, LEVEL, count).collect(),
            None => vec![count],
        }
    }

    /// Whether a width is asked for, and the interval so far is as narrow.
    fn is_narrow(&self, tally: &Tally) -> bool {
        let width = || confidence_sequence(tally.solved(), tally.networks(), LEVEL).width();
        self.until_width.is_some_and(|wanted| width() <= wanted)
    }
}
