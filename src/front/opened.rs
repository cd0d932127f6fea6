//! A run that was checked and whose backend is open.

use std::time::Instant;

use crate::backend::{Backend, Driver, Watch};
use crate::error::{Error, Result};
use crate::outcome::Weights;
use crate::spec::{Population, Problem};
use crate::study::{RunAnswer, RunPart, RunState, RunStudy, Sink, Unsolved};

use super::networks::{Kept, Networks};
use super::run::{Keep, Run};

/// A run that can begin: nothing about it is wrong, and there is a device.
pub struct Opened<'a> {
    pub(super) run: Run<'a>,
    pub(super) problem: Problem,
    pub(super) population: Population,
    pub(super) backend: Box<dyn Backend + 'a>,
    pub(super) began: Instant,
}

impl<'a> Opened<'a> {
    /// The checked settings with their examples.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Which networks are trained.
    pub fn population(&self) -> Population {
        self.population
    }

    /// Who trains.
    pub fn backend(&self) -> &dyn Backend {
        self.backend.as_ref()
    }

    /// Where networks start, if that is not drawn.
    pub fn starts(&self) -> Option<&Weights> {
        self.run.starts.as_ref()
    }

    /// With progress told to another watch.
    pub fn watched<'b>(self, watch: &'b dyn Watch) -> Opened<'b>
    where
        'a: 'b,
    {
        Opened {
            run: self.run.watch(watch),
            problem: self.problem,
            population: self.population,
            backend: self.backend,
            began: self.began,
        }
    }

    /// The answer of what was found before, where nothing is left to train.
    #[cfg(feature = "cli")]
    pub(crate) fn over(&self, state: RunState) -> RunAnswer {
        self.run.study(&self.problem, self.population).answer(state)
    }

    /// Trains and counts.
    ///
    /// # Errors
    /// The device failed.
    pub fn run(mut self) -> Result<RunAnswer> {
        self.resume(RunState::default(), None, false, &mut |_| Ok(()))
    }

    /// Trains and counts, and passes every chunk on as it comes, with final weights if they are kept.
    ///
    /// # Errors
    /// The device failed, or `sink` did.
    pub fn deliver(mut self, sink: &mut Sink<'_>) -> Result<RunAnswer> {
        self.resume(RunState::default(), None, true, sink)
    }

    /// Goes on from what was found before; what is over already is trained no further. A chunk should take so many seconds at
    /// most, where that is said; `sink` sees the row of every network, or of some.
    pub(crate) fn resume(
        &mut self,
        before: RunState,
        chunk_seconds: Option<f64>,
        keep_rows: bool,
        sink: &mut Sink<'_>,
    ) -> Result<RunAnswer> {
        let (study, mut driver) = self.parts();
        RunStudy { chunk_seconds, keep_rows, ..study }.resume(before, &mut driver, sink)
    }

    /// Trains, and gives what was found in a form that can be joined with other parts.
    pub(super) fn part(&mut self, keep_rows: bool, sink: &mut Sink<'_>) -> Result<RunPart> {
        let (study, mut driver) = self.parts();
        RunStudy { keep_rows, ..study }.part(RunState::default(), &mut driver, sink)
    }

    /// What is asked of the driver, and the driver.
    fn parts(&mut self) -> (RunStudy<'_>, Driver<'_>) {
        let Self { run, problem, population, backend, began } = self;
        let study = run.study(problem, *population);
        (study, Driver::new(backend.as_mut()).opened(*began).watched(run.watch))
    }

    /// Trains, counts, and keeps outcome and, if nothing else was said, final weights of every network.
    ///
    /// # Errors
    /// The device failed.
    pub fn train(mut self) -> Result<Networks> {
        let keep = *self.run.keep.get_or_insert(Keep::Weights);
        let mut kept = Kept::new(&self.problem, self.population);
        let answer =
            self.resume(RunState::default(), None, keep != Keep::Counts, &mut |chunk| kept.add(&chunk, keep))?;
        Ok(Networks::new(answer, kept))
    }
}

impl<'a> Run<'a> {
    /// Checks all that is asked, and opens the backend.
    ///
    /// # Errors
    /// Says which setting is wrong, why, and what would be right; or that no device fits.
    pub fn open(self) -> Result<Opened<'a>> {
        let problem = self.spec.problem()?;
        self.open_for(problem)
    }

    /// The same of a problem that was made of the settings already.
    pub(crate) fn open_for(mut self, problem: Problem) -> Result<Opened<'a>> {
        if let Some(factor) = self.continue_factor {
            Unsolved::longer(problem.spec(), factor)?;
        }
        if let Some(starts) = self.starts.as_ref().filter(|s| s.weight_count() != problem.layers().weight_count()) {
            return Err(Error::input(format!(
                "the starts have {} weights a network, but --layers {} has {}",
                starts.weight_count(),
                problem.spec().layers,
                problem.layers().weight_count()
            )));
        }
        let population = self.population()?;
        let began = Instant::now();
        let backend = self.opened_backend()?;
        Ok(Opened { run: self, problem, population, backend, began })
    }

    /// Trains and counts.
    ///
    /// # Errors
    /// What was asked is wrong, or the device failed.
    pub fn run(self) -> Result<RunAnswer> {
        self.open()?.run()
    }

    /// Trains and counts, and passes every chunk on as it comes, with final weights if they are [kept](Self::keep).
    ///
    /// # Errors
    /// What was asked is wrong, the device failed, or `sink` did.
    pub fn deliver(self, sink: &mut Sink<'_>) -> Result<RunAnswer> {
        self.open()?.deliver(sink)
    }

    /// Trains, counts, and keeps outcome and, if nothing else is [said](Self::keep), final weights of every network.
    ///
    /// # Errors
    /// What was asked is wrong, or the device failed.
    pub fn train(self) -> Result<Networks> {
        self.open()?.train()
    }

    /// The caller's backend, or the one that is asked for.
    pub(super) fn opened_backend(&mut self) -> Result<Box<dyn Backend + 'a>> {
        self.backend.take().map_or_else(|| Ok(self.open.backend()? as Box<dyn Backend + 'a>), Ok)
    }

    /// How networks are counted and examined.
    pub(crate) fn study<'s>(&'s self, problem: &'s Problem, population: Population) -> RunStudy<'s> {
        RunStudy {
            starts: self.starts.as_ref(),
            keep_weights: self.keep == Some(Keep::Weights),
            method: self.method,
            until_width: self.until_width,
            examine_per_fate: self.examine.per_fate(problem),
            continue_factor: self.continue_factor,
            ..RunStudy::new(problem, population)
        }
    }
}
