//! How many random networks there are for one that computes XOR.

use crate::error::Result;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction};
use crate::spec::{Criterion, Init, Layers, Spec};

pub(in super::super) const RANDOM_SEARCH: Reproduction = Reproduction {
    name: "random-search",
    title: "Guessing the weights of an XOR network",
    source: "Schmidhuber, 19 March 1993, on the Connectionists mailing list",
    setting: "2-2-1, sigmoid, weights and biases from U(-10, 10), nothing trained; it computes XOR if every output is on the \
              right side of 0.5, which is our reading: the source does not say when it counts",
    slip: None,
    figures: &[Figure {
        quantity: "networks tried for one that computes XOR",
        published: "about 1,500",
        accept: Accept::Near { value: 1500.0, absolute: 0.0, relative: 0.44 },
        reason: "the average of a couple of simulations: that of even 20 such searches is known to 44% only",
    }],
    program,
};

/// One epoch looks at each network once; those that do not compute XOR are counted and forgotten.
pub(super) fn drawn() -> Result<Spec> {
    Ok(Spec {
        layers: Layers::new(vec![2, 2, 1])?,
        init: Init::Uniform(10.0),
        epochs: 1,
        solved: Criterion::Sign,
        ..Spec::default()
    })
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.forward_count(100_000_000, 1_000_000);
    let counted = lab.count_at_start(&drawn()?.problem()?, count)?;
    lab.found(
        "networks tried for one that computes XOR",
        Measured::OneIn { successes: counted.solved, trials: counted.networks },
    );
    Ok(())
}
