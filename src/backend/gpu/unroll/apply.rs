//! An update: a step of every weight by its gradient, written out.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::rule::{Optimize, with_optimizer};
use crate::spec::{LayerShape, Problem};

use super::super::prelude::weight_rates;
use super::writer::narrows;

/// `apply`, which moves the weights and what the optimizer remembers of them.
pub(super) fn apply_code(problem: &Problem, own_rates: bool) -> String {
    let spec = problem.spec();
    let memories = spec.optimizer.state_count(spec.momentum);
    let mut text = String::from("fn apply(net: ptr<function, Network>, update: Update) {\n    var after: Step;\n");
    let layers = problem.layers().shapes().enumerate();
    let layers: Vec<usize> = layers.flat_map(|(layer, shape)| vec![layer; shape.weight_count()]).collect();
    let momentum = layers[layers.len() - 1] + 1;
    // What gradients lack goes to the rate, once for a unit's weights, where a step is a product of both.
    let rate_brings = with_optimizer!(spec.optimizer, Row => Row::IS_PLAIN) && problem.gradient_decay() == 0.0;
    let lacking = lacking(problem);
    if rate_brings {
        for other in lacking.iter().flatten().collect::<BTreeSet<_>>() {
            let _ = writeln!(text, "    let rate{other} = (*net).rates[0] * (*net).weights[{other}];");
        }
    }
    for (k, rate) in weight_rates(problem, own_rates).into_iter().enumerate() {
        // A weight that does not move needs no step.
        if rate == 0.0 {
            continue;
        }
        let mut gradient = format!("(*net).gradient[{k}]");
        let mut rate = format!("(*net).rates[{}]", layers[k]);
        // The weights that others lack come after these, so they have not moved yet.
        match lacking[k] {
            Some(other) if rate_brings => rate = format!("rate{other}"),
            Some(other) => gradient += &format!(" * (*net).weights[{other}]"),
            None => {}
        }
        let memory = |at: usize, name: &str| {
            if memories > at { format!("(*net).{name}[{k}]") } else { "0.0".into() }
        };
        let (first, second) = (memory(0, "first"), memory(1, "second"));
        let _ = writeln!(
            text,
            "    after = stepped(Step((*net).weights[{k}], {first}, {second}), {gradient}, {rate}, \
             (*net).rates[{momentum}], update);\n    (*net).weights[{k}] = after.weight;"
        );
        for (at, name) in ["first", "second"].into_iter().enumerate().take(memories) {
            let _ = writeln!(text, "    {} = after.{name};", memory(at, name));
        }
    }
    text.push_str("}\n");
    text
}

/// Of each weight the position of another that its gradient has yet to be multiplied with: that from the unit of the only
/// hidden layer to a single output, which all the unit's weights and all examples have in common.
fn lacking(problem: &Problem) -> Vec<Option<usize>> {
    let shapes: Vec<LayerShape> = problem.layers().shapes().collect();
    let mut lacking = vec![None; problem.layers().weight_count()];
    if let [hidden, output] = shapes[..]
        && narrows(problem)
    {
        for (row, column) in (0..=hidden.fan_in).flat_map(|row| (0..hidden.fan_out).map(move |column| (row, column))) {
            lacking[hidden.position(row, column)] = Some(output.position(column, 0));
        }
    }
    lacking
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    /// A unit's weights share one product where a step allows it; where none is lacking nothing is brought in.
    #[test]
    fn what_gradients_lack_is_brought_in_once() {
        let products = |layers: &str, spec: Spec| {
            let problem = Spec { layers: layers.parse().unwrap(), ..spec }.problem().unwrap();
            apply_code(&problem, false).matches(" * (*net).weights[").count()
        };
        let decaying = Spec { weight_decay: 0.01, ..Spec::default() };
        let adam = Spec { optimizer: "adam".parse().unwrap(), ..Spec::default() };
        assert_eq!(products("2,3,1", Spec::default()), 3);
        assert_eq!(products("2,3,1", decaying), 9);
        assert_eq!(products("2,3,1", adam), 9);
        assert_eq!(products("2,4,4,1", Spec::default()), 0);
    }
}
