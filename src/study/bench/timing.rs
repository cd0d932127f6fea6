//! Checks contestants, then times them in turns.

use std::time::Instant;

use crate::backend::{Backend, Chunk, Job, Precision, Reference, Unwatched};
use crate::error::{Error, Result};
use crate::outcome::{Values, Weights};
use crate::plan;
use crate::seed::Starts;
use crate::spec::{Population, Problem, Spec};
use crate::study::verify::final_weights;

use super::{BenchResult, Cost, MAIN, Measurement, NETWORKS, Opener, Refused, Work};

const SEED: u64 = 1;
/// Networks and epochs of the check, and how far an f32 weight may be from the reference's.
const CHECK_NETS: u64 = 64;
const CHECK_EPOCHS: u32 = 100;
const CHECK_BOUND: f64 = 1e-4;

/// A timed run takes so many times what a single epoch does, and at most so many times the seconds asked for.
const LONG: f64 = 10.0;
const LONGEST: f64 = 6.0;

/// Someone who takes part.
pub struct Contestant {
    /// What it is called: backend, threads, device.
    pub name: String,
    /// Opens it.
    pub open: Box<Opener>,
}

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub struct Bench {
    /// What a timed run should take, in seconds; up to six times as long where starting it is most of that.
    pub seconds: f64,
    /// Timed runs of each contestant at each work.
    pub repeats: usize,
    /// Largest population that is gone through, a power of 4 or rounded down to one.
    pub most_nets: u64,
}

/// Hears what is at hand, and may stop the bench.
pub trait Watcher {
    /// A work begins or a contestant was measured.
    fn note(&self, what: &str);

    /// Whether to stop.
    fn interrupted(&self) -> bool;
}

/// A contestant ready to be timed at a work.
struct Ready {
    backend: Box<dyn Backend>,
    problem: Problem,
    measured: Measurement,
}

impl Bench {
    /// Goes through populations and networks.
    ///
    /// # Errors
    /// A contestant fails in the midst of a run. One that cannot begin, or computes something else, is refused instead.
    pub fn run(&self, contestants: &[Contestant], watcher: &dyn Watcher) -> Result<BenchResult> {
        let mut result = BenchResult::default();
        let mut nets = 1;
        while nets <= self.most_nets && !watcher.interrupted() {
            let work = Work::new(MAIN.0, MAIN.1, nets)?;
            result.populations.extend(self.measure(&work, contestants, watcher, &mut result.refused)?);
            nets *= 4;
        }
        for (task, layers, nets) in NETWORKS {
            if watcher.interrupted() {
                break;
            }
            let work = Work::new(task, layers, nets.min(self.most_nets))?;
            result.networks.extend(self.measure(&work, contestants, watcher, &mut result.refused)?);
        }
        Ok(result)
    }

    fn measure(
        &self,
        work: &Work,
        contestants: &[Contestant],
        watcher: &dyn Watcher,
        refused: &mut Vec<Refused>,
    ) -> Result<Vec<Measurement>> {
        watcher.note(&format!("{} on {}, {} networks", work.problem.layers(), work.problem.spec().task, work.nets));
        let expected = Expected::of(work)?;
        let mut ready = Vec::new();
        for contestant in contestants {
            if watcher.interrupted() {
                break;
            }
            match self.prepare(work, contestant, &expected) {
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
                }
            }
        }
        // In turns, each round beginning with another, so that a slow moment of the machine falls on all.
        let count = ready.len();
        for round in 0..self.repeats {
            for at in 0..count {
                if watcher.interrupted() {
                    break;
                }
                let one = &mut ready[(round + at) % count];
                let seconds = train(one.backend.as_mut(), &one.problem, work.nets)?;
                let net_epochs = work.nets as f64 * f64::from(one.problem.spec().epochs);
                one.measured.rates.push(net_epochs / seconds);
            }
        }
        Ok(ready.into_iter().map(|one| one.measured).filter(|measured| !measured.rates.is_empty()).collect())
    }

    /// Opens and checks a contestant, and finds how many epochs fill the time.
    fn prepare(&self, work: &Work, contestant: &Contestant, expected: &Expected) -> Result<Ready> {
        let began = Instant::now();
        let mut backend = (contestant.open)()?;
        backend.prepare(&Job::new(&work.problem, SEED))?;
        let setup_seconds = began.elapsed().as_secs_f64();
        let difference = expected.check(backend.as_mut())?;
        let single = work.epochs(1)?;
        // The first run wakes the device up, the second one counts.
        train(backend.as_mut(), &single, work.nets)?;
        let single_epoch_seconds = train(backend.as_mut(), &single, work.nets)?;
        // Long beside what every run costs, or a million networks would be timed at being drawn.
        let aim = (LONG * single_epoch_seconds).clamp(self.seconds, LONGEST * self.seconds);
        let (mut epochs, mut seconds) = (1, single_epoch_seconds);
        while seconds < aim / 4.0 && epochs < 1 << 28 {
            epochs *= if seconds < aim / 40.0 { 8 } else { 2 };
            let problem = work.epochs(epochs)?;
            // Another number of epochs is another kernel on a GPU: compiled in the first run.
            train(backend.as_mut(), &problem, work.nets)?;
            seconds = train(backend.as_mut(), &problem, work.nets)?;
        }
        let epochs = ((f64::from(epochs) * aim / seconds).round() as u32).max(1);
        let problem = work.epochs(epochs)?;
        train(backend.as_mut(), &problem, work.nets)?;
        let measured = Measurement {
            contestant: contestant.name.clone(),
            backend: backend.name(),
            device: backend.device(),
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
}

/// Seconds to train the networks, compiling and allocating apart.
fn train(backend: &mut dyn Backend, problem: &Problem, nets: u64) -> Result<f64> {
    let job = Job::new(problem, SEED);
    let limit = backend.prepare(&job)?;
    let mut chunks = plan::chunks(Population::new(0, nets, SEED)?, limit).map(Chunk::drawn);
    let began = Instant::now();
    let mut done = 0;
    backend.train(&job, &mut chunks, &Unwatched, &mut |trained| {
        done += trained.outcomes.net_epochs();
        Ok(())
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let asked = nets * u64::from(problem.spec().epochs);
    // A network that diverged would have been let off.
    if done != asked {
        return Err(Error::failure(format!("{} trained {done} net-epochs instead of {asked}", backend.name())));
    }
    Ok(seconds)
}

/// What the reference makes of some networks, at the right rate and at one 2% off.
struct Expected {
    problem: Problem,
    starts: Weights,
    right: Vec<Vec<f64>>,
    wrong: Vec<Vec<f64>>,
}

impl Expected {
    fn of(work: &Work) -> Result<Self> {
        let problem = work.epochs(CHECK_EPOCHS)?;
        let lr = problem.spec().lr.values()[0];
        let other = Spec { lr: (1.02 * lr).into(), ..problem.spec().clone() }.problem()?;
        let starts = Starts::new(problem.spec().init, problem.layers(), SEED);
        let drawn: Vec<f32> = (0..CHECK_NETS).flat_map(|network| starts.weights(network)).collect();
        let starts = Weights::new(problem.layers(), Values::F32(drawn));
        let mut reference = Reference::new(Precision::F64, None)?;
        let mut weights = |problem: &Problem| {
            final_weights(&mut reference, &Job { keep_weights: true, ..Job::new(problem, SEED) }, &starts)
        };
        let (right, wrong) = (weights(&problem)?, weights(&other)?);
        Ok(Self { problem, starts, right, wrong })
    }

    /// Largest difference of a backend's weights from the reference's.
    ///
    /// # Errors
    /// It is too large; or the wrong rate would have passed, so that the check is blind.
    fn check(&self, backend: &mut dyn Backend) -> Result<f64> {
        let job = Job { keep_weights: true, ..Job::new(&self.problem, SEED) };
        let actual = final_weights(backend, &job, &self.starts)?;
        let difference = largest_difference(&actual, &self.right);
        if difference > CHECK_BOUND {
            return Err(Error::verification(format!(
                "trains something else: after {CHECK_EPOCHS} epochs a weight is {difference:.1e} from the reference's"
            )));
        }
        if largest_difference(&actual, &self.wrong) <= CHECK_BOUND {
            return Err(Error::failure(format!("the check is blind: a rate 2% off stays within {CHECK_BOUND}")));
        }
        Ok(difference)
    }
}

fn largest_difference(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let differences = a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).abs());
    let count = a.iter().map(Vec::len).sum::<usize>();
    if count == 0 || count != b.iter().map(Vec::len).sum::<usize>() {
        return f64::INFINITY;
    }
    differences.fold(0.0, |largest, next| if next.is_nan() { f64::INFINITY } else { largest.max(next) })
}
