//! When a network counts as solved. WGSL: `shaders/part/criterion`.

use super::error::SpecError;
use super::keyword::{plain, positive, serde_as_text, unknown};
use super::number::Real;
use super::vector::{Mask, Vector};

/// A condition on the outputs that an epoch computes, over all examples and output units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Criterion {
    /// Every output is at most this far from its target.
    MaxError(f64),
    /// Every output is on its target's side of the middle between the two target values.
    Sign,
    /// The sum of squared errors is below this.
    Sse(f64),
    /// The mean of squared errors is below this.
    Mse(f64),
    /// The root of the mean of squared errors is below this.
    Rms(f64),
}

/// A criterion without its bound: its word, the form that its bound has in text, and what makes it.
type Row = (&'static str, Option<fn(f64) -> Criterion>, Criterion);

/// Every kind, with one to go through all.
const ROWS: [Row; 5] = [
    ("max-error", Some(Criterion::MaxError), Criterion::MaxError(0.1)),
    ("sign", None, Criterion::Sign),
    ("sse", Some(Criterion::Sse), Criterion::Sse(0.04)),
    ("mse", Some(Criterion::Mse), Criterion::Mse(0.01)),
    ("rms", Some(Criterion::Rms), Criterion::Rms(0.1)),
];

/// What is gathered over outputs: one WGSL file each.
#[cfg(feature = "gpu")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// The largest |h - y|.
    LargestError,
    /// Whether an output is on the wrong side.
    WrongSide,
    /// The sum of (h - y)^2.
    Squares,
}

#[cfg(feature = "gpu")]
impl Measure {
    /// WGSL functions `gather(measure, h, y)`, `join(measure, measure)` and `criterion_holds(measure)`.
    pub(crate) fn wgsl(self) -> &'static str {
        match self {
            Self::LargestError => include_str!("../../shaders/part/criterion/largest_error.wgsl"),
            Self::WrongSide => include_str!("../../shaders/part/criterion/wrong_side.wgsl"),
            Self::Squares => include_str!("../../shaders/part/criterion/squares.wgsl"),
        }
    }
}

impl Criterion {
    /// One of each kind, and a second bound of the first, for tests that go through all.
    pub const ALL: &'static [Self] = &[ROWS[0].2, Self::MaxError(0.4), ROWS[1].2, ROWS[2].2, ROWS[3].2, ROWS[4].2];

    /// Its measure, and the bound of that measure where so many outputs are looked at.
    #[cfg(feature = "gpu")]
    pub(crate) fn measured(self, output_count: usize) -> (Measure, f64) {
        let count = output_count as f64;
        match self {
            Self::MaxError(bound) => (Measure::LargestError, bound),
            Self::Sign => (Measure::WrongSide, 0.5),
            Self::Sse(bound) => (Measure::Squares, bound),
            Self::Mse(bound) => (Measure::Squares, bound * count),
            Self::Rms(bound) => (Measure::Squares, bound * bound * count),
        }
    }

    /// Whether outputs meet it beside their targets. NaN never does.
    pub(crate) fn holds<R: Real>(self, outputs: &[R], targets: &[R], midpoint: R) -> bool {
        let mut pairs = outputs.iter().zip(targets);
        let squares = || outputs.iter().zip(targets).map(|(h, y)| (*h - *y) * (*h - *y)).sum::<R>();
        let mean = || squares() / R::of(outputs.len() as f64);
        match self {
            Self::MaxError(bound) => pairs.all(|(h, y)| (*h - *y).abs() <= R::of(bound)),
            Self::Sign => pairs.all(|(h, y)| (*h - midpoint) * (*y - midpoint) > R::of(0.0)),
            Self::Sse(bound) => squares() < R::of(bound),
            Self::Mse(bound) => mean() < R::of(bound),
            Self::Rms(bound) => mean() < R::of(bound * bound),
        }
    }

    /// How far a network is from meeting it: below 0 if it does. 0 lies where rounding decides.
    #[cfg(feature = "gpu")]
    pub(crate) fn distance(self, outputs: &[f64], targets: &[f64], midpoint: f64) -> f64 {
        let pairs = || outputs.iter().zip(targets);
        let squares: f64 = pairs().map(|(h, y)| (h - y) * (h - y)).sum();
        let mean = squares / outputs.len() as f64;
        match self {
            Self::MaxError(bound) => pairs().map(|(h, y)| (h - y).abs()).fold(0.0, f64::max) - bound,
            Self::Sign => pairs().map(|(h, y)| -(h - midpoint) * (y - midpoint)).fold(-1.0, f64::max),
            Self::Sse(bound) => squares - bound,
            Self::Mse(bound) => mean - bound,
            Self::Rms(bound) => mean - bound * bound,
        }
    }

    /// As lanes judge it.
    pub(crate) fn judgement(self, midpoint: f64) -> Judgement {
        match self {
            Self::MaxError(bound) => Judgement::Error(bound as f32),
            Self::Sign => Judgement::Side(midpoint as f32),
            Self::Sse(bound) => Judgement::Squares(bound as f32),
            Self::Mse(bound) => Judgement::MeanSquare(bound as f32),
            Self::Rms(bound) => Judgement::MeanSquare((bound * bound) as f32),
        }
    }

    /// The largest error that it lets pass by itself, where it bounds single errors.
    pub(crate) fn largest_error(self) -> Option<f64> {
        if let Self::MaxError(bound) = self { Some(bound) } else { None }
    }

    /// Whether it compares with the middle between two target values.
    pub(crate) fn needs_two_targets(self) -> bool {
        self == Self::Sign
    }
}

/// A criterion with its bounds in f32, judged output by output in every lane.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Judgement {
    /// |h - y| <= the bound, for every output.
    Error(f32),
    /// (h - the midpoint)(y - the midpoint) > 0, for every output.
    Side(f32),
    /// The sum of squares is below the bound.
    Squares(f32),
    /// The mean of squares is below the bound.
    MeanSquare(f32),
}

impl Judgement {
    /// Takes one more output into account: whether all so far meet the criterion, and the sum of squares so far.
    #[inline(always)]
    pub(crate) fn gather<V: Vector>(self, holds: &mut V::Mask, squares: &mut V, h: V, target: V) {
        match self {
            Self::Error(bound) => *holds = holds.and((h - target).abs().le(V::splat(bound))),
            Self::Side(midpoint) => {
                let midpoint = V::splat(midpoint);
                *holds = holds.and(V::splat(0.0).lt((h - midpoint) * (target - midpoint)));
            }
            Self::Squares(_) | Self::MeanSquare(_) => {
                let error = h - target;
                *squares = error.mul_add(error, *squares);
            }
        }
    }

    /// The lanes in which the criterion holds, of so many outputs.
    #[inline(always)]
    pub(crate) fn solved<V: Vector>(self, holds: V::Mask, squares: V, output_count: usize) -> V::Mask {
        match self {
            Self::Error(_) | Self::Side(_) => holds,
            Self::Squares(bound) => squares.lt(V::splat(bound)),
            Self::MeanSquare(bound) => (squares / V::splat(output_count as f32)).lt(V::splat(bound)),
        }
    }
}

impl std::fmt::Display for Criterion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of_kind = |row: &&Row| std::mem::discriminant(&row.2) == std::mem::discriminant(self);
        f.write_str(ROWS.iter().find(of_kind).map_or("", |row| row.0))?;
        match self {
            Self::Sign => Ok(()),
            Self::MaxError(bound) | Self::Sse(bound) | Self::Mse(bound) | Self::Rms(bound) => {
                write!(f, ":{}", plain(*bound))
            }
        }
    }
}

impl std::str::FromStr for Criterion {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (word, bound) =
            text.trim().split_once(':').map_or((text.trim(), None), |(word, bound)| (word, Some(bound)));
        match (ROWS.iter().find(|row| row.0 == word), bound) {
            (Some((_, None, criterion)), None) => Ok(*criterion),
            (Some((_, Some(make), _)), Some(bound)) => Ok(make(positive(bound, &format!("--solved {word}:X"))?)),
            (None, None) if positive(word, "").is_ok() => Err(SpecError::new(format!(
                "--solved {word} does not say of what; did you mean --solved max-error:{word}?"
            ))),
            _ => Err(unknown("--solved", text, &["max-error:X", "sign", "sse:X", "mse:X", "rms:X"])),
        }
    }
}

serde_as_text!(Criterion);
