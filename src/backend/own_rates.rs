//! Learning rates and momentum of single networks: what a sweep and a map vary without leaving one population.

use std::ops::Range;

/// Learning rates and momentum of consecutive networks, in place of those of the spec.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnRates {
    layer_count: usize,
    /// `[network][layer of weights]`.
    rates: Vec<f64>,
    /// `[network]`.
    momentum: Vec<f64>,
}

impl OwnRates {
    /// `rates` holds one learning rate for each layer of weights, `[network][layer]`, `momentum` one number a network.
    /// Rates are at least 0, momenta too and below 1, as in a spec; but a rate of 0 in the spec binds no network.
    pub fn new(layer_count: usize, rates: Vec<f64>, momentum: Vec<f64>) -> Self {
        debug_assert_eq!(rates.len(), layer_count * momentum.len());
        Self { layer_count, rates, momentum }
    }

    /// How many networks there are.
    pub fn count(&self) -> usize {
        self.momentum.len()
    }

    /// A network's learning rate for each layer of weights.
    pub fn rates(&self, position: usize) -> &[f64] {
        &self.rates[position * self.layer_count..(position + 1) * self.layer_count]
    }

    /// A network's momentum.
    pub fn momentum(&self, position: usize) -> f64 {
        self.momentum[position]
    }

    /// As many networks, all with the rates of one.
    pub(crate) fn repeated(&self, position: usize) -> Self {
        Self {
            layer_count: self.layer_count,
            rates: self.rates(position).repeat(self.count()),
            momentum: vec![self.momentum(position); self.count()],
        }
    }

    /// Some of the networks.
    pub fn slice(&self, positions: Range<usize>) -> Self {
        Self {
            layer_count: self.layer_count,
            rates: self.rates[positions.start * self.layer_count..positions.end * self.layer_count].to_vec(),
            momentum: self.momentum[positions].to_vec(),
        }
    }
}
