//! The encoder of Fahlman's study of learning speed, by standard backpropagation.

use crate::error::Result;
use crate::reproduce::lab::mean_epochs;
use crate::reproduce::{Accept, Figure, Lab, Reproduction};
use crate::spec::{Criterion, Examples, Problem, Spec, Task, Update};

use super::pdp_style;

const MEAN: &str = "among the middle 95% of means of 25 of ours; the claims built on it are of factors of two";

const fn mean(quantity: &'static str, published: &'static str, value: f64) -> Figure {
    Figure { quantity, published, accept: Accept::MeanOf { value, runs: 25, about: 2.0 }, reason: MEAN }
}

pub(in super::super) const FAHLMAN_1988: Reproduction = Reproduction {
    name: "fahlman-1988",
    title: "The 10-5-10 encoder by backpropagation",
    source: "Fahlman 1988, An Empirical Study of Learning Speed in Back-Propagation Networks, CMU-CS-88-162, sections 2.3, 3.1 and 3.6 \
             (text in the public archive of XLisp-Stat)",
    setting: "10-5-10, sigmoid, squared error, gradient summed over the ten patterns, starts U(-1, 1), solved when for a whole epoch every \
              output is below 0.4 or above 0.6 as it should be; 25 trials each. Complement: all ones but a single zero. All settings are \
              printed. Quickprop, the offset of g' and the arctanh error are left out, for they are no rules here",
    slip: None,
    figures: &[
        mean("rate 1.7: mean epochs", "129", 129.0),
        Figure {
            quantity: "rate 1.7: share solved within 5,000 epochs",
            published: "all of 25",
            accept: Accept::Count { successes: 25, trials: 25, about: 0.2 },
            reason: "every trial of the encoder succeeded",
        },
        mean("rate 1.1, momentum 0.5: mean epochs", "129", 129.0),
        mean("rate 0.5: mean epochs", "242", 242.0),
        Figure {
            quantity: "rate 1.3: mean epochs",
            published: "241",
            accept: Accept::Open,
            reason: "printed of a rate beyond the best, which is 1.7: the copy has lost another number",
        },
        mean("complement, rate 0.9, momentum 0.1: mean epochs", "334.4", 334.4),
    ],
    program,
};

const UNITS: usize = 10;

fn spec(rate: f64, momentum: f64) -> Result<Spec> {
    Ok(Spec {
        task: Task::Encoder(UNITS as u32),
        layers: crate::spec::Layers::new(vec![UNITS, 5, UNITS])?,
        momentum,
        solved: Criterion::MaxError(0.4),
        epochs: 5_000,
        ..pdp_style(5, rate, Update::BatchSum)?
    })
}

/// The same patterns with ones and zeros exchanged.
fn complement(spec: &Spec) -> Result<Problem> {
    let patterns: Vec<f64> = (0..UNITS * UNITS).map(|at| f64::from(at / UNITS != at % UNITS)).collect();
    Ok(Problem::with_examples(spec, Examples::new(patterns.clone(), UNITS, patterns, UNITS))?)
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.count(20_000, 300);
    for (rate, momentum, word) in
        [(1.7, 0.0, "rate 1.7"), (1.1, 0.5, "rate 1.1, momentum 0.5"), (0.5, 0.0, "rate 0.5"), (1.3, 0.0, "rate 1.3")]
    {
        let answer = lab.population(&spec(rate, momentum)?.problem()?, count)?;
        lab.found(&format!("{word}: mean epochs"), mean_epochs(&answer));
        if rate == 1.7 {
            lab.found("rate 1.7: share solved within 5,000 epochs", &answer);
        }
        if let Some(epochs) = answer.epochs_to_solve() {
            lab.remark(format!(
                "{word}: half are solved by epoch {}, 95% by {}, the last by {}.",
                epochs.median, epochs.p95, epochs.max
            ));
        }
    }
    let answer = lab.population(&complement(&spec(0.9, 0.1)?)?, count)?;
    lab.found("complement, rate 0.9, momentum 0.1: mean epochs", mean_epochs(&answer));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_complement_has_a_single_zero_in_each_pattern() {
        let problem = complement(&spec(0.9, 0.1).unwrap()).unwrap();
        let examples = problem.examples();
        assert_eq!(examples.count(), UNITS);
        for example in 0..UNITS {
            assert_eq!(examples.input(example), examples.target(example));
            assert_eq!((examples.input(example)[example], examples.input(example).iter().sum::<f64>()), (0.0, 9.0));
        }
    }
}
