//! Descent in one dimension: the first program.

use crate::error::Result;
use crate::reproduce::{Accept, Figure, Lab, Reproduction};

use super::{PRINTED, SOURCE};

pub(in super::super) const DESCENT: Reproduction = Reproduction {
    name: "tutorial/descent",
    title: "Gradient descent on f(x) = x^4 - 3x^3 + 2",
    source: SOURCE,
    setting: "start x = 4, step size 0.01, until a step is at most 1e-5 long; by hand with step size 0.001",
    slip: None,
    figures: &[
        Figure {
            quantity: "x where it stops",
            published: "2.2500325268933734",
            accept: Accept::Digits,
            reason: PRINTED,
        },
        Figure { quantity: "steps", published: "42", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "f'(4)", published: "112", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "x after one step by hand", published: "3.888", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "f'(3.888)", published: "99.0436", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "x after two steps by hand", published: "3.79", accept: Accept::Digits, reason: PRINTED },
        Figure { quantity: "f'(-1)", published: "-13", accept: Accept::Digits, reason: PRINTED },
        Figure {
            quantity: "x where it stops, from the minimum 9/4",
            published: "near",
            accept: Accept::Between(0.0, 1e-4),
            reason: "a step of 1e-5 is 0.01 times a slope of 1e-3, and the curvature there is 20.25",
        },
    ],
    program,
};

fn slope(x: f64) -> f64 {
    4.0 * x.powi(3) - 9.0 * x.powi(2)
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let (mut before, mut x, mut steps) = (0.0f64, 4.0f64, 0);
    while (x - before).abs() > 1e-5 {
        before = x;
        x = before - 0.01 * slope(before);
        steps += 1;
    }
    lab.found("x where it stops", x);
    lab.found("steps", f64::from(steps));
    lab.found("x where it stops, from the minimum 9/4", (x - 2.25).abs());
    lab.found("f'(4)", slope(4.0));
    let first = 4.0 - 0.001 * slope(4.0);
    lab.found("x after one step by hand", first);
    lab.found("f'(3.888)", slope(first));
    lab.found("x after two steps by hand", first - 0.001 * slope(first));
    lab.found("f'(-1)", slope(-1.0));
    let mut flat = 0.0f64;
    (0..10_000).for_each(|_| flat -= 0.01 * slope(flat));
    lab.remark(format!(
        "Started at the flat point x = 0, descent has not moved after 10,000 steps (x = {flat}): a slope of zero is not a \
         minimum."
    ));
    Ok(())
}
