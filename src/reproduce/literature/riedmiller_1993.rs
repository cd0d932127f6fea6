//! RPROP against backpropagation on encoders.

use crate::error::Result;
use crate::reproduce::lab::mean_epochs;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction};
use crate::spec::{Criterion, Layers, Optimizer, Spec, Task, Update};

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
    let descent = mean(lab, Optimizer::Gd, 1.7)?;
    let mut means = Vec::new();
    for first_step in [0.01, 0.03, 0.1, 0.3, 1.0] {
        let found = mean(lab, Optimizer::Rprop, first_step)?;
        lab.remark(format!("First step {first_step}: {:.1} epochs.", found.value()));
        means.push(found.value());
        if first_step == 0.1 {
            lab.found("RPROP's mean epochs over backpropagation's", found.value() / descent.value());
            lab.found("RPROP: mean epochs", found);
        }
    }
    let (least, most) = means.iter().fold((f64::INFINITY, 0.0f64), |(low, high), one| (low.min(*one), high.max(*one)));
    lab.found("slowest over fastest mean, first steps 0.01, 0.03, 0.1, 0.3 and 1", most / least);
    Ok(())
}
