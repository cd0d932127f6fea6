//! One hidden unit and shortcuts from the inputs: does every run solve XOR?

use crate::error::Result;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction};
use crate::spec::{Init, Layers, Spec, Update};

use super::pdp_style;

pub(in super::super) const SHORTCUT: Reproduction = Reproduction {
    name: "shortcut",
    title: "One hidden unit with shortcuts solves XOR with probability one",
    source: "Sprinkhuizen-Kuyper & Boers 1996, The error surface of the simplest XOR network has only global minima",
    setting: "2-1-1 with the inputs joined to the output as well, sigmoid, squared error; ours: rate 0.5 on the sum over examples, \
              momentum 0.9, start U(-1, 1), sum of squares below 0.04",
    slip: None,
    figures: &[
        Figure {
            quantity: "share solved within 1,000 epochs",
            published: "none",
            accept: Accept::Open,
            reason: "the theorem gives no time",
        },
        Figure {
            quantity: "share solved within 10,000 epochs",
            published: "none",
            accept: Accept::Open,
            reason: "the theorem gives no time",
        },
        Figure {
            quantity: "share solved within 100,000 epochs",
            published: "probability one",
            accept: Accept::Between(0.999, 1.0),
            reason: "the theorem gives no time; with ten times the epochs of most runs, all but one in a thousand should be through",
        },
    ],
    program,
};

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.count(100_000, 2_000);
    let spec = Spec {
        layers: Layers::new(vec![2, 1, 1])?,
        shortcuts: true,
        init: Init::Uniform(1.0),
        epochs: 100_000,
        ..pdp_style(2, 0.5, Update::BatchSum)?
    };
    let answer = lab.population(&spec.problem()?, count)?;
    for (budget, quantity) in [
        (1_000, "share solved within 1,000 epochs"),
        (10_000, "share solved within 10,000 epochs"),
        (100_000, "share solved within 100,000 epochs"),
    ] {
        let successes = answer.tally.solved_epochs().range(..=budget).map(|(_, count)| count).sum();
        lab.found(quantity, Measured::Share { successes, trials: count });
    }
    Ok(())
}
