//! RPROP against backpropagation on encoders.

use crate::error::Result;
use crate::reproduce::lab::mean_epochs;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction};
use crate::seed::normal_quantile;
use crate::spec::{Criterion, Layers, Optimizer, Spec, Task, Update};
use crate::stats::{Interval, LEVEL};

use super::pdp_style;

pub(in super::super) const RIEDMILLER_1993: Reproduction = Reproduction {
    name: "riedmiller-1993",
    title: "RPROP takes a small part of backpropagation's epochs, whatever its first step",
    source: "Riedmiller & Braun 1993, A direct adaptive method for faster backpropagation learning (of the paper's public copies only \
             its conclusion could be read, not its tables)",
    setting: "10-5-10 encoder, sigmoid, squared error, full batch, factors 1.2 and 0.5. Ours: iRPROP-, which leaves out RPROP's way back \
              after a turn; first step 0.1 where not said; starts U(-1, 1), outputs within 0.4; backpropagation at rate 1.7, the best of \
              fahlman-1988",
    slip: None,
    figures: &[
        Figure { quantity: "RPROP: mean epochs", published: "none at hand", accept: Accept::Open, reason: TABLE },
        Figure {
            quantity: "RPROP's mean epochs over backpropagation's",
            published: "drastically reduced",
            accept: Accept::Between(0.0, 0.5),
            reason: "drastically is to less than half",
        },
        Figure {
            quantity: "slowest over fastest mean, first steps 0.01, 0.03, 0.1, 0.3 and 1",
            published: "uncritical",
            accept: Accept::Between(1.0, 2.0),
            reason: "uncritical is less than a factor of two over two decades",
        },
    ],
    program,
};

const TABLE: &str = "the table of epochs is in no copy that we could read";

fn spec(optimizer: Optimizer, rate: f64) -> Result<Spec> {
    Ok(Spec {
        task: Task::Encoder(10),
        layers: Layers::new(vec![10, 5, 10])?,
        optimizer,
        momentum: 0.0,
        solved: Criterion::MaxError(0.4),
        epochs: 5_000,
        ..pdp_style(5, rate, Update::BatchSum)?
    })
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.count(20_000, 300);
    let mean = |lab: &mut Lab<'_>, optimizer, rate: f64| -> Result<Measured> {
        Ok(mean_epochs(&lab.population(&spec(optimizer, rate)?.problem()?, count)?))
    };
    let descent = mean(lab, Spec::default().optimizer, 1.7)?;
    let mut means = Vec::new();
    for first_step in [0.01, 0.03, 0.1, 0.3, 1.0] {
        let found = mean(lab, Optimizer::Rprop, first_step)?;
        lab.remark(format!("First step {first_step}: {:.1} epochs.", found.value()));
        if first_step == 0.1 {
            lab.found("RPROP's mean epochs over backpropagation's", ratio(&found, &descent));
            lab.found("RPROP: mean epochs", found.clone());
        }
        means.push(found);
    }
    means.sort_by(|a, b| a.value().total_cmp(&b.value()));
    if let [least, .., most] = &means[..] {
        lab.found("slowest over fastest mean, first steps 0.01, 0.03, 0.1, 0.3 and 1", ratio(most, least));
    }
    Ok(())
}

/// One mean over another, with the interval that the normal law gives its logarithm.
fn ratio(above: &Measured, below: &Measured) -> Measured {
    let error = |measured: &Measured| match measured {
        Measured::Mean { mean, deviation, count, .. } => deviation / (mean * (*count as f64).sqrt()),
        _ => f64::NAN,
    };
    let value = above.value() / below.value();
    let factor = (normal_quantile(0.5 + 0.5 * LEVEL) * error(above).hypot(error(below))).exp();
    let interval = Interval { method: "normal", level: LEVEL, low: value / factor, high: value * factor };
    Measured::Estimate { value, interval }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_ratio_holds_both_errors() {
        let mean = |mean, deviation| Measured::Mean { mean, deviation, count: 100, counts: Vec::new() };
        let found = ratio(&mean(20.0, 6.0), &mean(10.0, 4.0));
        // Errors of 3% and 4% are one of 5%.
        let factor = (1.959_964 * 0.05f64).exp();
        let interval = found.interval().unwrap();
        assert_eq!(found.value(), 2.0);
        assert!((interval.low - 2.0 / factor).abs() < 1e-6 && (interval.high - 2.0 * factor).abs() < 1e-6);
    }
}
