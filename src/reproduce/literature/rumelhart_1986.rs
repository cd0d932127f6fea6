//! Four single runs of 1986: where each lies in the population that it was drawn from.

use rayon::prelude::*;

use crate::backend::reference::Training;
use crate::error::Result;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction, SEED};
use crate::seed::Starts;
use crate::spec::{Criterion, Init, Layers, Problem, Spec, Task, Update};

use super::pdp_style;

const TYPICAL: Accept = Accept::Between(0.025, 0.975);
const RUN: &str = "one run is typical if it lies within the middle 95% of the population";

pub(in super::super) const RUMELHART_1986: Reproduction = Reproduction {
    name: "rumelhart-1986",
    title: "Symmetry, XOR with one hidden unit, parity and the encoder",
    source: "Rumelhart, Hinton & Williams 1986: symmetry from Nature 323, figure 1; the others from chapter 8 of Parallel Distributed \
             Processing, pages 331 and 335 to 337",
    setting: "sigmoid, squared error, full batch, momentum 0.9. Symmetry of six inputs, 6-2-1: rate 0.1, starts U(-0.3, 0.3), all printed. \
              XOR, 2-1-1 with shortcuts from the inputs, and parity of four inputs, 4-4-1: rate 0.5. Inferred: momentum of these two, \
              starts U(-0.5, 0.5), every output within 0.1. Encoder 8-3-8: rate and all else ours, as for parity",
    slip: None,
    figures: &[
        Figure {
            quantity: "symmetry: share solved by sweep 1,425",
            published: "1,425 sweeps",
            accept: TYPICAL,
            reason: RUN,
        },
        Figure {
            quantity: "symmetry: middle weight of one side over the smallest, hidden units of those solved, median",
            published: "2 (1:2:4)",
            accept: Accept::Near { value: 2.0, absolute: 0.0, relative: 0.05 },
            reason: "a ratio of small numbers, printed without decimals: within a twentieth",
        },
        Figure {
            quantity: "symmetry: largest weight of one side over the smallest, hidden units of those solved, median",
            published: "4 (1:2:4)",
            accept: Accept::Near { value: 4.0, absolute: 0.0, relative: 0.05 },
            reason: "a ratio of small numbers, printed without decimals: within a twentieth",
        },
        Figure {
            quantity: "XOR, one hidden unit: share solved by sweep 558",
            published: "558 sweeps",
            accept: TYPICAL,
            reason: RUN,
        },
        Figure {
            quantity: "parity: share solved by presentation 2,825",
            published: "2,825 presentations",
            accept: TYPICAL,
            reason: RUN,
        },
        Figure {
            quantity: "encoder: share solved within 5,000 sweeps",
            published: "none",
            accept: Accept::Open,
            reason: "the chapter shows the codes that were learnt and gives neither rate nor time",
        },
    ],
    program,
};

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let symmetry = Spec {
        task: Task::Symmetry(6),
        layers: Layers::new(vec![6, 2, 1])?,
        init: Init::Uniform(0.3),
        epochs: 20_000,
        ..typical(0.1)?
    };
    let count = lab.count(2_000, 300);
    solved_by(lab, &symmetry, count, 1_425, "symmetry: share solved by sweep 1,425")?;
    sides(lab, &symmetry.problem()?)?;
    let xor = Spec { layers: Layers::new(vec![2, 1, 1])?, shortcuts: true, ..typical(0.5)? };
    let count = lab.count(5_000, 1_000);
    solved_by(lab, &xor, count, 558, "XOR, one hidden unit: share solved by sweep 558")?;
    let parity = Spec { task: Task::Parity(4), layers: Layers::new(vec![4, 4, 1])?, ..typical(0.5)? };
    solved_by(lab, &parity, count, 2_825, "parity: share solved by presentation 2,825")?;
    let encoder = Spec { task: Task::Encoder(8), layers: Layers::new(vec![8, 3, 8])?, ..typical(0.5)? };
    solved_by(lab, &encoder, count, 5_000, "encoder: share solved within 5,000 sweeps")
}

fn typical(rate: f64) -> Result<Spec> {
    let solved = Criterion::MaxError(0.1);
    Ok(Spec { solved, init: Init::Uniform(0.5), epochs: 10_000, ..pdp_style(2, rate, Update::BatchSum)? })
}

/// The share of starts that is solved by this epoch, and a sentence on the rest.
fn solved_by(lab: &mut Lab<'_>, spec: &Spec, count: u64, epoch: u32, quantity: &str) -> Result<()> {
    let answer = lab.population(&spec.problem()?, count)?;
    let successes = answer.tally.solved_epochs().range(..=epoch).map(|(_, count)| count).sum();
    lab.found(quantity, Measured::Share { successes, trials: count });
    if let Some(epochs) = answer.epochs_to_solve() {
        let word = quantity.split(':').next().unwrap_or(quantity);
        lab.remark(format!(
            "{word}: {:.1}% are solved within {} sweeps, half of those by sweep {} and 95% by {}.",
            100.0 * answer.rate(),
            spec.epochs,
            epochs.median,
            epochs.p95
        ));
    }
    Ok(())
}

/// Weights from inputs on one side of the middle into a hidden unit, sorted by size, in units of the smallest.
fn ratios(weights: &[f64], unit: usize) -> [f64; 2] {
    let mut side = [0, 1, 2].map(|input: usize| weights[2 * input + unit].abs());
    side.sort_by(f64::total_cmp);
    [side[1] / side[0], side[2] / side[0]]
}

/// What the hidden units of solved networks look like, in f64.
fn sides(lab: &mut Lab<'_>, problem: &Problem) -> Result<()> {
    let starts = Starts::of(problem, SEED);
    let networks = if lab.quick() { 24 } else { 120 };
    let found: Vec<[f64; 2]> = (0..networks)
        .into_par_iter()
        .filter_map(|network| {
            let mut training = Training::<f64>::new(problem, &starts.widened(network));
            training.run(problem.spec().epochs);
            let solved = training.outcome(network).solved_epoch > 0;
            solved.then(|| [0, 1].map(|unit| ratios(training.weights(), unit)))
        })
        .flatten()
        .collect();
    let median = |position: usize| {
        let mut sorted: Vec<f64> = found.iter().map(|pair| pair[position]).collect();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    };
    lab.found("symmetry: middle weight of one side over the smallest, hidden units of those solved, median", median(0));
    lab.found(
        "symmetry: largest weight of one side over the smallest, hidden units of those solved, median",
        median(1),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_of_the_side() {
        // Inputs by hidden units: the first unit has 2, -1, 4 before the middle.
        let weights = [2.0, 9.0, -1.0, 9.0, 4.0, 9.0, -4.0, 9.0, 1.0, 9.0, -2.0, 9.0];
        assert_eq!((ratios(&weights, 0), ratios(&weights, 1)), ([2.0, 4.0], [1.0, 1.0]));
    }
}
