//! How a kernel's source is put together: the prelude, then parts, then the kernel's own file. Which files those are is said
//! where the kernel is compiled.

use crate::spec::Problem;

use super::prelude::{Sizes, draws_order, prelude, rule_parts};

pub(super) const RANDOM: &str = include_str!("../../../shaders/part/random.wgsl");
pub(super) const INIT: &str = include_str!("../../../shaders/part/init.wgsl");
pub(super) const ORDER: &str = include_str!("../../../shaders/part/order.wgsl");
const NUMBERS: &str = include_str!("../../../shaders/part/numbers.wgsl");
const BOUND: &str = include_str!("../../../shaders/part/bound.wgsl");
pub(super) const POOL: &str = include_str!("../../../shaders/pool/pool.wgsl");
pub(super) const DRAW: &str = include_str!("../../../shaders/pool/draw.wgsl");
pub(super) const START: &str = include_str!("../../../shaders/pool/start.wgsl");
pub(super) const IMPORT: &str = include_str!("../../../shaders/pool/import.wgsl");
pub(super) const FIND: &str = include_str!("../../../shaders/pool/find.wgsl");
pub(super) const SETTLE: &str = include_str!("../../../shaders/pool/settle.wgsl");
pub(super) const COMPACT: &str = include_str!("../../../shaders/pool/compact.wgsl");
/// `evaluate` of forms that leave outputs and loss in scratch memory.
pub(super) const RECALL: &str = include_str!("../../../shaders/pool/recall.wgsl");

/// Where they lie if nothing else does there.
pub(super) const OUTCOME_ROWS: &str = "const OUTPUT_ROW = 0u;\nconst LOSS_ROW = OUTPUT_ROW_COUNT;\n";

/// How many rows these are.
pub(super) fn outcome_row_count(problem: &Problem) -> usize {
    problem.examples().targets().len() + 1
}

/// A kernel of a problem: the prelude, the parts of its rules, then what the kernel brings. WGSL takes declarations in any
/// order.
pub(super) fn compose(problem: &Problem, sizes: Sizes, files: &[&str]) -> String {
    prelude(problem, sizes) + NUMBERS + &rule_parts(problem) + BOUND + &files.concat()
}

/// What kernels need that draw an order, before `own`, their way of keeping it; nothing where none is drawn.
pub(super) fn order_code(problem: &Problem, own: &str) -> String {
    if draws_order(problem) { [RANDOM, ORDER, own].concat() } else { String::new() }
}
