//! The answer of a run with its networks: outcomes, final weights, predictions.

use crate::backend::reference::Network;
use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Weights};
use crate::spec::{Population, Problem};
use crate::study::{Delivered, RunAnswer};

use super::run::Keep;

/// Networks that were trained, and what is to be said of them all. Networks go by their index in the population.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Networks {
    /// Rates, intervals, fates.
    pub answer: RunAnswer,
    /// What became of each, a row a network.
    pub outcomes: Outcomes,
    /// What each had learnt when it ended, in the order of the rows; if that was kept.
    pub weights: Option<Weights>,
}

/// What is kept while networks come.
pub(crate) struct Kept {
    pub(super) outcomes: Outcomes,
    pub(super) weights: Option<Weights>,
}

impl Kept {
    /// Nothing yet; room for all networks, or at first for a million.
    pub(crate) fn new(problem: &Problem, population: Population) -> Self {
        const ROOM: u64 = 1 << 20;
        let outputs = problem.examples().targets().len();
        let room = population.count().min(ROOM) as usize;
        Self { outcomes: Outcomes::with_capacity(population.first(), outputs, room), weights: None }
    }

    /// Adds the networks of a chunk. Some come with weights that only their examination needs.
    pub(crate) fn add(&mut self, chunk: &Delivered<'_>, keep: Keep) -> Result<()> {
        match keep {
            Keep::Counts => Ok(()),
            Keep::Outcomes => self.append(chunk.outcomes, None),
            Keep::Weights => self.append(chunk.outcomes, chunk.weights),
        }
    }

    /// Adds the networks that come next.
    pub(super) fn append(&mut self, outcomes: &Outcomes, weights: Option<&Weights>) -> Result<()> {
        self.outcomes.append(outcomes);
        match (&mut self.weights, weights) {
            (Some(all), Some(more)) => all.append(more)?,
            (all @ None, Some(first)) => *all = Some(first.clone()),
            (_, None) => {}
        }
        Ok(())
    }
}

impl Networks {
    pub(crate) fn new(answer: RunAnswer, Kept { outcomes, weights }: Kept) -> Self {
        Self { answer, outcomes, weights }
    }

    /// The networks with the smallest loss, best first; of equals the one with the smaller index. Those whose loss is not
    /// finite come last.
    pub fn best(&self, count: usize) -> Vec<u64> {
        best(self.outcomes.first, &self.outcomes.loss, count)
    }

    /// A network's final weights in flat order (see [`Layers`](crate::spec::Layers)).
    ///
    /// # Errors
    /// It was not trained here, or weights were not kept.
    pub fn weights(&self, network: u64) -> Result<Vec<f64>> {
        let position = self.position(network)?;
        let weights = self.weights.as_ref().ok_or_else(|| Error::input("final weights were not kept"))?;
        Ok(weights.network(position))
    }

    /// Outputs of a network on rows of inputs, computed in f64: shape (rows, outputs), row-major, of inputs of shape (rows,
    /// inputs).
    ///
    /// # Errors
    /// It was not trained here, weights were not kept, or the inputs make no whole rows.
    pub fn predict(&self, network: u64, inputs: &[f64]) -> Result<Vec<f64>> {
        predict(&self.answer.problem, &self.weights(network)?, inputs)
    }

    fn position(&self, network: u64) -> Result<usize> {
        let end = self.outcomes.first + self.outcomes.count() as u64;
        match (self.outcomes.first..end).contains(&network) {
            true => Ok((network - self.outcomes.first) as usize),
            false => Err(Error::input(format!(
                "network {network} was not trained: these are networks {} to {}",
                self.outcomes.first,
                end - 1
            ))),
        }
    }
}

/// Of consecutive networks the indices of those with the smallest loss, best first; of equals the smaller index. Those whose
/// loss is not finite come last.
pub fn best(first: u64, losses: &[f64], count: usize) -> Vec<u64> {
    let loss = |at: usize| if losses[at].is_nan() { f64::INFINITY } else { losses[at] };
    let order = |a: &usize, b: &usize| loss(*a).total_cmp(&loss(*b)).then(a.cmp(b));
    let mut positions: Vec<usize> = (0..losses.len()).collect();
    let count = count.min(positions.len());
    if count > 0 && count < positions.len() {
        positions.select_nth_unstable_by(count - 1, order);
    }
    positions.truncate(count);
    positions.sort_unstable_by(order);
    positions.into_iter().map(|at| first + at as u64).collect()
}

/// Outputs of a network of these weights, in flat order, computed in f64: shape (rows, outputs), row-major, of inputs of shape
/// (rows, inputs).
///
/// # Errors
/// The weights are not those of one network, or the inputs make no whole rows.
pub fn predict(problem: &Problem, weights: &[f64], inputs: &[f64]) -> Result<Vec<f64>> {
    let (layers, width) = (problem.layers(), problem.layers().input_count());
    if weights.len() != layers.weight_count() {
        let (given, needed) = (weights.len(), layers.weight_count());
        return Err(Error::input(format!("layers {layers} have {needed} weights, not {given}")));
    }
    if !inputs.len().is_multiple_of(width) {
        return Err(Error::input(format!("{} inputs make no rows of {width} for layers {layers}", inputs.len())));
    }
    let mut network = Network::<f64>::new(problem);
    let mut outputs = Vec::with_capacity(inputs.len() / width * layers.output_count());
    for input in inputs.chunks(width) {
        network.forward(weights, input);
        outputs.extend_from_slice(network.outputs());
    }
    Ok(outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first_and_those_without_a_loss_last() {
        let losses = [0.5, f64::NAN, 0.1, 0.5, 0.01];
        assert_eq!(best(10, &losses, 3), [14, 12, 10]);
        assert_eq!(best(10, &losses, 9), [14, 12, 10, 13, 11]);
        assert!(best(10, &losses, 0).is_empty());
    }
}
