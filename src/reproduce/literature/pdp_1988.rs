//! The XOR run of the PDP handbook, epoch by epoch.

use crate::backend::reference::Training;
use crate::error::Result;
use crate::outcome::{Values, Weights};
use crate::reproduce::{Accept, Figure, Lab, Reproduction};
use crate::spec::{Init, Problem, Spec, Update};

use super::pdp_style;

const PRINTED: &str = "the start is given to six decimals and all else is arithmetic: every printed digit counts";

pub(in super::super) const PDP_1988: Reproduction = Reproduction {
    name: "pdp-1988",
    title: "The XOR run of the PDP handbook",
    source: "McClelland & Rumelhart 1988, Explorations in Parallel Distributed Processing; weights as in public copies",
    setting: "2-2-1, sigmoid, steps along the gradient of half the total sum of squares (TSS), summed over the examples, \
              rate 0.5, momentum 0.9, until TSS < 0.04",
    slip: None,
    figures: &[
        Figure { quantity: "TSS at the start", published: "1.0507", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "TSS after 210 updates", published: "0.8967", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "TSS after 240 updates", published: "0.6488", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "TSS after 270 updates", published: "0.1468", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "TSS after 288 updates", published: "0.0398", accept: Accept::Digits, reason: PRINTED },
        Figure {
            quantity: "solved at epoch, f64 reference",
            published: "289",
            accept: Accept::Digits,
            reason: PRINTED,
        },
        Figure {
            quantity: "solved at epoch, chosen backend",
            published: "289",
            accept: Accept::Digits,
            reason: PRINTED,
        },
    ],
    program,
};

/// Flat order: inputs to hidden units, hidden biases, hidden units to the output, its bias.
const START: [f64; 9] = [0.432171, -0.038413, 0.448781, 0.036489, -0.276589, -0.402498, 0.272080, 0.081714, 0.279299];

fn solved_at(problem: &Problem, start: &[f64]) -> u32 {
    let mut training = Training::<f64>::new(problem, start);
    training.run(problem.spec().epochs);
    training.outcome(0).solved_epoch
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    // The start's distribution plays no part.
    let spec = Spec { init: Init::Uniform(0.5), ..pdp_style(2, 0.5, Update::BatchSum)? };
    let problem = spec.problem()?;
    let mut training = Training::<f64>::new(&problem, &START);
    for (updates, quantity) in [
        (0, "TSS at the start"),
        (210, "TSS after 210 updates"),
        (240, "TSS after 240 updates"),
        (270, "TSS after 270 updates"),
        (288, "TSS after 288 updates"),
    ] {
        training.run(updates - training.epoch());
        let outputs = training.evaluate().1.to_vec();
        let tss: f64 = outputs.iter().zip(problem.examples().targets()).map(|(h, y)| (h - y).powi(2)).sum();
        lab.found(quantity, tss);
    }
    lab.found("solved at epoch, f64 reference", f64::from(solved_at(&problem, &START)));
    let starts = Weights::new(problem.layers(), Values::F64(START.to_vec()));
    let mut epoch = 0;
    lab.train(&problem, 1, Some(&starts), &mut |outcome| epoch = outcome.solved_epoch)?;
    lab.found("solved at epoch, chosen backend", f64::from(epoch));
    let doubled = Spec { lr: 1.0.into(), ..spec.clone() }.problem()?;
    let online = Spec { update: Update::ONLINE, ..spec }.problem()?;
    let [a, b, c, d, ref rest @ ..] = START;
    let transposed: Vec<f64> = [a, c, b, d].iter().chain(rest).copied().collect();
    lab.remark(format!(
        "How sharp the test is: a doubled gradient solves at epoch {}, online updates at {}, transposed hidden weights at {}.",
        solved_at(&doubled, &START),
        solved_at(&online, &START),
        solved_at(&problem, &transposed)
    ));
    Ok(())
}
