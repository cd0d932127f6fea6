//! The border of trainability in the plane of two learning rates.

mod setup;

use rand::RngExt;
use rayon::prelude::*;

use crate::error::Result;
use crate::reproduce::lab::interrupted;
use crate::reproduce::{Accept, Content, Exhibit, Extent, Figure, Grid, Lab, Measured, Reproduction, SEED, Scale};
use crate::seed::{Purpose, Stream};
use crate::spec::Range;
use crate::stats::{Interval, LEVEL, boundary, student_quantile};

pub(super) use self::setup::tanh;
use self::setup::{Setup, Size, reference_problem, reference_ratio, reference_start};

const DIMENSION: &str = "box-counting dimension of the border, over zooms";
const SMOOTH: &str = "the same of a smooth border, a circle in the plane of the rates' logarithms";
const DIFFERING: &str = "share of pixels that f64 decides differently, in the tile with most border";

pub(in super::super) const FRACTAL: Reproduction = Reproduction {
    name: "fractal",
    title: "The boundary of neural network trainability is fractal",
    source: "Sohl-Dickstein 2024, arXiv:2402.06184; scale of its repository",
    setting: "n-n-1, tanh, linear output, no biases, as many examples as weights, all from N(0,1); full batch, one rate for each \
              layer, log-spaced over 10^-3 to 10^6; converged: the mean of the last 20 losses is below the first; ours: n = 8, 100 \
              steps, pictures of 256 x 256 pixels (--full: n = 16, 500 steps, 512 x 512); the dimension is the mean over ten \
              zooms onto border pixels drawn at random, 8 times as close",
    slip: None,
    figures: &[
        Figure {
            quantity: DIMENSION,
            published: "1.17 to 1.98",
            accept: Accept::Between(1.17, 1.98),
            reason: "the range over the source's six set-ups, of which this is one; a smooth border has dimension 1",
        },
        Figure {
            quantity: SMOOTH,
            published: "1",
            accept: Accept::Near { value: 1.0, absolute: 0.1, relative: 0.0 },
            reason: "geometry: the same zooms and the same estimate must tell a smooth border from a fractal one",
        },
        Figure {
            quantity: "share of pixels that converge",
            published: "none",
            accept: Accept::Open,
            reason: "the source gives no share",
        },
        Figure {
            quantity: DIFFERING,
            published: "none",
            accept: Accept::Open,
            reason: "ours to give: what f32 changes",
        },
    ],
    program,
};

/// Both rates.
const RATES: Range = Range { low: 1e-3, high: 1e6, log: true };
/// How much closer a zoom is than the whole.
const CLOSER: f64 = 8.0;
/// Zooms.
const ZOOMS: usize = 10;

/// A square of the plane of both rates' logarithms to base 10.
#[derive(Clone, Copy, Debug)]
struct View {
    corner: (f64, f64),
    width: f64,
}

impl View {
    fn whole() -> Self {
        let low = RATES.low.log10();
        Self { corner: (low, low), width: RATES.high.log10() - low }
    }

    /// Both logarithms at the middle of a pixel; the first layer's across, the second's up.
    fn at(self, (column, row): (usize, usize), side: usize) -> (f64, f64) {
        let place = |low: f64, at: usize| low + self.width * (at as f64 + 0.5) / side as f64;
        (place(self.corner.0, column), place(self.corner.1, row))
    }

    /// A closer view with this point in its middle.
    fn around(self, middle: (f64, f64)) -> Self {
        let width = self.width / CLOSER;
        Self { corner: (middle.0 - 0.5 * width, middle.1 - 0.5 * width), width }
    }
}

fn rates((x, y): (f64, f64)) -> (f64, f64) {
    (10f64.powf(x), 10f64.powf(y))
}

/// Where training converges in a view: a number below 1; row by row from below.
fn picture(lab: &Lab<'_>, view: View, side: usize, ratio: &(dyn Fn((f64, f64)) -> f32 + Sync)) -> Result<Vec<f32>> {
    let mut ratios = Vec::with_capacity(side * side);
    for row in 0..side {
        if lab.watch().interrupted() {
            return Err(interrupted());
        }
        ratios.par_extend((0..side).into_par_iter().map(|column| ratio(view.at((column, row), side))));
    }
    Ok(ratios)
}

/// Dimensions of the border in zooms onto pixels of it that are drawn at random, each by itself: those with most border would
/// be more crooked than the rest, and zooms within a zoom are alike.
fn dimensions(
    lab: &Lab<'_>,
    whole: &[f32],
    side: usize,
    ratio: &(dyn Fn((f64, f64)) -> f32 + Sync),
) -> Result<Vec<f64>> {
    let border = boundary(side, side, |x, y| whole[y * side + x] < 1.0).places();
    let mut stream = Stream::new(SEED, 0, Purpose::Point);
    let mut found = Vec::new();
    for _ in 0..if border.is_empty() { 0 } else { ZOOMS } {
        let middle = View::whole().at(border[stream.random_range(0..border.len())], side);
        let ratios = picture(lab, View::whole().around(middle), side, ratio)?;
        let dimension = boundary(side, side, |x, y| ratios[y * side + x] < 1.0).dimension(LEVEL);
        found.extend(dimension.map(|dimension| dimension.estimate));
    }
    Ok(found)
}

/// The mean of estimates, with Student's interval of their scatter.
fn mean_of(estimates: &[f64]) -> Option<Measured> {
    let count = estimates.len() as f64;
    if estimates.len() < 4 {
        return None;
    }
    let mean = estimates.iter().sum::<f64>() / count;
    let variance = estimates.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let half = student_quantile(0.5 + 0.5 * LEVEL, count - 1.0) * (variance / count).sqrt();
    let interval = Interval { method: "Student's, over zooms", level: LEVEL, low: mean - half, high: mean + half };
    Some(Measured::Estimate { value: mean, interval })
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let size = match lab.effort() {
        Extent::Quick => Size::QUICK,
        Extent::Usual => Size::USUAL,
        Extent::Full => Size::FULL,
    };
    let side = size.side;
    let setup = Setup::new(size)?;
    let trained = |place: (f64, f64)| {
        let (rate0, rate1) = rates(place);
        setup.ratio((rate0 as f32, rate1 as f32))
    };
    let whole = picture(lab, View::whole(), side, &trained)?;
    let successes = whole.iter().filter(|ratio| **ratio < 1.0).count() as u64;
    lab.found("share of pixels that converge", Measured::Share { successes, trials: whole.len() as u64 });
    let smooth = |(x, y): (f64, f64)| ((x - 1.5).hypot(y - 1.5) / 3.0) as f32;
    let circle = picture(lab, View::whole(), side, &smooth)?;
    for (quantity, whole, ratio) in
        [(DIMENSION, &whole, &trained as &(dyn Fn((f64, f64)) -> f32 + Sync)), (SMOOTH, &circle, &smooth)]
    {
        let estimates = dimensions(lab, whole, side, ratio)?;
        let shown: Vec<String> = estimates.iter().map(|one| format!("{one:.2}")).collect();
        match mean_of(&estimates) {
            Some(mean) => {
                lab.remark(format!("{quantity}: {}.", shown.join(", ")));
                lab.found(quantity, mean);
            }
            None => lab.remark(format!("{quantity}: the pictures are too small for one.")),
        }
    }
    let converged = |column: usize, row: usize| whole[row * side + column] < 1.0;
    let corner = busiest(side, size.tile, converged);
    let differing = in_double(&setup, corner, converged)?;
    lab.found(DIFFERING, Measured::Share { successes: differing, trials: (size.tile * size.tile) as u64 });
    let values = whole.iter().map(|ratio| if *ratio < 1.0 { f64::from(*ratio).max(1e-4) } else { f64::NAN });
    lab.exhibit(Exhibit {
        name: "fractal",
        title: "Where training converges, by both layers' rates (grey: it does not)".into(),
        content: Content::Grid(Grid {
            x: (Scale { label: "rate of the first layer", log: true }, RATES.low, RATES.high),
            y: (Scale { label: "rate of the second layer", log: true }, RATES.low, RATES.high),
            value: Scale { label: "mean of the last 20 losses over the first", log: true },
            columns: side,
            values: values.collect(),
        }),
    });
    Ok(())
}

/// The corner of the tile in which most pixels differ from a neighbour.
fn busiest(side: usize, tile: usize, converged: impl Fn(usize, usize) -> bool) -> (usize, usize) {
    let border = |left: usize, low: usize| {
        let pixels = (0..(tile - 1) * (tile - 1)).map(|at| (left + at % (tile - 1), low + at / (tile - 1)));
        let differs = |(x, y): &(usize, usize)| {
            converged(*x, *y) != converged(x + 1, *y) || converged(*x, *y) != converged(*x, y + 1)
        };
        pixels.filter(differs).count()
    };
    let corners = (0..(side / tile) * (side / tile)).map(|at| (at % (side / tile) * tile, at / (side / tile) * tile));
    corners.max_by_key(|(left, low)| border(*left, *low)).unwrap_or((0, 0))
}

/// How many pixels of a tile the f64 reference decides differently, trained as a spec of this program.
fn in_double(setup: &Setup, (left, low): (usize, usize), single: impl Fn(usize, usize) -> bool + Sync) -> Result<u64> {
    let Size { side, tile, steps, .. } = setup.size;
    let start = reference_start(setup);
    let decide = |at: usize| -> Result<bool> {
        let (column, row) = (left + at % tile, low + at / tile);
        let problem = reference_problem(setup, rates(View::whole().at((column, row), side)))?;
        Ok((reference_ratio(&problem, &start, steps) < 1.0) != single(column, row))
    };
    let decided: Result<Vec<bool>> = (0..tile * tile).into_par_iter().map(decide).collect();
    Ok(decided?.into_iter().filter(|differs| *differs).count() as u64)
}
