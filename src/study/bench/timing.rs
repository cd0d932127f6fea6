//! Checks contestants, then times them in turns.

use std::time::Instant;

use crate::backend::{Backend, Chunk, Driver, Effort, Job, Watch};
use crate::error::{Error, Result};
use crate::outcome::Fates;
use crate::spec::{Population, Problem};

use super::check::Expected;
use super::{BenchResult, Cost, Course, Measurement, Opener, Refused, Work};

/// A timed run takes so many times what a single epoch does.
const LONG: f64 = 10.0;
/// But at most so many times the seconds asked for, unless a single epoch alone takes more than a part of that.
const LONGEST: f64 = 10.0;
const LEAST: f64 = 2.0;

/// Timed runs that opening, checking and finding the number of epochs take about as long as.
const OPENING: usize = 4;

/// A backend that takes part.
pub struct Contestant {
    /// What it is called: backend, threads, device.
    pub name: String,
    /// Opens it.
    pub open: Box<Opener>,
}

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub struct Bench {
    /// What a timed run should take, in seconds; up to ten times as long where starting it is most of that.
    pub seconds: f64,
    /// Epochs of a timed run, where they are not to be found so that the time is filled.
    pub epochs: Option<u32>,
    /// Timed runs of each contestant at each work.
    pub repeats: usize,
    /// Index of the first network.
    pub first: u64,
    /// Seed of the starts.
    pub seed: u64,
}

/// How far a course is.
struct Steps<'a> {
    watch: &'a dyn Watch,
    done: usize,
    all: usize,
}

impl Steps<'_> {
    fn add(&mut self, count: usize) {
        self.done += count;
        self.watch.steps(self.done, self.all);
    }
}

/// A contestant ready to be timed at a work.
struct Ready {
    backend: Box<dyn Backend>,
    problem: Problem,
    measured: Measurement,
}

impl Bench {
    /// Goes through a course.
    ///
    /// # Errors
    /// A contestant fails in the midst of a run, or the settings are such that none can be checked. A contestant that cannot
    /// begin, or computes something else, is refused instead.
    pub fn run(&self, course: &Course, contestants: &[Contestant], watch: &dyn Watch) -> Result<BenchResult> {
        let mut result = BenchResult::default();
        let mut steps = Steps { watch, done: 0, all: self.steps(course, contestants.len()) };
        for (works, measured) in
            [(&course.populations, &mut result.populations), (&course.networks, &mut result.networks)]
        {
            for work in works {
                if !watch.interrupted() {
                    measured.extend(self.measure(work, contestants, &mut steps, &mut result.refused)?);
                }
            }
        }
        result.interrupted = watch.interrupted();
        Ok(result)
    }

    /// Timed runs that a course has, with what is as long as some.
    fn steps(&self, course: &Course, contestants: usize) -> usize {
        (course.populations.len() + course.networks.len()) * contestants * (self.repeats + OPENING)
    }

    /// Seconds that a course takes about, known beforehand only roughly: where a single epoch is longer than a timed run
    /// should be, runs are longer too.
    pub fn expected_seconds(&self, course: &Course, contestants: usize) -> f64 {
        // Large populations take up to ten times as long; half of the works are large.
        const LARGE: f64 = 2.0;
        LARGE * self.seconds * self.steps(course, contestants) as f64
    }

    fn measure(
        &self,
        work: &Work,
        contestants: &[Contestant],
        steps: &mut Steps<'_>,
        refused: &mut Vec<Refused>,
    ) -> Result<Vec<Measurement>> {
        let watch = steps.watch;
        watch.note(&format!("{} on {}, --nets {}", work.problem.layers(), work.problem.spec().task, work.nets));
        let population = Population::new(self.first, work.nets, self.seed)?;
        let expected = Expected::of(work, population)?;
        let mut ready = Vec::new();
        for contestant in contestants {
            if watch.interrupted() {
                break;
            }
            match self.ready(work, population, contestant, &expected) {
                Ok(one) => ready.push(one),
                Err(error) => {
                    let refusal = Refused {
                        contestant: contestant.name.clone(),
                        layers: Some(work.problem.layers().clone()),
                        reason: error.to_string(),
                    };
                    if !refused.contains(&refusal) {
                        refused.push(refusal);
                    }
                    steps.add(self.repeats);
                }
            }
            steps.add(OPENING);
        }
        // In turns, each round beginning with another, so that a slow moment of the machine falls on all.
        let count = ready.len();
        for round in 0..self.repeats {
            for at in 0..count {
                if watch.interrupted() {
                    break;
                }
                let one = &mut ready[(round + at) % count];
                let run = train(&mut Driver::new(one.backend.as_mut()), &one.problem, population)?;
                one.measured.rates.push(run.net_epochs as f64 / run.train_seconds);
                steps.add(1);
            }
        }
        Ok(ready.into_iter().map(|one| one.measured).filter(|measured| !measured.rates.is_empty()).collect())
    }

    /// Opens and checks a contestant, and finds how many epochs fill the time.
    fn ready(
        &self,
        work: &Work,
        population: Population,
        contestant: &Contestant,
        expected: &Expected,
    ) -> Result<Ready> {
        let began = Instant::now();
        let mut backend = (contestant.open)()?;
        let mut driver = Driver::new(backend.as_mut());
        driver.begin(Job::new(&work.problem, self.seed))?;
        let setup_seconds = began.elapsed().as_secs_f64();
        let difference = expected.check(&mut driver)?;
        let mut timed = |epochs: u32| -> Result<f64> {
            let problem = work.epochs(epochs)?;
            // Another number of epochs is another kernel on a GPU: compiled in the first run.
            train(&mut driver, &problem, population)?;
            Ok(train(&mut driver, &problem, population)?.train_seconds)
        };
        let single_epoch_seconds = timed(1)?;
        let epochs = match self.epochs {
            Some(epochs) => epochs,
            None => self.filling(single_epoch_seconds, &mut timed)?,
        };
        let problem = work.epochs(epochs)?;
        train(&mut driver, &problem, population)?;
        let measured = Measurement {
            contestant: contestant.name.clone(),
            backend: driver.backend().name(),
            device: driver.backend().device(),
            layers: work.problem.layers().clone(),
            task: work.problem.spec().task.clone(),
            nets: work.nets,
            epochs,
            difference,
            setup_seconds,
            single_epoch_seconds,
            rates: Vec::new(),
            cost: Cost::of(&work.problem),
        };
        Ok(Ready { problem, backend, measured })
    }

    /// How many epochs a timed run has. What every run costs, whatever its epochs, must be little beside them, or a million
    /// networks would be timed at being drawn: so the epochs are counted by what they add to a run of one.
    fn filling(&self, single: f64, timed: &mut impl FnMut(u32) -> Result<f64>) -> Result<u32> {
        let aim = (LONG * single).clamp(self.seconds, (LONGEST * self.seconds).max(LEAST * single));
        let wanted = aim - single;
        // What the epochs so far take at most: a first epoch no more than its run, later ones what noise leaves open.
        let (mut epochs, mut added, mut at_most) = (1, 0.0, single);
        while added < wanted / 4.0 && epochs < 1 << 28 {
            epochs *= (wanted / at_most).clamp(2.0, 8.0) as u32;
            added = timed(epochs)? - single;
            at_most = added.max(0.0) + 0.1 * single;
        }
        // The last step may have gone far beyond.
        let more = f64::from(epochs - 1) * wanted / added.max(f64::MIN_POSITIVE);
        Ok(1 + more.round().clamp(1.0, f64::from(u32::MAX - 1)) as u32)
    }
}

/// Trains the networks; compiling and allocating are not in its time.
fn train(driver: &mut Driver<'_>, problem: &Problem, population: Population) -> Result<Effort> {
    let mut prepared = driver.begin(Job::new(problem, population.seed()))?;
    let mut chunk = |networks| Chunk { rows: Fates::NONE, ..Chunk::drawn(networks) };
    prepared.cut(population.networks(), &mut chunk, &mut |_| Ok(()))?;
    let Effort { networks, net_epochs, .. } = prepared.effort();
    // Networks that diverge are let off, all others train to the end.
    let most = population.count().saturating_mul(problem.spec().epochs.into());
    if networks != population.count() || net_epochs > most {
        return Err(Error::failure(format!(
            "{} trained {networks} networks for {net_epochs} net-epochs instead of {} for {most}",
            driver.backend().name(),
            population.count()
        )));
    }
    Ok(prepared.effort())
}
