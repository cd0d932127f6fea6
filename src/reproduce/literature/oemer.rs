//! Four ways to update, ten runs each.

use crate::error::Result;
use crate::reproduce::lab::mean_epochs;
use crate::reproduce::{Accept, Figure, Lab, Reproduction};
use crate::spec::{Criterion, Init, Layers, Loss, Spec, Update};

const TEN: &str = "the source made 10 runs: its own 95% interval must meet ours";
const MEAN: &str = "a mean over the source's solved runs has the standard error of one run by the root of their number";

const fn share(quantity: &'static str, published: &'static str, successes: u64) -> Figure {
    Figure { quantity, published, accept: Accept::Count { successes, trials: 10 }, reason: TEN }
}

const fn mean(quantity: &'static str, published: &'static str, value: f64, runs: u64) -> Figure {
    Figure { quantity, published, accept: Accept::MeanOf { value, runs }, reason: MEAN }
}

pub(in super::super) const OEMER: Reproduction = Reproduction {
    name: "oemer",
    title: "XOR with and without momentum, batch and online",
    source: "Ömer 1995, Genetic Algorithms for Neural Network Training on Transputers (tph.tuwien.ac.at/~oemer/doc/neurogen)",
    setting: "rate 1, solved when the mean over the examples of e^2/2 is below 0.001, failed after 100,000 steps; topology and start \
              are not stated: 2-2-1, U(-1, 1)",
    slip: None,
    figures: &[
        share("batch: share solved", "8/10", 8),
        mean("batch: mean epochs", "5188.0", 5188.0, 8),
        share("batch, momentum 0.9: share solved", "9/10", 9),
        mean("batch, momentum 0.9: mean epochs", "538.7", 538.7, 9),
        share("online: share solved", "6/10", 6),
        mean("online: mean epochs", "1294.8", 1294.8, 6),
        share("online, momentum 0.9: share solved", "7/10", 7),
        mean("online, momentum 0.9: mean epochs", "138.0", 138.0, 7),
    ],
    program,
};

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.count(20_000, 1_000);
    for (update, momentum, word) in [
        (Update::BatchMean, 0.0, "batch"),
        (Update::BatchMean, 0.9, "batch, momentum 0.9"),
        (Update::ONLINE, 0.0, "online"),
        (Update::ONLINE, 0.9, "online, momentum 0.9"),
    ] {
        let spec = Spec {
            layers: Layers::new(vec![2, 2, 1])?,
            loss: Loss::Mse,
            lr: 1.0.into(),
            momentum,
            update,
            init: Init::Uniform(1.0),
            epochs: 100_000,
            // The mean of e^2/2 below 0.001 is the mean of e^2 below 0.002.
            solved: Criterion::Mse(0.002),
            ..Spec::default()
        };
        let answer = lab.population(&spec.problem()?, count)?;
        lab.found(&format!("{word}: share solved"), &answer);
        lab.found(&format!("{word}: mean epochs"), mean_epochs(&answer));
    }
    Ok(())
}
