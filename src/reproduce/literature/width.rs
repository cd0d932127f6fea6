//! How the width of the starts decides whether training converges, and what the border looks like.

use crate::error::Result;
use crate::outcome::Fate;
use crate::reproduce::{Accept, Content, Curve, Curves, Exhibit, Figure, Grid, Lab, Reproduction, SEED, Scale};
use crate::spec::{Init, MapAxis, Range, Spec, Update};
use crate::study::{MapPlan, MapStart};

use super::pdp_style;

const NOT_AT_HAND: &str = "the experiment is theirs; no figure of theirs can be read in a public copy";

pub(in super::super) const WIDTH: Reproduction = Reproduction {
    name: "width",
    title: "Runs that do not converge against the width of the starts",
    source: "Kolen & Pollack 1990, Back propagation is sensitive to initial conditions: their experiment",
    setting: "2-2-1, sigmoid, squared error, start U(-R, R); ours: rate 1 on the sum over examples, no momentum, sum of squares \
              below 0.04 within 20,000 epochs",
    slip: None,
    figures: &[
        Figure {
            quantity: "R with the smallest share that does not converge",
            published: "none at hand",
            accept: Accept::Open,
            reason: NOT_AT_HAND,
        },
        Figure {
            quantity: "falls of that share along R = 2, 3, 4, 6, 8, 10, 15, 20",
            published: "none at hand",
            accept: Accept::Open,
            reason: NOT_AT_HAND,
        },
    ],
    program,
};

const WIDTHS: [f64; 14] = [0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 15.0];

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.count(20_000, 1_000);
    let mut points: Vec<(f64, f64)> = Vec::new();
    for width in WIDTHS.into_iter().chain([20.0]) {
        let answer = lab.population(&spec(width)?.problem()?, count)?;
        points.push((width, 1.0 - answer.rate()));
    }
    let least = points.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((f64::NAN, f64::NAN));
    lab.found("R with the smallest share that does not converge", least.0);
    let beyond: Vec<f64> = points.iter().filter(|(width, _)| *width >= 2.0).map(|(_, share)| *share).collect();
    let falls = beyond.windows(2).filter(|pair| pair[1] < pair[0]).count();
    lab.found("falls of that share along R = 2, 3, 4, 6, 8, 10, 15, 20", falls as f64);
    lab.remark(format!(
        "Not converged: {}.",
        points.iter().map(|(width, share)| format!("R = {width} {:.1}%", 100.0 * share)).collect::<Vec<_>>().join(", ")
    ));
    lab.exhibit(Exhibit {
        name: "width",
        title: format!("2-2-1 on XOR, {count} starts a width"),
        content: Content::Curves(Curves {
            x: Scale { label: "width R of the starts, U(−R, R)", log: true },
            y: Scale { label: "share not converged in 20,000 epochs", log: false },
            curves: vec![Curve { name: "2-2-1".into(), points }],
            mark: None,
        }),
    });
    slice(lab)
}

fn spec(width: f64) -> Result<Spec> {
    Ok(Spec { init: Init::Uniform(width), momentum: 0.0, epochs: 20_000, ..pdp_style(2, 1.0, Update::BatchSum)? })
}

/// A slice through the space of starts: two weights over [-10, 10], the others those of one start.
fn slice(lab: &mut Lab<'_>) -> Result<()> {
    let side = if lab.quick() { 64 } else { 400 };
    let spec = Spec { epochs: 2_000, ..spec(1.0)? };
    // The weights from the first input to the first hidden unit and from the second input to the second.
    let axes = ["theta1[0,0]", "theta1[1,1]"]
        .map(|name| MapAxis { name: name.into(), range: Range { low: -10.0, high: 10.0, log: false } });
    let start = MapStart::Same { seed: SEED, network: 0 };
    let cells = lab.map(&MapPlan::new(&spec, axes, (side, side), start, Vec::new())?)?;
    let epochs = cells.iter().map(|cell| if cell.fate == Fate::Solved { f64::from(cell.epoch) } else { f64::NAN });
    lab.exhibit(Exhibit {
        name: "width-slice",
        title: "A slice through the starts of 2-2-1 (grey: not in 2,000 epochs)".into(),
        content: Content::Grid(Grid {
            x: (Scale { label: "theta1[0,0]", log: false }, -10.0, 10.0),
            y: (Scale { label: "theta1[1,1]", log: false }, -10.0, 10.0),
            value: Scale { label: "epochs to converge", log: true },
            columns: side,
            values: epochs.collect(),
        }),
    });
    Ok(())
}
