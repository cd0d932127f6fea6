//! Descent against search that sees the cost and not its slope, by the cost that each reaches with the same work.

use rand::RngExt;
use rayon::prelude::*;

use crate::error::Result;
use crate::reproduce::lab::interrupted;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction, SEED};
use crate::seed::{Purpose, Starts, Stream, normal_quantile};
use crate::spec::{AfterSolved, Init, Problem, Spec};

use super::SOURCE;

pub(in super::super) const SEARCH: Reproduction = Reproduction {
    name: "tutorial/search",
    title: "Descent, random search and a genetic algorithm on XOR, by cost",
    source: SOURCE,
    setting: "the network of tutorial/xor, mean cross-entropy; work for 30,000 evaluations of the cost over the four examples. Descent: \
              rate 0.1, 10,000 epochs, each counted as three evaluations, for its way back costs two. Random search: the best of 30,000 \
              networks from U(-10, 10). Genetic algorithm: 100 networks from U(-5, 5), 300 generations, the best kept, parents the best of \
              three, each weight from either parent, and one in ten moved by N(0, 1). Both searches and the exchange rate are ours",
    slip: None,
    figures: &[
        Figure { quantity: "median cost: descent", published: "none", accept: Accept::Open, reason: OPEN },
        Figure { quantity: "median cost: random search", published: "none", accept: Accept::Open, reason: OPEN },
        Figure { quantity: "median cost: genetic algorithm", published: "none", accept: Accept::Open, reason: OPEN },
        Figure {
            quantity: "share of runs in which descent ends below random search",
            published: "descent, not random weights",
            accept: Accept::Between(0.5, 1.0),
            reason: BETTER,
        },
        Figure {
            quantity: "share of runs in which descent ends below the genetic algorithm",
            published: "descent, not a genetic algorithm",
            accept: Accept::Between(0.5, 1.0),
            reason: BETTER,
        },
    ],
    program,
};

const OPEN: &str = "the tutorial names the alternatives and gives no number";
const BETTER: &str = "the better way ends lower in more than half of the runs";

const EVALUATIONS: u32 = 30_000;
const EVALUATIONS_PER_EPOCH: u32 = 3;
const POPULATION: usize = 100;
const WEIGHT_COUNT: usize = 13;

type Weights = [f64; WEIGHT_COUNT];

/// Mean cross-entropy of 2-3-1 on XOR, weights in flat order.
fn cost(w: &Weights) -> f64 {
    let sum: f64 = [(0.0, 0.0, false), (0.0, 1.0, true), (1.0, 0.0, true), (1.0, 1.0, false)]
        .into_iter()
        .map(|(a, b, target)| {
            let hidden = |unit: usize| super::sigmoid(a * w[unit] + b * w[3 + unit] + w[6 + unit]);
            let z = w[9] * hidden(0) + w[10] * hidden(1) + w[11] * hidden(2) + w[12];
            // -ln g(z) or -ln g(-z), finite wherever z is.
            let wrong = if target { -z } else { z };
            wrong.max(0.0) + (-wrong.abs()).exp().ln_1p()
        })
        .sum();
    sum / 4.0
}

/// The lowest cost of so many random networks; those of one run follow those of the last.
fn random_search(problem: &Problem, run: u64) -> f64 {
    let starts = Starts::with_init(problem, Init::Uniform(10.0), SEED);
    let first = run * u64::from(EVALUATIONS);
    let costs = (first..first + u64::from(EVALUATIONS)).map(|network| {
        let mut weights = [0.0f32; WEIGHT_COUNT];
        starts.draw(network, &mut weights);
        cost(&weights.map(f64::from))
    });
    costs.fold(f64::INFINITY, f64::min)
}

/// The lowest cost in the last generation.
fn genetic_algorithm(run: u64) -> f64 {
    let mut rng = Stream::new(SEED, run, Purpose::Point);
    let scored = |weights: Weights| (cost(&weights), weights);
    let mut population: Vec<(f64, Weights)> = Vec::with_capacity(POPULATION);
    for _ in 0..POPULATION {
        population.push(scored(std::array::from_fn(|_| rng.random_range(-5.0..5.0))));
    }
    // One evaluation a network: a hundred at first and for each generation after it.
    for _ in 1..EVALUATIONS as usize / POPULATION {
        let best = *population.iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or(&population[0]);
        let mut parent = || -> Weights {
            let three = [0; 3].map(|_: usize| population[rng.random_range(0..POPULATION)]);
            three.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(best.1, |(_, weights)| weights)
        };
        let pairs: Vec<(Weights, Weights)> = (0..POPULATION).map(|_| (parent(), parent())).collect();
        population = pairs
            .into_iter()
            .map(|(mother, father)| {
                scored(std::array::from_fn(|weight| {
                    let inherited = if rng.random_bool(0.5) { mother[weight] } else { father[weight] };
                    let step = if rng.random_bool(0.1) { normal_quantile(rng.random_range(1e-12..1.0)) } else { 0.0 };
                    inherited + step
                }))
            })
            .collect();
        population[0] = best;
    }
    population.iter().map(|(cost, _)| *cost).fold(f64::INFINITY, f64::min)
}

/// The number in the middle; of an even count the upper of both.
fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let epochs = EVALUATIONS / EVALUATIONS_PER_EPOCH;
    let problem = Spec { epochs, after_solved: AfterSolved::Continue, ..Spec::default() }.problem()?;
    let runs: u64 = if lab.quick() { 40 } else { 200 };
    let mut descents = Vec::new();
    lab.train(&problem, runs, None, &mut |outcome| descents.push(outcome.loss))?;
    let watch = lab.watch();
    let searched = |search: &(dyn Fn(u64) -> f64 + Sync)| -> Result<Vec<f64>> {
        let one = |run: u64| if watch.interrupted() { f64::NAN } else { search(run) };
        let costs = (0..runs).into_par_iter().map(one).collect();
        if watch.interrupted() { Err(interrupted()) } else { Ok(costs) }
    };
    let random = searched(&|run| random_search(&problem, run))?;
    let genetic = searched(&genetic_algorithm)?;
    for (costs, quantity) in [
        (&descents, "median cost: descent"),
        (&random, "median cost: random search"),
        (&genetic, "median cost: genetic algorithm"),
    ] {
        lab.found(quantity, median(costs));
    }
    lab.remark(
        "Cross-entropy has its least at weights without bound. The genetic algorithm gets there by leaps, and thirteen weights are few to \
         search; descent is bound by its rate.",
    );
    for (costs, quantity) in [
        (&random, "share of runs in which descent ends below random search"),
        (&genetic, "share of runs in which descent ends below the genetic algorithm"),
    ] {
        let successes = descents.iter().zip(costs).filter(|(descent, other)| descent < other).count() as u64;
        lab.found(quantity, Measured::Share { successes, trials: runs });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::reference::Training;

    #[test]
    fn the_cost_is_that_of_the_library() {
        let problem = Spec::default().problem().unwrap();
        let starts = Starts::with_init(&problem, Init::Uniform(10.0), 1);
        for network in 0..20 {
            let weights = starts.widened(network);
            let expected = Training::<f64>::new(&problem, &weights).evaluate().0;
            let found = cost(&weights.try_into().unwrap());
            assert!((found - expected).abs() <= 1e-12 * expected.max(1.0), "{network}: {found} {expected}");
        }
    }

    #[test]
    fn a_search_never_ends_above_what_it_began_with() {
        let mut rng = Stream::new(SEED, 0, Purpose::Point);
        let first: Weights = std::array::from_fn(|_| rng.random_range(-5.0..5.0));
        assert!(genetic_algorithm(0) <= cost(&first));
    }
}
