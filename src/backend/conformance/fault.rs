//! Mistakes planted on purpose: the negative controls of every comparison between backends.

use crate::error::Result;
use crate::outcome::{Status, Tally, Values, Weights};
use crate::seed::Starts;
use crate::spec::keyword::keywords;
use crate::spec::{Bias, BiasInit, Judge, Problem, Schedule};

use crate::backend::{Backend, Chunk, Deliver, DeviceInfo, Job, OwnRates, Trained, Watch};

use super::list::{CHECKS, Check};

/// A mistake that a backend could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Draws with the next seed.
    SeedOffByOne,
    /// Steps uphill: the gradient's sign is wrong.
    GradientSign,
    /// Steps a little too far.
    LearningRate,
    /// Takes the first layer's rate for all.
    OneRate,
    /// Gives each network the rates of the chunk's first.
    SharedRates,
    /// Keeps layers still whose rate in the spec is 0, whatever rates networks bring.
    StillLayers,
    /// Trains biases that should stay at zero.
    BiasTrained,
    /// Squashes linear outputs.
    OutputSquashed,
    /// Takes examples as they are listed where their order is drawn.
    OrderGiven,
    /// Leaves weight decay out.
    DecayLost,
    /// Leaves rates as they are where they follow a schedule.
    ScheduleLost,
    /// Starts biases as weights where they start apart.
    BiasesDrawn,
    /// Judges epochs by the outputs that they compute, whenever it should.
    JudgedDuring,
    /// Two weights of each network change places.
    SwappedWeights,
    /// Solved epochs count from 0.
    EpochFromZero,
    /// A chunk's first network is answered for all its networks.
    StaleBuffer,
    /// The last bit of a chunk's last loss is another.
    CutsMatter,
    /// Diverged networks pass as unsolved.
    DivergenceMissed,
    /// Updates once more after a network is solved.
    RetiresLate,
    /// Reports only half of its work.
    WorkUnderstated,
    /// Counts a network that has a row.
    CountedTwice,
}

keywords!(Fault, "--plant", {
    SeedOffByOne => "seed-off-by-one",
    GradientSign => "gradient-sign",
    LearningRate => "learning-rate",
    OneRate => "one-rate",
    SharedRates => "shared-rates",
    StillLayers => "still-layers",
    BiasTrained => "bias-trained",
    OutputSquashed => "output-squashed",
    OrderGiven => "order-given",
    DecayLost => "decay-lost",
    ScheduleLost => "schedule-lost",
    BiasesDrawn => "biases-drawn",
    JudgedDuring => "judged-during",
    SwappedWeights => "swapped-weights",
    EpochFromZero => "epoch-from-zero",
    StaleBuffer => "stale-buffer",
    CutsMatter => "cuts-matter",
    DivergenceMissed => "divergence-missed",
    RetiresLate => "retires-late",
    WorkUnderstated => "work-understated",
    CountedTwice => "counted-twice",
});

impl Fault {
    /// The check that is there to find it; others may find it too.
    pub fn finder(self) -> &'static Check {
        let name = match self {
            Self::SeedOffByOne | Self::BiasTrained | Self::SwappedWeights | Self::StaleBuffer => {
                "starts_have_the_same_bits"
            }
            Self::GradientSign
            | Self::LearningRate
            | Self::OneRate
            | Self::OutputSquashed
            | Self::OrderGiven
            | Self::DecayLost
            | Self::ScheduleLost
            | Self::BiasesDrawn => "short_runs_agree",
            Self::SharedRates | Self::StillLayers => "own_rates_are_kept",
            Self::EpochFromZero | Self::JudgedDuring => "every_criterion_agrees",
            Self::CutsMatter => "cuts_change_nothing",
            Self::DivergenceMissed => "divergence_is_noticed",
            Self::RetiresLate => "solved_networks_keep_their_weights",
            Self::WorkUnderstated => "work_is_accounted",
            Self::CountedTwice => "counts_are_those_of_rows",
        };
        let check = CHECKS.iter().find(|check| check.name == name);
        check.unwrap_or_else(|| unreachable!("{name} is a check"))
    }
}

/// A backend with a fault.
pub struct Faulty {
    inner: Box<dyn Backend>,
    fault: Fault,
}

impl Faulty {
    /// Plants the fault.
    pub fn new(inner: Box<dyn Backend>, fault: Fault) -> Self {
        Self { inner, fault }
    }

    /// The problem as the fault understands it. A negative rate is a gradient of the wrong sign.
    fn misread(&self, problem: &Problem) -> Problem {
        let mut spec = problem.spec().clone();
        match self.fault {
            Fault::LearningRate => spec.lr = spec.lr.scaled(1.05),
            Fault::GradientSign => spec.lr = spec.lr.scaled(-1.0),
            Fault::OneRate => spec.lr = spec.lr.of_layer(0).into(),
            Fault::BiasTrained => spec.bias = Bias::On,
            Fault::OutputSquashed => spec.activation = spec.activation.of_layer(0).into(),
            Fault::OrderGiven => spec.update = spec.update.in_given_order(),
            Fault::DecayLost => spec.weight_decay = 0.0,
            Fault::ScheduleLost => spec.lr_schedule = Schedule::Constant,
            Fault::BiasesDrawn => spec.bias_init = BiasInit::Same,
            Fault::JudgedDuring => spec.judge = Judge::During,
            _ => return problem.clone(),
        }
        problem.with_unchecked(spec)
    }

    /// Whether the fault lies in how a problem is understood, and nowhere else.
    fn is_a_misreading(&self) -> bool {
        matches!(
            self.fault,
            Fault::GradientSign
                | Fault::LearningRate
                | Fault::OneRate
                | Fault::BiasTrained
                | Fault::OutputSquashed
                | Fault::OrderGiven
                | Fault::DecayLost
                | Fault::ScheduleLost
                | Fault::BiasesDrawn
                | Fault::JudgedDuring
        )
    }

    fn distort(&self, trained: &mut Trained, problem: &Problem) {
        let outcomes = &mut trained.outcomes;
        match self.fault {
            Fault::EpochFromZero => outcomes.solved_epoch.iter_mut().for_each(|epoch| *epoch = epoch.saturating_sub(1)),
            Fault::DivergenceMissed => {
                for status in outcomes.status.iter_mut().filter(|status| **status == Status::Diverged) {
                    *status = Status::Unsolved;
                }
            }
            Fault::CutsMatter => {
                if let Some(loss) = outcomes.loss.last_mut() {
                    *loss = f64::from_bits(loss.to_bits() ^ 1);
                }
            }
            Fault::CountedTwice => {
                let one = outcomes.slice(0..outcomes.count().min(1));
                trained.counted.merge(&Tally::of(problem, &one));
            }
            Fault::WorkUnderstated => trained.executed_net_epochs /= 2,
            Fault::StaleBuffer => {
                let (status, solved, stop) = (outcomes.status[0], outcomes.solved_epoch[0], outcomes.stop_epoch[0]);
                outcomes.status.fill(status);
                outcomes.solved_epoch.fill(solved);
                outcomes.stop_epoch.fill(stop);
                if let Some(weights) = &mut trained.weights {
                    let first = weights.slice(0..1);
                    *weights = repeat(&first, weights.count(), problem);
                }
            }
            Fault::SwappedWeights => {
                if let Some(weights) = &mut trained.weights {
                    *weights = per_network(weights, problem, |network| network.swap(0, 1));
                }
            }
            Fault::RetiresLate => {
                if let Some(weights) = &mut trained.weights
                    && problem.retires()
                {
                    *weights = per_network(weights, problem, |network| network[0] += 1e-3);
                }
            }
            Fault::SeedOffByOne
            | Fault::GradientSign
            | Fault::LearningRate
            | Fault::OneRate
            | Fault::SharedRates
            | Fault::StillLayers
            | Fault::BiasTrained
            | Fault::OrderGiven
            | Fault::DecayLost
            | Fault::ScheduleLost
            | Fault::BiasesDrawn
            | Fault::JudgedDuring
            | Fault::OutputSquashed => {}
        }
    }
}

/// Rates of 0 where the spec has them.
fn stilled(own: &OwnRates, problem: &Problem) -> OwnRates {
    let layers = problem.layers().shapes().len();
    let rate = |position: usize, layer: usize| match problem.spec().lr.of_layer(layer) {
        0.0 => 0.0,
        _ => own.rates(position)[layer],
    };
    let rates = (0..own.count()).flat_map(|position| (0..layers).map(move |layer| rate(position, layer)));
    OwnRates::new(layers, rates.collect(), (0..own.count()).map(|position| own.momentum(position)).collect())
}

fn repeat(first: &Weights, count: usize, problem: &Problem) -> Weights {
    let values = first.network(0).repeat(count);
    like(first, values, problem)
}

fn per_network(weights: &Weights, problem: &Problem, change: impl Fn(&mut [f64])) -> Weights {
    let mut values = Vec::new();
    for position in 0..weights.count() {
        let mut network = weights.network(position);
        change(&mut network);
        values.extend(network);
    }
    like(weights, values, problem)
}

fn like(weights: &Weights, values: Vec<f64>, problem: &Problem) -> Weights {
    let values = match weights.values() {
        Values::F32(_) => Values::F32(values.into_iter().map(|value| value as f32).collect()),
        Values::F64(_) => Values::F64(values),
    };
    Weights::new(problem.layers(), values)
}

impl Backend for Faulty {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn device(&self) -> DeviceInfo {
        self.inner.device()
    }

    fn shared_checks(&self) -> (usize, usize) {
        self.inner.shared_checks()
    }

    fn check_stride(&self) -> usize {
        self.inner.check_stride()
    }

    fn is_shown_by(&self, problem: &Problem) -> bool {
        !self.is_a_misreading() || self.misread(problem).spec() != problem.spec()
    }

    fn prepare(&mut self, job: &Job<'_>) -> Result<u64> {
        let problem = self.misread(job.problem);
        self.inner.prepare(&Job { problem: &problem, ..*job })
    }

    fn train(
        &mut self,
        job: &Job<'_>,
        chunks: &mut dyn Iterator<Item = Chunk>,
        watch: &dyn Watch,
        deliver: &mut Deliver<'_>,
    ) -> Result<()> {
        let problem = self.misread(job.problem);
        let seed = if self.fault == Fault::SeedOffByOne { job.seed.wrapping_add(1) } else { job.seed };
        // A wrong seed must not matter to imported starts, so it is planted in them as well.
        let starts = Starts::of(&problem, seed);
        let mut chunks = chunks.map(|mut chunk| {
            if self.fault == Fault::SeedOffByOne && chunk.starts.is_some() {
                let drawn: Vec<f32> = chunk.networks.clone().flat_map(|network| starts.weights(network)).collect();
                chunk.starts = Some(Weights::new(problem.layers(), Values::F32(drawn)));
            }
            if self.fault == Fault::SharedRates {
                chunk.rates = chunk.rates.map(|own| own.repeated(0));
            }
            if self.fault == Fault::StillLayers {
                chunk.rates = chunk.rates.map(|own| stilled(&own, &problem));
            }
            chunk
        });
        let mut distorted = Vec::new();
        self.inner.train(&Job { problem: &problem, seed, ..*job }, &mut chunks, watch, &mut |trained| {
            distorted.push(trained);
            Ok(())
        })?;
        for mut trained in distorted {
            self.distort(&mut trained, job.problem);
            deliver(trained)?;
        }
        Ok(())
    }
}
