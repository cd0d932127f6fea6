//! Networks that bring their own rates.

use crate::backend::tolerance::Tolerance;
use crate::backend::{Backend, Chunk, Job, OwnRates, Precision, Reference, Trained};
use crate::seed::Starts;
use crate::spec::{Problem, Spec};

use super::CheckResult;
use super::checks::{delivered, problem, text, weights_of};

const SEED: u64 = 77;
const COUNT: usize = 40;

/// Rates that rise from network to network and layer to layer; momenta that go round. Where the spec keeps a layer still,
/// every second network does too, and the others train it.
fn rates(problem: &Problem) -> OwnRates {
    let layer_count = problem.layers().shapes().len();
    let is_still =
        |at: usize| problem.spec().lr.of_layer(at % layer_count) == 0.0 && (at / layer_count).is_multiple_of(2);
    let rate = |at: usize| if is_still(at) { 0.0 } else { 0.05 * (1.0 + (at % 37) as f64) };
    let rates = (0..COUNT * layer_count).map(rate).collect();
    let moves = problem.spec().momentum > 0.0;
    let momentum = (0..COUNT).map(|at| if moves { 0.1 * (at % 9) as f64 } else { 0.0 }).collect();
    OwnRates::new(layer_count, rates, momentum)
}

fn train(backend: &mut dyn Backend, job: &Job<'_>, own: &OwnRates, cut: usize) -> Result<Vec<Trained>, String> {
    let mut chunks = (0..COUNT).step_by(cut).map(|first| {
        let positions = first..COUNT.min(first + cut);
        Chunk {
            rates: Some(own.slice(positions.clone())),
            ..Chunk::drawn(positions.start as u64..positions.end as u64)
        }
    });
    delivered(backend, job, &mut chunks)
}

/// T2 against the reference on the same rates, T0 however the population is cut; and every network as it would be alone
/// under a spec with its rates.
pub(super) fn own_rates_are_kept(backend: &mut dyn Backend) -> CheckResult {
    for (momentum, optimizer, update, bias, layers, lr) in [
        (0.0, "gd", "batch-mean", "on", "2,3,1", "0.1"),
        (0.5, "gd", "batch-sum", "on", "2,3,1", "0,0.1"),
        (0.0, "gd", "online", "off", "2,3,1", "0.1"),
        (0.0, "adam", "batch-mean", "on", "2,2,2,1", "0.1,0,0.1"),
    ] {
        let parsed = |error: &dyn std::fmt::Display| -> ! { unreachable!("these are settings: {error}") };
        let spec = Spec {
            epochs: 30,
            momentum,
            optimizer: optimizer.parse().unwrap_or_else(|error| parsed(&error)),
            update: update.parse().unwrap_or_else(|error| parsed(&error)),
            bias: bias.parse().unwrap_or_else(|error| parsed(&error)),
            layers: layers.parse().unwrap_or_else(|error| parsed(&error)),
            lr: lr.parse().unwrap_or_else(|error| parsed(&error)),
            ..Spec::default()
        };
        let problem = problem(&spec);
        let own = rates(&problem);
        let job = Job { keep_weights: true, own_rates: true, ..Job::new(&problem, SEED) };
        let name = format!("{optimizer}, {update}, momentum {momentum}, bias {bias}, rates {lr} in the spec");
        let whole = train(backend, &job, &own, COUNT)?.remove(0);
        for (position, part) in train(backend, &job, &own, 1)?.iter().enumerate() {
            let first = part.outcomes.get(0);
            let there = whole.outcomes.get(position);
            if first.outputs.iter().zip(there.outputs).any(|(a, b)| a.to_bits() != b.to_bits()) {
                return Err(format!("{name}: network {position} differs when its chunk holds no other"));
            }
        }
        for position in [0, 7, COUNT - 1] {
            let network = weights_of(&whole)?.network(position);
            let expected = alone(&problem, &own, position)?;
            if let Some(k) = (0..network.len()).find(|k| !Tolerance::T2.holds(network[*k], expected[*k])) {
                return Err(format!(
                    "{name}: network {position}, weight {k} is {}, but should be {} at rates {:?}",
                    network[k],
                    expected[k],
                    own.rates(position)
                ));
            }
        }
        let mut reference = Reference::new(Precision::F64, None).map_err(text)?;
        let gold = train(&mut reference, &job, &own, COUNT)?.remove(0);
        for (position, (a, b)) in whole.outcomes.loss.iter().zip(&gold.outcomes.loss).enumerate() {
            if !Tolerance::T2.holds(*a, *b) {
                return Err(format!("{name}: network {position} has loss {a} instead of {b}"));
            }
        }
    }
    Ok(())
}

/// The reference's weights of one network under a spec with its rates.
fn alone(problem: &Problem, own: &OwnRates, position: usize) -> Result<Vec<f64>, String> {
    let spec = Spec {
        lr: crate::spec::Rates::new(own.rates(position)),
        momentum: own.momentum(position),
        ..problem.spec().clone()
    };
    let start: Vec<f64> = Starts::of(problem, SEED).widened(position as u64);
    let problem = spec.problem().map_err(text)?;
    let mut training = crate::backend::reference::Training::<f64>::new(&problem, &start);
    training.run(spec.epochs);
    Ok(training.weights().to_vec())
}
