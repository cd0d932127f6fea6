//! XOR by backpropagation: the fifth program, and where its printed run lies among a million.

use crate::error::Result;
use crate::reproduce::{Accept, Content, Curve, Curves, Exhibit, Figure, Lab, Measured, Reproduction, Scale};
use crate::spec::{AfterSolved, Spec};
use crate::stats::{EpochSummary, quantile};

use super::SOURCE;

/// Largest error of the printed run, whose outputs are 0.01205117, 0.9825991, 0.98941642, 0.02203315.
const PRINTED_ERROR: f64 = 0.022_033_15;

const OPEN: &str = "the tutorial shows one run; the share is ours to give";

pub(in super::super) const XOR: Reproduction = Reproduction {
    name: "tutorial/xor",
    title: "XOR by backpropagation, 2-3-1",
    source: SOURCE,
    setting: "sigmoid, cross-entropy, mean gradient of four examples, rate 0.1, 10,000 epochs, weights and biases from \
              0.5 sqrt(6/(fan_in+fan_out)) N(0,1); the printed start is not given, so the run is placed in a population",
    slip: None,
    figures: &[
        Figure {
            quantity: "share that ends at least as close as the printed run (all errors <= 0.02203315)",
            published: "0.01205117, 0.9825991, 0.98941642, 0.02203315",
            accept: Accept::Between(0.025, 0.975),
            reason: "a run is typical if it lies within the middle 95% of the population",
        },
        Figure { quantity: "share that ends within 0.05", published: "none", accept: Accept::Open, reason: OPEN },
        Figure { quantity: "share that ends within 0.1", published: "none", accept: Accept::Open, reason: OPEN },
        Figure { quantity: "share that ends within 0.5", published: "none", accept: Accept::Open, reason: OPEN },
        Figure {
            quantity: "median epoch in which all errors are <= 0.1",
            published: "10,000 epochs, said to be much",
            accept: Accept::Open,
            reason: "the tutorial gives no number to hold it against",
        },
        Figure {
            quantity: "best of the rates 0.001, 0.01, 0.1, 1, 10, by share within 0.1 after 10,000 epochs",
            published: "0.1",
            accept: Accept::Open,
            reason: "found there by trying rates a factor of ten apart; how they were judged is not said",
        },
    ],
    program,
};

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let problem = Spec { after_solved: AfterSolved::Continue, ..Spec::default() }.problem()?;
    let targets = problem.examples().targets().to_vec();
    let count = lab.count(1_000_000, 10_000);
    let mut errors: Vec<f32> = Vec::new();
    let answer = lab.train(&problem, count, None, &mut |outcome| {
        let pairs = outcome.outputs.iter().zip(&targets);
        errors.push(pairs.map(|(h, y)| (h - *y as f32).abs()).fold(0.0, f32::max));
    })?;
    errors.sort_by(f32::total_cmp);
    let within = |bound: f64| Measured::Share {
        successes: errors.partition_point(|error| f64::from(*error) <= bound) as u64,
        trials: count,
    };
    for (quantity, bound) in [
        ("share that ends at least as close as the printed run (all errors <= 0.02203315)", PRINTED_ERROR),
        ("share that ends within 0.05", 0.05),
        ("share that ends within 0.1", 0.1),
        ("share that ends within 0.5", 0.5),
    ] {
        lab.found(quantity, within(bound));
    }
    if let Some(epochs) = EpochSummary::of(&answer.tally.solved_epochs()) {
        lab.found("median epoch in which all errors are <= 0.1", f64::from(epochs.median));
        lab.remark(format!(
            "Of those that come within 0.1 in 10,000 epochs, half do by epoch {} and 95% by epoch {}.",
            epochs.median, epochs.p95
        ));
    }
    lab.exhibit(largest_errors(&errors, &within(PRINTED_ERROR)));
    rates(lab)
}

/// The distribution of the largest error at the end, with the printed run on it.
fn largest_errors(errors: &[f32], printed: &Measured) -> Exhibit {
    let points = (0..=400).map(|step| {
        let position = (step * (errors.len() - 1)) / 400;
        (f64::from(errors[position]), (position + 1) as f64 / errors.len() as f64)
    });
    Exhibit {
        name: "tutorial-xor-errors",
        title: "2-3-1 on XOR: largest error after 10,000 epochs".into(),
        content: Content::Curves(Curves {
            x: Scale { label: "largest error of the four outputs", log: true },
            y: Scale { label: "share of networks that end at least as close", log: false },
            curves: vec![Curve { name: "2-3-1, rate 0.1".into(), points: points.collect() }],
            mark: Some((PRINTED_ERROR, printed.value(), "the printed run".into())),
        }),
    }
}

/// Rates a factor of ten apart: which is best, and how the share within 0.1 grows with the epochs.
fn rates(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.count(100_000, 2_000);
    let mut best = (f64::NAN, -1.0);
    let mut curves = Vec::new();
    for rate in [0.001, 0.01, 0.1, 1.0, 10.0] {
        let answer = lab.population(&Spec { lr: rate.into(), ..Spec::default() }.problem()?, count)?;
        let median = quantile(&answer.tally.solved_epochs(), 0.5);
        lab.remark(format!(
            "Rate {rate}: {} of {count} within 0.1 in 10,000 epochs{}.",
            answer.tally.solved(),
            median.map_or(String::new(), |epoch| format!(", half of those by epoch {epoch}"))
        ));
        if answer.rate() > best.1 {
            best = (rate, answer.rate());
        }
        let mut solved = 0;
        let solved_epochs = answer.tally.solved_epochs();
        let first = solved_epochs.keys().next().copied().unwrap_or(100);
        let mut points = vec![(f64::from(first), 0.0)];
        for (epoch, networks) in &solved_epochs {
            solved += networks;
            points.push((f64::from(*epoch), solved as f64 / count as f64));
        }
        points.push((10_000.0, solved as f64 / count as f64));
        curves.push(Curve {
            name: format!("rate {rate}{}", if solved == 0 { " (none)" } else { "" }),
            points: thinned(points, 500),
        });
    }
    lab.found("best of the rates 0.001, 0.01, 0.1, 1, 10, by share within 0.1 after 10,000 epochs", best.0);
    lab.exhibit(Exhibit {
        name: "tutorial-xor-rates",
        title: "XOR, 2-3-1: rates a factor of ten apart".into(),
        content: Content::Curves(Curves {
            x: Scale { label: "epoch", log: true },
            y: Scale { label: "share of networks within 0.1 of all targets", log: false },
            curves,
            mark: None,
        }),
    });
    Ok(())
}

/// At most about so many of the points, the ends kept.
fn thinned(points: Vec<(f64, f64)>, most: usize) -> Vec<(f64, f64)> {
    let stride = points.len().div_ceil(most).max(1);
    let last = points.len() - 1;
    points.into_iter().enumerate().filter(|(at, _)| at % stride == 0 || *at == last).map(|(_, point)| point).collect()
}
