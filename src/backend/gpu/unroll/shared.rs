//! What several sigmoids have in common: exponentials of the first layer, and reciprocals in pairs.
//!
//! Over examples whose inputs are 0 or 1, e^-z of a unit is a product of powers e^-w of its weights, so that the examples
//! cost a product each and the weights an exponential each. Where a unit's weights are so large that a power or a product
//! could leave the range of f32, the network takes its epoch by the sums. Twin: src/backend/simd/kernel/first_layer.rs.

use std::fmt::Write;

use crate::spec::{Order, Problem};

use super::examples::writes_out;
use super::writer::Writer;

/// Largest sum of magnitudes log2(e) |w| of a unit's weights whose powers are multiplied.
const LARGEST_EXPONENT: f64 = 120.0;
/// The same where two of the products are multiplied with each other, and the bound of every other exponent then.
const LARGEST_OF_PAIR: f64 = 62.0;

/// Whether the examples of an update share powers of the first layer's weights, and fewer of them than there are examples.
pub(super) fn has_powers(problem: &Problem) -> bool {
    let examples = problem.examples();
    let binary = examples.inputs().iter().all(|x| *x == 0.0 || *x == 1.0);
    let update = problem.spec().update;
    let together = update.batch_size(examples.count()) == examples.count() && update.order() == Order::Given;
    let layers = problem.layers();
    let fewer = layers.input_count() + 1 < examples.count();
    let logistic = problem.spec().activation.of_layer(0).is_logistic();
    logistic && binary && together && fewer && layers.shapes().len() > 1 && writes_out(problem)
}

/// `powers_in_range`: whether the powers of each unit of the first layer may be multiplied. Sums of magnitudes are compared as
/// integers, which order like them with NaN above all: a largest number may leave NaN out.
pub(super) fn range_code(problem: &Problem, pairs: bool) -> String {
    let mut text = String::from("fn powers_in_range(net: ptr<function, Network>) -> bool {\n    var largest = 0u;\n");
    for shape in problem.layers().shapes().take(1) {
        for column in 0..shape.fan_out {
            let weights = (0..=shape.fan_in).map(|row| shape.position(row, column));
            let sum: Vec<String> = weights.map(|k| format!("abs((*net).weights[{k}])")).collect();
            let _ = writeln!(text, "    largest = max(largest, bitcast<u32>({}));", sum.join(" + "));
        }
    }
    let bound = if pairs { LARGEST_OF_PAIR } else { LARGEST_EXPONENT };
    text + &format!("    return largest < {}u;\n}}\n", ((bound * std::f64::consts::LN_2) as f32).to_bits())
}

impl Writer<'_> {
    /// Names the powers of the first layer's weights, where they are shared.
    pub(super) fn write_powers(&mut self) {
        if !self.sharing.powers {
            return;
        }
        for shape in self.problem.layers().shapes().take(1) {
            for column in 0..shape.fan_out {
                for row in (0..=shape.fan_in).rev() {
                    let k = shape.position(row, column);
                    let _ = writeln!(self.text, "    let power{k} = exp2((*net).weights[{k}] * -1.44269504);");
                }
            }
        }
    }

    /// Names activations of a layer by their weighted sums, or by e^-z where powers are shared.
    pub(super) fn activate(&mut self, layer: usize, units: &[(String, String)]) {
        let code = self.activation(layer);
        let powers = self.sharing.powers && layer == 0;
        let pairs = self.sharing.reciprocals && self.problem.spec().activation.of_layer(layer).is_logistic();
        if !powers && !pairs {
            for (name, z) in units {
                let _ = writeln!(self.text, "    let {name} = activate({code}u, {z});");
            }
            return;
        }
        for (name, z) in units {
            let power = if powers { z.clone() } else { format!("exp2(min({z} * -1.44269504, {LARGEST_OF_PAIR:?}f))") };
            let (what, of) = if pairs { ("below_", "") } else { ("", "1.0 / ") };
            let _ = writeln!(self.text, "    let {what}{name} = {of}(1.0 + {power});");
        }
        if !pairs {
            return;
        }
        for pair in units.chunks(2) {
            let _ = match pair {
                [(a, _), (b, _)] => writeln!(
                    self.text,
                    "    let both_{a} = 1.0 / (below_{a} * below_{b});\n    let {a} = both_{a} * below_{b};\n    \
                     let {b} = both_{a} * below_{a};"
                ),
                single => single.iter().try_for_each(|(a, _)| writeln!(self.text, "    let {a} = 1.0 / below_{a};")),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::form::Sharing;
    use super::*;
    use crate::spec::Spec;

    fn problem(task: &str, layers: &str, update: &str) -> Problem {
        let (task, layers, update) = (task.parse().unwrap(), layers.parse().unwrap(), update.parse().unwrap());
        Spec { task, layers, update, ..Spec::default() }.problem().unwrap()
    }

    #[test]
    fn powers_are_shared_where_examples_of_zeros_and_ones_are_many() {
        assert!(has_powers(&problem("xor", "2,3,1", "batch")));
        assert!(has_powers(&problem("parity:4", "4,8,1", "batch")));
        assert!(!has_powers(&problem("xor", "2,3,1", "online")));
        // As many powers as examples.
        assert!(!has_powers(&problem("encoder:4", "4,2,4", "batch")));
        let centred = Spec { inputs: "-1,1".parse().unwrap(), ..Spec::default() };
        assert!(!has_powers(&centred.problem().unwrap()));
    }

    #[test]
    fn bounds_keep_products_in_range() {
        let product = |exponent: f64| (1.0 + (exponent as f32).exp2()).powi(2);
        assert!(product(LARGEST_OF_PAIR).is_finite() && (1.0 / product(LARGEST_OF_PAIR)).is_normal());
        assert!((LARGEST_EXPONENT as f32).exp2().is_finite() && (-LARGEST_EXPONENT as f32).exp2().is_normal());
        // The bound of single products is too wide for pairs.
        assert!(!product(LARGEST_EXPONENT).is_finite());
    }

    /// Exponentials and divisions of an epoch, as they are written.
    #[test]
    fn sharing_saves_exponentials_and_divisions() {
        let count = |layers: &str, task: &str, powers: bool, reciprocals: bool| {
            let problem = problem(task, layers, "batch");
            let mut writer = Writer::new(&problem, Sharing { powers, reciprocals }, None);
            writer.write_powers();
            writer.write_out();
            let text = writer.text;
            let sigmoids = text.matches("= activate(").count();
            (sigmoids + text.matches("exp2(").count(), sigmoids + text.matches("1.0 / ").count())
        };
        assert_eq!(count("2,3,1", "xor", false, false), (16, 16));
        assert_eq!(count("2,3,1", "xor", true, false), (13, 16));
        assert_eq!(count("2,3,1", "xor", false, true), (16, 8));
        assert_eq!(count("2,3,1", "xor", true, true), (13, 8));
        // By itself each of 16 examples has eight units in pairs, and an output.
        assert_eq!(count("4,8,1", "parity:4", true, true), (56, 80));
    }
}
