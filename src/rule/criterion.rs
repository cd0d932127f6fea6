//! When a network counts as solved. WGSL: `shaders/part/criterion`.

use super::error::SpecError;
use super::keyword::{plain, positive, serde_as_text, unknown};
use super::loss::{Lose, Loss, with_loss};
use super::number::Real;
use super::vector::{Given, Mask, Vector};

/// A condition on the outputs that an epoch computes, over all examples and output units.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Criterion {
    /// Every output is at most this far from its target.
    MaxError(f64),
    /// Every output is on its target's side of the middle between the two target values.
    Sign,
    /// Every example is classified right: of several outputs the largest is that of the example's class, where targets
    /// name one class each; otherwise as [`Criterion::Sign`].
    Accuracy,
    /// The sum of squared errors is below this.
    Sse(f64),
    /// The mean of squared errors is below this.
    Mse(f64),
    /// The root of the mean of squared errors is below this.
    Rms(f64),
    /// The loss C is below this.
    Loss(f64),
}

/// A criterion without its bound: its word, the form that its bound has in text, and what makes it.
type Row = (&'static str, Option<fn(f64) -> Criterion>, Criterion);

/// Every kind, with one to go through all.
const ROWS: [Row; 7] = [
    ("max-error", Some(Criterion::MaxError), Criterion::MaxError(0.1)),
    ("sign", None, Criterion::Sign),
    ("accuracy", None, Criterion::Accuracy),
    ("sse", Some(Criterion::Sse), Criterion::Sse(0.04)),
    ("mse", Some(Criterion::Mse), Criterion::Mse(0.01)),
    ("rms", Some(Criterion::Rms), Criterion::Rms(0.1)),
    ("loss", Some(Criterion::Loss), Criterion::Loss(0.05)),
];

/// What is gathered over outputs: one WGSL file each.
#[cfg(feature = "gpu")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// The largest |h - y|.
    LargestError,
    /// Whether an output is on the wrong side.
    WrongSide,
    /// Whether an output is at least as large as that of the example's class.
    WrongClass,
    /// The sum of (h - y)^2.
    Squares,
    /// The sum of the outputs' losses.
    Losses,
}

#[cfg(feature = "gpu")]
impl Measure {
    /// WGSL functions `gather(measure, z, h, y, right)`, where `right` is the output of the example's own class,
    /// `join(measure, measure)` and `criterion_holds(measure)`.
    pub(crate) fn wgsl(self) -> &'static str {
        match self {
            Self::LargestError => include_str!("../../shaders/part/criterion/largest_error.wgsl"),
            Self::WrongSide => include_str!("../../shaders/part/criterion/wrong_side.wgsl"),
            Self::WrongClass => include_str!("../../shaders/part/criterion/wrong_class.wgsl"),
            Self::Squares => include_str!("../../shaders/part/criterion/squares.wgsl"),
            Self::Losses => include_str!("../../shaders/part/criterion/losses.wgsl"),
        }
    }
}

impl Criterion {
    /// One of each kind, and a second bound of the first, for tests that go through all.
    pub const ALL: &'static [Self] =
        &[ROWS[0].2, Self::MaxError(0.4), ROWS[1].2, ROWS[2].2, ROWS[3].2, ROWS[4].2, ROWS[5].2, ROWS[6].2];

    /// The largest error that it lets pass by itself, where it bounds single errors.
    pub(crate) fn largest_error(self) -> Option<f64> {
        if let Self::MaxError(bound) = self { Some(bound) } else { None }
    }

    /// Whether it compares with the middle between two target values.
    pub(crate) fn needs_two_targets(self) -> bool {
        matches!(self, Self::Sign | Self::Accuracy)
    }
}

/// A criterion beside what it needs to know of the task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Standard {
    pub(crate) criterion: Criterion,
    /// The middle between the two target values.
    pub(crate) midpoint: f64,
    /// What training minimises.
    pub(crate) loss: Loss,
    /// Outputs of an example.
    pub(crate) output_count: usize,
    pub(crate) example_count: usize,
    /// Whether every example's targets name one class of several.
    pub(crate) classes: bool,
}

impl Standard {
    /// Whether the largest output decides.
    #[cfg(feature = "gpu")]
    pub(crate) fn compares_classes(&self) -> bool {
        self.criterion == Criterion::Accuracy && self.classes
    }

    /// Its measure, and the bound of that measure over all outputs.
    #[cfg(feature = "gpu")]
    pub(crate) fn measured(&self) -> (Measure, f64) {
        let count = (self.example_count * self.output_count) as f64;
        match self.criterion {
            Criterion::MaxError(bound) => (Measure::LargestError, bound),
            Criterion::Accuracy if self.classes => (Measure::WrongClass, 0.5),
            Criterion::Sign | Criterion::Accuracy => (Measure::WrongSide, 0.5),
            Criterion::Sse(bound) => (Measure::Squares, bound),
            Criterion::Mse(bound) => (Measure::Squares, bound * count),
            Criterion::Rms(bound) => (Measure::Squares, bound * bound * count),
            Criterion::Loss(bound) => (Measure::Losses, bound * self.example_count as f64),
        }
    }

    /// Whether outputs meet it beside their targets; all `[example][unit]`, with the weighted sums that led to them. NaN
    /// never does.
    pub(crate) fn holds<R: Real>(&self, sums: &[R], outputs: &[R], targets: &[R]) -> bool {
        let midpoint = R::of(self.midpoint);
        let mut pairs = outputs.iter().zip(targets);
        let squares = || outputs.iter().zip(targets).map(|(h, y)| (*h - *y) * (*h - *y)).sum::<R>();
        let mean = || squares() / R::of(outputs.len() as f64);
        match self.criterion {
            Criterion::MaxError(bound) => pairs.all(|(h, y)| (*h - *y).abs() <= R::of(bound)),
            Criterion::Accuracy if self.classes => {
                let mut examples = outputs.chunks(self.output_count).zip(targets.chunks(self.output_count));
                examples.all(|(outputs, targets)| {
                    let class = targets.iter().position(|y| *y > midpoint).unwrap_or_default();
                    outputs.iter().enumerate().all(|(unit, h)| unit == class || *h < outputs[class])
                })
            }
            Criterion::Sign | Criterion::Accuracy => pairs.all(|(h, y)| (*h - midpoint) * (*y - midpoint) > R::of(0.0)),
            Criterion::Sse(bound) => squares() < R::of(bound),
            Criterion::Mse(bound) => mean() < R::of(bound),
            Criterion::Rms(bound) => mean() < R::of(bound * bound),
            Criterion::Loss(bound) => {
                let losses = sums.iter().zip(pairs).map(|(z, (h, y))| self.loss.value(*z, *h, *y));
                losses.sum::<R>() / R::of(self.example_count as f64) < R::of(bound)
            }
        }
    }

    /// How far a network is from meeting it: below 0 if it does. 0 lies where rounding decides.
    #[cfg(feature = "gpu")]
    pub(crate) fn distance(&self, sums: &[f64], outputs: &[f64], targets: &[f64]) -> f64 {
        let pairs = || outputs.iter().zip(targets);
        let squares: f64 = pairs().map(|(h, y)| (h - y) * (h - y)).sum();
        let mean = squares / outputs.len() as f64;
        let midpoint = self.midpoint;
        match self.criterion {
            Criterion::MaxError(bound) => pairs().map(|(h, y)| (h - y).abs()).fold(0.0, f64::max) - bound,
            Criterion::Accuracy if self.classes => {
                let examples = outputs.chunks(self.output_count).zip(targets.chunks(self.output_count));
                let lead = |(outputs, targets): (&[f64], &[f64])| {
                    let class = targets.iter().position(|y| *y > midpoint).unwrap_or_default();
                    let others = outputs.iter().enumerate().filter(|(unit, _)| *unit != class);
                    others.map(|(_, h)| h - outputs[class]).fold(f64::NEG_INFINITY, f64::max)
                };
                examples.map(lead).fold(f64::NEG_INFINITY, f64::max)
            }
            Criterion::Sign | Criterion::Accuracy => {
                pairs().map(|(h, y)| -(h - midpoint) * (y - midpoint)).fold(-1.0, f64::max)
            }
            Criterion::Sse(bound) => squares - bound,
            Criterion::Mse(bound) => mean - bound,
            Criterion::Rms(bound) => mean - bound * bound,
            Criterion::Loss(bound) => {
                let losses = sums.iter().zip(pairs()).map(|(z, (h, y))| self.loss.value(*z, *h, *y));
                losses.sum::<f64>() / self.example_count as f64 - bound
            }
        }
    }

    /// As lanes judge it.
    pub(crate) fn judgement(&self) -> Judgement {
        match self.criterion {
            Criterion::MaxError(bound) => Judgement::Error(Given::new(bound)),
            Criterion::Accuracy if self.classes => Judgement::Class(Given::new(self.midpoint)),
            Criterion::Sign | Criterion::Accuracy => Judgement::Side(Given::new(self.midpoint)),
            Criterion::Sse(bound) => Judgement::Squares(Given::new(bound)),
            Criterion::Mse(bound) => Judgement::MeanSquare(Given::new(bound)),
            Criterion::Rms(bound) => Judgement::MeanSquare(Given::new(bound * bound)),
            Criterion::Loss(bound) => Judgement::Loss(self.loss, Given::new(bound * self.example_count as f64)),
        }
    }
}

/// A criterion with its bounds as lanes have them, judged output by output in every lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Judgement {
    /// |h - y| <= the bound, for every output.
    Error(Given),
    /// (h - the midpoint)(y - the midpoint) > 0, for every output.
    Side(Given),
    /// Every output whose target is below the midpoint is less than that of the example's class.
    Class(Given),
    /// The sum of squares is below the bound.
    Squares(Given),
    /// The mean of squares is below the bound.
    MeanSquare(Given),
    /// The sum of losses is below the bound.
    Loss(Loss, Given),
}

impl Judgement {
    /// Never holds.
    pub(crate) const NEVER: Self = Self::Error(Given::new(-1.0));

    /// Whether it looks at weighted sums.
    #[inline(always)]
    pub(crate) fn needs_sums(self) -> bool {
        matches!(self, Self::Loss(..))
    }

    /// Whether it looks at the output of the example's class.
    #[inline(always)]
    pub(crate) fn needs_class(self) -> bool {
        matches!(self, Self::Class(_))
    }

    /// The output of the example's class as far as it is known: `h` is another of its outputs.
    #[inline(always)]
    pub(crate) fn right<V: Vector>(self, known: V, h: V, target: V) -> V {
        match self {
            Self::Class(midpoint) => V::select(V::given(&midpoint).lt(target), h, known),
            _ => known,
        }
    }

    /// Takes one more output into account: whether all so far meet the criterion, and the sum of squares so far. Of
    /// criteria that look at h and its target alone; kernels keep to these where they can.
    #[inline(always)]
    pub(crate) fn gather<V: Vector>(self, holds: &mut V::Mask, sum: &mut V, h: V, target: V) {
        match self {
            Self::Error(bound) => *holds = holds.and((h - target).abs().le(V::given(&bound))),
            Self::Side(midpoint) => {
                let midpoint = V::given(&midpoint);
                *holds = holds.and(V::splat(0.0).lt((h - midpoint) * (target - midpoint)));
            }
            Self::Squares(_) | Self::MeanSquare(_) => {
                let error = h - target;
                *sum = error.mul_add(error, *sum);
            }
            Self::Class(_) | Self::Loss(..) => debug_assert!(false, "looks at more than an output and its target"),
        }
    }

    /// The same of the others: h of the weighted sum z, `right` being the output of its example's class.
    #[inline(always)]
    pub(crate) fn gather_more<V: Vector>(self, holds: &mut V::Mask, sum: &mut V, (z, h, target): (V, V, V), right: V) {
        match self {
            Self::Class(midpoint) => *holds = holds.and(h.lt(right).or(V::given(&midpoint).lt(target))),
            Self::Loss(loss, _) => *sum = *sum + with_loss!(loss, Row => Row::vector(z, h, target)),
            _ => debug_assert!(false, "looks at an output and its target alone"),
        }
    }

    /// The lanes in which the criterion holds, of so many outputs.
    #[inline(always)]
    pub(crate) fn solved<V: Vector>(self, holds: V::Mask, sum: V, output_count: usize) -> V::Mask {
        match self {
            Self::Error(_) | Self::Side(_) | Self::Class(_) => holds,
            Self::Squares(bound) | Self::Loss(_, bound) => sum.lt(V::given(&bound)),
            Self::MeanSquare(bound) => (sum / V::splat(output_count as f64)).lt(V::given(&bound)),
        }
    }
}

impl std::fmt::Display for Criterion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of_kind = |row: &&Row| std::mem::discriminant(&row.2) == std::mem::discriminant(self);
        f.write_str(ROWS.iter().find(of_kind).map_or("", |row| row.0))?;
        match self {
            Self::Sign | Self::Accuracy => Ok(()),
            Self::MaxError(bound) | Self::Sse(bound) | Self::Mse(bound) | Self::Rms(bound) | Self::Loss(bound) => {
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
            _ => Err(unknown(
                "--solved",
                text,
                &["max-error:X", "sign", "accuracy", "sse:X", "mse:X", "rms:X", "loss:X"],
            )),
        }
    }
}

serde_as_text!(Criterion);
