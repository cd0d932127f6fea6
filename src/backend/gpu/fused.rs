//! The fused form: one invocation trains one network through a whole slice, its weights in registers.

use crate::error::{Error, Result};
use crate::gpu::Bound;
use crate::spec::Problem;

use super::buffers::SLICE;
use super::form::{Form, Limits, Setup, Sharing, Source, Trainer};
use super::prelude::{Sizes, draws_order};
use super::source::{POOL, compose, order_code};
use super::unroll::{evaluation_code, loop_steps, network_code, order_keeping, training_code};

/// Most weights of a network that is trained this way. Above it another form takes over. Measured on a software
/// device (docs/measured): up to 801 weights the kernel compiles within 2 s and is some 70 times as fast as the stages;
/// at 961 it was not compiled after 40 s. Drivers differ, so the limit keeps its distance.
const WEIGHT_LIMIT: usize = 512;

/// Numbers that an invocation holds in registers, of the 255 or 256 that GPUs have at most; the rest is for addresses
/// and what is being computed.
const REGISTERS: usize = 224;

/// Most activations of an epoch beside which powers are kept on a software device.
const ACTIVATIONS_OF_SHARED: usize = 24;

/// Most examples whose order an invocation keeps: half of the 8 KiB that every device lets it have in variables.
const ORDER_LIMIT: usize = 1024;

const TRAIN: &str = include_str!("../../../shaders/fused/train.wgsl");

pub(super) const FORM: Form = Form {
    name: "fused",
    check,
    // Where there are registers they decide; a device in software has none to run out of.
    suits: |problem, limits| in_registers(problem) || !limits.hardware,
    scratch_row_count: |_| 0,
    settle_code: |problem, sizes| network_code(problem, sizes) + &evaluation_code(problem),
    kernels: |problem, sizes, limits| Ok(kernels(problem, sizes, sharing(problem, limits))),
    trainer: |setup| Ok(Box::new(Fused::new(setup)?)),
};

/// What is shared where nothing is asked for. On Mesa's llvmpipe (22.3, AVX2) shared powers gain 7% at 2-2-1 and 2-3-1
/// and 2% at 2-5-1. Of larger networks, measured on a busy machine, 2-8-1, 2-4-4-1, 3-8-1 and 4-8-1 lost 4% to 40% by the
/// second way through an epoch, 3-3-1 and 4-4-1 gained 5% and 25%: the line is drawn by size. Reciprocals in pairs take
/// more instructions there than the divisions that they save. No hardware has been measured, so nothing is shared there.
fn sharing(problem: &Problem, limits: &Limits<'_>) -> Sharing {
    let activation_count = problem.examples().count() * problem.layers().sizes()[1..].iter().sum::<usize>();
    let powers = !limits.hardware && activation_count <= ACTIVATIONS_OF_SHARED;
    limits.sharing.unwrap_or(Sharing { powers, reciprocals: false })
}

/// Whether weights and gradient of a network of the problem, and what an example leaves, stay in registers: beyond
/// them they go through memory in every example. A count, not a measurement.
fn in_registers(problem: &Problem) -> bool {
    let layers = problem.layers();
    2 * layers.weight_count() + layers.sizes()[1..].iter().sum::<usize>() <= REGISTERS
}

/// Refuses networks that cannot be trained this way.
///
/// # Errors
/// The network has too many weights, or the task too many examples to keep an order of, or for a device in software.
pub(super) fn check(problem: &Problem, limits: &Limits<'_>) -> Result<()> {
    let (layers, weights) = (problem.layers(), problem.layers().weight_count());
    if weights > WEIGHT_LIMIT {
        return Err(Error::input(format!(
            "--backend fused takes networks of at most {WEIGHT_LIMIT} weights, and --layers {layers} has {weights}; use \
             --backend grouped or staged"
        )));
    }
    let (examples, device) = (problem.examples().count(), limits.device);
    if draws_order(problem) && examples > ORDER_LIMIT {
        return Err(Error::input(format!(
            "--backend fused draws orders of at most {ORDER_LIMIT} examples, and --task {} has {examples}; use --backend \
             grouped or staged, or --update minibatch:K:ordered",
            problem.spec().task
        )));
    }
    if loop_steps(problem) > limits.loop_limit {
        return Err(Error::input(format!(
            "--backend fused cannot go through {examples} examples on {device}; use --backend staged"
        )));
    }
    Ok(())
}

fn kernels(problem: &Problem, sizes: Sizes, sharing: Sharing) -> Vec<Source> {
    let code = network_code(problem, sizes) + &training_code(problem, sizes, sharing);
    vec![("train", compose(problem, sizes, &[POOL, &order_code(problem, &order_keeping(problem)), &code, TRAIN]))]
}

/// The one kernel, bound to either list.
struct Fused {
    train: Vec<[Bound; 2]>,
    loop_steps: u64,
    workgroup_size: u32,
}

impl Fused {
    fn new(setup: &Setup<'_>) -> Result<Self> {
        let train = setup.compile(&[(SLICE, &setup.buffers.slice)])?;
        Ok(Self { train, loop_steps: loop_steps(setup.problem), workgroup_size: setup.sizes.workgroup_size })
    }
}

impl Trainer for Fused {
    fn loop_steps(&self) -> u64 {
        self.loop_steps
    }

    fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32, epochs: u32) {
        if epochs > 0 {
            for kernel in &self.train {
                kernel[list].dispatch(pass, [bound.div_ceil(self.workgroup_size), 1], None);
            }
        }
    }
}
