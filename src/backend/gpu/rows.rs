//! Scratch memory of the staged form.

use std::fmt::Write;

use crate::spec::Problem;

use super::prelude::{draws_order, keeps_start};

/// Where the rows of scratch memory lie after the activations, which come first: deltas, gradients, weights kept aside,
/// weighted sums of outputs kept aside, the order, and single rows.
pub(super) struct Rows {
    /// The first output's, counted from the first activation.
    pub(super) outputs: usize,
    pub(super) deltas: usize,
    pub(super) gradient: usize,
    pub(super) kept: usize,
    /// Of the outputs that are judged.
    pub(super) judged_sums: usize,
    kept_sums: usize,
    pub(super) order: usize,
    pub(super) loss: usize,
    pub(super) step: usize,
    pub(super) count: usize,
}

impl Rows {
    pub(super) fn of(problem: &Problem) -> Self {
        let layers = problem.layers();
        let units: usize = layers.sizes()[1..].iter().sum();
        let examples = problem.examples().count();
        let activations = units * examples;
        let outputs = activations - problem.examples().targets().len();
        let weight_count = layers.weight_count();
        let gradient = 2 * activations;
        let kept = gradient + weight_count;
        let kept_sums = kept + if keeps_start(problem) { weight_count } else { 0 };
        // Deltas take the place of weighted sums that are looked at once the epoch is over.
        let keeps_sums = keeps_start(problem) && problem.standard().judgement().needs_sums();
        let order = kept_sums + if keeps_sums { problem.examples().targets().len() } else { 0 };
        let loss = order + if draws_order(problem) { examples } else { 0 };
        let judged_sums = if keeps_sums { kept_sums } else { activations + outputs };
        let (step, count) = (loss + 1, loss + 2);
        Self { outputs, deltas: activations, gradient, kept, judged_sums, kept_sums, order, loss, step, count }
    }

    /// As `const` lines. Weighted sums lie where their deltas come to lie later in the epoch.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        for (name, row) in [
            ("SUM_ROW", self.deltas),
            ("DELTA_ROW", self.deltas),
            ("GRADIENT_ROW", self.gradient),
            ("KEPT_ROW", self.kept),
            ("JUDGED_SUM_ROW", self.judged_sums),
            ("KEPT_SUM_ROW", self.kept_sums),
            ("ORDER_ROW", self.order),
            ("LOSS_ROW", self.loss),
            ("STEP_ROW", self.step),
            ("OUTPUT_ROW", self.outputs),
        ] {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "const {name} = {row}u;");
        }
        let _ = writeln!(text, "const KEEPS_SUMS = {};", self.judged_sums == self.kept_sums);
        text
    }
}
