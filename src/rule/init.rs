//! How starting weights are drawn. The draws themselves are in `seed`; WGSL: `shaders/part/init.wgsl`.

use super::error::SpecError;
use super::keyword::{plain, positive, serde_as_text, unknown};

/// Distribution of the starting weights. Names of frameworks stand for what these draw where nothing is said; their
/// moments are held against the frameworks' own in `tests/golden`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// Normal with standard deviation 0.5 sqrt(6/(fan_in + fan_out)) per layer, biases included: the tutorial's way.
    Tutorial,
    /// Uniform in (-R, R), biases included.
    Uniform(f64),
    /// Uniform in (LO, HI), biases included.
    Between(f64, f64),
    /// Normal with standard deviation S, biases included.
    Normal(f64),
    /// The same number everywhere, biases included.
    Constant(f64),
    /// Uniform in +-sqrt(6/(fan_in + fan_out)) per layer, biases zero (Glorot & Bengio 2010): Keras's way.
    Xavier,
    /// Normal with standard deviation sqrt(2/(fan_in + fan_out)), biases zero (Glorot & Bengio 2010).
    GlorotNormal,
    /// Normal with standard deviation sqrt(2/fan_in), biases zero (He, Zhang, Ren & Sun 2015).
    He,
    /// Uniform in +-sqrt(6/fan_in), biases zero (the same).
    HeUniform,
    /// Normal with standard deviation sqrt(1/fan_in), biases zero (LeCun, Bottou, Orr & Müller 1998).
    Lecun,
    /// Uniform in +-sqrt(3/fan_in), biases zero (the same).
    LecunUniform,
    /// Uniform in +-1/sqrt(fan_in), biases included: `torch.nn.Linear`.
    Pytorch,
    /// Uniform in +-sqrt(2/(fan_in + fan_out)) where the first layer's units are logistic, else
    /// +-sqrt(6/(fan_in + fan_out)); biases included: scikit-learn's `MLPClassifier`.
    Sklearn,
}

/// The family of distributions that a layer's weights are scaled from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitShape {
    /// Uniform in (-1, 1).
    Uniform,
    /// Standard normal.
    Normal,
}

/// What a weight starts as: a shift, and a draw that is scaled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// Which draw.
    pub shape: InitShape,
    /// What it is multiplied with; 0 for a start that is not drawn.
    pub scale: f64,
    /// What is added.
    pub shift: f64,
}

/// Where a weight stands, as far as its start depends on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Units that feed the layer.
    pub fan_in: usize,
    /// Units of the layer.
    pub fan_out: usize,
    /// Whether the network's first layer has logistic units.
    pub logistic: bool,
}

/// What follows the name in text.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Plain,
    /// A number above 0, by this letter.
    Size(&'static str),
    /// Any number.
    Number,
    /// Two numbers, the lower one first.
    Range,
}

/// All that is known of one kind.
struct Row {
    words: &'static [&'static str],
    form: Form,
    /// One to go through all.
    sample: Init,
    draw: fn(&Init, Place) -> Draw,
    /// Whether biases start at zero instead of being drawn.
    zero_bias: bool,
}

fn uniform(bound: f64) -> Draw {
    Draw { shape: InitShape::Uniform, scale: bound, shift: 0.0 }
}

fn normal(deviation: f64) -> Draw {
    Draw { shape: InitShape::Normal, scale: deviation, shift: 0.0 }
}

/// sqrt(gain/(fan_in + fan_out)).
fn both(gain: f64, place: Place) -> f64 {
    (gain / (place.fan_in + place.fan_out) as f64).sqrt()
}

/// sqrt(gain/fan_in).
fn inward(gain: f64, place: Place) -> f64 {
    (gain / place.fan_in as f64).sqrt()
}

const fn row(words: &'static [&'static str], sample: Init, zero_bias: bool, draw: fn(&Init, Place) -> Draw) -> Row {
    Row { words, form: Form::Plain, sample, draw, zero_bias }
}

const ROWS: [Row; 13] = [
    row(&["tutorial"], Init::Tutorial, false, |_, place| normal(0.5 * both(6.0, place))),
    Row {
        form: Form::Size("R"),
        ..row(&["uniform"], Init::Uniform(1.0), false, |init, _| uniform(init.width().unwrap_or_default()))
    },
    Row {
        form: Form::Range,
        ..row(&["uniform"], Init::Between(0.0, 1.0), false, |init, _| match *init {
            Init::Between(low, high) => Draw { shift: 0.5 * (low + high), ..uniform(0.5 * (high - low)) },
            _ => uniform(0.0),
        })
    },
    Row {
        form: Form::Size("S"),
        ..row(&["normal"], Init::Normal(0.5), false, |init, _| normal(init.width().unwrap_or_default()))
    },
    Row {
        form: Form::Number,
        ..row(&["constant"], Init::Constant(0.5), false, |init, _| match *init {
            Init::Constant(value) => Draw { shift: value, ..uniform(0.0) },
            _ => uniform(0.0),
        })
    },
    row(&["xavier", "glorot", "keras", "glorot-uniform", "glorot_uniform"], Init::Xavier, true, |_, place| {
        uniform(both(6.0, place))
    }),
    row(&["glorot-normal", "xavier-normal", "glorot_normal"], Init::GlorotNormal, true, |_, place| {
        normal(both(2.0, place))
    }),
    row(&["he", "kaiming", "he-normal", "kaiming-normal", "he_normal"], Init::He, true, |_, place| {
        normal(inward(2.0, place))
    }),
    row(&["he-uniform", "kaiming-uniform", "he_uniform"], Init::HeUniform, true, |_, place| {
        uniform(inward(6.0, place))
    }),
    row(&["lecun", "lecun-normal", "lecun_normal"], Init::Lecun, true, |_, place| normal(inward(1.0, place))),
    row(&["lecun-uniform", "lecun_uniform"], Init::LecunUniform, true, |_, place| uniform(inward(3.0, place))),
    row(&["pytorch", "torch"], Init::Pytorch, false, |_, place| uniform(inward(1.0, place))),
    row(&["sklearn", "scikit-learn"], Init::Sklearn, false, |_, place| {
        uniform(both(if place.logistic { 2.0 } else { 6.0 }, place))
    }),
];

impl Init {
    /// One of each kind, for tests that go through all.
    pub const ALL: &'static [Self] = &{
        let mut all = [Self::Tutorial; ROWS.len()];
        let mut at = 0;
        while at < ROWS.len() {
            all[at] = ROWS[at].sample;
            at += 1;
        }
        all
    };

    fn row(self) -> &'static Row {
        let kind = std::mem::discriminant(&self);
        // Every kind has its row: the test below goes through them.
        ROWS.iter().find(|row| std::mem::discriminant(&row.sample) == kind).unwrap_or(&ROWS[0])
    }

    /// Its R or S, where it has one.
    pub fn width(self) -> Option<f64> {
        match self {
            Self::Uniform(size) | Self::Normal(size) => Some(size),
            _ => None,
        }
    }

    /// The same distribution with another R or S; `None` where it has none.
    pub fn with_width(self, width: f64) -> Option<Self> {
        match self {
            Self::Uniform(_) => Some(Self::Uniform(width)),
            Self::Normal(_) => Some(Self::Normal(width)),
            _ => None,
        }
    }

    /// What its R or S is, in words for a picture's axis; nothing where it has none.
    pub fn width_meaning(self) -> Option<&'static str> {
        match self {
            Self::Uniform(_) => Some("width R of the starts, U(−R, R)"),
            Self::Normal(_) => Some("deviation S of the starts, N(0, S²)"),
            _ => None,
        }
    }

    /// The largest numbers in its name, by magnitude.
    pub(crate) fn sizes(self) -> Vec<f64> {
        match self {
            Self::Uniform(size) | Self::Normal(size) | Self::Constant(size) => vec![size],
            Self::Between(low, high) => vec![low, high],
            _ => Vec::new(),
        }
    }

    /// How a weight at a place starts; biases aside.
    pub fn draw(self, place: Place) -> Draw {
        (self.row().draw)(&self, place)
    }

    /// Whether biases start at zero instead of being drawn.
    pub fn zero_bias(self) -> bool {
        self.row().zero_bias
    }

    /// A framework's or a textbook's name, or a number of this form.
    fn read(text: &str) -> Result<Self, SpecError> {
        let (word, rest) = text.split_once(':').map_or((text, None), |(word, rest)| (word, Some(rest)));
        let word = word.to_ascii_lowercase();
        let named =
            |form: fn(&Form) -> bool| ROWS.iter().find(|row| row.words.contains(&word.as_str()) && form(&row.form));
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        match rest {
            None => named(|form| *form == Form::Plain).map(|row| row.sample),
            Some(rest) if rest.contains(',') && named(|form| *form == Form::Range).is_some() => {
                let range = rest.split_once(',').and_then(|(low, high)| Some((number(low)?, number(high)?)));
                let (low, high) = range.filter(|(low, high)| low < high).ok_or_else(|| {
                    SpecError::new(format!("--init {word}:LO,HI takes two numbers, LO below HI, but got {rest:?}"))
                })?;
                Some(Self::Between(low, high))
            }
            Some(rest) => match named(|form| matches!(form, Form::Size(_) | Form::Number)) {
                Some(Row { form: Form::Size(letter), sample, .. }) => {
                    sample.with_width(positive(rest, &format!("--init {word}:{letter}"))?)
                }
                Some(_) => Some(Self::Constant(number(rest).ok_or_else(|| {
                    SpecError::new(format!("--init {word}:C takes a finite number, but got {rest:?}"))
                })?)),
                None => None,
            },
        }
        .ok_or_else(|| {
            let forms: Vec<String> = ROWS.iter().map(Row::form).collect();
            unknown("--init", text, &forms.iter().map(String::as_str).collect::<Vec<_>>())
        })
    }
}

impl Row {
    /// As it is written, for messages.
    fn form(&self) -> String {
        let word = self.words[0];
        match self.form {
            Form::Plain => word.to_owned(),
            Form::Size(letter) => format!("{word}:{letter}"),
            Form::Number => format!("{word}:C"),
            Form::Range => format!("{word}:LO,HI"),
        }
    }
}

impl std::fmt::Display for Init {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.row().words[0])?;
        let sizes: Vec<String> = self.sizes().into_iter().map(plain).collect();
        if sizes.is_empty() { Ok(()) } else { write!(f, ":{}", sizes.join(",")) }
    }
}

impl std::str::FromStr for Init {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        Self::read(text.trim())
    }
}

serde_as_text!(Init);

/// How biases start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum BiasInit {
    /// As [`Init`] says of them.
    #[default]
    Same,
    /// At zero.
    Zero,
    /// Drawn by a distribution of their own, which counts for them as for weights.
    Own(Init),
}

impl std::fmt::Display for BiasInit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Zero => f.write_str("zero"),
            Self::Own(init) => init.fmt(f),
        }
    }
}

impl std::str::FromStr for BiasInit {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        match text.trim() {
            "same" => Ok(Self::Same),
            "zero" | "zeros" | "0" => Ok(Self::Zero),
            text => Init::read(text).map(Self::Own).map_err(|error| {
                SpecError::new(
                    error.to_string().replace("--init", "--bias-init").replace("there are", "there are same, zero,"),
                )
            }),
        }
    }
}

serde_as_text!(BiasInit);

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { fan_in: 2, fan_out: 1, logistic: true };

    #[test]
    fn every_kind_has_a_row_of_its_own() {
        for init in Init::ALL {
            assert_eq!(init.to_string().parse::<Init>().as_ref(), Ok(init));
            assert_eq!(init.with_width(3.0).and_then(Init::width), init.width().map(|_| 3.0));
        }
        assert_eq!(
            (Init::Xavier.draw(PLACE).scale, Init::Tutorial.draw(PLACE).scale),
            (2f64.sqrt(), 0.5 * 2f64.sqrt())
        );
        assert_eq!(Init::Normal(0.5).draw(PLACE).scale, 0.5);
        assert_eq!(Init::Sklearn.draw(PLACE).scale, (2f64 / 3.0).sqrt());
        assert_eq!(Init::Sklearn.draw(Place { logistic: false, ..PLACE }).scale, 2f64.sqrt());
        let between: Init = "uniform:-1,3".parse().unwrap();
        assert_eq!(between.draw(PLACE), Draw { shape: InitShape::Uniform, scale: 2.0, shift: 1.0 });
    }

    #[test]
    fn names_of_other_programs_are_read() {
        for (text, init) in
            [("kaiming", Init::He), ("glorot", Init::Xavier), ("keras", Init::Xavier), ("torch", Init::Pytorch)]
        {
            assert_eq!(text.parse(), Ok(init));
        }
        for (text, part) in
            [("uniform:2,1", "LO below HI"), ("constant:x", "finite number"), ("hee", "did you mean he")]
        {
            let error = text.parse::<Init>().unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert!("hee".parse::<BiasInit>().unwrap_err().to_string().contains("--bias-init"));
        assert_eq!("normal:1".parse(), Ok(BiasInit::Own(Init::Normal(1.0))));
    }
}
