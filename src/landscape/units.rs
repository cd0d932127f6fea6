//! Hidden units that do nothing for a network: it then sits where a smaller network sits, embedded in a larger one
//! (Fukumizu & Amari, "Local minima and plateaus in hierarchical structures of multilayer perceptrons", 2000).

use super::LossFunction;

/// How little a unit may vary over the examples to count as constant, and how near two must be to say the same.
const TOLERANCE: f64 = 0.02;

/// Hidden units that could be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitCheck {
    /// Hidden units in all.
    pub units: usize,
    /// Units that give the same on every example, or whose weights onwards are all next to zero.
    pub dead: usize,
    /// Further units that repeat another of their layer on every example, up to a factor and a constant.
    pub parallel: usize,
}

impl UnitCheck {
    /// Whether a smaller network does the same.
    pub fn is_reducible(self) -> bool {
        self.dead + self.parallel > 0
    }
}

/// Looks for them at these weights.
pub fn idle_units(surface: &LossFunction<'_>, weights: &[f64]) -> UnitCheck {
    let mut check = UnitCheck::default();
    let shapes = surface.problem().layers().shapes().skip(1);
    for (layer, next) in surface.hidden_activations(weights).into_iter().zip(shapes) {
        let mut distinct: Vec<Vec<f64>> = Vec::new();
        for (row, unit) in layer.iter().enumerate() {
            check.units += 1;
            let (low, high) =
                unit.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), a| (low.min(*a), high.max(*a)));
            let onwards = (0..next.fan_out).map(|column| weights[next.position(row, column)].abs()).fold(0.0, f64::max);
            if high - low < TOLERANCE || onwards * (high - low) < TOLERANCE {
                check.dead += 1;
                continue;
            }
            let standard = standardised(unit);
            if distinct.iter().any(|other| repeats(other, &standard)) {
                check.parallel += 1;
            } else {
                distinct.push(standard);
            }
        }
    }
    check
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
    fn dead_and_parallel_units_are_counted() {
        let problem = Spec { layers: "2,4,1".parse().unwrap(), ..Spec::default() }.problem().unwrap();
        let surface = LossFunction::new(&problem);
        // Units: useful, the same with its sign turned, constant, cut off from the next layer.
        let inputs = [[2.0, -2.0, 0.0, 1.0], [1.0, -1.0, 0.0, 3.0], [-1.0, 1.0, 2.0, 0.5]].concat();
        let weights = [inputs, vec![1.0, -2.0, 3.0, 0.0, 0.5]].concat();
        assert_eq!(idle_units(&surface, &weights), UnitCheck { units: 4, dead: 2, parallel: 1 });
        let mut apart = weights;
        apart[1] = 1.0;
        assert_eq!(idle_units(&surface, &apart).parallel, 0);
    }
}
