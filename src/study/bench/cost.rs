//! What one net-epoch costs in arithmetic, and what devices can do at most.

use crate::rule::{Activate, Optimize, with_activation, with_optimizer};
use crate::spec::Problem;

/// Arithmetic of one net-epoch, counted from the formulas: what any implementation must do, shortcuts aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Additions and multiplications. With m examples and W weights of which V feed from hidden units and are no bias:
    /// 2 m W forward, 2 m W for gradients, 2 m V for hidden deltas; for a step (m times for online updates) 2 W, with
    /// momentum 4 W, with Adam 13 W.
    pub operations: u64,
    /// Exponentials and reciprocals: two for each unit after the inputs and each example; with Adam a root and a
    /// reciprocal for each weight and step.
    pub specials: u64,
}

impl Cost {
    /// Of one network of the problem for one epoch.
    pub fn of(problem: &Problem) -> Self {
        let layers = problem.layers();
        let examples = problem.examples().count() as u64;
        let weights = layers.weight_count() as u64;
        let hidden = layers.shapes().skip(1).map(|shape| (shape.fan_in - shape.shortcut) * shape.fan_out);
        let from_hidden = hidden.sum::<usize>() as u64;
        let spec = problem.spec();
        let steps = spec.update.per_epoch(problem.examples().count()) as u64;
        let (operations, specials) = with_optimizer!(spec.optimizer, Row => Row::cost(spec.momentum));
        let units = layers.sizes()[1..].iter().enumerate().map(|(layer, count)| {
            *count as u64 * with_activation!(spec.activation.of_layer(layer), row => row.special_count())
        });
        Self {
            operations: 2 * examples * (2 * weights + from_hidden) + operations * weights * steps,
            specials: examples * units.sum::<u64>() + specials * weights * steps,
        }
    }
}

/// What a device can do in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Additions and multiplications.
    pub operations: f64,
    /// Exponentials and reciprocals of its special-function units.
    pub specials: f64,
}

impl Limit {
    /// Of a device, where it is known: the H100 SXM has 132 multiprocessors at up to 1.755 GHz, each with 128 lanes of
    /// fused multiply-add and 16 of special functions (NVIDIA H100 architecture white paper).
    pub fn of(device: &str) -> Option<Self> {
        let lanes = |lanes: f64| 132.0 * lanes * 1.755e9;
        device.contains("H100").then(|| Self { operations: 2.0 * lanes(128.0), specials: lanes(16.0) })
    }

    /// Most net-epochs of this cost in a second, were both kinds of arithmetic to overlap fully.
    pub fn net_epochs(&self, cost: Cost) -> f64 {
        (self.operations / cost.operations as f64).min(self.specials / cost.specials as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Optimizer, Spec, Update};

    #[test]
    fn the_tutorial_network_costs_what_is_counted_by_hand() {
        let problem = Spec::default().problem().unwrap();
        // 13 weights, 3 of them from hidden units to the output; 4 units on 4 examples.
        assert_eq!(Cost::of(&problem), Cost { operations: 2 * 4 * (26 + 3) + 26, specials: 32 });
        let online = Spec { update: Update::ONLINE, ..Spec::default() }.problem().unwrap();
        assert_eq!(Cost::of(&online).operations, 2 * 4 * (26 + 3) + 4 * 26);
        let momentum = Spec { momentum: 0.9, ..Spec::default() }.problem().unwrap();
        assert_eq!(Cost::of(&momentum).operations, 2 * 4 * (26 + 3) + 52);
        let adam = Spec { optimizer: Optimizer::Adam, ..Spec::default() }.problem().unwrap();
        assert_eq!(Cost::of(&adam), Cost { operations: 2 * 4 * (26 + 3) + 13 * 13, specials: 32 + 26 });
    }

    #[test]
    fn limits_are_known_or_not() {
        let limit = Limit::of("NVIDIA H100 80GB HBM3").unwrap();
        let cost = Cost::of(&Spec::default().problem().unwrap());
        assert!((limit.net_epochs(cost) / 1.158e11 - 1.0).abs() < 1e-3, "{:e}", limit.net_epochs(cost));
        assert_eq!(Limit::of("llvmpipe"), None);
    }
}
