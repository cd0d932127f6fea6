//! The answer of a run, and what follows from its counts.

use crate::landscape::LossFunction;
use crate::outcome::{Fate, Kind, KindTally, Tally};
use crate::seed::{Purpose, Stream};
use crate::spec::{Population, Problem};
use crate::stats::{EpochInterval, EpochSummary, Interval, LEVEL, RateMethod, Restart, Survival, cut_off_interval};

use super::super::continued::Continued;
use super::super::examine::{Examined, Verdicts};
use super::super::seconds::Seconds;
use super::super::trainers::Trainers;
use super::state::RunState;

/// The answer for a population.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunAnswer {
    /// What was asked.
    pub problem: Problem,
    /// Which networks were asked for. Those answered for are in `tally`.
    pub population: Population,
    /// Who trained it: one, or several that took turns or shared it.
    pub trained_by: Trainers,
    /// Exact counts.
    pub tally: Tally,
    /// Networks that were looked at closely, in the order of their indices.
    pub examined: Vec<Examined>,
    /// What became of those when they were trained on, if that was asked for.
    pub continued: Option<Continued>,
    /// How intervals are made where their width did not decide when to stop.
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
#[non_exhaustive]
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
    /// Share of networks solved within the budget. Where networks were cut off in their middle it is what the survival curve
    /// says of the last epoch that any network was watched: they count as unsolved only as long as they were watched.
    pub fn rate(&self) -> f64 {
        match self.unfinished() {
            0 => self.tally.solved() as f64 / self.tally.networks() as f64,
            _ => 1.0 - self.survival().unsolved_after(self.last_epoch()),
        }
    }

    /// Whether anything is known of that share: of networks cut off in their middle, none of which was solved, nothing is.
    pub fn tells_rate(&self) -> bool {
        self.unfinished() == 0 || self.tally.solved() > 0
    }

    /// The epoch within which that share is solved: the budget, or the last one that a network was watched.
    pub fn last_epoch(&self) -> u32 {
        match self.unfinished() {
            0 => self.problem.spec().epochs,
            _ => self.survival().last_epoch,
        }
    }

    /// The share's 95% interval; where it decided when to stop, one that holds its level under that.
    pub fn interval(&self) -> Interval {
        let (solved, networks) = (self.tally.solved(), self.tally.networks());
        if self.unfinished() > 0 {
            let unsolved = self.survival().interval_after(self.last_epoch());
            return Interval { low: 1.0 - unsolved.high, high: 1.0 - unsolved.low, ..unsolved };
        }
        match self.until_width {
            Some(width) => self.method.until_width(width).interval(solved, networks),
            None => self.method.interval(solved, networks, LEVEL),
        }
    }

    /// Whether the interval is as narrow as it should be; true where nothing was asked.
    pub fn is_narrow_enough(&self) -> bool {
        self.until_width.is_none_or(|width| self.interval().width() <= width)
    }

    /// When the solved ones were solved.
    pub fn epochs_to_solve(&self) -> Option<EpochSummary> {
        EpochSummary::of(&self.tally.solved_epochs())
    }

    /// How many are still unsolved after t epochs.
    pub fn survival(&self) -> Survival {
        let budget = self.problem.spec().epochs;
        Survival::of(&self.tally.solved_epochs(), &self.tally.watched_until(budget), LEVEL)
    }

    /// When to give up on a start and draw another; `None` if nothing was solved.
    pub fn restart(&self) -> Option<Restart> {
        Restart::of(&self.survival())
    }

    /// Where the best cut-off may lie, 95% interval; `None` if nothing was solved or networks were cut off.
    pub fn cut_off_interval(&self) -> Option<EpochInterval> {
        let restart = self.restart().filter(|_| !self.interrupted)?;
        let unsolved = self.tally.networks() - self.tally.solved();
        let mut random = Stream::new(self.population.seed(), 0, Purpose::Bootstrap);
        cut_off_interval(&self.tally.solved_epochs(), unsolved, restart.best.epoch, LEVEL, &mut random)
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

    /// What was found, without the networks to be trained on: that was done.
    pub fn state(&self) -> RunState {
        RunState {
            tally: self.tally.clone(),
            look: Some(self.tally.networks()),
            examined: self.examined.clone(),
            unsolved: Vec::new(),
            continued: self.continued.as_ref().map(Continued::counts),
            executed_net_epochs: self.executed_net_epochs,
            seconds: self.seconds,
            trained_by: self.trained_by.clone(),
        }
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
