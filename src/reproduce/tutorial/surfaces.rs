//! The inverter's cost surfaces: the fourth program, and in numbers what its two pictures show.

use crate::backend::reference::Training;
use crate::error::Result;
use crate::reproduce::{Accept, Content, Exhibit, Figure, Lab, Reproduction};
use crate::spec::{Init, Loss};
use crate::study::{Surface, SurfaceAxis, SurfaceStudy};

use super::{SOURCE, inverter};

pub(in super::super) const SURFACES: Reproduction = Reproduction {
    name: "tutorial/surfaces",
    title: "The inverter's cost over both weights in [-15, 15]",
    source: SOURCE,
    setting: "mean squared error, and cross-entropy summed over both examples; 500 x 500 points where the tutorial scatters \
              500 random pairs; descent and success as in tutorial/inverter, with the corrected gradient",
    slip: None,
    figures: &[
        Figure {
            quantity: "largest difference of cross-entropy's slope in the last layer from 1/m sum x (h - y)",
            published: "1/m sum x (h - y)",
            accept: Accept::Near { value: 0.0, absolute: 1e-8, relative: 0.0 },
            reason: "no difference but that of central differences in f64, at 49 points",
        },
        Figure {
            quantity: "squared error: share of the plane with slope below 0.01",
            published: "flat plateaus",
            accept: Accept::Between(0.25, 1.0),
            reason: "a plateau that descent meets often is a good part of the plane",
        },
        Figure {
            quantity: "cross-entropy: share of the plane with slope below 0.01",
            published: "slopes almost everywhere",
            accept: Accept::Between(0.0, 0.15),
            reason: "almost everywhere is all but a small part, and the valley floor itself is flat",
        },
        Figure {
            quantity: "squared error: starts in the plane that get stuck",
            published: "none",
            accept: Accept::Open,
            reason: "the tutorial leaves the question open",
        },
        Figure {
            quantity: "cross-entropy: starts in the plane that get stuck",
            published: "none",
            accept: Accept::Open,
            reason: "the tutorial leaves the question open",
        },
    ],
    program,
};

const WIDTH: f64 = 15.0;
/// Starts of the paths that are drawn: the valley's sides, the peak's and the plateaus.
const PATH_STARTS: [(f64, f64); 8] =
    [(-7.0, 11.5), (-2.0, 10.0), (6.0, 12.5), (12.0, 2.0), (13.0, -7.0), (3.0, -4.0), (-7.0, -12.0), (-13.5, -4.0)];

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let axis =
        |position| SurfaceAxis { position, low: -WIDTH, high: WIDTH, count: if lab.quick() { 150 } else { 500 } };
    let (x, y) = (axis(0), axis(1));
    // Costs as the tutorial has them: twice ours for the squared error, and m = 2 times for cross-entropy summed.
    for (loss, name, word, picture, title) in [
        (
            Loss::Mse,
            "mean squared error",
            "squared error",
            "surface-squared-error",
            "Squared error: plateaus where descent gets stuck",
        ),
        (
            Loss::CrossEntropy,
            "cross-entropy, summed",
            "cross-entropy",
            "surface-cross-entropy",
            "Cross-entropy: a slope towards the valley almost everywhere",
        ),
    ] {
        let problem = inverter::problem(loss, Init::Uniform(WIDTH))?;
        let study = SurfaceStudy { problem: &problem, base: &[0.0, 0.0], x, y };
        let watch = lab.watch();
        let surface = study.run(lab.driver())?.scaled(2.0, name);
        lab.found(&format!("{word}: share of the plane with slope below 0.01"), surface.flat_share(0.01));
        lab.remark(format!(
            "{name}: slope below 0.1, 0.01, 0.001 and 0.0001 on {:.1}%, {:.1}%, {:.1}% and {:.1}% of the plane.",
            100.0 * surface.flat_share(0.1),
            100.0 * surface.flat_share(0.01),
            100.0 * surface.flat_share(0.001),
            100.0 * surface.flat_share(0.0001)
        ));
        // The gradient is summed there: m = 2 times that of the mean.
        let paths = PATH_STARTS.iter().map(|start| study.descend(*start, problem.spec().epochs, 2.0, watch)).collect();
        let surface = Surface { x_name: "w₀".into(), y_name: "w₁ (bias)".into(), paths, ..surface };
        lab.exhibit(Exhibit { name: picture, title: title.into(), content: Content::Surface(surface) });
        let count = lab.count(200_000, 2_000);
        let stuck = inverter::stuck(lab, loss, Init::Uniform(WIDTH), count)?;
        lab.found(&format!("{word}: starts in the plane that get stuck"), stuck);
    }
    let problem = inverter::problem(Loss::CrossEntropy, Init::Uniform(WIDTH))?;
    lab.found(
        "largest difference of cross-entropy's slope in the last layer from 1/m sum x (h - y)",
        slope_difference(&problem),
    );
    Ok(())
}

/// Central differences of the mean cross-entropy against the formula, over a grid.
fn slope_difference(problem: &crate::spec::Problem) -> f64 {
    let examples = problem.examples();
    let loss = |w: [f64; 2]| Training::<f64>::new(problem, &w).evaluate().0;
    let mut worst = 0f64;
    for point in 0..49 {
        let w = [f64::from(point % 7 - 3), f64::from(point / 7 - 3)];
        let outputs = Training::<f64>::new(problem, &w).evaluate().1.to_vec();
        for weight in 0..2 {
            let moved = |step: f64| {
                let mut moved = w;
                moved[weight] += step;
                loss(moved)
            };
            let terms = outputs.iter().enumerate().map(|(example, h)| {
                let x = if weight == 0 { examples.input(example)[0] } else { 1.0 };
                x * (h - examples.target(example)[0])
            });
            let formula = terms.sum::<f64>() / examples.count() as f64;
            worst = worst.max((formula - (moved(1e-5) - moved(-1e-5)) / 2e-5).abs());
        }
    }
    worst
}
