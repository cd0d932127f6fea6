//! The error of random networks.

use crate::error::Result;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction};
use crate::spec::{Criterion, Loss, Spec};

use super::random_search;

pub(in super::super) const BOSMAN_2018: Reproduction = Reproduction {
    name: "bosman-2018",
    title: "Mean squared error of random XOR networks",
    source: "Bosman, Engelbrecht & Helbig 2018, on error landscapes of neural networks",
    setting: "2-2-1, sigmoid, weights and biases from U(-10, 10), nothing trained; mean over the four examples of the squared \
              error",
    slip: None,
    figures: &[Figure {
        quantity: "mean squared error",
        published: "about 0.45",
        accept: Accept::Near { value: 0.45, absolute: 0.005, relative: 0.0 },
        reason: "two decimals are given",
    }],
    program,
};

fn program(lab: &mut Lab<'_>) -> Result<()> {
    // A criterion that always holds keeps each start's weights, so the loss is that of the start.
    let spec = Spec { loss: Loss::Mse, solved: Criterion::Sse(f64::from(f32::MAX)), ..random_search::drawn()? };
    let count = lab.forward_count(1_000_000, 50_000);
    let mut errors = Vec::with_capacity(count as usize);
    // Half the mean of squares is what the loss is.
    lab.train(&spec.problem()?, count, None, &mut |outcome| errors.push((2.0 * outcome.loss, 1)))?;
    lab.found("mean squared error", Measured::mean_of(errors));
    Ok(())
}
