//! The fused form: one invocation trains one network through a whole slice, its weights in registers. Where those are too few,
//! a team of several shares a network, each with some of the units of every hidden layer (`unroll/team.rs`). On software
//! devices an invocation trains two of the smallest networks in turns.

use crate::error::{Error, Result};
use crate::gpu::{Bound, grid};
use crate::spec::Problem;

use super::buffers::{SCRATCH, SLICE};
use super::form::{Form, Limits, Setup, Sharing, Trainer};
use super::prelude::{Sizes, draws_order, judged_after, state_row_count};
use super::source::{OUTCOME_ROWS, POOL, RECALL, compose, order_code, outcome_row_count};
use super::unroll::{
    Team, evaluation_code, loop_steps, network_code, order_keeping, recording_code, training_code, writes_out,
};

/// Most weights that one invocation trains. Above it another form takes over. Measured on a software
/// device (docs/measured): up to 801 weights the kernel compiles within 2 s and is some 70 times as fast as the stages;
/// at 961 it was not compiled after 40 s. Drivers differ, so the limit keeps its distance.
const WEIGHT_LIMIT: usize = 512;

/// Numbers that an invocation holds in registers, of the 255 or 256 that GPUs have at most; the rest is for addresses
/// and what is being computed. A guess, but for NVIDIA: on an H100 (docs/measured) 2-16-16-1 with 237 numbers in each of two
/// invocations is half as fast as in four, and 2-24-1 with 197 in one a little faster than in two.
const REGISTERS: usize = 224;

/// Sizes of teams. The smallest is taken whose invocations have registers enough. On an H100 that is within a sixth of the
/// best of them at 16 networks.
const TEAM_SIZES: [usize; 5] = [2, 4, 8, 16, 32];

/// Bytes of workgroup memory that a team may take: with more too few of them fit on a processor. On an H100 2-32-32-1 in teams
/// of eight, with 18 kB, is 1.3 times as fast as grouped, and 2-40-40-1 in teams of 16, with 26 kB, half as fast.
const ROOM_OF_TEAM: usize = 20 << 10;

/// Most activations of an epoch beside which powers are kept on a software device.
const ACTIVATIONS_OF_SHARED: usize = 24;

/// Most weights and activations of an epoch up to which a software device takes networks in pairs. Measured on Mesa's llvmpipe
/// (docs/measured): those of 2-4-1 are 37, and gain 12%; 2-5-1 has 45 and loses 3%.
const NUMBERS_OF_PAIR: usize = 40;

/// Steps of the loops in which one network of a pair waits for the other, an epoch, at most.
const STEPS_OF_PAIR: u64 = 3;

/// Most examples whose order an invocation keeps: half of the 8 KiB that every device lets it have in variables.
const ORDER_LIMIT: usize = 1024;

const COURSE: &str = include_str!("../../../shaders/fused/course.wgsl");
const EPOCH: &str = include_str!("../../../shaders/fused/epoch.wgsl");
const TRAIN: &str = include_str!("../../../shaders/fused/train.wgsl");
const TRAIN_PAIR: &str = include_str!("../../../shaders/fused/pair.wgsl");
const TRAIN_TEAM: &str = include_str!("../../../shaders/fused/team.wgsl");

pub(super) const FORM: Form = Form {
    name: "fused",
    check,
    // Where there are registers they decide; a device in software has none to run out of.
    suits: |problem, limits| live_count(problem) <= REGISTERS || !limits.hardware || team(problem, limits).is_some(),
    scratch_row_count: |problem, _| outcome_row_count(problem),
    settle_code: |problem, sizes, limits| match team(problem, limits) {
        Some(_) => OUTCOME_ROWS.to_owned() + RECALL,
        None => OUTCOME_ROWS.to_owned() + &network_code(problem, sizes, None) + &evaluation_code(problem),
    },
    kernels: |problem, sizes, limits| Ok(vec![("train", kernel(problem, sizes, limits))]),
    trainer: |setup| Ok(Box::new(Fused::new(setup)?)),
};

/// The invocations that share a network, where more than one does.
fn team(problem: &Problem, limits: &Limits<'_>) -> Option<Team> {
    let room = ROOM_OF_TEAM.min(limits.workgroup_memory);
    let of = |size: usize| Team::of(problem, size).filter(|team| team.memory() <= room);
    match limits.team_size {
        Some(size) => of(size),
        None if limits.hardware => {
            let fits = live_count(problem) <= REGISTERS;
            let fitting = |team: &Team| live_count(&team.share) <= REGISTERS;
            // Examples that are written out are worth a team by themselves.
            let pays = |team: &Team| !fits || (writes_out(&team.share) && !writes_out(problem));
            TEAM_SIZES.into_iter().filter_map(of).filter(fitting).find(pays)
        }
        None => None,
    }
}

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

/// Whether an invocation trains two networks in turns. Hardware hides one network's waiting behind others anyway; a software
/// device goes through one network's epoch after the other, and most of a small one is waiting for the last step.
fn pairs(problem: &Problem, limits: &Limits<'_>) -> bool {
    let moves_once = !problem.spec().update.moves_within() && !judged_after(problem);
    let possible = moves_once && team(problem, limits).is_none();
    let size = problem.layers().weight_count() + problem.examples().count() * unit_count(problem);
    possible && limits.pairs.unwrap_or(!limits.hardware && size <= NUMBERS_OF_PAIR)
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
fn check(problem: &Problem, limits: &Limits<'_>) -> Result<()> {
    let Some(team) = team(problem, limits) else { return check_alone(problem, limits) };
    check_examples(problem, limits, loop_steps(&team.share) + team.loop_steps())
}

/// The same where one invocation is to do it.
pub(super) fn check_alone(problem: &Problem, limits: &Limits<'_>) -> Result<()> {
    let (layers, weights) = (problem.layers(), problem.layers().weight_count());
    if weights > WEIGHT_LIMIT {
        return Err(Error::input(format!(
            "--backend fused takes networks of at most {WEIGHT_LIMIT} weights, and --layers {layers} has {weights}; use \
             --backend grouped or staged"
        )));
    }
    check_examples(problem, limits, loop_steps(problem))
}

fn check_examples(problem: &Problem, limits: &Limits<'_>, loop_steps: u64) -> Result<()> {
    let (examples, device) = (problem.examples().count(), limits.device);
    if draws_order(problem) && examples > ORDER_LIMIT {
        return Err(Error::input(format!(
            "--backend fused draws orders of at most {ORDER_LIMIT} examples, and --task {} has {examples}; use --backend \
             grouped or staged, or --update minibatch:K:ordered",
            problem.spec().task
        )));
    }
    if loop_steps > limits.loop_limit {
        return Err(Error::input(format!(
            "--backend fused cannot go through {examples} examples on {device}; use --backend staged"
        )));
    }
    Ok(())
}

fn kernel(problem: &Problem, sizes: Sizes, limits: &Limits<'_>) -> String {
    let team = team(problem, limits);
    let (share, (lines, own)) = match &team {
        Some(team) => (&team.share, (team.lines() + OUTCOME_ROWS + &recording_code(team), TRAIN_TEAM)),
        None if pairs(problem, limits) => (problem, (EPOCH.to_owned(), TRAIN_PAIR)),
        None => (problem, (EPOCH.to_owned(), TRAIN)),
    };
    // Powers are chosen network by network, and a team's workgroup has several.
    let sharing = sharing(share, limits);
    let sharing = Sharing { powers: sharing.powers && team.is_none(), ..sharing };
    let code = network_code(problem, sizes, team.as_ref()) + &training_code(problem, sizes, sharing, team.as_ref());
    let order = order_code(problem, &order_keeping(share));
    compose(problem, sizes, &[POOL, &order, &lines, &code, COURSE, own])
}

/// The one kernel, bound to either list.
struct Fused {
    train: Vec<[Bound; 2]>,
    loop_steps: u64,
    /// Networks of a workgroup.
    network_count: u32,
    /// Whether it also leaves the outcomes of whoever is cut off.
    records: bool,
    workgroup_limit: u32,
}

impl Fused {
    fn new(setup: &Setup<'_>) -> Result<Self> {
        let Setup { gpu, problem, sizes, buffers, tuning, .. } = *setup;
        let team = team(problem, &Limits::of(gpu, tuning));
        let (loop_steps, network_count) = match &team {
            Some(team) => (loop_steps(&team.share) + team.loop_steps(), team.network_count()),
            None if pairs(problem, &Limits::of(gpu, tuning)) => {
                (loop_steps(problem) + STEPS_OF_PAIR, 2 * sizes.workgroup_size)
            }
            None => (loop_steps(problem), sizes.workgroup_size),
        };
        let own = [(SLICE, &buffers.slice), (SCRATCH, &buffers.scratch)];
        let train = setup.compile(&own[..if team.is_some() { 2 } else { 1 }])?;
        Ok(Self { train, loop_steps, network_count, records: team.is_some(), workgroup_limit: gpu.workgroup_limit() })
    }
}

impl Trainer for Fused {
    fn loop_steps(&self) -> u64 {
        self.loop_steps
    }

    fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32, epochs: u32) {
        if epochs > 0 || self.records {
            let groups = grid(bound.div_ceil(self.network_count), self.workgroup_limit);
            for kernel in &self.train {
                kernel[list].dispatch(pass, groups, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::composed::LIMITS;
    use super::*;
    use crate::spec::Spec;

    /// As docs/measured says.
    #[test]
    fn invocations_share_what_one_cannot_hold() {
        let size = |task: &str, layers: &str, limits: &Limits<'_>| {
            let spec = Spec { task: task.parse().unwrap(), layers: layers.parse().unwrap(), ..Spec::default() };
            team(&spec.problem().unwrap(), limits).map_or(1, |team| team.size)
        };
        let room = Limits { workgroup_memory: 48 << 10, ..LIMITS };
        for (task, layers, expected) in [
            ("xor", "2,3,1", 1),
            ("xor", "2,24,1", 1),
            ("xor", "2,48,1", 2),
            ("xor", "2,250,1", 16),
            ("parity:4", "4,12,1", 2),
            ("encoder:8", "8,24,8", 4),
            ("xor", "2,8,8,1", 1),
            ("xor", "2,16,16,1", 4),
            ("xor", "2,32,32,1", 8),
            // Too much to tell each other.
            ("xor", "2,40,40,1", 1),
        ] {
            assert_eq!(size(task, layers, &room), expected, "{task} {layers}");
            assert_eq!(size(task, layers, &Limits { hardware: false, ..room }), 1, "{task} {layers} in software");
        }
    }
}
