//! Weights of consecutive networks.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::spec::Layers;

/// Numbers in the precision in which they were made or read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Values {
    /// Single precision.
    F32(Vec<f32>),
    /// Double precision.
    F64(Vec<f64>),
}

impl From<Vec<f32>> for Values {
    fn from(values: Vec<f32>) -> Self {
        Self::F32(values)
    }
}

impl From<Vec<f64>> for Values {
    fn from(values: Vec<f64>) -> Self {
        Self::F64(values)
    }
}

/// Weights of `count` networks, `[network][flat position]`, biases included (see [`Layers`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    weight_count: usize,
    values: Values,
}

impl Weights {
    /// `values` holds a whole number of networks of this shape.
    pub fn new(layers: &Layers, values: Values) -> Self {
        let weights = Self { weight_count: layers.weight_count(), values };
        debug_assert_eq!(weights.len() % weights.weight_count, 0);
        weights
    }

    fn len(&self) -> usize {
        match &self.values {
            Values::F32(values) => values.len(),
            Values::F64(values) => values.len(),
        }
    }

    /// How many networks there are.
    pub fn count(&self) -> usize {
        self.len() / self.weight_count
    }

    /// Weights of one network.
    pub fn weight_count(&self) -> usize {
        self.weight_count
    }

    /// The numbers, network by network.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The numbers, network by network, handed over.
    pub fn into_values(self) -> Values {
        self.values
    }

    /// One network's weights in f64.
    pub fn network(&self, position: usize) -> Vec<f64> {
        let range = position * self.weight_count..(position + 1) * self.weight_count;
        match &self.values {
            Values::F32(values) => values[range].iter().map(|value| f64::from(*value)).collect(),
            Values::F64(values) => values[range].to_vec(),
        }
    }

    /// All numbers in f32, `[network][flat position]`.
    pub fn to_f32(&self) -> Vec<f32> {
        match &self.values {
            Values::F32(values) => values.clone(),
            Values::F64(values) => values.iter().map(|value| *value as f32).collect(),
        }
    }

    /// Some of the networks.
    pub fn slice(&self, positions: std::ops::Range<usize>) -> Self {
        let range = positions.start * self.weight_count..positions.end * self.weight_count;
        let values = match &self.values {
            Values::F32(values) => Values::F32(values[range].to_vec()),
            Values::F64(values) => Values::F64(values[range].to_vec()),
        };
        Self { weight_count: self.weight_count, values }
    }

    /// Adds the networks that come next.
    ///
    /// # Errors
    /// They are of another shape or precision.
    pub fn append(&mut self, next: &Self) -> Result<()> {
        match (&mut self.values, &next.values) {
            (Values::F32(values), Values::F32(more)) if self.weight_count == next.weight_count => {
                values.extend_from_slice(more);
            }
            (Values::F64(values), Values::F64(more)) if self.weight_count == next.weight_count => {
                values.extend_from_slice(more);
            }
            _ => return Err(Error::failure("weights of another shape or precision cannot be added")),
        }
        Ok(())
    }
}
