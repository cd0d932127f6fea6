//! The sizes of a network's layers, and where each weight lies.

use super::SpecError;
use super::keyword::serde_as_text;

/// Units of each layer, inputs first: `2,3,1`.
///
/// Weights of layer l form a matrix of shape (fan_in + 1, fan_out), row-major, the bias row last; layers in order. That
/// flat order is the same in memory, files and docs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layers(Vec<usize>);

/// One matrix of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerShape {
    /// Units that feed it, the bias not counted.
    pub fan_in: usize,
    /// Units that it feeds.
    pub fan_out: usize,
    /// Flat position of its first weight.
    pub offset: usize,
}

impl LayerShape {
    /// Rows of the matrix: one for each unit that feeds it, and the bias row, which is last.
    pub fn row_count(self) -> usize {
        self.fan_in + 1
    }

    /// Weights in the matrix.
    pub fn weight_count(self) -> usize {
        self.row_count() * self.fan_out
    }

    /// Flat position of the weight from unit `row` (the bias where `row == fan_in`) to unit `column`.
    pub fn position(self, row: usize, column: usize) -> usize {
        self.offset + row * self.fan_out + column
    }
}

impl Layers {
    /// Most units in a layer.
    pub const UNIT_LIMIT: usize = 4096;
    /// Most weights in a network: 64 MiB of f32 state a network with Adam.
    pub const WEIGHT_LIMIT: usize = 1 << 22;

    /// # Errors
    /// Fewer than two layers, an empty or too large one.
    pub fn new(sizes: Vec<usize>) -> Result<Self, SpecError> {
        if sizes.len() < 2 {
            return Err(SpecError::new("--layers needs at least inputs and outputs, as in 2,3,1"));
        }
        if let Some(size) = sizes.iter().find(|size| **size == 0 || **size > Self::UNIT_LIMIT) {
            return Err(SpecError::new(format!(
                "--layers: each layer has 1 to {} units, but one has {size}",
                Self::UNIT_LIMIT
            )));
        }
        let layers = Self(sizes);
        if layers.weight_count() > Self::WEIGHT_LIMIT {
            return Err(SpecError::new(format!(
                "--layers {layers} has {} weights, more than the {} that fit",
                layers.weight_count(),
                Self::WEIGHT_LIMIT
            )));
        }
        Ok(layers)
    }

    /// 2-3-1.
    pub(crate) fn tutorial() -> Self {
        Self(vec![2, 3, 1])
    }

    /// Units of each layer, inputs first.
    pub fn sizes(&self) -> &[usize] {
        &self.0
    }

    /// Units of the first layer.
    pub fn input_count(&self) -> usize {
        self.0[0]
    }

    /// Units of the last layer.
    pub fn output_count(&self) -> usize {
        self.0[self.0.len() - 1]
    }

    /// The matrices of weights, in order.
    pub fn shapes(&self) -> impl DoubleEndedIterator<Item = LayerShape> + ExactSizeIterator + '_ {
        let offsets: Vec<usize> = self
            .0
            .windows(2)
            .scan(0, |offset, pair| {
                let here = *offset;
                *offset += (pair[0] + 1) * pair[1];
                Some(here)
            })
            .collect();
        self.0.windows(2).zip(offsets).map(|(pair, offset)| LayerShape { fan_in: pair[0], fan_out: pair[1], offset })
    }

    /// Weights of one network, biases included.
    pub fn weight_count(&self) -> usize {
        self.0.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }
}

impl std::fmt::Display for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes: Vec<String> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&sizes.join(","))
    }
}

impl std::str::FromStr for Layers {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let sizes: Result<Vec<usize>, _> = text.split([',', '-']).map(|size| size.trim().parse()).collect();
        Self::new(sizes.map_err(|_| {
            SpecError::new(format!("--layers takes whole numbers with commas between, as in 2,3,1; got {text:?}"))
        })?)
    }
}

serde_as_text!(Layers);
