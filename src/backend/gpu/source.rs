//! Which WGSL files make a kernel. Every source is the prelude, then parts, then the kernel's own file.

use crate::spec::Problem;

use super::prelude::{Sizes, prelude};
use super::unroll::{evaluation_code, glance_code, network_code, training_code};
use super::{Form, Layout};

const RANDOM: &str = include_str!("../../../shaders/part/random.wgsl");
const INIT: &str = include_str!("../../../shaders/part/init.wgsl");
const ACTIVATION: &str = include_str!("../../../shaders/part/activation.wgsl");
const LOSS: &str = include_str!("../../../shaders/part/loss.wgsl");
const OPTIMIZER: &str = include_str!("../../../shaders/part/optimizer.wgsl");
const SOLVED: &str = include_str!("../../../shaders/part/solved.wgsl");
const BOUND: &str = include_str!("../../../shaders/part/bound.wgsl");
const POOL: &str = include_str!("../../../shaders/pool/pool.wgsl");
const DRAW: &str = include_str!("../../../shaders/pool/draw.wgsl");
const START: &str = include_str!("../../../shaders/pool/start.wgsl");
const SETTLE: &str = include_str!("../../../shaders/pool/settle.wgsl");
const COUNT: &str = include_str!("../../../shaders/fused/count.wgsl");
const TRAIN: &str = include_str!("../../../shaders/fused/train.wgsl");
const STAGE: &str = include_str!("../../../shaders/stage/stage.wgsl");
const RECALL: &str = include_str!("../../../shaders/pool/recall.wgsl");
const GROUP: &str = include_str!("../../../shaders/grouped/group.wgsl");
const TRAIN_GROUPED: &str = include_str!("../../../shaders/grouped/train.wgsl");

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
    compose(problem, sizes, &[RANDOM, INIT, POOL, DRAW, START])
}

/// Entry `settle`.
pub fn settle(problem: &Problem, sizes: Sizes, form: Form) -> String {
    match form {
        Form::Fused => {
            compose(problem, sizes, &[POOL, &network_code(problem, sizes), &evaluation_code(problem), SETTLE])
        }
        Form::Grouped => compose(problem, sizes, &[&super::grouped::row_lines(), POOL, RECALL, SETTLE]),
        Form::Staged => compose(problem, sizes, &[&super::staged::row_lines(problem), POOL, RECALL, SETTLE]),
    }
}

/// Entry `train` of the fused form.
pub fn train(problem: &Problem, sizes: Sizes) -> String {
    compose(problem, sizes, &[POOL, &network_code(problem, sizes), &training_code(problem, sizes), TRAIN])
}

/// Entry `train` of the grouped form.
pub fn train_grouped(problem: &Problem, sizes: Sizes, layout: Layout) -> String {
    let lines = super::grouped::row_lines() + &layout.lines(problem);
    compose(problem, sizes, &[&lines, POOL, GROUP, &Layout::calls(problem), TRAIN_GROUPED])
}

/// Entry `count`: forward only.
pub fn count(problem: &Problem, sizes: Sizes) -> String {
    let code = network_code(problem, sizes) + &glance_code(problem);
    compose(problem, sizes, &[RANDOM, INIT, POOL, DRAW, &code, COUNT])
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

#[cfg(test)]
mod tests {
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    use super::super::fused::Fused;
    use super::super::staged::Step;
    use super::*;
    use crate::backend::conformance::{short_specs, slow_specs};

    fn validate(source: &str) -> Result<(), String> {
        let module = naga::front::wgsl::parse_str(source).map_err(|error| error.emit_to_string(source))?;
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
        validator.validate(&module).map(drop).map_err(|error| error.emit_to_string(source))
    }

    /// Every kernel that the spec would be trained with.
    fn sources(problem: &Problem, sizes: Sizes) -> Vec<(String, String)> {
        let mut sources = vec![
            ("start".to_owned(), start(problem, sizes)),
            ("settle staged".to_owned(), settle(problem, sizes, Form::Staged)),
        ];
        if Fused::fits(problem) {
            sources.push(("settle fused".into(), settle(problem, sizes, Form::Fused)));
            sources.push(("train".into(), train(problem, sizes)));
            sources.push(("count".into(), count(problem, sizes)));
        }
        if let Some(layout) = Layout::of(problem, 64, 16 << 10) {
            sources.push(("settle grouped".into(), settle(problem, sizes, Form::Grouped)));
            sources.push(("train grouped".into(), train_grouped(problem, sizes, layout)));
        }
        sources.extend(Step::ALL.map(|(_, entry, file)| (entry.to_owned(), stage(problem, sizes, file))));
        sources
    }

    #[test]
    fn every_shader_is_valid() {
        let mut count = 0;
        for spec in short_specs().into_iter().chain(slow_specs()) {
            let problem = spec.problem().unwrap();
            for (keep_weights, own_rates) in [(false, false), (true, false), (true, true)] {
                let (slot_count, window_capacity) = (1 << 16, 1 << 14);
                let sizes = Sizes { slot_count, window_capacity, workgroup_size: 64, keep_weights, own_rates };
                for (name, source) in sources(&problem, sizes) {
                    validate(&source).unwrap_or_else(|error| panic!("{name}, {spec:?}:\n{error}"));
                    count += 1;
                }
            }
        }
        validate(&words()).unwrap();
        assert!(count > 1000, "only {count} shaders");
    }

    #[test]
    fn an_invalid_shader_is_refused() {
        let problem = crate::spec::Spec::default().problem().unwrap();
        let sizes =
            Sizes { slot_count: 64, window_capacity: 16, workgroup_size: 64, keep_weights: false, own_rates: false };
        let source = train(&problem, sizes).replace("epoch += 1u;", "epoch += 1.0;");
        assert!(validate(&source).is_err());
    }

    /// What a problem does not need is not in its shader: a loop over examples where they are few, say.
    #[test]
    fn few_examples_are_written_out_and_many_are_looped_over() {
        let code = |task: &str, layers: &str| {
            let spec = crate::spec::Spec {
                task: task.parse().unwrap(),
                layers: layers.parse().unwrap(),
                ..crate::spec::Spec::default()
            };
            let (slot_count, window_capacity) = (64, 16);
            let sizes =
                Sizes { slot_count, window_capacity, workgroup_size: 64, keep_weights: false, own_rates: false };
            training_code(&spec.problem().unwrap(), sizes)
        };
        assert!(!code("xor", "2,3,1").contains("for ("));
        assert!(code("parity:8", "8,16,1").contains("for (var first"));
    }
}
