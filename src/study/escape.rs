//! How often, and how fast, does training get where it should?

use std::time::Instant;

use serde::Serialize;

use crate::backend::{Backend, Chunk, DeviceInfo, Job, Trained, Watch};
use crate::error::{Error, Result};
use crate::outcome::{Fate, Outcomes, Tally, Weights};
use crate::plan;
use crate::spec::{Population, Problem};
use crate::stats::{EpochSummary, Interval, wilson};

/// Level of every interval in reports.
const LEVEL: f64 = 0.95;

/// Where the time went, in seconds of wall time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Opening the device, compiling, allocating.
    pub setup: f64,
    /// Drawing starts, training, reading back, tallying.
    pub train: f64,
    /// From before the setup to the answer.
    pub total: f64,
}

/// The answer for a population.
#[derive(Clone, Debug)]
pub struct EscapeRate {
    /// What was asked.
    pub problem: Problem,
    /// Which networks were asked for. Those answered for are in `tally`.
    pub population: Population,
    /// Backend by name.
    pub backend: &'static str,
    /// Where it trained.
    pub device: DeviceInfo,
    /// Exact counts.
    pub tally: Tally,
    /// Epochs of work executed, idle lanes included.
    pub executed_net_epochs: u64,
    /// Where the time went.
    pub seconds: Seconds,
    /// Whether the run ended before its last network.
    pub interrupted: bool,
    /// Whether the starts came from the caller, and not from the seed.
    pub imported_starts: bool,
}

impl EscapeRate {
    /// Share of networks solved within the budget; of an interrupted run a lower bound.
    pub fn rate(&self) -> f64 {
        self.tally.solved() as f64 / self.tally.networks() as f64
    }

    /// Its 95% interval.
    pub fn interval(&self) -> Interval {
        self.interval_of(self.tally.solved())
    }

    /// The 95% interval of the rate at which networks end as so many of these did.
    pub fn interval_of(&self, count: u64) -> Interval {
        wilson(count, self.tally.networks(), LEVEL)
    }

    /// When the solved ones were solved.
    pub fn epochs_to_solve(&self) -> Option<EpochSummary> {
        EpochSummary::of(self.tally.solved_epochs())
    }

    /// Net-epochs needed per second of training.
    pub fn throughput(&self) -> f64 {
        self.tally.net_epochs() as f64 / self.seconds.train.max(1e-9)
    }

    /// Networks that were cut off by an interruption.
    pub fn unfinished(&self) -> u64 {
        self.tally.count(Fate::Unfinished)
    }
}

/// Trains a population chunk by chunk and counts.
pub struct EscapeStudy<'a> {
    /// The checked spec.
    pub problem: &'a Problem,
    /// Which networks.
    pub population: Population,
    /// Starts of network 0, 1, 2, ...; drawn where absent. Holds at least as many as the population's last index.
    pub starts: Option<&'a Weights>,
    /// Whether final weights are passed to `sink`.
    pub keep_weights: bool,
    /// Most networks in a chunk, where the caller wants fewer than the backend.
    pub chunk_limit: Option<u64>,
}

/// Sees every chunk as it comes, in order.
pub type Sink<'a> = dyn FnMut(&Outcomes, Option<&Weights>) -> Result<()> + 'a;

impl EscapeStudy<'_> {
    /// Trains and counts. `opened` is when opening the backend began.
    ///
    /// # Errors
    /// The device failed, or `sink` did.
    pub fn run(
        &self,
        backend: &mut dyn Backend,
        opened: Instant,
        watch: &dyn Watch,
        sink: &mut Sink<'_>,
    ) -> Result<EscapeRate> {
        let job = Job { keep_weights: self.keep_weights, ..Job::new(self.problem, self.population.seed()) };
        let wanted = backend.prepare(&job)?;
        let limit = self.chunk_limit.unwrap_or(wanted).min(wanted);
        let mut chunks = plan::chunks(self.population, limit).map(|networks| Chunk {
            starts: self.starts.map(|starts| starts.slice(networks.start as usize..networks.end as usize)),
            networks,
        });
        let began = Instant::now();
        let mut tally = Tally::default();
        let mut executed_net_epochs = 0;
        backend.train(&job, &mut chunks, watch, &mut |Trained {
                                                           outcomes,
                                                           weights,
                                                           executed_net_epochs: executed,
                                                       }| {
            tally.merge(&Tally::of(self.problem, &outcomes));
            executed_net_epochs += executed;
            sink(&outcomes, weights.as_ref())
        })?;
        if tally.networks() == 0 {
            return Err(Error::interrupted("interrupted before the first network was trained"));
        }
        Ok(EscapeRate {
            problem: self.problem.clone(),
            population: self.population,
            backend: backend.name(),
            device: backend.device(),
            executed_net_epochs,
            seconds: Seconds {
                setup: (began - opened).as_secs_f64(),
                train: began.elapsed().as_secs_f64(),
                total: opened.elapsed().as_secs_f64(),
            },
            interrupted: tally.networks() < self.population.count() || tally.count(Fate::Unfinished) > 0,
            imported_starts: self.starts.is_some(),
            tally,
        })
    }
}
