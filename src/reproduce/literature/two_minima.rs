//! How rare are runs of XOR that fail?

use crate::error::Result;
use crate::outcome::Fate;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction};
use crate::spec::{Init, Spec, Update};

use super::pdp_style;

pub(in super::super) const TWO_MINIMA: Reproduction = Reproduction {
    name: "two-minima",
    title: "\"Only two\" local minima in hundreds of runs",
    source: "Rumelhart, Hinton & Williams 1986, chapter 8 of Parallel Distributed Processing",
    setting: "2-2-1, sigmoid, rate 0.25, momentum 0.9, start U(-0.5, 0.5), sum of squares below 0.04; batch, and budgets, ours",
    slip: None,
    figures: &[
        Figure {
            quantity: "share not solved within 10,000 epochs",
            published: "two in hundreds of runs",
            accept: Accept::Between(0.0, 0.02),
            reason: "two in hundreds is at most 2%",
        },
        Figure {
            quantity: "share not solved within 100,000 epochs",
            published: "two in hundreds of runs",
            accept: Accept::Between(0.0, 0.02),
            reason: "two in hundreds is at most 2%",
        },
    ],
    program,
};

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.count(20_000, 500);
    let spec = Spec { init: Init::Uniform(0.5), epochs: 100_000, ..pdp_style(2, 0.25, Update::BatchSum)? };
    let answer = lab.population(&spec.problem()?, count)?;
    let early: u64 = answer.tally.solved_epochs().range(..=10_000).map(|(_, count)| count).sum();
    for (quantity, solved) in [
        ("share not solved within 10,000 epochs", early),
        ("share not solved within 100,000 epochs", answer.tally.solved()),
    ] {
        lab.found(quantity, Measured::Share { successes: count - solved, trials: count });
    }
    let fates: Vec<String> = Fate::ALL
        .iter()
        .filter(|fate| **fate != Fate::Solved && answer.tally.count(**fate) > 0)
        .map(|fate| format!("{} {}", answer.tally.count(*fate), fate.name()))
        .collect();
    lab.remark(format!("The unsolved after 100,000 epochs, by outputs and loss: {}.", fates.join(", ")));
    Ok(())
}
