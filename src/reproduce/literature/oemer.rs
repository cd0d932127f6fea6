//! Four ways to update, ten runs each.

use crate::error::Result;
use crate::reproduce::lab::mean_epochs;
use crate::reproduce::{Accept, Figure, Lab, Reproduction};
use crate::spec::{Criterion, Init, Layers, Loss, Spec, Update};

const TEN: &str = "the source made 10 runs: its own 95% interval must meet ours; the claim is that most are solved";
const MEAN: &str =
    "among the middle 95% of means of as many solved runs of ours; the claim is of factors of four and more";
const ALL_MEANS: &str = "all four means: probability of such a disagreement";

const fn share(quantity: &'static str, published: &'static str, successes: u64) -> Figure {
    Figure { quantity, published, accept: Accept::Count { successes, trials: 10, about: 0.5 }, reason: TEN }
}

const fn mean(quantity: &'static str, published: &'static str, value: f64, runs: u64) -> Figure {
    Figure { quantity, published, accept: Accept::MeanOf { value, runs, about: 4.0 }, reason: MEAN }
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
        Figure {
            quantity: ALL_MEANS,
            published: "the four means",
            accept: Accept::Between(0.05, 1.0),
            reason: "one test for all: Fisher's sum of the logarithms of the four probabilities",
        },
    ],
    program,
};

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.count(20_000, 1_000);
    let mut chances = Vec::new();
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
        let (quantity, found) = (format!("{word}: mean epochs"), mean_epochs(&answer));
        let figure = OEMER.figures.iter().find(|figure| figure.quantity == quantity);
        chances.extend(figure.and_then(|figure| figure.chance(&found)));
        lab.found(&quantity, found);
    }
    let shown: Vec<String> = chances.iter().map(|chance| format!("{chance:.2}")).collect();
    lab.remark(format!(
        "Probability that as many solved runs of ours have a mean as far off, to either side: {}.",
        shown.join(", ")
    ));
    lab.found(ALL_MEANS, combined(&chances));
    Ok(())
}

/// One probability for several independent tests: the sum of -2 ln p follows chi-square with two degrees of freedom a test
/// (Fisher 1925, Statistical Methods for Research Workers).
fn combined(chances: &[f64]) -> f64 {
    let half: f64 = chances.iter().map(|chance| -chance.ln()).sum();
    let mut term = 1.0;
    let mut sum = 0.0;
    for count in 1..=chances.len() {
        sum += term;
        term *= half / count as f64;
    }
    (-half).exp() * sum
}

#[cfg(test)]
mod tests {
    use super::combined;

    #[test]
    fn tests_are_combined_by_fisher() {
        assert!((combined(&[0.3]) - 0.3).abs() < 1e-12);
        // By hand: x = -ln of the product is 8.871, and the tail e^-x (1 + x + x^2/2 + x^3/6).
        let (x, found) = (8.871_f64, combined(&[0.09, 0.13, 0.1, 0.12]));
        assert!((found - (-x).exp() * (1.0 + x + x * x / 2.0 + x.powi(3) / 6.0)).abs() < 1e-5, "{found}");
        assert!(combined(&[0.5, 0.6, 0.4, 0.7]) > 0.5);
    }
}
