//! How a kernel's source is put together: the prelude, then parts, then the kernel's own file. Which files those are is said
//! where the kernel is compiled.

use crate::spec::Problem;

use super::prelude::{Sizes, prelude};

pub(super) const RANDOM: &str = include_str!("../../../shaders/part/random.wgsl");
pub(super) const INIT: &str = include_str!("../../../shaders/part/init.wgsl");
const ACTIVATION: &str = include_str!("../../../shaders/part/activation.wgsl");
const LOSS: &str = include_str!("../../../shaders/part/loss.wgsl");
const OPTIMIZER: &str = include_str!("../../../shaders/part/optimizer.wgsl");
const SOLVED: &str = include_str!("../../../shaders/part/solved.wgsl");
const BOUND: &str = include_str!("../../../shaders/part/bound.wgsl");
pub(super) const POOL: &str = include_str!("../../../shaders/pool/pool.wgsl");
pub(super) const DRAW: &str = include_str!("../../../shaders/pool/draw.wgsl");
pub(super) const START: &str = include_str!("../../../shaders/pool/start.wgsl");
pub(super) const SETTLE: &str = include_str!("../../../shaders/pool/settle.wgsl");
/// `evaluate` of forms with scratch memory.
pub(super) const RECALL: &str = include_str!("../../../shaders/pool/recall.wgsl");

/// Parts that every problem's kernels may call.
const PARTS: [&str; 5] = [ACTIVATION, LOSS, OPTIMIZER, SOLVED, BOUND];

/// A kernel of a problem. WGSL takes declarations in any order.
pub(super) fn compose(problem: &Problem, sizes: Sizes, files: &[&str]) -> String {
    let mut source = prelude(problem, sizes);
    for file in PARTS.iter().chain(files) {
        source.push_str(file);
    }
    source
}
