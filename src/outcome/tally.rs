//! Counts over outcomes. Merging is associative and commutative, so chunks may be tallied apart and in any order.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::spec::Problem;

use super::epochs::EpochCounts;
use super::{Fate, Kind, Kinds, Outcomes};

/// Networks that one thread counts at a time.
const PART: usize = 1024;

/// Exact counts of a set of outcomes.
///
/// Memory grows with the number of different solving epochs, not with the number of networks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    networks: u64,
    net_epochs: u64,
    #[serde(with = "pairs")]
    kinds: BTreeMap<Kind, KindTally>,
    solved_epochs: EpochCounts,
    unfinished_epochs: EpochCounts,
}

/// Counts of the networks of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindTally {
    /// Networks of this kind.
    pub count: u64,
    /// Those whose loss is at most [`LOSS_LIMIT`](Self::LOSS_LIMIT).
    finite: u64,
    /// Sum of their losses in units of `LOSS_UNIT`: whole numbers, so that the order of adding does not matter.
    loss_sum: i128,
}

/// A map whose keys are no text, as a list of pairs.
mod pairs {
    use super::*;

    pub(super) fn serialize<S: Serializer>(kinds: &BTreeMap<Kind, KindTally>, target: S) -> Result<S::Ok, S::Error> {
        target.collect_seq(kinds)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(source: D) -> Result<BTreeMap<Kind, KindTally>, D::Error> {
        Ok(Vec::deserialize(source)?.into_iter().collect())
    }
}

/// What a device counts of the networks of one kind, or of some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedKind {
    /// What became of them.
    pub kind: Kind,
    /// How many there are.
    pub count: u64,
    /// The sum of their losses in units of 2^-40, each rounded to whole ones, ties away from zero; `None` where all are beyond
    /// any meaning.
    pub loss_units: Option<u64>,
}

/// 2^-40: far finer than the rounding of a loss in f32.
const LOSS_UNIT: f64 = 1.0 / (1u64 << 40) as f64;

impl KindTally {
    /// Larger losses are left out of the mean: only a network that diverged has one. With 2^48 networks the sum still fits.
    pub const LOSS_LIMIT: f64 = 1e9;

    fn add(&mut self, loss: f64) {
        self.count += 1;
        if loss.abs() <= Self::LOSS_LIMIT {
            self.finite += 1;
            let units = (loss / LOSS_UNIT).round();
            // Nearly always there are few of them, and half of 128 bits are soon dealt with.
            self.loss_sum += if units.abs() < i64::MAX as f64 { i128::from(units as i64) } else { units as i128 };
        }
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.finite += other.finite;
        self.loss_sum += other.loss_sum;
    }

    /// Mean loss, without those that are not finite or beyond any meaning.
    pub fn mean_loss(&self) -> Option<f64> {
        (self.finite > 0).then(|| self.loss_sum as f64 / self.finite as f64 * LOSS_UNIT)
    }
}

impl Tally {
    /// Of networks that a device has counted: their kinds, epochs of work, and when those that solved it did, in any order.
    pub fn counted(kinds: &[CountedKind], net_epochs: u64, solved_epochs: Vec<u32>) -> Self {
        let networks = kinds.iter().map(|counted| counted.count).sum();
        let solved_epochs = EpochCounts::of(solved_epochs);
        let mut tally = Self { networks, net_epochs, solved_epochs, ..Self::default() };
        for CountedKind { kind, count, loss_units } in kinds {
            let finite = loss_units.map_or(0, |_| *count);
            let loss_sum = loss_units.unwrap_or(0).into();
            tally.add_kind(&(*kind, KindTally { count: *count, finite, loss_sum }));
        }
        tally
    }

    /// Counts a chunk, on all cores.
    pub fn of(problem: &Problem, outcomes: &Outcomes) -> Self {
        Self::with_kinds(problem, outcomes).0
    }

    /// The same, and the kind of each network.
    pub fn with_kinds(problem: &Problem, outcomes: &Outcomes) -> (Self, Vec<Kind>) {
        let mut kinds = vec![Kind::whole(Fate::Unfinished); outcomes.count()];
        let (parts, tell) = (kinds.par_chunks_mut(PART).enumerate(), Kinds::new(problem));
        let tallies = parts.map(|(part, kinds)| Self::of_rows(tell.another(), outcomes, part * PART, kinds));
        let joined = tallies.reduce(Self::default, |mut all, tally| {
            all.merge(&tally);
            all
        });
        (joined, kinds)
    }

    /// Counts the rows from `first` on, one for each place for a kind.
    fn of_rows(mut kinds: Kinds<'_>, outcomes: &Outcomes, first: usize, places: &mut [Kind]) -> Self {
        let mut tally = Self::default();
        let (mut solved, mut unfinished) = (Vec::new(), Vec::new());
        // Neighbours are often of one kind.
        let mut last = (Kind::whole(Fate::Solved), KindTally::default());
        for (row, place) in (first..).zip(places) {
            let outcome = outcomes.get(row);
            tally.networks += 1;
            tally.net_epochs += u64::from(outcome.stop_epoch);
            let kind = kinds.of(&outcome);
            if kind != last.0 {
                tally.add_kind(&last);
                last = (kind, KindTally::default());
            }
            last.1.add(outcome.loss);
            match kind.fate {
                Fate::Solved => solved.push(outcome.solved_epoch),
                Fate::Unfinished => unfinished.push(outcome.stop_epoch),
                _ => {}
            }
            *place = kind;
        }
        tally.add_kind(&last);
        tally.solved_epochs = EpochCounts::of(solved);
        tally.unfinished_epochs = EpochCounts::of(unfinished);
        tally
    }

    fn add_kind(&mut self, (kind, tally): &(Kind, KindTally)) {
        if tally.count > 0 {
            self.kinds.entry(*kind).or_default().merge(tally);
        }
    }

    /// Adds another tally's counts.
    pub fn merge(&mut self, other: &Self) {
        self.networks += other.networks;
        self.net_epochs += other.net_epochs;
        for (kind, tally) in &other.kinds {
            self.add_kind(&(*kind, *tally));
        }
        self.solved_epochs.merge(&other.solved_epochs);
        self.unfinished_epochs.merge(&other.unfinished_epochs);
    }

    /// Networks counted.
    pub fn networks(&self) -> u64 {
        self.networks
    }

    /// Epochs of work that they needed.
    pub fn net_epochs(&self) -> u64 {
        self.net_epochs
    }

    /// Networks of this fate.
    pub fn count(&self, fate: Fate) -> u64 {
        self.kinds.iter().filter(|(kind, _)| kind.fate == fate).map(|(_, tally)| tally.count).sum()
    }

    /// Every kind that there is, in the order of reports.
    pub fn kinds(&self) -> &BTreeMap<Kind, KindTally> {
        &self.kinds
    }

    /// Networks of this fate, all variants together.
    pub fn of_fate(&self, fate: Fate) -> KindTally {
        self.kinds.iter().filter(|(kind, _)| kind.fate == fate).fold(KindTally::default(), |mut all, (_, tally)| {
            all.merge(tally);
            all
        })
    }

    /// Solved networks.
    pub fn solved(&self) -> u64 {
        self.count(Fate::Solved)
    }

    /// Networks that were trained to the end without being solved.
    pub fn unsolved(&self) -> u64 {
        self.networks - self.solved() - self.count(Fate::Diverged) - self.count(Fate::Unfinished)
    }

    /// How many networks were solved in each epoch, ascending.
    pub fn solved_epochs(&self) -> BTreeMap<u32, u64> {
        self.solved_epochs.map()
    }

    /// Until which epoch the others were watched without being solved: the budget, or where an interruption cut them off.
    /// A network that diverged is unsolved for the whole budget.
    pub fn watched_until(&self, budget: u32) -> BTreeMap<u32, u64> {
        let mut until = self.unfinished_epochs.map();
        let to_the_end = self.networks - self.solved() - self.count(Fate::Unfinished);
        if to_the_end > 0 {
            *until.entry(budget).or_default() += to_the_end;
        }
        until
    }
}
