//! Which WGSL files make a kernel. Every source is the prelude, then parts, then the kernel's own file.

use crate::spec::Problem;

use super::Form;
use super::prelude::{Sizes, prelude};
use super::unroll::{evaluation_code, network_code, training_code};

const RANDOM: &str = include_str!("../../../shaders/part/random.wgsl");
const INIT: &str = include_str!("../../../shaders/part/init.wgsl");
const ACTIVATION: &str = include_str!("../../../shaders/part/activation.wgsl");
const LOSS: &str = include_str!("../../../shaders/part/loss.wgsl");
const OPTIMIZER: &str = include_str!("../../../shaders/part/optimizer.wgsl");
const SOLVED: &str = include_str!("../../../shaders/part/solved.wgsl");
const BOUND: &str = include_str!("../../../shaders/part/bound.wgsl");
const POOL: &str = include_str!("../../../shaders/pool/pool.wgsl");
const START: &str = include_str!("../../../shaders/pool/start.wgsl");
const SETTLE: &str = include_str!("../../../shaders/pool/settle.wgsl");
const TRAIN: &str = include_str!("../../../shaders/fused/train.wgsl");
const STAGE: &str = include_str!("../../../shaders/stage/stage.wgsl");
const STAGED_EVALUATE: &str = include_str!("../../../shaders/stage/evaluate.wgsl");

/// Parts that every problem's kernels may call.
const PARTS: [&str; 5] = [ACTIVATION, LOSS, OPTIMIZER, SOLVED, BOUND];

fn compose(problem: &Problem, sizes: Sizes, files: &[&str]) -> String {
    let mut source = prelude(problem, sizes);
    for file in PARTS.iter().chain(files) {
        source.push_str(file);
    }
    source
}

/// Entry `start`.
pub fn start(problem: &Problem, sizes: Sizes) -> String {
    compose(problem, sizes, &[RANDOM, INIT, POOL, START])
}

/// Entry `settle`.
pub fn settle(problem: &Problem, sizes: Sizes, form: Form) -> String {
    match form {
        Form::Fused => compose(problem, sizes, &[POOL, &network_code(problem), &evaluation_code(problem), SETTLE]),
        Form::Staged => {
            let rows = super::staged::row_lines(problem);
            compose(problem, sizes, &[&rows, POOL, STAGED_EVALUATE, SETTLE])
        }
    }
}

/// Entry `train` of the fused form.
pub fn train(problem: &Problem, sizes: Sizes) -> String {
    compose(problem, sizes, &[POOL, &network_code(problem), &training_code(problem), TRAIN])
}

/// One stage of the staged form: the entry is named as its file.
pub fn stage(problem: &Problem, sizes: Sizes, file: &str) -> String {
    let rows = super::staged::row_lines(problem);
    compose(problem, sizes, &[&rows, POOL, STAGE, file])
}

/// Entry `draw_words`: random words alone, for tests of the generator on a device.
pub fn words() -> String {
    RANDOM.to_owned() + include_str!("../../../shaders/pool/words.wgsl")
}
