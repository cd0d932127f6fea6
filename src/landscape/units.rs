//! Hidden units that do nothing for a network: it then sits where a smaller network sits, embedded in a larger one
//! (Fukumizu & Amari, "Local minima and plateaus in hierarchical structures of multilayer perceptrons", 2000). Among them
//! rectifiers that are off on every example: no gradient passes them (Lu, Shin, Su & Karniadakis, "Dying ReLU and
//! initialization", 2020).

use serde::{Deserialize, Serialize};

use super::LossFunction;

/// How little a unit may vary over the examples to count as constant, and how near two must be to say the same.
const TOLERANCE: f64 = 0.02;

/// A hidden unit by its numbers, which are those of weights: it is fed by `theta1[.,2]`, if layer is 1 and unit is 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UnitName {
    /// Of the hidden layer, from 1.
    pub layer: usize,
    /// Within the layer, from 0.
    pub unit: usize,
}

/// Hidden units that could be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitCheck {
    /// Hidden units in all.
    pub units: usize,
    /// Units that give the same on every example, or whose weights onwards are all next to zero.
    pub idle: usize,
    /// Further units that repeat another of their layer on every example, up to a factor and a constant.
    pub parallel: usize,
    /// Units that are off on every example, as a relu whose weighted sums are never above 0: their slopes are exactly 0, and
    /// so are the gradients of the weights that feed them. All of them are idle too.
    pub off: Vec<UnitName>,
}

impl UnitCheck {
    /// Whether a smaller network does the same.
    pub fn is_reducible(&self) -> bool {
        self.idle + self.parallel > 0
    }
}

/// Looks for them at these weights.
pub fn idle_units(surface: &LossFunction<'_>, weights: &[f64]) -> UnitCheck {
    let mut check = UnitCheck::default();
    let shapes = surface.problem().layers().shapes().skip(1);
    for ((layer, units), next) in (1..).zip(surface.hidden_units(weights)).zip(shapes) {
        let mut distinct: Vec<Vec<f64>> = Vec::new();
        for (row, unit) in units.iter().enumerate() {
            check.units += 1;
            if unit.is_off {
                check.off.push(UnitName { layer, unit: row });
            }
            let values = &unit.activations;
            let (low, high) =
                values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), a| (low.min(*a), high.max(*a)));
            let onwards = (0..next.fan_out).map(|column| weights[next.position(row, column)].abs()).fold(0.0, f64::max);
            if high - low < TOLERANCE || onwards * (high - low) < TOLERANCE {
                check.idle += 1;
                continue;
            }
            let standard = standardised(values);
            if distinct.iter().any(|other| repeats(other, &standard)) {
                check.parallel += 1;
            } else {
                distinct.push(standard);
            }
        }
    }
    check
}

/// A hidden layer that is off on every example as a whole, and what that stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLayer {
    /// Its number, from 1; the last one, where there are several.
    pub layer: usize,
    /// Weights that feed it and the layers before it, biases included. The gradient of each was found to be exactly 0 in f64.
    pub still_weights: usize,
}

/// Looks for one at these weights.
pub(super) fn dead_layer(surface: &LossFunction<'_>, weights: &[f64], check: &UnitCheck) -> Option<DeadLayer> {
    let sizes = surface.problem().layers().sizes();
    let is_dead = |layer: &usize| check.off.iter().filter(|unit| unit.layer == *layer).count() == sizes[*layer];
    let layer = (1..sizes.len() - 1).rev().find(is_dead)?;
    let still = surface.still_weights(weights, layer - 1)?;
    Some(DeadLayer { layer, still_weights: still.len() })
}

/// Mean zero, length one.
fn standardised(unit: &[f64]) -> Vec<f64> {
    let mean = unit.iter().sum::<f64>() / unit.len() as f64;
    let length = unit.iter().map(|a| (a - mean).powi(2)).sum::<f64>().sqrt();
    unit.iter().map(|a| (a - mean) / length).collect()
}

fn repeats(a: &[f64], b: &[f64]) -> bool {
    let correlation: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    // Of unit vectors at a distance d the product is 1 - d^2/2.
    1.0 - correlation.abs() < 0.5 * TOLERANCE * TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn idle_and_parallel_units_are_counted() {
        let problem = Spec { layers: "2,4,1".parse().unwrap(), ..Spec::default() }.problem().unwrap();
        let surface = LossFunction::new(&problem);
        // Units: useful, the same with its sign turned, constant, cut off from the next layer.
        let inputs = [[2.0, -2.0, 0.0, 1.0], [1.0, -1.0, 0.0, 3.0], [-1.0, 1.0, 2.0, 0.5]].concat();
        let weights = [inputs, vec![1.0, -2.0, 3.0, 0.0, 0.5]].concat();
        assert_eq!(idle_units(&surface, &weights), UnitCheck { units: 4, idle: 2, parallel: 1, off: Vec::new() });
        let mut apart = weights;
        apart[1] = 1.0;
        assert_eq!(idle_units(&surface, &apart).parallel, 0);
    }

    #[test]
    fn units_that_are_off_are_named() {
        let relu = Spec { activation: "relu,sigmoid".parse().unwrap(), ..Spec::default() };
        let weights = |bias: f64| [[1.0, -1.0, 2.0], [1.0, -1.0, -1.0], [0.5, bias, -0.5], [1.0, 2.0, 3.0]].concat();
        // The second unit's sums are at most its bias.
        let (off, on) = ([weights(0.0), vec![0.1]].concat(), [weights(0.1), vec![0.1]].concat());
        let problem = relu.problem().unwrap();
        let surface = LossFunction::new(&problem);
        let check = idle_units(&surface, &off);
        assert_eq!((check.off.as_slice(), check.idle), (&[UnitName { layer: 1, unit: 1 }][..], 1));
        assert_eq!(dead_layer(&surface, &off, &check), None, "two of three units are on");
        assert_eq!(idle_units(&surface, &on).off, []);
        // Leaky, and smooth, units are never off.
        for activation in ["leaky-relu,sigmoid", "sigmoid", "elu,sigmoid", "gelu,sigmoid"] {
            let problem = Spec { activation: activation.parse().unwrap(), ..relu.clone() }.problem().unwrap();
            let far: Vec<f64> = off.iter().map(|weight| 1e4 * weight - 1e4).collect();
            assert_eq!(idle_units(&LossFunction::new(&problem), &far).off, [], "{activation}");
        }
    }
}
