//! The checks themselves. Expected values come from the f64 reference, never from the backend under test.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::backend::Unwatched;
use crate::backend::tolerance::Tolerance;
use crate::backend::{Backend, Chunk, Job, Precision, Progress, Reference, Trained, Watch};
use crate::outcome::{Fate, Fates, Status, Values, Weights};
use crate::seed::Starts;
use crate::spec::{Activation, AfterSolved, Bias, Criterion, Init, Loss, Population, Problem, Spec, Update};

use super::{CheckResult, short_specs, slow_specs};

const SEED: u64 = 0x5eed_0001_0000_002a;
/// An index whose high word is not zero.
const FIRST: u64 = (1 << 32) - 5;

pub(super) fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

pub(super) fn problem(spec: &Spec) -> Problem {
    spec.problem().unwrap_or_else(|error| unreachable!("conformance specs are valid: {error}"))
}

/// Prepares, trains, and gives all that is delivered.
pub(super) fn delivered(
    backend: &mut dyn Backend,
    job: &Job<'_>,
    chunks: &mut dyn Iterator<Item = Chunk>,
) -> Result<Vec<Trained>, String> {
    backend.prepare(job).map_err(text)?;
    let mut all = Vec::new();
    backend
        .train(job, chunks, &Unwatched, &mut |trained| {
            all.push(trained);
            Ok(())
        })
        .map_err(text)?;
    Ok(all)
}

/// Trains `count` networks from `FIRST` on, in chunks of at most `chunk`, and joins what comes back.
pub(super) fn train(
    backend: &mut dyn Backend,
    job: &Job<'_>,
    count: u64,
    chunk: u64,
    starts: Option<&Weights>,
) -> Result<Trained, String> {
    let population = Population::new(FIRST, count, job.seed).map_err(text)?;
    let mut chunks = crate::plan::chunks(population, chunk).map(|networks| Chunk {
        starts: starts.map(|all| all.slice((networks.start - FIRST) as usize..(networks.end - FIRST) as usize)),
        ..Chunk::drawn(networks)
    });
    let joined = delivered(backend, job, &mut chunks)?.into_iter().reduce(|mut all, trained| {
        join(&mut all, &trained, job.problem);
        all
    });
    let all = joined.ok_or("nothing was delivered")?;
    if all.outcomes.count() as u64 != count || all.outcomes.first != FIRST {
        return Err(format!("{count} networks were asked for, {} delivered", all.outcomes.count()));
    }
    Ok(all)
}

fn join(all: &mut Trained, next: &Trained, problem: &Problem) {
    all.outcomes.append(&next.outcomes);
    all.executed_net_epochs += next.executed_net_epochs;
    if let (Some(weights), Some(more)) = (&mut all.weights, &next.weights) {
        let values = match (weights.values(), more.values()) {
            (Values::F64(a), Values::F64(b)) => Values::F64([a.as_slice(), b].concat()),
            _ => Values::F32([weights.to_f32(), more.to_f32()].concat()),
        };
        *weights = Weights::new(problem.layers(), values);
    }
}

fn gold(job: &Job<'_>, count: u64, starts: Option<&Weights>) -> Result<Trained, String> {
    let mut reference = Reference::new(Precision::F64, None).map_err(text)?;
    train(&mut reference, job, count, count, starts)
}

pub(super) fn with_weights<'a>(problem: &'a Problem) -> Job<'a> {
    Job { keep_weights: true, ..Job::new(problem, SEED) }
}

/// A criterion that holds at once, so that networks retire with their starts.
fn retired_at_once(init: Init, layers: &str) -> Spec {
    Spec {
        init,
        layers: layers.parse().unwrap_or_else(|_| unreachable!()),
        solved: Criterion::MaxError(0.999_999),
        epochs: 3,
        ..Spec::default()
    }
}

pub(super) fn weights_of(trained: &Trained) -> Result<&Weights, String> {
    trained.weights.as_ref().ok_or_else(|| "weights were asked for and are missing".into())
}

fn same_bits(actual: &[f32], expected: &[f32]) -> CheckResult {
    let differs = actual.iter().zip(expected).position(|(a, b)| a.to_bits() != b.to_bits());
    match differs {
        None if actual.len() == expected.len() => Ok(()),
        None => Err(format!("{} weights instead of {}", actual.len(), expected.len())),
        Some(at) => Err(format!("weight {at} is {:?}, but should be {:?}", actual[at], expected[at])),
    }
}

pub(super) fn starts_have_the_same_bits(backend: &mut dyn Backend) -> CheckResult {
    for &init in Init::ALL {
        for (layers, shortcuts, bias) in [
            ("2,3,1", false, Bias::On),
            ("2,5,4,1", false, Bias::On),
            ("2,3,1", true, Bias::On),
            ("2,3,1", true, Bias::Off),
        ] {
            let problem = problem(&Spec { shortcuts, bias, ..retired_at_once(init, layers) });
            let trained = train(backend, &with_weights(&problem), 100, 100, None)?;
            let starts = Starts::new(init, problem.layers(), SEED);
            let expected: Vec<f32> = (FIRST..FIRST + 100).flat_map(|network| starts.weights(network)).collect();
            same_bits(&weights_of(&trained)?.to_f32(), &expected)
                .map_err(|what| format!("{init}, {layers}, shortcuts {shortcuts}, bias {bias}: {what}"))?;
        }
    }
    Ok(())
}

pub(super) fn imported_starts_are_kept(backend: &mut dyn Backend) -> CheckResult {
    let problem = problem(&retired_at_once(Init::Tutorial, "2,3,1"));
    let drawn = Starts::new(Init::Uniform(3.0), problem.layers(), 99);
    let expected: Vec<f32> = (0..50).flat_map(|network| drawn.weights(network)).collect();
    let starts = Weights::new(problem.layers(), Values::F32(expected.clone()));
    let trained = train(backend, &with_weights(&problem), 50, 20, Some(&starts))?;
    same_bits(&weights_of(&trained)?.to_f32(), &expected)
}

/// T2: final weights, losses and outputs of short runs.
pub(super) fn short_runs_agree(backend: &mut dyn Backend) -> CheckResult {
    for spec in share_of(backend, short_specs()) {
        let problem = problem(&spec);
        let job = with_weights(&problem);
        let count = 20;
        let actual = train(backend, &job, count, count, None)?;
        let expected = gold(&job, count, None)?;
        let differing: Vec<String> = (0..count as usize)
            .filter_map(|position| run_differs(&actual, &expected, position).transpose())
            .collect::<Result<_, _>>()?;
        // At a kink one rounding decides which way a network goes.
        let allowed = if problem.has_kinks() { count as usize / 10 } else { 0 };
        if differing.len() > allowed {
            return Err(format!("{} of {count} networks differ: {}; {spec:?}", differing.len(), differing[0]));
        }
    }
    Ok(())
}

/// The specs that a backend goes through, see [`Backend::shared_checks`] and [`Backend::is_shown_by`].
fn share_of(backend: &dyn Backend, specs: Vec<Spec>) -> Vec<Spec> {
    let (place, count) = backend.shared_checks();
    let stride = count * backend.check_stride();
    specs.into_iter().skip(place).step_by(stride).filter(|spec| backend.is_shown_by(&problem(spec))).collect()
}

/// How a network's short run differs from the expected one, if it does.
fn run_differs(actual: &Trained, expected: &Trained, position: usize) -> Result<Option<String>, String> {
    let (left, right) = (weights_of(actual)?.network(position), weights_of(expected)?.network(position));
    for (k, (a, b)) in left.iter().zip(right).enumerate() {
        if !Tolerance::T2.holds(*a, b) {
            return Ok(Some(format!("network {position}, weight {k}: {a} instead of {b}")));
        }
    }
    let (a, b) = (actual.outcomes.get(position), expected.outcomes.get(position));
    if !Tolerance::T2.holds(a.loss, b.loss) {
        return Ok(Some(format!("network {position}: loss {} instead of {}", a.loss, b.loss)));
    }
    let differs = |(a, b): (&f32, &f32)| !Tolerance::T2.holds(f64::from(*a), f64::from(*b));
    let output = a.outputs.iter().zip(b.outputs).find(|pair| differs(*pair));
    Ok(output.map(|(a, b)| format!("network {position}: output {a} instead of {b}")))
}

/// Solved epochs differ by rounding alone: at most one epoch, but for a few networks.
pub(super) fn every_criterion_agrees(backend: &mut dyn Backend) -> CheckResult {
    for spec in share_of(backend, slow_specs()) {
        let problem = problem(&spec);
        let job = Job::new(&problem, SEED);
        let count = 100;
        let (actual, expected) = (train(backend, &job, count, count, None)?, gold(&job, count, None)?);
        let differing = (0..count as usize)
            .filter(|at| {
                let (a, b) = (actual.outcomes.get(*at), expected.outcomes.get(*at));
                a.status != b.status
                    || a.solved_epoch.abs_diff(b.solved_epoch) > 1 + b.solved_epoch / 200
                    || a.stop_epoch.abs_diff(b.stop_epoch) > 1 + b.stop_epoch / 200
            })
            .count();
        if differing as f64 > Tolerance::T3_FATE_SHARE * count as f64 {
            return Err(format!("{differing} of {count} outcomes differ from the reference's, {spec:?}"));
        }
        let exact = (0..count as usize)
            .filter(|at| actual.outcomes.solved_epoch[*at] == expected.outcomes.solved_epoch[*at])
            .count();
        if exact < 3 * count as usize / 4 {
            return Err(format!("only {exact} of {count} solved epochs are the reference's, {spec:?}"));
        }
    }
    Ok(())
}

/// T3: fates of a population.
pub(super) fn populations_agree(backend: &mut dyn Backend) -> CheckResult {
    for loss in Loss::ALL {
        let spec = Spec { lr: 4.0.into(), epochs: 1_500, loss: *loss, init: Init::Uniform(1.0), ..Spec::default() };
        let Ok(problem) = spec.problem() else { continue };
        let job = Job::new(&problem, SEED);
        let count = 300;
        let (actual, expected) = (train(backend, &job, count, count, None)?, gold(&job, count, None)?);
        let fate = |trained: &Trained, at: usize| Fate::of(&problem, &trained.outcomes.get(at));
        let differing = (0..count as usize).filter(|at| fate(&actual, *at) != fate(&expected, *at)).count();
        if differing as f64 > Tolerance::T3_FATE_SHARE * count as f64 {
            return Err(format!("{differing} of {count} fates differ from the reference's with {loss}"));
        }
    }
    Ok(())
}

/// A retired network keeps the weights that solved the task: the very bits that as many epochs less one lead to, with
/// no update in the solving epoch or later.
pub(super) fn solved_networks_keep_their_weights(backend: &mut dyn Backend) -> CheckResult {
    // There are few, and each says much.
    for update in Update::ALL.iter().step_by(backend.check_stride().min(4)) {
        let solved = Criterion::MaxError(0.4);
        let spec = Spec { lr: 1.5.into(), momentum: 0.5, epochs: 400, solved, update: *update, ..Spec::default() };
        let problem = problem(&spec);
        let count = 40;
        let trained = train(backend, &with_weights(&problem), count, count, None)?;
        let solved: Vec<usize> =
            (0..count as usize).filter(|at| trained.outcomes.solved_epoch[*at] > 1).step_by(5).take(4).collect();
        if solved.len() < 4 {
            return Err(format!("{update}: too few of {count} networks were solved to judge"));
        }
        for at in solved {
            let epochs = trained.outcomes.solved_epoch[at] - 1;
            let shorter = self::problem(&Spec { epochs, after_solved: AfterSolved::Continue, ..spec.clone() });
            let before = train(backend, &with_weights(&shorter), count, count, None)?;
            let (kept, expected) = (weights_of(&trained)?.network(at), weights_of(&before)?.network(at));
            if kept != expected {
                return Err(format!(
                    "{update}: network {at} retired in epoch {} with weights {kept:?} instead of {expected:?}",
                    epochs + 1
                ));
            }
        }
    }
    Ok(())
}

pub(super) fn divergence_is_noticed(backend: &mut dyn Backend) -> CheckResult {
    for update in Update::ALL.iter().step_by(backend.check_stride().min(4)) {
        for after_solved in AfterSolved::ALL {
            let spec = Spec {
                lr: 1e9.into(),
                epochs: 40,
                loss: Loss::CrossEntropy,
                update: *update,
                after_solved: *after_solved,
                ..Spec::default()
            };
            let problem = problem(&spec);
            let (actual, expected) =
                (train(backend, &Job::new(&problem, SEED), 40, 40, None)?, gold(&Job::new(&problem, SEED), 40, None)?);
            for at in 0..40 {
                let (a, b) = (actual.outcomes.get(at), expected.outcomes.get(at));
                if a.status != Status::Diverged || (a.status, a.stop_epoch) != (b.status, b.stop_epoch) {
                    return Err(format!(
                        "{update}, {after_solved}: network {at} is {:?} in epoch {}, but should be {:?} in epoch {}",
                        a.status, a.stop_epoch, b.status, b.stop_epoch
                    ));
                }
            }
        }
    }
    Ok(())
}

/// NaN, infinities, huge and denormal weights are fates, not accidents; their neighbours do not notice.
pub(super) fn poisoned_starts_are_survived(backend: &mut dyn Backend) -> CheckResult {
    let problem = problem(&Spec { epochs: 20, lr: 1.0.into(), ..Spec::default() });
    let starts = Starts::new(Init::Uniform(1.0), problem.layers(), 5);
    let poisons = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 2.0e6, -3.0e38, 1e-40, f32::MIN_POSITIVE, -0.0];
    let weight_count = problem.layers().weight_count();
    let mut values: Vec<f32> = (0..64).flat_map(|network| starts.weights(network)).collect();
    let clean = values.clone();
    for (at, poison) in poisons.iter().cycle().take(32).enumerate() {
        values[2 * at * weight_count + at % weight_count] = *poison;
    }
    let job = with_weights(&problem);
    let poisoned = train(backend, &job, 64, 64, Some(&Weights::new(problem.layers(), Values::F32(values))))?;
    let healthy = train(backend, &job, 64, 64, Some(&Weights::new(problem.layers(), Values::F32(clean))))?;
    for at in 0..64 {
        let outcome = poisoned.outcomes.get(at);
        let harmful = at % 2 == 0 && (at / 2) % poisons.len() < 5;
        if harmful && (outcome.status, outcome.stop_epoch) != (Status::Diverged, 16) {
            return Err(format!(
                "network {at} starts with {}, but is {:?} in epoch {} instead of diverged in epoch 16",
                poisons[(at / 2) % poisons.len()],
                outcome.status,
                outcome.stop_epoch
            ));
        }
        if !harmful && outcome.status == Status::Diverged {
            return Err(format!("network {at} has harmless weights, but diverged"));
        }
        if at % 2 == 1 && weights_of(&poisoned)?.network(at) != weights_of(&healthy)?.network(at) {
            return Err(format!("network {at} is changed by its neighbour's weights"));
        }
    }
    nonsense_solves_nothing(backend)
}

/// Weights in bounds, but so many layers of them that sums leave the range of f32 and outputs are infinite or NaN.
fn nonsense_solves_nothing(backend: &mut dyn Backend) -> CheckResult {
    for solved in [Criterion::MaxError(0.1), Criterion::Sse(0.1), Criterion::Mse(0.1), Criterion::Loss(0.1)] {
        let layers = "2,4,4,4,4,4,4,4,4,1".parse().map_err(|e| format!("{e}"))?;
        let (activation, init) = (Activation::Linear.into(), Init::Uniform(9e5));
        let spec = Spec { layers, activation, init, loss: Loss::Mse, epochs: 1, solved, ..Spec::default() };
        let trained = train(backend, &Job::new(&problem(&spec), SEED), 64, 64, None)?;
        if let Some(at) = trained.outcomes.status.iter().position(|status| *status == Status::Solved) {
            return Err(format!("{solved}: network {at} is solved with outputs that are no numbers"));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Sums {
    net_epochs: AtomicU64,
    settled: AtomicU64,
    networks: AtomicU64,
    stop_after: Option<u64>,
}

impl Watch for Sums {
    fn progress(&self, done: Progress) {
        self.net_epochs.fetch_add(done.net_epochs, Ordering::Relaxed);
        self.settled.fetch_add(done.settled_net_epochs, Ordering::Relaxed);
        self.networks.fetch_add(done.networks, Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.stop_after.is_some_and(|limit| self.net_epochs.load(Ordering::Relaxed) >= limit)
    }
}

pub(super) fn work_is_accounted(backend: &mut dyn Backend) -> CheckResult {
    let problem = problem(&Spec { lr: 2.0.into(), epochs: 500, ..Spec::default() });
    let job = Job::new(&problem, SEED);
    backend.prepare(&job).map_err(text)?;
    let watch = Sums::default();
    let mut chunks = [Chunk::drawn(0..200), Chunk::drawn(200..300)].into_iter();
    let (mut needed, mut executed) = (0, 0);
    backend
        .train(&job, &mut chunks, &watch, &mut |trained| {
            needed += trained.outcomes.net_epochs();
            executed += trained.executed_net_epochs;
            Ok(())
        })
        .map_err(text)?;
    let [trained, settled, networks] =
        [&watch.net_epochs, &watch.settled, &watch.networks].map(|sum| sum.load(Ordering::Relaxed));
    if executed < needed {
        return Err(format!("{executed} net-epochs are said to be executed, but outcomes needed {needed}"));
    }
    if settled != 300 * 500 || networks != 300 || trained != needed {
        return Err(format!(
            "progress tells of {trained} net-epochs, {settled} settled and {networks} networks; should be {needed}, {} \
             and 300",
            300 * 500
        ));
    }
    Ok(())
}

pub(super) fn interruption_keeps_what_is_known(backend: &mut dyn Backend) -> CheckResult {
    // Networks that were cut off have a row in any case.
    [Fates::ALL, Fates::NONE].into_iter().try_for_each(|rows| what_is_known_is_kept(backend, rows))
}

fn what_is_known_is_kept(backend: &mut dyn Backend, rows: Fates) -> CheckResult {
    let problem = problem(&Spec { epochs: 100_000, after_solved: AfterSolved::Continue, ..Spec::default() });
    let job = Job { slice_epochs: Some(50), ..Job::new(&problem, SEED) };
    backend.prepare(&job).map_err(text)?;
    let watch = Sums { stop_after: Some(1_000), ..Sums::default() };
    let mut chunks = (0..3).map(|chunk| Chunk { rows, ..Chunk::drawn(chunk * 32..(chunk + 1) * 32) });
    let mut delivered = Vec::new();
    backend
        .train(&job, &mut chunks, &watch, &mut |trained| {
            delivered.push(trained);
            Ok(())
        })
        .map_err(text)?;
    let [trained] = delivered.as_slice() else {
        return Err(format!("{} chunks were delivered after an interruption in the first", delivered.len()));
    };
    let unfinished = trained.outcomes.status.iter().filter(|status| **status == Status::Unfinished).count();
    if trained.outcomes.count() != 32 || unfinished == 0 {
        return Err(format!("{unfinished} of {} networks are unfinished", trained.outcomes.count()));
    }
    if trained.outcomes.iter().any(|row| row.stop_epoch >= 100_000 || row.outputs.iter().any(|h| !h.is_finite())) {
        return Err("an unfinished network claims to have finished, or has no outputs".into());
    }
    Ok(())
}
