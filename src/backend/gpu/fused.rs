//! The fused form: one invocation trains one network through a whole slice, its weights in registers.

use crate::error::{Error, Result};
use crate::gpu::Bound;
use crate::spec::Problem;

use super::buffers::SLICE;
use super::form::{Form, Limits, Setup, Sharing, Source, Trainer};
use super::prelude::{Sizes, draws_order, state_row_count};
use super::source::{POOL, compose, order_code};
use super::unroll::{evaluation_code, loop_steps, network_code, order_keeping, training_code, writes_out};

/// Most weights of a network that is trained this way. Above it another form takes over. Measured on a software
/// device (docs/measured): up to 801 weights the kernel compiles within 2 s and is some 70 times as fast as the stages;
/// at 961 it was not compiled after 40 s. Drivers differ, so the limit keeps its distance.
const WEIGHT_LIMIT: usize = 512;

/// Numbers that an invocation holds in registers, of the 255 or 256 that GPUs have at most; the rest is for addresses
/// and what is being computed. A guess, but for NVIDIA.
const REGISTERS: usize = 224;

/// The same on NVIDIA's, where a few that go through memory cost less than another form does. On an H100 (docs/measured)
/// 2-12-12-1 with 305 numbers was three times as fast as grouped, 2-40-1 with 325 2.7 times, 2-48-1 with 389 a third as
/// fast.
const REGISTERS_OF_NVIDIA: usize = 328;

/// Most activations of an epoch beside which powers are kept on a software device.
const ACTIVATIONS_OF_SHARED: usize = 24;

/// Most examples whose order an invocation keeps: half of the 8 KiB that every device lets it have in variables.
const ORDER_LIMIT: usize = 1024;

const TRAIN: &str = include_str!("../../../shaders/fused/train.wgsl");

pub(super) const FORM: Form = Form {
    name: "fused",
    check,
    // Where there are registers they decide; a device in software has none to run out of.
    suits: |problem, limits| {
        let registers = if limits.nvidia { REGISTERS_OF_NVIDIA } else { REGISTERS };
        live_count(problem) <= registers || !limits.hardware
    },
    scratch_row_count: |_| 0,
    settle_code: |problem, sizes| network_code(problem, sizes) + &evaluation_code(problem),
    kernels: |problem, sizes, limits| Ok(kernels(problem, sizes, sharing(problem, limits))),
    trainer: |setup| Ok(Box::new(Fused::new(setup)?)),
};

/// What is shared where nothing is asked for. On Mesa's llvmpipe (22.3, AVX2) shared powers gain 7% at 2-2-1 and 2-3-1
/// and 2% at 2-5-1. Of larger networks, measured on a busy machine, 2-8-1, 2-4-4-1, 3-8-1 and 4-8-1 lost 4% to 40% by the
/// second way through an epoch, 3-3-1 and 4-4-1 gained 5% and 25%: the line is drawn by size. Reciprocals in pairs take
/// more instructions there than the divisions that they save.
///
/// In hardware a few units do all exponentials and divisions, and both kinds of sharing pay: on an H100 together 22% at
/// 2-3-1, 26% at 2-2-1, 11% at 2-4-4-1 and 52% at 4-8-1. In a loop over examples pairs cost more than they save: at
/// 8-12-1 training took three times as long.
fn sharing(problem: &Problem, limits: &Limits<'_>) -> Sharing {
    let activation_count = problem.examples().count() * unit_count(problem);
    limits.sharing.unwrap_or(match limits.hardware {
        true => Sharing { powers: true, reciprocals: writes_out(problem) },
        false => Sharing { powers: activation_count <= ACTIVATIONS_OF_SHARED, reciprocals: false },
    })
}

/// Units that compute something.
fn unit_count(problem: &Problem) -> usize {
    problem.layers().sizes()[1..].iter().sum()
}

/// Numbers of a network that are needed at the same time: weights with what the optimizer keeps of them, and the units of
/// one example with the gradient, or where examples are written out, of all before anything is learnt from them. A count, not
/// a measurement.
fn live_count(problem: &Problem) -> usize {
    let update = problem.spec().update;
    let together = update.batch_size(problem.examples().count());
    state_row_count(problem)
        + match writes_out(problem) {
            true => together * unit_count(problem),
            false => problem.layers().weight_count() + unit_count(problem),
        }
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
