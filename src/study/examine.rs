//! Which of the unsolved networks are looked at closely, and what was found.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::backend::Watch;
use crate::landscape::{Evidence, PlaceKind, examine};
use crate::outcome::{Fate, Fates, Kind, Outcomes, Status, Weights};
use crate::spec::Problem;
use crate::stats::{Interval, LEVEL, wilson};

/// A network that was looked at closely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// Its index.
    pub network: u64,
    /// What became of it by outputs and loss.
    pub kind: Kind,
    /// What was found.
    pub evidence: Evidence,
}

/// Takes the first networks of each fate, by index, and examines them in f64. Indices are random starts, so the first are
/// as good a sample as any, and the same however the population is cut.
#[derive(Debug)]
pub(super) struct Examiner<'p> {
    problem: &'p Problem,
    per_fate: usize,
    taken: BTreeMap<Fate, usize>,
}

impl<'p> Examiner<'p> {
    /// Networks with more weights than this are not examined: reading all weights back would take longer than training.
    const WEIGHT_LIMIT: usize = 4096;

    /// At most so many of each fate, with those that were examined before.
    pub(super) fn new(problem: &'p Problem, per_fate: usize, before: &[Examined]) -> Self {
        let fits = problem.layers().weight_count() <= Self::WEIGHT_LIMIT;
        let mut taken = BTreeMap::new();
        before.iter().for_each(|examined| *taken.entry(examined.kind.fate).or_default() += 1);
        Self { problem, per_fate: if fits { per_fate } else { 0 }, taken }
    }

    /// Whether it needs final weights.
    pub(super) fn is_active(&self) -> bool {
        self.per_fate > 0
    }

    /// Fates of which it still looks for networks.
    pub(super) fn wanted(&self) -> Fates {
        let is_wanted =
            |fate: &Fate| is_examinable(*fate) && self.taken.get(fate).copied().unwrap_or(0) < self.per_fate;
        Fate::ALL.into_iter().filter(is_wanted).collect()
    }

    /// Examines what a chunk brings of fates that are not yet well known, `kinds` being theirs: those networks, in the order of their indices, and
    /// whether these are all. Interrupted, it leaves the rest.
    pub(super) fn look(
        &mut self,
        outcomes: &Outcomes,
        kinds: &[Kind],
        weights: Option<&Weights>,
        watch: &dyn Watch,
    ) -> (Vec<Examined>, bool) {
        let Some(weights) = weights.filter(|_| self.is_active()) else { return (Vec::new(), true) };
        let mut chosen = Vec::new();
        for (position, kind) in kinds.iter().enumerate() {
            if outcomes.status[position] != Status::Unsolved {
                continue;
            }
            let taken = self.taken.entry(kind.fate).or_default();
            if *taken < self.per_fate {
                *taken += 1;
                chosen.push((outcomes.get(position).network, position, *kind));
            }
        }
        let (problem, asked) = (self.problem, chosen.len());
        let chosen = chosen.into_par_iter().filter(|_| !watch.interrupted());
        let look = |(network, position, kind)| {
            let evidence = examine(problem, &weights.network(position));
            Examined { network, kind, evidence }
        };
        let found: Vec<Examined> = chosen.map(look).collect();
        let all = found.len() == asked;
        (found, all)
    }
}

/// How many of the examined networks of one fate or kind came to each verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdicts {
    counts: BTreeMap<PlaceKind, usize>,
    /// Networks examined.
    pub examined: usize,
    /// Of these, networks that a smaller network would do the work of.
    pub reducible: usize,
    /// Of these, networks with hidden units that are off on every example.
    pub with_off_units: usize,
    /// When the gradient flow from them reached a solution, of those where it did; ascending.
    pub escape_times: Vec<f64>,
}

impl Verdicts {
    /// Of those networks for which `of` is true.
    pub fn count(examined: &[Examined], of: impl Fn(&Kind) -> bool) -> Self {
        let mut verdicts = Self::default();
        for Examined { evidence, .. } in examined.iter().filter(|examined| of(&examined.kind)) {
            verdicts.examined += 1;
            verdicts.reducible += usize::from(evidence.units.is_reducible());
            verdicts.with_off_units += usize::from(!evidence.units.off.is_empty());
            verdicts.escape_times.extend(evidence.escape_time);
            if let Some(verdict) = evidence.verdict {
                *verdicts.counts.entry(verdict).or_default() += 1;
            }
        }
        verdicts.escape_times.sort_by(f64::total_cmp);
        verdicts
    }

    /// Of this verdict.
    pub fn of(&self, verdict: PlaceKind) -> usize {
        self.counts.get(&verdict).copied().unwrap_or(0)
    }

    /// The share of this verdict among those examined, which are as a random sample.
    pub fn share(&self, verdict: PlaceKind) -> Interval {
        wilson(self.of(verdict) as u64, self.examined as u64, LEVEL)
    }

    /// Those that there are, commonest first.
    pub fn ranked(&self) -> Vec<(PlaceKind, usize)> {
        let mut ranked: Vec<_> = self.counts.iter().map(|(verdict, count)| (*verdict, *count)).collect();
        ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        ranked
    }
}

/// Whether networks of this fate are examined at all.
pub fn is_examinable(fate: Fate) -> bool {
    !matches!(fate, Fate::Solved | Fate::Diverged | Fate::Unfinished)
}
