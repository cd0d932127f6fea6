//! One weight and no bias: the second program, and the slip in its gradient.

use crate::backend::reference::Training;
use crate::error::Result;
use crate::reproduce::{Accept, Figure, Lab, Reproduction};
use crate::spec::{AfterSolved, Bias, Examples, Layers, Loss, Problem, Spec, Task, Update};

use super::{PRINTED, SOURCE, sigmoid};

pub(in super::super) const ONE_WEIGHT: Reproduction = Reproduction {
    name: "tutorial/one-weight",
    title: "One weight learns to give 0",
    source: SOURCE,
    setting: "h = g(w x), inputs 0.1, 0.25, 0.5, 0.75, 1, targets 0 where not said, w from 5, rate 0.5, 2,000 epochs; the cost printed is \
              the mean squared error",
    slip: Some(
        "The printed program steps by the sum of (h-y) h (1-h): the input x, which the chain rule puts there as a factor, is \
         missing. So each example pushes w as hard as if its input were 1, and w runs to -24 where the true gradient \
         reaches -12 in the same time.",
    ),
    figures: &[
        Figure { quantity: "cost before", published: "0.757384221746", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "w after", published: "-24.3428836", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "cost after", published: "0.00130014553005", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "outputs after", published: "0.08 0 0 0 0", accept: Accept::Digits, reason: PRINTED },
        Figure {
            quantity: "w after, gradient averaged over examples",
            published: "none",
            accept: Accept::Open,
            reason: "the printed program sums",
        },
        Figure {
            quantity: "all targets 1: w after, from 5",
            published: "24.52",
            accept: Accept::Digits,
            reason: PRINTED,
        },
        Figure {
            quantity: "all targets 1: w after, from -5",
            published: "24.34",
            accept: Accept::Digits,
            reason: PRINTED,
        },
        Figure { quantity: "outputs with w = 0.3", published: "0.51, 0.52", accept: Accept::Digits, reason: PRINTED },
        Figure {
            quantity: "their cost 1/(2m) sum (h-y)^2, from those two decimals",
            published: "0.133",
            accept: Accept::Digits,
            reason: PRINTED,
        },
    ],
    program,
};

pub(super) const INPUTS: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 1.0];
const START: f64 = 5.0;
const RATE: f64 = 0.5;
const EPOCHS: u32 = 2_000;

fn outputs(w: f64) -> [f64; 5] {
    INPUTS.map(|x| sigmoid(w * x))
}

/// The mean squared error for targets 0.
pub(super) fn cost(w: f64) -> f64 {
    outputs(w).iter().map(|h| h * h).sum::<f64>() / INPUTS.len() as f64
}

/// The printed program: the factor x is missing.
fn printed(mut w: f64, target: f64) -> f64 {
    for _ in 0..EPOCHS {
        w -= RATE * outputs(w).iter().map(|h| (h - target) * h * (1.0 - h)).sum::<f64>();
    }
    w
}

/// The weight after training by the library, all targets the same: the corrected gradient.
fn corrected(update: Update, start: f64, target: f64) -> Result<f64> {
    let spec = Spec {
        task: Task::Csv("one-weight".into()),
        layers: Layers::new(vec![1, 1])?,
        bias: Bias::Off,
        loss: Loss::Mse,
        lr: RATE.into(),
        update,
        epochs: EPOCHS,
        after_solved: AfterSolved::Continue,
        ..Spec::default()
    };
    let problem = Problem::with_examples(&spec, Examples::new(INPUTS.to_vec(), 1, vec![target; INPUTS.len()], 1))?;
    let mut training = Training::<f64>::new(&problem, &[start, 0.0]);
    training.run(EPOCHS);
    Ok(training.weights()[0])
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    lab.found("cost before", cost(START));
    lab.corrected("cost before", cost(START));
    let (printed_end, summed) = (printed(START, 0.0), corrected(Update::BatchSum, START, 0.0)?);
    for (quantity, measure) in [
        ("w after", (|w| vec![w]) as fn(f64) -> Vec<f64>),
        ("cost after", |w| vec![cost(w)]),
        ("outputs after", |w| outputs(w).to_vec()),
    ] {
        lab.found(quantity, measure(printed_end));
        lab.corrected(quantity, measure(summed));
    }
    for (start, quantity) in [(START, "all targets 1: w after, from 5"), (-START, "all targets 1: w after, from -5")] {
        lab.found(quantity, printed(start, 1.0));
        lab.corrected(quantity, corrected(Update::BatchSum, start, 1.0)?);
    }
    let averaged = corrected(Update::BatchMean, START, 0.0)?;
    lab.corrected("w after, gradient averaged over examples", averaged);
    lab.remark(format!("Averaged over the examples, the corrected gradient ends with cost {:.6}.", cost(averaged)));
    let first = &outputs(0.3)[..2];
    lab.found("outputs with w = 0.3", first.to_vec());
    let half_mean = |outputs: &[f64]| outputs.iter().map(|h| h * h).sum::<f64>() / (2 * outputs.len()) as f64;
    let shown: Vec<f64> = first.iter().map(|h| (100.0 * h).round() / 100.0).collect();
    lab.found("their cost 1/(2m) sum (h-y)^2, from those two decimals", half_mean(&shown));
    lab.remark(format!("From the outputs in full that cost is {:.4}.", half_mean(first)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Figures of a NumPy program with the gradient written out.
    #[test]
    fn the_corrected_gradient_is_that_of_another_implementation() {
        let end = |update| corrected(update, START, 0.0).unwrap();
        let (summed, averaged) = (end(Update::BatchSum), end(Update::BatchMean));
        assert!((summed + 12.264_532_58).abs() < 1e-8 && (cost(summed) - 0.010_685_356_203_707).abs() < 1e-14);
        assert!((averaged + 6.462_624_24).abs() < 1e-8 && (cost(averaged) - 0.029_443_866_018_11).abs() < 1e-14);
    }
}
