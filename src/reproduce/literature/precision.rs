//! Does higher numerical precision find fewer local minima?

use rayon::prelude::*;

use crate::backend::reference::Training;
use crate::error::Result;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction, SEED};
use crate::rule::Real;
use crate::seed::Starts;
use crate::spec::{Init, Problem, Spec, Update};

use super::pdp_style;

pub(in super::super) const PRECISION: Reproduction = Reproduction {
    name: "precision",
    title: "Higher numerical precision finds fewer local minima",
    source: "Sprinkhuizen-Kuyper & Boers 1998, on reports of local minima of 2-2-1",
    setting: "2-2-1, sigmoid, squared error, start U(-20, 20); ours: rate 0.5 on the sum over examples, momentum 0.9, 2,000 epochs; \
              stuck: not solved, and the gradient is exactly zero in every component; the same starts in f32 and in f64",
    slip: None,
    figures: &[
        Figure {
            quantity: "stuck in f32",
            published: "none",
            accept: Accept::Open,
            reason: "the source gives no share",
        },
        Figure {
            quantity: "stuck in f64",
            published: "none",
            accept: Accept::Open,
            reason: "the source gives no share",
        },
        Figure {
            quantity: "stuck in f32 and not in f64, less the reverse, of all networks",
            published: "fewer with higher precision",
            accept: Accept::Between(1e-6, 1.0),
            reason: "the statement is about the sign",
        },
    ],
    program,
};

const EPOCHS: u32 = 2_000;

fn stuck<R: Real>(problem: &Problem, start: &[f64]) -> bool {
    let mut training = Training::<R>::new(problem, start);
    training.run(EPOCHS);
    training.outcome(0).solved_epoch == 0 && training.loss_gradient().iter().all(|g| g.wide() == 0.0)
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let spec = Spec { epochs: EPOCHS, init: Init::Uniform(20.0), ..pdp_style(2, 0.5, Update::BatchSum)? };
    let problem = spec.problem()?;
    let trials: u64 = if lab.quick() { 1_000 } else { 10_000 };
    let starts = Starts::of(&problem, SEED);
    let pairs: Vec<(bool, bool)> = (0..trials)
        .into_par_iter()
        .map(|network| {
            let start: Vec<f64> = starts.widened(network);
            (stuck::<f32>(&problem, &start), stuck::<f64>(&problem, &start))
        })
        .collect();
    let count = |which: fn(&(bool, bool)) -> bool| pairs.iter().filter(|pair| which(pair)).count() as u64;
    lab.found("stuck in f32", Measured::Share { successes: count(|pair| pair.0), trials });
    lab.found("stuck in f64", Measured::Share { successes: count(|pair| pair.1), trials });
    let (single, double) = (count(|pair| pair.0 && !pair.1), count(|pair| pair.1 && !pair.0));
    lab.found(
        "stuck in f32 and not in f64, less the reverse, of all networks",
        (single as f64 - double as f64) / trials as f64,
    );
    Ok(())
}
