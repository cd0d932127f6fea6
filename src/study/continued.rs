//! What becomes of the networks that a run left unsolved if they are trained on.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::backend::{Chunk, Driver, Job, Trained};
use crate::error::{Error, Result};
use crate::outcome::{Fate, Kind, Kinds, Values, Weights};
use crate::spec::{Order, Problem, Spec};
use crate::stats::{Interval, LEVEL, RateMethod};

/// How many of the networks of one fate escaped it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Escapes {
    /// Their fate when the budget ended.
    #[serde(serialize_with = "fate_name")]
    pub fate: Fate,
    /// Networks trained on.
    pub networks: u64,
    /// Those solved within the longer budget.
    pub solved: u64,
    /// Interval of the share solved.
    pub interval: Interval,
    /// What the others came to, commonest first.
    #[serde(serialize_with = "fate_names")]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, u64>"))]
    pub others: Vec<(Fate, u64)>,
}

/// The answer for all of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Continued {
    /// The longer budget.
    pub epochs: u32,
    /// Networks trained on.
    pub networks: u64,
    /// Whether there were more unsolved networks than were trained on.
    pub partial: bool,
    /// Whether the training was interrupted: those that would escape late are then among the unfinished.
    pub interrupted: bool,
    /// One row a fate.
    pub rows: Vec<Escapes>,
}

/// What the rows are made from: for each fate at the end of the budget, what the networks came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContinuedCounts {
    epochs: u32,
    networks: u64,
    partial: bool,
    interrupted: bool,
    ends: BTreeMap<Fate, BTreeMap<Fate, u64>>,
}

impl ContinuedCounts {
    /// How many were trained on so far: the first ones.
    fn done(&self) -> usize {
        self.ends.values().flat_map(BTreeMap::values).sum::<u64>() as usize
    }

    /// Whether an interruption cut none of them off in its middle, so that the training can go on from here.
    pub(super) fn is_whole(&self) -> bool {
        self.ends.values().all(|ends| !ends.contains_key(&Fate::Unfinished))
    }

    /// Adds those of another part of the population.
    pub fn merge(&mut self, other: &Self) {
        self.epochs = other.epochs;
        self.networks += other.networks;
        self.partial |= other.partial;
        self.interrupted |= other.interrupted;
        for (fate, ends) in &other.ends {
            for (end, count) in ends {
                *self.ends.entry(*fate).or_default().entry(*end).or_default() += count;
            }
        }
    }
}

impl From<ContinuedCounts> for Continued {
    fn from(ContinuedCounts { epochs, networks, partial, interrupted, ends }: ContinuedCounts) -> Self {
        let rows = ends.into_iter().map(|(fate, ends)| row(fate, &ends)).collect();
        Self { epochs, networks, partial, interrupted, rows }
    }
}

impl Continued {
    /// What the rows were made from.
    pub fn counts(&self) -> ContinuedCounts {
        let ends = |row: &Escapes| {
            let solved = (row.solved > 0).then_some((Fate::Solved, row.solved));
            (row.fate, solved.into_iter().chain(row.others.iter().copied()).collect())
        };
        let Self { epochs, networks, partial, interrupted, rows } = self;
        let ends = rows.iter().map(ends).collect();
        ContinuedCounts { epochs: *epochs, networks: *networks, partial: *partial, interrupted: *interrupted, ends }
    }
}

fn fate_name<S: serde::Serializer>(fate: &Fate, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(fate.name())
}

fn fate_names<S: serde::Serializer>(others: &[(Fate, u64)], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(others.iter().map(|(fate, count)| (fate.name(), count)))
}

/// Networks that are to be trained on.
#[derive(Clone, Copy, Debug)]
pub struct Unsolved<'a> {
    /// Their problem, with the budget that left them unsolved.
    pub problem: &'a Problem,
    /// Seed of their starts.
    pub seed: u64,
    /// Starts of network 0, 1, 2, ...; drawn where absent.
    pub starts: Option<&'a Weights>,
    /// Which, and what had become of them.
    pub networks: &'a [(u64, Kind)],
    /// How many there are in all; where these are more, `networks` are the first of them.
    pub count: u64,
}

impl Unsolved<'_> {
    /// Most networks that are trained on; further ones are left out, and the answer says so.
    pub const LIMIT: usize = 1 << 20;

    /// So many times the budget, in epochs.
    ///
    /// # Errors
    /// That is no number of epochs.
    pub fn longer(spec: &Spec, factor: u32) -> Result<u32> {
        match spec.epochs.checked_mul(factor) {
            Some(epochs) if factor > 1 => Ok(epochs),
            _ => Err(Error::input(format!(
                "--continue-unsolved takes a factor from 2 to {}, as 10x, but got {factor}",
                u32::MAX / spec.epochs
            ))),
        }
    }

    /// Trains them to `factor` times their budget. They start from the beginning again, so that optimizer state, and every
    /// bit, is what one longer run would have.
    ///
    /// # Errors
    /// The factor is too large, or the device failed.
    pub fn continue_to(&self, factor: u32, driver: &mut Driver<'_>) -> Result<Continued> {
        let before = ContinuedCounts::default();
        Ok(self.resume(before, factor, (None, None), driver, &mut |_| Ok(()))?.into())
    }

    /// The same from where it was interrupted, in chunks of so many networks and so many seconds at most, where that is said.
    /// `told` is what came of each chunk and of those before it.
    ///
    /// # Errors
    /// The factor is too large, the device failed, or `told` did.
    pub(super) fn resume(
        &self,
        before: ContinuedCounts,
        factor: u32,
        (chunk_limit, chunk_seconds): (Option<u64>, Option<f64>),
        driver: &mut Driver<'_>,
        told: &mut dyn FnMut(&ContinuedCounts) -> Result<()>,
    ) -> Result<ContinuedCounts> {
        let epochs = Self::longer(self.problem.spec(), factor)?;
        let longer = self.problem.with(|spec| spec.epochs = epochs)?;
        let taken = &self.networks[..self.networks.len().min(Self::LIMIT)];
        let networks = taken.len() as u64;
        let mut counts = ContinuedCounts { epochs, networks, partial: networks < self.count, ..before };
        let done = counts.done();
        // Where all is done already, nothing need be compiled.
        let Some([(first, _), ..]) = taken.get(done..) else { return Ok(counts) };
        let mut prepared = driver.begin(Job::new(&longer, self.seed))?.limited(chunk_limit).paced(chunk_seconds);
        let mut kinds = Kinds::new(&longer);
        let mut count = |trained: Trained, fate_before: &dyn Fn(u64) -> Option<Fate>| {
            for outcome in trained.outcomes.iter() {
                if let Some(before) = fate_before(outcome.network) {
                    *counts.ends.entry(before).or_default().entry(kinds.of(&outcome).fate).or_default() += 1;
                }
            }
            told(&counts)
        };
        if longer.spec().update.order() == Order::Given {
            let mut chunk = |networks: Range<u64>| Chunk {
                starts: Some(self.gather(&taken[networks.start as usize..networks.end as usize])),
                ..Chunk::drawn(networks)
            };
            let fate = |place: u64| Some(taken[place as usize].1.fate);
            prepared.cut(done as u64..networks, &mut chunk, &mut |trained| count(trained, &fate))?;
        } else {
            // Orders depend on a network's index: each trains at its own place, among its neighbours.
            let fates: BTreeMap<u64, Fate> = taken.iter().map(|(network, kind)| (*network, kind.fate)).collect();
            let fate = |network: u64| fates.get(&network).copied();
            let end = taken.last().map_or(*first, |(last, _)| last + 1);
            prepared.starting(*first..end, self.starts, &mut |trained| count(trained, &fate))?;
        }
        counts.interrupted = counts.done() < taken.len() || !counts.is_whole();
        Ok(counts)
    }

    /// The starts of scattered networks, side by side.
    fn gather(&self, networks: &[(u64, Kind)]) -> Weights {
        let networks = networks.iter().map(|(network, _)| *network);
        match self.starts {
            Some(starts) => {
                let values = networks.flat_map(|network| starts.network(network as usize)).collect();
                Weights::new(self.problem.layers(), Values::F64(values))
            }
            None => Job::new(self.problem, self.seed).starts(networks),
        }
    }
}

fn row(fate: Fate, ends: &BTreeMap<Fate, u64>) -> Escapes {
    let networks = ends.values().sum();
    let solved = ends.get(&Fate::Solved).copied().unwrap_or(0);
    let mut others: Vec<(Fate, u64)> =
        ends.iter().filter(|(end, _)| **end != Fate::Solved).map(|(end, count)| (*end, *count)).collect();
    others.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Escapes { fate, networks, solved, interval: RateMethod::Wilson.interval(solved, networks, LEVEL), others }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Mock;
    use crate::outcome::Variant;

    #[test]
    fn those_that_would_solve_later_are_counted() {
        let problem = Spec { epochs: 100, ..Spec::default() }.problem().unwrap();
        let kind = |fate| Kind { fate, variant: Variant::default() };
        // The mock sees positions: of these five, the second solves at 150 and the fourth only at 5,000.
        let networks: Vec<(u64, Kind)> =
            [(3, Fate::AllHalf), (9, Fate::AllHalf), (10, Fate::AllHalf), (70, Fate::Descending)]
                .map(|(network, fate)| (network, kind(fate)))
                .to_vec();
        let mut backend = Mock::new(|position| [None, Some(150), None, Some(5_000)][position as usize]);
        let mut driver = Driver::new(&mut backend);
        let unsolved = Unsolved { problem: &problem, seed: 0, starts: None, networks: &networks, count: 4 };
        let continued = unsolved.continue_to(10, &mut driver).unwrap();
        assert_eq!((continued.epochs, continued.networks, continued.partial), (1_000, 4, false));
        let counts: Vec<_> = continued.rows.iter().map(|row| (row.fate, row.networks, row.solved)).collect();
        assert_eq!(counts, [(Fate::AllHalf, 3, 1), (Fate::Descending, 1, 0)]);
        assert_eq!(Continued::from(continued.counts()), continued);
        let longer = unsolved.continue_to(100, &mut driver).unwrap();
        assert_eq!(longer.rows[1].solved, 1);
        assert!(unsolved.continue_to(1, &mut driver).is_err());
        assert!(unsolved.continue_to(u32::MAX, &mut driver).is_err());
    }
}
