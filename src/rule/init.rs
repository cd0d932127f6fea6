//! How starting weights are drawn. The draws themselves are in `seed`; WGSL: `shaders/part/init.wgsl`.

use super::error::SpecError;
use super::keyword::{plain, positive, serde_as_text, unknown};

/// Distribution of the starting weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Normal with standard deviation 0.5 sqrt(6/(fan_in + fan_out)) per layer, biases included: the tutorial's way.
    Tutorial,
    /// Uniform in (-R, R), biases included.
    Uniform(f64),
    /// Normal with standard deviation S, biases included.
    Normal(f64),
    /// Uniform in +-sqrt(6/(fan_in + fan_out)) per layer, biases zero (Glorot & Bengio 2010).
    Xavier,
}

/// The family of distributions that a layer's weights are scaled from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitShape {
    /// Uniform in (-1, 1).
    Uniform,
    /// Standard normal.
    Normal,
}

/// The R or S that a kind takes.
#[derive(Clone, Copy)]
struct Size {
    letter: &'static str,
    make: fn(f64) -> Init,
    /// In words, for a picture's axis.
    meaning: &'static str,
}

/// All that is known of one kind.
struct Row {
    word: &'static str,
    size: Option<Size>,
    /// One to go through all.
    sample: Init,
    shape: InitShape,
    /// What a draw is multiplied with, from fan-in, fan-out and size.
    scale: fn(f64, f64, f64) -> f64,
    /// Whether biases start at zero instead of being drawn.
    zero_bias: bool,
}

fn glorot(fan_in: f64, fan_out: f64) -> f64 {
    (6.0 / (fan_in + fan_out)).sqrt()
}

const ROWS: [Row; 4] = [
    Row {
        word: "tutorial",
        size: None,
        sample: Init::Tutorial,
        shape: InitShape::Normal,
        scale: |fan_in, fan_out, _| 0.5 * glorot(fan_in, fan_out),
        zero_bias: false,
    },
    Row {
        word: "uniform",
        size: Some(Size { letter: "R", make: Init::Uniform, meaning: "width R of the starts, U(−R, R)" }),
        sample: Init::Uniform(1.0),
        shape: InitShape::Uniform,
        scale: |_, _, size| size,
        zero_bias: false,
    },
    Row {
        word: "normal",
        size: Some(Size { letter: "S", make: Init::Normal, meaning: "deviation S of the starts, N(0, S²)" }),
        sample: Init::Normal(0.5),
        shape: InitShape::Normal,
        scale: |_, _, size| size,
        zero_bias: false,
    },
    Row {
        word: "xavier",
        size: None,
        sample: Init::Xavier,
        shape: InitShape::Uniform,
        scale: |fan_in, fan_out, _| glorot(fan_in, fan_out),
        zero_bias: true,
    },
];

impl Init {
    /// One of each kind, for tests that go through all.
    pub const ALL: &'static [Self] = &[ROWS[0].sample, ROWS[1].sample, ROWS[2].sample, ROWS[3].sample];

    fn row(self) -> &'static Row {
        let kind = std::mem::discriminant(&self);
        // Every kind has its row: the test below goes through them.
        ROWS.iter().find(|row| std::mem::discriminant(&row.sample) == kind).unwrap_or(&ROWS[0])
    }

    /// Its R or S, where it has one.
    pub fn width(self) -> Option<f64> {
        match self {
            Self::Uniform(size) | Self::Normal(size) => Some(size),
            Self::Tutorial | Self::Xavier => None,
        }
    }

    /// The same distribution with another R or S; `None` where it has none.
    pub fn with_width(self, width: f64) -> Option<Self> {
        self.row().size.map(|size| (size.make)(width))
    }

    /// What its R or S is, in words; nothing where it has none.
    pub fn width_meaning(self) -> Option<&'static str> {
        self.row().size.map(|size| size.meaning)
    }

    /// Which draw is scaled.
    pub fn shape(self) -> InitShape {
        self.row().shape
    }

    /// What the draw is multiplied with in a layer of so many units before and after it.
    pub fn scale(self, fan_in: usize, fan_out: usize) -> f64 {
        (self.row().scale)(fan_in as f64, fan_out as f64, self.width().unwrap_or_default())
    }

    /// Whether biases start at zero instead of being drawn.
    pub fn zero_bias(self) -> bool {
        self.row().zero_bias
    }
}

impl std::fmt::Display for Init {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.row().word)?;
        self.width().map_or(Ok(()), |size| write!(f, ":{}", plain(size)))
    }
}

impl std::str::FromStr for Init {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (word, size) = text.trim().split_once(':').map_or((text.trim(), None), |(word, size)| (word, Some(size)));
        match (ROWS.iter().find(|row| row.word == word).map(|row| (row.sample, row.size)), size) {
            (Some((init, None)), None) => Ok(init),
            (Some((_, Some(Size { letter, make, .. }))), Some(size)) => {
                Ok(make(positive(size, &format!("--init {word}:{letter}"))?))
            }
            _ => {
                let form = |row: &Row| match row.size {
                    Some(Size { letter, .. }) => format!("{}:{letter}", row.word),
                    None => row.word.to_owned(),
                };
                let forms: Vec<String> = ROWS.iter().map(form).collect();
                Err(unknown("--init", text, &forms.iter().map(String::as_str).collect::<Vec<_>>()))
            }
        }
    }
}

serde_as_text!(Init);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_row_of_its_own() {
        for (init, word) in Init::ALL.iter().zip(["tutorial", "uniform:1", "normal:0.5", "xavier"]) {
            assert_eq!((init.to_string().as_str(), word.parse().as_ref()), (word, Ok(init)));
            assert_eq!(init.with_width(3.0).and_then(Init::width), init.width().map(|_| 3.0));
        }
        assert_eq!((Init::Xavier.scale(2, 1), Init::Tutorial.scale(2, 1)), (2f64.sqrt(), 0.5 * 2f64.sqrt()));
        assert_eq!(Init::Normal(0.5).scale(2, 1), 0.5);
    }
}
