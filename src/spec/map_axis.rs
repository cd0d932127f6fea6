//! An axis of a map: what varies along it, and between which ends.

use super::keyword::{plain, serde_as_text, unknown};
use super::{Layers, Rates, Spec, SpecError};
use super::{Range, WEIGHT_BOUND};

/// What varies along a side of a map and from where to where, written `theta1[0,0]=-10..10` or `lr=0.01..10:log`.
#[derive(Clone, Debug, PartialEq)]
pub struct MapAxis {
    /// A weight by its name or flat position, `lr`, `lr1`, `lr2`, ..., `momentum`, `init` or one of [`MapAxis::SHARED`].
    pub name: String,
    /// Ends and spacing. Pixels are cells: the first one's middle lies half a step above the low end.
    pub range: Range,
}

/// What varies along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varied {
    /// The starting value of the weight at a flat position.
    Weight(usize),
    /// The learning rate of all layers.
    Rate,
    /// The learning rate of one layer of weights, counted from 0.
    LayerRate(usize),
    /// Momentum.
    Momentum,
    /// The R of `uniform:R`, the S of `normal:S`.
    Init,
    /// A number that networks cannot have each for themselves, by its name in [`MapAxis::SHARED`].
    Shared(&'static str),
}

impl MapAxis {
    /// Numbers that all networks of a job have in common, by the names that [`Spec::with`] knows, with what pictures call
    /// them. Along an axis of one, each column or row of pixels is a job.
    pub const SHARED: [(&str, &str); 6] = [
        ("weight-decay", "weight decay"),
        ("beta1", "beta 1"),
        ("beta2", "beta 2"),
        ("epsilon", "epsilon"),
        ("slope", "slope of leaky-relu below 0"),
        ("lr-factor", "factor of the rate's schedule"),
    ];

    /// What varies, for this shape of network.
    ///
    /// # Errors
    /// There is no such quantity; the message says which there are.
    pub fn varied(&self, layers: &Layers) -> Result<Varied, SpecError> {
        let name = self.name.as_str();
        let layer_count = layers.sizes().len() - 1;
        match name {
            "lr" => Ok(Varied::Rate),
            "momentum" => Ok(Varied::Momentum),
            // Sweeps know it by its long name.
            "init" | "init-width" => Ok(Varied::Init),
            _ => match name.strip_prefix("lr").map(str::parse::<usize>) {
                Some(Ok(layer)) if (1..=layer_count).contains(&layer) => Ok(Varied::LayerRate(layer - 1)),
                Some(Ok(_)) => Err(SpecError::new(format!(
                    "there is no {name}: --layers {layers} has {layer_count} layers of weights, lr1 to lr{layer_count}"
                ))),
                _ if name.starts_with("theta") || name.parse::<i64>().is_ok() => {
                    layers.weight_position(name).map(Varied::Weight)
                }
                _ => {
                    if let Some((name, _)) = Self::SHARED.iter().find(|(shared, _)| *shared == name) {
                        return Ok(Varied::Shared(name));
                    }
                    let rates: Vec<String> = (1..=layer_count).map(|layer| format!("lr{layer}")).collect();
                    let (first, last) = (layers.weight_name(0), layers.weight_name(layers.weight_count() - 1));
                    let mut known = vec!["lr"];
                    known.extend(rates.iter().map(String::as_str));
                    let weights = format!("the weights {first} to {last}");
                    known.extend(["momentum", "init", &weights]);
                    known.extend(Self::SHARED.map(|(name, _)| name));
                    Err(unknown("axis", name, &known))
                }
            },
        }
    }

    /// The value in the middle of a pixel, of so many along the axis.
    pub fn value(&self, pixel: usize, count: usize) -> f64 {
        self.range.at((pixel as f64 + 0.5) / count as f64)
    }

    /// The pixel that a value lies in; `None` outside the range.
    pub fn pixel(&self, value: f64, count: usize) -> Option<usize> {
        let share = self.range.place(value);
        // The high end belongs to the last pixel.
        (0.0..=1.0).contains(&share).then(|| ((share * count as f64) as usize).min(count - 1))
    }

    /// The same axis around a value of its range, so many times as fine.
    ///
    /// # Errors
    /// The value lies outside, or the ends would be no two different numbers.
    pub fn zoomed(&self, middle: f64, factor: f64) -> Result<Self, SpecError> {
        let Range { low, high, log } = self.range;
        let share = self.range.place(middle);
        if !(0.0..=1.0).contains(&share) {
            return Err(SpecError::new(format!(
                "--zoom takes values on the axes: {} lies outside {}",
                plain(middle),
                self
            )));
        }
        let half = 0.5 / factor;
        let range = if log {
            let reach = (high / low).powf(half);
            Range { low: middle / reach, high: middle * reach, log }
        } else {
            let reach = half * (high - low);
            Range { low: middle - reach, high: middle + reach, log }
        };
        if !(range.low < range.high && range.low.is_finite() && range.high.is_finite() && (!log || range.low > 0.0)) {
            return Err(SpecError::new(format!(
                "--zoom by {} leaves no two different numbers around {} = {}",
                plain(factor),
                self.name,
                plain(middle)
            )));
        }
        Ok(Self { name: self.name.clone(), range })
    }

    /// How many steps of a floating-point format lie between two neighbouring pixels where they lie closest, at `digits`
    /// bits of a significand (24 for f32, 53 for f64).
    pub fn steps_between_pixels(&self, count: usize, digits: i32) -> f64 {
        let pairs = [(0, 1), (count.saturating_sub(2), count.saturating_sub(1))];
        let steps = pairs.map(|(a, b)| {
            let (a, b) = (self.value(a, count), self.value(b, count));
            let largest = a.abs().max(b.abs()).max(f64::from(f32::MIN_POSITIVE));
            (b - a).abs() / (largest.log2().floor() - f64::from(digits - 1)).exp2()
        });
        if count < 2 { f64::INFINITY } else { steps[0].min(steps[1]) }
    }
}

impl Varied {
    /// The spec of a pixel with this value; of a weight, which is no setting, the spec as it is.
    ///
    /// # Errors
    /// The spec's init has no width.
    pub fn set(self, spec: &Spec, value: f64) -> Result<Spec, SpecError> {
        match self {
            Self::Weight(_) => Ok(spec.clone()),
            Self::Rate => Ok(Spec { lr: Rates::from(value), ..spec.clone() }),
            Self::LayerRate(layer) => {
                let layer_count = spec.layers.sizes().len() - 1;
                spec.lr.check(layer_count)?;
                let mut rates: Vec<f64> = (0..layer_count).map(|at| spec.lr.of_layer(at)).collect();
                rates[layer] = value;
                Ok(Spec { lr: Rates::new(rates), ..spec.clone() })
            }
            Self::Momentum => Ok(Spec { momentum: value, ..spec.clone() }),
            Self::Init => {
                let init = spec.init.with_width(value).ok_or_else(|| {
                    SpecError::new(format!(
                        "--init {} has no width to vary; use --init uniform:1 or --init normal:1",
                        spec.init
                    ))
                })?;
                Ok(Spec { init, ..spec.clone() })
            }
            Self::Shared(name) => spec.with(name, &value.to_string()),
        }
    }

    /// Whether a network's learning rates or momentum vary.
    pub fn is_rate(self) -> bool {
        matches!(self, Self::Rate | Self::LayerRate(_) | Self::Momentum)
    }

    /// Whether all networks of a job have it in common.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Shared(_))
    }

    /// Whether both set the same number of a network.
    pub fn overlaps(self, other: Self) -> bool {
        let rate = |varied: Self| matches!(varied, Self::Rate | Self::LayerRate(_));
        let whole = |varied: Self| varied == Self::Rate;
        self == other || (rate(self) && rate(other) && (whole(self) || whole(other)))
    }

    /// What the axis is called in pictures and files.
    pub fn label(self, layers: &Layers) -> String {
        match self {
            Self::Weight(position) => layers.weight_name(position),
            Self::Rate => "lr".into(),
            Self::LayerRate(layer) => format!("lr{}", layer + 1),
            Self::Momentum => "momentum".into(),
            Self::Init => "init".into(),
            Self::Shared(name) => name.into(),
        }
    }

    /// Whether all pixels of the axis can be trained.
    ///
    /// # Errors
    /// An end of the range is no value that the quantity can have.
    pub fn check(self, axis: &MapAxis, spec: &Spec) -> Result<(), SpecError> {
        for (end, inside) in [(axis.range.low, 1e-6), (axis.range.high, 1.0 - 1e-6)] {
            let at = |error: SpecError| SpecError::new(format!("at {}={}: {error}", axis.name, plain(end)));
            if let Self::Weight(_) = self {
                if end.abs() > f64::from(WEIGHT_BOUND) {
                    return Err(at(SpecError::new(format!(
                        "beyond {WEIGHT_BOUND:e} in magnitude a network counts as diverged"
                    ))));
                }
                continue;
            }
            // Pixels only come near the ends, which may be no values themselves: momentum up to 1, rates down to 0.
            let check = |value: f64| self.set(spec, value).and_then(|spec| spec.problem()).map(|_| ());
            if let Err(error) = check(axis.range.at(inside)) {
                return Err(check(end).err().map_or(error, at));
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for MapAxis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Range { low, high, log } = self.range;
        write!(f, "{}={}..{}{}", self.name, plain(low), plain(high), if log { ":log" } else { "" })
    }
}

impl std::str::FromStr for MapAxis {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let fail = |what: &str| {
            SpecError::new(format!(
                "{text:?} {what}; an axis is NAME=LOW..HIGH, with :log after it if factors are to be equal steps, as \
                 theta1[0,0]=-10..10 or lr=0.01..10:log"
            ))
        };
        let (name, range) = text.split_once('=').ok_or_else(|| fail("has no ="))?;
        let name = name.trim().to_owned();
        if name.is_empty() {
            return Err(fail("has no name before ="));
        }
        let (ends, log) = match range.rsplit_once(':') {
            None => (range, false),
            Some((ends, "log")) => (ends, true),
            Some((ends, "lin" | "linear")) => (ends, false),
            Some((_, other)) => return Err(fail(&format!("ends in {other:?}, which is not log"))),
        };
        let needs = if log { "needs two numbers above 0" } else { "needs two finite numbers" };
        let range = Range::parse(ends, log).ok_or_else(|| fail(&format!("{needs}, the smaller first")))?;
        Ok(Self { name, range })
    }
}

serde_as_text!(MapAxis);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Init;

    fn axis(text: &str) -> MapAxis {
        text.parse().unwrap()
    }

    #[test]
    fn axes_are_read_and_printed() {
        for text in ["theta1[0,0]=-10..10", "lr=0.01..10:log", "momentum=0..0.99", "7=-1e-7..1e-7"] {
            assert_eq!(axis(text).to_string(), text);
        }
        let layers: Layers = "2,3,1".parse().unwrap();
        let varied = |text: &str| axis(text).varied(&layers);
        assert_eq!(varied("theta2[3,0]=0..1"), Ok(Varied::Weight(12)));
        assert_eq!(varied("4=0..1"), Ok(Varied::Weight(4)));
        assert_eq!(varied("lr2=0.1..1"), Ok(Varied::LayerRate(1)));
        assert_eq!(varied("init-width=0.1..1"), Ok(Varied::Init));
        let message = |text: &str| varied(text).unwrap_err().to_string();
        assert!(message("lr3=0..1").contains("lr1 to lr2"));
        assert!(message("theta3[0,0]=0..1").contains("theta1 of 3 x 3"));
        assert_eq!(varied("beta2=0.9..0.999"), Ok(Varied::Shared("beta2")));
        assert!(message("momentun=0..1").contains("did you mean momentum?"));
        assert!(message("weight_decay=0..1").contains("did you mean weight-decay?"));
    }

    #[test]
    fn wrong_axes_say_what_is_wrong() {
        let message = |text: &str| text.parse::<MapAxis>().unwrap_err().to_string();
        for (text, part) in [
            ("lr", "has no ="),
            ("=1..2", "has no name"),
            ("lr=1", "two finite numbers"),
            ("lr=2..1", "the smaller first"),
            ("lr=0..1:log", "above 0"),
            ("lr=1..2:ln", "\"ln\""),
        ] {
            assert!(message(text).contains(part), "{text}: {}", message(text));
        }
    }

    #[test]
    fn pixels_are_cells_and_zooms_keep_their_middle() {
        let line = axis("theta1[0,0]=-10..10");
        assert_eq!((line.value(0, 4), line.value(3, 4)), (-7.5, 7.5));
        for at in 0..100 {
            assert_eq!(line.pixel(line.value(at, 100), 100), Some(at));
            let log = axis("lr=0.01..10:log");
            assert_eq!(log.pixel(log.value(at, 100), 100), Some(at));
        }
        assert_eq!((line.pixel(10.0, 100), line.pixel(10.1, 100)), (Some(99), None));
        let near = line.zoomed(5.0, 100.0).unwrap();
        assert!((near.range.low - 4.9).abs() < 1e-12 && (near.range.high - 5.1).abs() < 1e-12);
        assert!(line.zoomed(11.0, 2.0).is_err() && line.zoomed(5.0, 1e18).is_err());
        let log = axis("lr=0.01..100:log").zoomed(1.0, 4.0).unwrap();
        assert!((log.range.low - 0.1f64.powf(0.5)).abs() < 1e-12);
    }

    #[test]
    fn steps_of_a_format_between_pixels_are_counted() {
        // From 8 to 16 single precision has steps of 2^-20.
        let axis = axis("theta1[0,0]=8.5..9.5");
        assert!((axis.steps_between_pixels(1 << 10, 24) - 1024.0).abs() < 1.0);
        assert!(axis.steps_between_pixels(1 << 10, 53) > 1e11);
    }

    #[test]
    fn ends_are_checked_against_the_spec() {
        let spec = Spec { init: Init::Uniform(1.0), ..Spec::default() };
        let check = |text: &str| axis(text).varied(&spec.layers).and_then(|varied| varied.check(&axis(text), &spec));
        for text in ["lr=0..3", "momentum=0..1", "init=0.1..20:log", "0=-5..5", "lr2=0.1..1"] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        let message = |text: &str| check(text).unwrap_err().to_string();
        assert!(message("lr=-1..3").contains("above 0"));
        assert!(message("momentum=0..1.5").contains("below 1"));
        assert!(message("0=0..1e7").contains("diverged"));
        let tutorial = Varied::Init.check(&axis("init=1..2"), &Spec::default()).unwrap_err();
        assert!(tutorial.to_string().contains("use --init uniform:1"));
        assert!(message("beta1=0..1").contains("gd has no beta1"));
        assert!(message("weight-decay=-1..1").contains("weight-decay"), "{}", message("weight-decay=-1..1"));
        assert_eq!(check("weight-decay=0..1"), Ok(()));
        assert!(Varied::Rate.overlaps(Varied::LayerRate(1)) && !Varied::LayerRate(0).overlaps(Varied::LayerRate(1)));
    }
}
