//! Are the flats of the inverter's squared error local minima? Its gradient says no, and so do starts that get stuck there.

use rayon::prelude::*;

use crate::error::Result;
use crate::reproduce::lab::interrupted;
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction, SEED};
use crate::seed::Starts;
use crate::spec::{Init, Layers};

use super::{SOURCE, inverter, sigmoid};

pub(in super::super) const PLATEAUS: Reproduction = Reproduction {
    name: "tutorial/plateaus",
    title: "The inverter's squared error has plateaus and no local minimum",
    source: SOURCE,
    setting: "the inverter of tutorial/inverter, corrected gradient summed over both examples, f64. With b = w_1 and s = w_0 + w_1 the \
              squared error is 1/2 (1 - g(b))^2 + 1/2 g(s)^2: one term that falls in b everywhere and one that rises in s everywhere. So \
              its gradient is zero nowhere: there is no stationary point and no minimum, and the cost only nears 0 as b grows and s falls \
              without end. Where it is flat it is a plateau, and descent there is slow and not stuck",
    slip: None,
    figures: &[
        Figure {
            quantity: "squared error: points of a grid over both weights in [-300, 300] where the gradient is zero",
            published: "local minima",
            accept: Accept::Between(1.0, GRID_POINTS),
            reason: "a local minimum is a stationary point",
        },
        Figure {
            quantity: "cross-entropy: points of that grid where the gradient is zero",
            published: "no local minima",
            accept: Accept::Between(0.0, 0.0),
            reason: "without a stationary point there is no minimum; a grid of points alone would not prove it, the two monotone terms do",
        },
        Figure {
            quantity: "squared error: of those stuck after 12,000 epochs, share free after 10 times as many",
            published: "stuck in local minima",
            accept: Accept::Between(0.0, 0.02),
            reason: HELD,
        },
        Figure {
            quantity: "squared error: of those stuck after 12,000 epochs, share free after 100 times as many",
            published: "stuck in local minima",
            accept: Accept::Between(0.0, 0.02),
            reason: HELD,
        },
        Figure {
            quantity: "squared error: of those stuck after 12,000 epochs, share whose cost fell between 10 and 100 times as many",
            published: "stuck in local minima",
            accept: Accept::Between(0.0, 0.02),
            reason: "at a minimum the cost falls no more",
        },
    ],
    program,
};

const HELD: &str = "a minimum holds for good what descends to it in small steps";
/// Points of the grid on a side, one every unit of weight.
const SIDE: i32 = 601;
const GRID_POINTS: f64 = (SIDE * SIDE) as f64;
const RATE: f64 = 0.05;
const EPOCHS: u32 = 12_000;

/// g' that does not vanish where g rounds to 1.
fn slope(z: f64) -> f64 {
    sigmoid(z) * sigmoid(-z)
}

/// Slopes of the two terms: of 1/2 (1 - g(b))^2 in b, and of 1/2 g(s)^2 in s.
fn squared([w0, w1]: [f64; 2]) -> [f64; 2] {
    let (b, s) = (w1, w0 + w1);
    [-sigmoid(-b) * slope(b), sigmoid(s) * slope(s)]
}

/// The same of cross-entropy, -ln g(b) - ln (1 - g(s)).
fn entropy([w0, w1]: [f64; 2]) -> [f64; 2] {
    [-sigmoid(-w1), sigmoid(w0 + w1)]
}

/// Of two terms, one in w_1 and one in w_0 + w_1, the gradient in (w_0, w_1).
fn gradient([in_b, in_s]: [f64; 2]) -> [f64; 2] {
    [in_s, in_b + in_s]
}

/// Points where the gradient is zero: where neither term slopes, as `in_s = 0` and `in_b = -in_s` say.
fn stationary(terms: fn([f64; 2]) -> [f64; 2]) -> usize {
    let weight = |position: i32| f64::from(position - SIDE / 2);
    let points = (0..SIDE * SIDE).map(|point| [weight(point % SIDE), weight(point / SIDE)]);
    points.filter(|w| gradient(terms(*w)) == [0.0, 0.0]).count()
}

/// Descends for so many epochs.
fn descend(mut w: [f64; 2], epochs: u32) -> [f64; 2] {
    for _ in 0..epochs {
        let [g0, g1] = gradient(squared(w));
        w = [w[0] - RATE * g0, w[1] - RATE * g1];
    }
    w
}

fn outputs(w: [f64; 2]) -> [f64; 2] {
    [sigmoid(w[1]), sigmoid(w[0] + w[1])]
}

/// The squared error, exact where an output rounds to its wrong end.
fn cost([w0, w1]: [f64; 2]) -> f64 {
    0.5 * (sigmoid(-w1).powi(2) + sigmoid(w0 + w1).powi(2))
}

/// What became of one start that was stuck.
struct Later {
    free: [bool; 2],
    fell: bool,
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    lab.found(
        "squared error: points of a grid over both weights in [-300, 300] where the gradient is zero",
        stationary(squared) as f64,
    );
    lab.found("cross-entropy: points of that grid where the gradient is zero", stationary(entropy) as f64);
    let count = if lab.quick() { 60 } else { 600 };
    let watch = lab.watch();
    let starts = Starts::new(Init::Normal(5.0), &Layers::new(vec![1, 1])?, SEED);
    let follow = |network: u64| {
        let start = starts.weights(network);
        let at = descend([start[0].into(), start[1].into()], EPOCHS);
        if inverter::right(outputs(at)) || watch.interrupted() {
            return None;
        }
        let tenfold = descend(at, 9 * EPOCHS);
        let hundredfold = descend(tenfold, 90 * EPOCHS);
        Some(Later {
            free: [tenfold, hundredfold].map(|w| inverter::right(outputs(w))),
            fell: cost(hundredfold) < cost(tenfold),
        })
    };
    let later: Vec<Later> = (0..count).into_par_iter().filter_map(follow).collect();
    if watch.interrupted() {
        return Err(interrupted());
    }
    let share = |which: fn(&Later) -> bool| Measured::Share {
        successes: later.iter().filter(|one| which(one)).count() as u64,
        trials: later.len() as u64,
    };
    lab.found(
        "squared error: of those stuck after 12,000 epochs, share free after 10 times as many",
        share(|one| one.free[0]),
    );
    lab.found(
        "squared error: of those stuck after 12,000 epochs, share free after 100 times as many",
        share(|one| one.free[1]),
    );
    lab.found(
        "squared error: of those stuck after 12,000 epochs, share whose cost fell between 10 and 100 times as many",
        share(|one| one.fell),
    );
    lab.remark(format!(
        "Of {count} starts from N(0, 5), {} are on the wrong side of 0.5 after 12,000 epochs. Each tenfold of the epochs frees some: out on \
         a plateau the slope is e^-z, so the time to leave it grows like e^z with the distance z, and no end of time leaves all.",
        later.len()
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::reference::Training;
    use crate::spec::Loss;

    #[test]
    fn the_gradient_is_that_of_the_library() {
        for (loss, terms) in [(Loss::Mse, squared as fn([f64; 2]) -> [f64; 2]), (Loss::CrossEntropy, entropy)] {
            let problem = inverter::problem(loss, Init::Normal(5.0)).unwrap();
            for w in [[-4.0, 7.0], [3.0, -2.0], [0.5, 0.25]] {
                let mean = Training::<f64>::new(&problem, &w).loss_gradient();
                let ours = gradient(terms(w));
                for (mean, ours) in mean.iter().zip(ours) {
                    assert!((2.0 * mean - ours).abs() < 1e-14, "{loss:?} {w:?}: {mean} {ours}");
                }
            }
        }
    }

    /// A term with a minimum, planted, is found.
    #[test]
    fn a_stationary_point_is_counted() {
        assert_eq!(stationary(|[w0, w1]| [w1, w0 + w1]), 1);
        assert_eq!((stationary(squared), stationary(entropy)), (0, 0));
    }
}
