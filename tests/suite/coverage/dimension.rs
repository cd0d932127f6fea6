//! Box-counting dimensions, of sets and boundaries whose dimension is known.

use std::f64::consts::{PI, TAU};

use basins::stats::{Dimension, Points, boundary};

use super::{LEVEL, covers_too_rarely, uniform};

const SIDE: usize = 128;

/// A stream of uniform numbers.
struct Draws {
    seed: u64,
    drawn: u64,
}

impl Draws {
    fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// Between two numbers.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.drawn += 1;
        low + (high - low) * uniform(self.seed, self.drawn)
    }
}

/// Mandelbrot's percolation: each square is quartered, each quarter kept with probability p, and so on. What is left has
/// dimension 2 + log2 p.
fn percolation(draws: &mut Draws) -> (Points, f64) {
    let (levels, p) = (SIDE.ilog2(), 0.85f64);
    let kept = |level: u32, x: usize, y: usize| {
        let cell = ((level as u64) << 40) | ((y as u64) << 20) | x as u64;
        uniform(draws.seed, cell) < p
    };
    let points = Points::new(SIDE, SIDE, |x, y| {
        (1..=levels).all(|level| kept(level, x >> (levels - level), y >> (levels - level)))
    });
    (points, 2.0 + p.log2())
}

/// The dust of two of Cantor's sets, of random size and place.
fn dust(draws: &mut Draws) -> (Points, f64) {
    let mut line = || {
        let size = draws.between(0.6, 0.95) * SIDE as f64;
        let left = draws.between(0.0, SIDE as f64 - size);
        let mut parts = vec![(left, size)];
        for _ in 0..6 {
            parts = parts.iter().flat_map(|(at, size)| [(*at, size / 3.0), (at + size / 1.5, size / 3.0)]).collect();
        }
        let mut set = [false; SIDE];
        parts.iter().for_each(|(at, size)| set[*at as usize..=((at + size) as usize).min(SIDE - 1)].fill(true));
        set
    };
    let (across, up) = (line(), line());
    (Points::new(SIDE, SIDE, |x, y| across[x] && up[y]), 4f64.ln() / 3f64.ln())
}

/// The boundary of Koch's snowflake, turned, of random size and place.
fn snowflake(draws: &mut Draws) -> (Points, f64) {
    let (angle, size) = (draws.between(0.0, TAU), draws.between(0.3, 0.45) * SIDE as f64);
    let middle = [0, 1].map(|_| 0.5 * SIDE as f64 + draws.between(-0.04, 0.04) * SIDE as f64);
    let corner = |at: usize| {
        let turn = angle - at as f64 * TAU / 3.0;
        (middle[0] + size * turn.cos(), middle[1] + size * turn.sin())
    };
    let mut curve: Vec<(f64, f64)> = (0..3).map(corner).collect();
    for _ in 0..6 {
        let next = curve.iter().cycle().skip(1);
        curve = curve
            .iter()
            .zip(next)
            .flat_map(|(a, b)| {
                let (x, y) = ((b.0 - a.0) / 3.0, (b.1 - a.1) / 3.0);
                let (sine, cosine) = (PI / 3.0).sin_cos();
                let tip = (a.0 + x + x * cosine - y * sine, a.1 + y + x * sine + y * cosine);
                [*a, (a.0 + x, a.1 + y), tip, (a.0 + 2.0 * x, a.1 + 2.0 * y)]
            })
            .collect();
    }
    // Inside is behind an odd number of crossings along the row.
    let mut crossings = vec![Vec::new(); SIDE];
    for (a, b) in curve.iter().zip(curve.iter().cycle().skip(1)) {
        let (low, high) = if a.1 < b.1 { (a, b) } else { (b, a) };
        // Rows whose middle lies between the ends, the upper one left out.
        let row = |y: f64| ((y - 0.5).ceil().max(0.0) as usize).min(SIDE);
        let rows = row(low.1)..row(high.1);
        for (at, crossings) in rows.clone().zip(&mut crossings[rows]) {
            let share = (at as f64 + 0.5 - low.1) / (high.1 - low.1);
            crossings.push(low.0 + share * (high.0 - low.0));
        }
    }
    let inside =
        |x: usize, y: usize| crossings[y].iter().filter(|crossing| **crossing < x as f64 + 0.5).count() % 2 == 1;
    (boundary(SIDE, SIDE, inside), 4f64.ln() / 3f64.ln())
}

/// A straight line at any angle.
fn line(draws: &mut Draws) -> (Points, f64) {
    let (sine, cosine) = draws.between(0.0, PI).sin_cos();
    let offset = draws.between(-0.2, 0.2) * SIDE as f64;
    let middle = 0.5 * SIDE as f64;
    let side = |x: usize, y: usize| (x as f64 - middle) * cosine + (y as f64 - middle) * sine < offset;
    (boundary(SIDE, SIDE, side), 1.0)
}

/// Where a random field is above zero: waves in random directions, eight an octave down to two pixels, whose amplitude falls
/// as the power H of their length. Its contours have dimension 2 - H.
fn contours(draws: &mut Draws, power: f64) -> (Points, f64) {
    let mut heights = vec![0f64; SIDE * SIDE];
    for wave in 0..48 {
        let count = 2f64.powf((f64::from(wave) + draws.between(0.0, 1.0)) / 8.0);
        let (sine, cosine) = draws.between(0.0, TAU).sin_cos();
        let turns = TAU * count / SIDE as f64;
        let (phase, height) = (draws.between(0.0, TAU), count.powf(-power));
        // From pixel to pixel along a row the wave turns by the same angle: a product in place of a cosine.
        let (turn_sine, turn_cosine) = (turns * cosine).sin_cos();
        for (y, row) in heights.chunks_exact_mut(SIDE).enumerate() {
            let (mut imaginary, mut real) = (turns * sine * y as f64 + phase).sin_cos();
            for pixel in row {
                *pixel += height * real;
                (real, imaginary) =
                    (real * turn_cosine - imaginary * turn_sine, real * turn_sine + imaginary * turn_cosine);
            }
        }
    }
    (boundary(SIDE, SIDE, |x, y| heights[y * SIDE + x] > 0.0), 2.0 - power)
}

/// How many of so many intervals cover the truth, and how many of half the width do.
fn covered(repetitions: u64, draw: impl Fn(&mut Draws) -> (Points, f64)) -> [u64; 2] {
    let mut counts = [0, 0];
    for seed in 0..repetitions {
        let (points, truth) = draw(&mut Draws::new(seed));
        let Dimension { estimate, interval, .. } = points.dimension(LEVEL).expect("enough boundary");
        counts[0] += u64::from(interval.covers(truth));
        counts[1] += u64::from((estimate - truth).abs() <= 0.25 * interval.width());
    }
    counts
}

#[test]
fn known_dimensions_are_covered() {
    type Draw = fn(&mut Draws) -> (Points, f64);
    let kinds: [(&str, u64, Draw); 6] = [
        ("percolation", 300, percolation),
        ("cantor's dust", 1_000, dust),
        ("koch's snowflake", 300, snowflake),
        ("a line", 300, line),
        ("contours of dimension 1.5", 150, |draws| contours(draws, 0.5)),
        ("contours of dimension 1.2", 150, |draws| contours(draws, 0.8)),
    ];
    let mut caught = Vec::new();
    for (name, repetitions, draw) in kinds {
        let [count, half] = covered(repetitions, draw);
        println!("{name}: {count} of {repetitions}, half as wide {half}");
        assert!(!covers_too_rarely(count, repetitions), "{name}: {count} of {repetitions}");
        if covers_too_rarely(half, repetitions) {
            caught.push(name);
        }
    }
    // Straight lines and the like are covered by half the width too: a power law leaves little to err in.
    for name in ["cantor's dust", "contours of dimension 1.5", "contours of dimension 1.2"] {
        assert!(caught.contains(&name), "half as wide an interval passes for {name}");
    }
}
