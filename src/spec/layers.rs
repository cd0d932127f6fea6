//! The sizes of a network's layers, and where each weight lies.

use super::keyword::serde_as_text;
use super::{Bias, SpecError};

/// Units of each layer, inputs first: `2,3,1`.
///
/// Weights of layer l form a matrix of shape (fan_in + 1, fan_out), row-major, the bias row last; layers in order. That
/// flat order is the same in memory, files and docs. With shortcuts the inputs feed the last layer as well: its matrix
/// has rows for the units before it, then for the inputs, then the bias row.
///
/// As text these are the sizes alone; a [`Problem`](super::Problem) holds them [connected](Layers::connected) as its
/// spec says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layers {
    sizes: Vec<usize>,
    shortcuts: bool,
    bias: Bias,
    /// Units that feed each matrix, where these are not all that `sizes` says: see [`Layers::shared_by`].
    feeding: Option<Vec<usize>>,
}

/// One matrix of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerShape {
    /// Units that feed it, shortcuts counted and the bias not.
    pub fan_in: usize,
    /// How many of those rows are fed by the network's inputs: the last ones before the bias row. No delta goes back
    /// through them.
    pub shortcut: usize,
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
        Self { sizes, shortcuts: false, bias: Bias::On, feeding: None }.within_limit()
    }

    fn within_limit(self) -> Result<Self, SpecError> {
        if self.weight_count() > Self::WEIGHT_LIMIT {
            return Err(SpecError::new(format!(
                "--layers {self} has {} weights, more than the {} that fit",
                self.weight_count(),
                Self::WEIGHT_LIMIT
            )));
        }
        Ok(self)
    }

    /// The same sizes with or without shortcuts and biases.
    ///
    /// # Errors
    /// Shortcuts without a hidden layer, or too many weights with them.
    pub fn connected(&self, shortcuts: bool, bias: Bias) -> Result<Self, SpecError> {
        if shortcuts && self.sizes.len() < 3 {
            return Err(SpecError::new(format!(
                "--shortcuts join the inputs to the last layer past a hidden one, and --layers {self} has none; try \
                 --layers {},1,{}",
                self.input_count(),
                self.output_count()
            )));
        }
        Self { sizes: self.sizes.clone(), shortcuts, bias, feeding: None }.within_limit()
    }

    /// Whether the inputs feed the last layer as well.
    pub fn shortcuts(&self) -> bool {
        self.shortcuts
    }

    /// Whether biases are drawn and trained.
    pub fn bias(&self) -> Bias {
        self.bias
    }

    /// 2-3-1.
    pub(crate) fn tutorial() -> Self {
        Self { sizes: vec![2, 3, 1], shortcuts: false, bias: Bias::On, feeding: None }
    }

    /// What one of `holders` has that share a network: of each hidden layer its part of the units, all weights to these, and
    /// the weights from those of the last hidden layer to the outputs.
    #[cfg(feature = "gpu")]
    pub(crate) fn shared_by(&self, holders: usize) -> Self {
        let last = self.sizes.len() - 1;
        let part =
            |(layer, size): (usize, &usize)| if (1..last).contains(&layer) { size.div_ceil(holders) } else { *size };
        let sizes: Vec<usize> = self.sizes.iter().enumerate().map(part).collect();
        let mut feeding = self.sizes[..last].to_vec();
        feeding[last - 1] = sizes[last - 1];
        Self { sizes, feeding: Some(feeding), ..self.clone() }
    }

    /// Units of each layer, inputs first.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// Units of the first layer.
    pub fn input_count(&self) -> usize {
        self.sizes[0]
    }

    /// Units of the last layer.
    pub fn output_count(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// The matrices of weights, in order.
    pub fn shapes(&self) -> impl DoubleEndedIterator<Item = LayerShape> + ExactSizeIterator + '_ {
        let mut offset = 0;
        let shapes: Vec<LayerShape> = self
            .sizes
            .windows(2)
            .enumerate()
            .map(|(layer, pair)| {
                let last = layer + 2 == self.sizes.len();
                let shortcut = if self.shortcuts && last { self.input_count() } else { 0 };
                let feeding = self.feeding.as_ref().map_or(pair[0], |feeding| feeding[layer]);
                let shape = LayerShape { fan_in: feeding + shortcut, shortcut, fan_out: pair[1], offset };
                offset += shape.weight_count();
                shape
            })
            .collect();
        shapes.into_iter()
    }

    /// Weights of one network, biases included.
    pub fn weight_count(&self) -> usize {
        self.shapes().map(LayerShape::weight_count).sum()
    }
}

impl std::fmt::Display for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes: Vec<String> = self.sizes.iter().map(usize::to_string).collect();
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
