//! How often, and how fast, does training get where it should?
//!
//! `state.rs` is what a run has found so far, `answer.rs` what follows from it, `advice.rs` what to do next.

mod advice;
mod answer;
mod state;

pub use advice::Advice;
pub use answer::{KindRow, RunAnswer};
pub use state::{RunPart, RunState};

use std::cell::Cell;
use std::time::Instant;

use crate::backend::{Chunk, Driver, Job, Trained};
use crate::error::{Error, Result};
use crate::outcome::{Fate, Fates, Outcomes, Status, Tally, Weights};
use crate::spec::{Population, Problem};
use crate::stats::RateMethod;

use super::continued::{Continued, Unsolved};
use super::examine::{Examined, Examiner, is_examinable};
use super::seconds::Seconds;

/// Trains a population chunk by chunk and counts.
#[derive(Clone, Copy, Debug)]
pub struct RunStudy<'a> {
    /// The checked spec.
    pub problem: &'a Problem,
    /// Which networks; with `until_width` the most there may be.
    pub population: Population,
    /// Starts of network 0, 1, 2, ...; drawn where absent. Holds at least as many as the population's last index.
    pub starts: Option<&'a Weights>,
    /// Whether the row of every network is passed to `sink`. Without, rows come of those networks alone that the study itself
    /// looks at; a GPU counts the others, which takes its host a third of the time or less.
    pub keep_rows: bool,
    /// Whether final weights are passed to `sink`, with the row of every network.
    pub keep_weights: bool,
    /// Most networks in a chunk, where the caller wants fewer than the backend.
    pub chunk_limit: Option<u64>,
    /// What a chunk should take at most, where the caller wants to see chunks as often.
    pub chunk_seconds: Option<f64>,
    /// How intervals are made.
    pub method: RateMethod,
    /// Stop when the interval of the rate is this narrow: that of [`RateMethod::until_width`], by the method if it is
    /// [`RateMethod::Anytime`].
    pub until_width: Option<f64>,
    /// How many unsolved networks of each fate are examined.
    pub examine_per_fate: usize,
    /// To how many times the budget the unsolved ones are trained afterwards.
    pub continue_factor: Option<u32>,
}

/// What a chunk brought.
#[derive(Clone, Copy, Debug)]
pub struct Delivered<'a> {
    /// One row a network; without [`RunStudy::keep_rows`] of some of them.
    pub outcomes: &'a Outcomes,
    /// Final weights, if they were asked for or needed.
    pub weights: Option<&'a Weights>,
    /// Those of the chunk that were examined, in the order of their indices.
    pub examined: &'a [Examined],
    /// All that was found so far, this chunk included.
    pub state: &'a RunState,
    /// Whether no interruption left anything out of it, so that a run can go on from there.
    pub is_whole: bool,
}

/// Sees every chunk as it comes, in order; of those that are trained on, one without a network, with the state alone.
pub type Sink<'a> = dyn FnMut(Delivered<'_>) -> Result<()> + 'a;

impl<'a> RunStudy<'a> {
    /// Counts and rows, and no more: drawn starts, no weights kept, nothing examined.
    pub fn new(problem: &'a Problem, population: Population) -> Self {
        Self {
            problem,
            population,
            starts: None,
            keep_rows: true,
            keep_weights: false,
            chunk_limit: None,
            chunk_seconds: None,
            method: RateMethod::Wilson,
            until_width: None,
            examine_per_fate: 0,
            continue_factor: None,
        }
    }

    /// Trains and counts.
    ///
    /// # Errors
    /// The device failed.
    pub fn run(&self, driver: &mut Driver<'_>) -> Result<RunAnswer> {
        Self { keep_rows: false, ..*self }.deliver(driver, &mut |_| Ok(()))
    }

    /// Trains and counts, and passes every chunk on to `sink`.
    ///
    /// # Errors
    /// The device failed, or `sink` did.
    pub fn deliver(&self, driver: &mut Driver<'_>, sink: &mut Sink<'_>) -> Result<RunAnswer> {
        self.resume(RunState::default(), driver, sink)
    }

    /// The same from where it was interrupted.
    ///
    /// # Errors
    /// The device failed, or `sink` did.
    pub fn resume(&self, before: RunState, driver: &mut Driver<'_>, sink: &mut Sink<'_>) -> Result<RunAnswer> {
        Ok(self.joined(self.part(before, driver, sink)?))
    }

    /// The same, in a form that joins with what was found of other networks.
    ///
    /// # Errors
    /// The device failed, or `sink` did.
    pub fn part(&self, before: RunState, driver: &mut Driver<'_>, sink: &mut Sink<'_>) -> Result<RunPart> {
        let watch = driver.watch();
        let earlier = before.seconds;
        let mut state = before;
        let mut seconds = Seconds::default();
        // Where all is done already, nothing need be compiled.
        if !self.is_over(&state) {
            state.trained_by.add(driver.backend());
            seconds = self.train(&mut state, driver, sink)?;
        }
        if state.tally.networks() == 0 {
            return Err(Error::interrupted("interrupted before the first network was trained"));
        }
        if let Some(factor) = self.continue_factor.filter(|_| !watch.interrupted()) {
            self.train_on(&mut state, factor, driver, sink)?;
        }
        seconds.total = driver.seconds();
        state.seconds = earlier;
        state.seconds.merge(&seconds);
        Ok(RunPart { state, cut_after: watch.interrupted() })
    }

    /// The answer of parts that are joined.
    pub fn joined(&self, RunPart { state, cut_after }: RunPart) -> RunAnswer {
        RunAnswer { cut_after, ..self.answer(state) }
    }

    /// Trains what is missing. Gives the time that it took.
    fn train(&self, state: &mut RunState, driver: &mut Driver<'_>, sink: &mut Sink<'_>) -> Result<Seconds> {
        let watch = driver.watch();
        let (began, before) = (Instant::now(), state.seconds);
        let mut examiner = Examiner::new(self.problem, self.examine_per_fate, &state.examined);
        let keep_weights = self.keep_weights || examiner.is_active();
        let job = Job { keep_weights, ..Job::new(self.problem, self.population.seed()) };
        let mut prepared = driver.begin(job)?.limited(self.chunk_limit).paced(self.chunk_seconds);
        let mut examine_seconds = 0.0;
        let rows = Cell::new(self.wanted_rows(&examiner));
        // What was under way goes on to the look that was chosen before it began: where it was cut must not show.
        while let Some(end) = state.look.filter(|look| *look > state.tally.networks()).or_else(|| self.next_look(state))
        {
            state.look = Some(end);
            let networks = self.population.first() + state.tally.networks()..self.population.first() + end;
            prepared.cut(
                networks,
                &mut |networks| Chunk { rows: rows.get(), ..Chunk::starting(networks, self.starts) },
                &mut |Trained { outcomes, counted, weights, executed_net_epochs, .. }| {
                    let (tally, kinds) = Tally::with_kinds(self.problem, &outcomes);
                    state.tally.merge(&tally);
                    state.tally.merge(&counted);
                    state.executed_net_epochs += executed_net_epochs;
                    if self.continue_factor.is_some() {
                        let unsolved = outcomes.iter().zip(&kinds).filter(|(row, _)| row.status == Status::Unsolved);
                        let room = Unsolved::LIMIT - state.unsolved.len();
                        state.unsolved.extend(unsolved.take(room).map(|(row, kind)| (row.network, *kind)));
                    }
                    let looked = Instant::now();
                    let (examined, all_examined) = examiner.look(&outcomes, &kinds, weights.as_ref(), watch);
                    examine_seconds += looked.elapsed().as_secs_f64();
                    rows.set(self.wanted_rows(&examiner));
                    let earlier = state.examined.len();
                    state.examined.extend(examined);
                    state.seconds.train = before.train + began.elapsed().as_secs_f64();
                    state.seconds.examine = before.examine + examine_seconds;
                    sink(Delivered {
                        outcomes: &outcomes,
                        weights: weights.as_ref(),
                        examined: &state.examined[earlier..],
                        is_whole: all_examined && state.tally.count(Fate::Unfinished) == 0,
                        state,
                    })
                },
            )?;
            if watch.interrupted() {
                break;
            }
        }
        let effort = prepared.effort();
        Ok(Seconds { examine: examine_seconds, ..Seconds::of(driver, &effort) })
    }

    /// Fates whose networks' rows somebody will look at.
    fn wanted_rows(&self, examiner: &Examiner<'_>) -> Fates {
        match self.keep_rows || self.keep_weights {
            true => Fates::ALL,
            // Those to be trained on are remembered by their indices.
            false if self.continue_factor.is_some() => Fate::ALL.into_iter().filter(|f| is_examinable(*f)).collect(),
            false => examiner.wanted(),
        }
    }

    /// Trains the unsolved networks on, from where that was interrupted.
    fn train_on(&self, state: &mut RunState, factor: u32, driver: &mut Driver<'_>, sink: &mut Sink<'_>) -> Result<()> {
        let networks = state.unsolved.clone();
        let (problem, seed) = (self.problem, self.population.seed());
        let count = state.tally.unsolved();
        let unsolved = Unsolved { problem, seed, starts: self.starts, networks: &networks, count };
        let before = state.continued.take().unwrap_or_default();
        let next = self.population.first() + state.tally.networks();
        let nothing = Outcomes::with_capacity(next, problem.examples().targets().len(), 0);
        let chunks = (self.chunk_limit, self.chunk_seconds);
        let counts = unsolved.resume(before, factor, chunks, driver, &mut |counts| {
            state.continued = Some(counts.clone());
            let is_whole = counts.is_whole();
            sink(Delivered { outcomes: &nothing, weights: None, examined: &[], state, is_whole })
        })?;
        state.continued = Some(counts);
        Ok(())
    }

    /// The answer of what was found.
    pub fn answer(&self, state: RunState) -> RunAnswer {
        let cut_short = !self.is_over(&state);
        let RunState { tally, examined, continued, executed_net_epochs, seconds, trained_by, .. } = state;
        RunAnswer {
            problem: self.problem.clone(),
            population: self.population,
            trained_by,
            examined,
            continued: continued.map(Continued::from),
            method: self.method,
            until_width: self.until_width,
            executed_net_epochs,
            seconds,
            interrupted: cut_short || tally.count(Fate::Unfinished) > 0,
            cut_after: false,
            imported_starts: self.starts.is_some(),
            tally,
        }
    }

    /// After how many networks to look next whether that is enough; without a width, after all of them. `None` where it is.
    fn next_look(&self, state: &RunState) -> Option<u64> {
        let (networks, count) = (state.tally.networks(), self.population.count());
        match self.until_width {
            Some(width) => self.method.until_width(width).next_look(state.tally.solved(), networks, count),
            None => (networks < count).then_some(count),
        }
    }

    /// Whether nothing is left to train: all was, or a look found the interval narrow enough.
    fn is_over(&self, state: &RunState) -> bool {
        let networks = state.tally.networks();
        networks > 0 && state.look.is_none_or(|look| look <= networks) && self.next_look(state).is_none()
    }
}
