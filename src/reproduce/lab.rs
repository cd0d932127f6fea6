//! What a reproduction's program works with: the chosen backend, how much may be spent, and where findings go.

use crate::backend::{Backend, Counted, Driver, Job, Watch};
use crate::error::{Error, Result};
use crate::outcome::{Outcome, Weights};
use crate::spec::{Population, Problem};
use crate::study::{MapCells, MapPlan, MapStudy, RunAnswer, RunStudy, TileStore};

use super::{Exhibit, Measured};

/// Seed of every population here, so that a verdict can be repeated.
pub(super) const SEED: u64 = 2015;

/// How much a reproduction may spend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// Wider intervals, for all of them in under a minute.
    Quick,
    /// Under ten minutes for all.
    #[default]
    Usual,
    /// The sources' own sizes where the usual ones are smaller: hours.
    Full,
}

/// A finding for one figure.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub quantity: String,
    pub ours: Option<Measured>,
    pub corrected: Option<Measured>,
}

/// Where a reproduction is carried out.
pub struct Lab<'a> {
    driver: Driver<'a>,
    effort: Extent,
    pub(super) findings: Vec<Finding>,
    pub(super) remarks: Vec<String>,
    pub(super) exhibits: Vec<Exhibit>,
}

impl<'a> Lab<'a> {
    /// With nothing found yet.
    pub fn new(backend: &'a mut dyn Backend, watch: &'a dyn Watch, effort: Extent) -> Self {
        let driver = Driver::new(backend).watched(watch);
        Self { driver, effort, findings: Vec::new(), remarks: Vec::new(), exhibits: Vec::new() }
    }

    /// How much may be spent.
    pub fn effort(&self) -> Extent {
        self.effort
    }

    /// Whether less precision will do, for less time.
    pub fn quick(&self) -> bool {
        self.effort == Extent::Quick
    }

    /// The backend at work.
    pub fn driver(&mut self) -> &mut Driver<'a> {
        &mut self.driver
    }

    /// The watch, which hears of progress and may interrupt.
    pub fn watch(&self) -> &'a dyn Watch {
        self.driver.watch()
    }

    /// How many networks to train: fewer when quick, and fewer still on the scalar reference, which is some fifty times
    /// slower than the others. The count is part of every finding's interval.
    pub fn count(&self, full: u64, quick: u64) -> u64 {
        let count = if self.quick() { quick } else { full };
        if self.driver.backend().is_scalar() { (count / 50).max(quick.min(1000)) } else { count }
    }

    /// How many networks to look at once, without training.
    pub fn forward_count(&self, full: u64, quick: u64) -> u64 {
        let count = if self.quick() { quick } else { full };
        if self.driver.backend().is_scalar() { (count / 10).max(quick) } else { count }
    }

    /// What was found for a figure.
    pub fn found(&mut self, quantity: &str, ours: impl Into<Measured>) {
        let ours = Some(ours.into());
        self.finding(quantity).ours = ours;
    }

    /// What the source would have found without its slip.
    pub fn corrected(&mut self, quantity: &str, corrected: impl Into<Measured>) {
        let corrected = Some(corrected.into());
        self.finding(quantity).corrected = corrected;
    }

    fn finding(&mut self, quantity: &str) -> &mut Finding {
        let position = self.findings.iter().position(|finding| finding.quantity == quantity).unwrap_or_else(|| {
            self.findings.push(Finding { quantity: quantity.to_owned(), ours: None, corrected: None });
            self.findings.len() - 1
        });
        &mut self.findings[position]
    }

    /// A sentence on what was seen, beside the figures.
    pub fn remark(&mut self, sentence: impl Into<String>) {
        self.remarks.push(sentence.into());
    }

    /// Something to be drawn.
    pub fn exhibit(&mut self, exhibit: Exhibit) {
        self.exhibits.push(exhibit);
    }

    /// Trains networks 0 .. `count` of a seed, shows each outcome to `each`, and counts.
    ///
    /// # Errors
    /// The device failed, or the run was interrupted.
    pub fn train(
        &mut self,
        problem: &Problem,
        count: u64,
        starts: Option<&Weights>,
        each: &mut dyn FnMut(&Outcome<'_>),
    ) -> Result<RunAnswer> {
        let population = Population::new(0, count, SEED)?;
        let study = RunStudy { starts, ..RunStudy::new(problem, population) };
        let answer = study.deliver(&mut self.driver, &mut |chunk| {
            chunk.outcomes.iter().for_each(|outcome| each(&outcome));
            Ok(())
        })?;
        if answer.interrupted {
            return Err(interrupted());
        }
        Ok(answer)
    }

    /// Trains a map; its pixels row by row from below.
    ///
    /// # Errors
    /// The device failed, or the run was interrupted.
    pub fn map(&mut self, plan: &MapPlan) -> Result<MapCells> {
        let mut store = TileStore::in_memory(TileStore::SIDE);
        let map = MapStudy { plan, shard: None }.run(&mut self.driver, &mut store, &mut |_| Ok(()))?;
        if map.finished.is_none() {
            return Err(interrupted());
        }
        store.all(plan)
    }

    /// Looks at networks 0 .. `count` of a seed without training them, and counts those that meet the criterion.
    ///
    /// # Errors
    /// The device failed, or the run was interrupted.
    pub fn count_at_start(&mut self, problem: &Problem, count: u64) -> Result<Counted> {
        let counted = self.driver.count_at_start(Job::new(problem, SEED), 0..count)?;
        if counted.networks < count {
            return Err(interrupted());
        }
        Ok(counted)
    }

    /// Trains networks 0 .. `count` of a seed and counts.
    ///
    /// # Errors
    /// The device failed, or the run was interrupted.
    pub fn population(&mut self, problem: &Problem, count: u64) -> Result<RunAnswer> {
        self.train(problem, count, None, &mut |_| {})
    }
}

/// What a reproduction ends with when it is interrupted: half a finding is none.
pub(super) fn interrupted() -> Error {
    Error::interrupted("interrupted before all was found")
}

/// The share of a population that was solved.
impl From<&RunAnswer> for Measured {
    fn from(answer: &RunAnswer) -> Self {
        Self::Share { successes: answer.tally.solved(), trials: answer.tally.networks() }
    }
}

/// Mean epoch in which those that were solved were solved.
pub(super) fn mean_epochs(answer: &RunAnswer) -> Measured {
    Measured::mean_of(answer.tally.solved_epochs().iter().map(|(epoch, count)| (f64::from(*epoch), *count)))
}
