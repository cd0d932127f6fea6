//! The reference: one network at a time, one number at a time, as the maths reads. It is the gold that every other
//! backend is held against, so nothing in it is clever. Networks are spread over threads, that is all.

mod network;
mod training;

pub use network::Network;
pub use training::{Step, Training};

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Values, Weights};
use crate::rule::Real;
use crate::seed::Starts;

use super::{Backend, Chunk, Deliver, DeviceInfo, Job, Precision, Progress, Trained, Watch};

/// Networks that one thread trains before it reports.
const BATCH: usize = 16;
/// Epochs between two looks at the watch.
const SLICE: u32 = 1024;

/// Scalar training in f64 or f32 on the CPU.
pub struct Reference {
    precision: Precision,
    pool: rayon::ThreadPool,
}

impl Reference {
    /// On so many threads, all cores by default.
    ///
    /// # Errors
    /// Threads cannot be started.
    pub fn new(precision: Precision, threads: Option<usize>) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .build()
            .map_err(|error| Error::failure(format!("worker threads cannot be started: {error}")))?;
        Ok(Self { precision, pool })
    }

    fn chunk<R: Real>(&self, job: &Job<'_>, chunk: &Chunk, watch: &dyn Watch) -> Trained
    where
        Values: From<Vec<R>>,
    {
        let count = (chunk.networks.end - chunk.networks.start) as usize;
        let starts = Starts::of(job.problem, job.seed);
        let start = |position: usize| match &chunk.starts {
            Some(weights) => weights.network(position),
            None => starts.widened(chunk.networks.start + position as u64),
        };
        let batches: Vec<(Outcomes, Vec<R>)> = self.pool.install(|| {
            (0..count.div_ceil(BATCH))
                .into_par_iter()
                .map(|batch| {
                    let positions = batch * BATCH..count.min((batch + 1) * BATCH);
                    let outputs = job.problem.examples().targets().len();
                    let first = chunk.networks.start + positions.start as u64;
                    let mut outcomes = Outcomes::with_capacity(first, outputs, positions.len());
                    let mut weights = Vec::new();
                    for position in positions {
                        let network = chunk.networks.start + position as u64;
                        let mut training =
                            Training::<R>::new(job.problem, &start(position)).with_orders(job.seed, network);
                        if let Some(own) = &chunk.rates {
                            training = training.with_rates(own.rates(position), own.momentum(position));
                        }
                        train(&mut training, job, watch);
                        outcomes.push(training.outcome(network));
                        if job.keep_weights {
                            weights.extend_from_slice(training.weights());
                        }
                    }
                    (outcomes, weights)
                })
                .collect()
        });
        let mut outcomes = Outcomes::with_capacity(chunk.networks.start, job.problem.examples().targets().len(), count);
        let mut weights = Vec::new();
        for (rows, values) in batches {
            outcomes.append(&rows);
            weights.extend(values);
        }
        let weights = job.keep_weights.then(|| Weights::new(job.problem.layers(), weights.into()));
        Trained::of(outcomes, weights)
    }
}

/// Trains one network to its end, or to an interruption.
fn train<R: Real>(training: &mut Training<'_, R>, job: &Job<'_>, watch: &dyn Watch) {
    let budget = u64::from(job.problem.spec().epochs);
    let mut reported = Progress::default();
    while !training.finished() && !watch.interrupted() {
        training.run(job.slice_epochs.unwrap_or(SLICE));
        let net_epochs = u64::from(training.epoch());
        let finished = training.finished();
        let settled = if finished { budget } else { net_epochs };
        watch.progress(Progress {
            net_epochs: net_epochs - reported.net_epochs,
            settled_net_epochs: settled - reported.settled_net_epochs,
            networks: u64::from(finished),
        });
        reported = Progress { net_epochs, settled_net_epochs: settled, networks: 0 };
    }
}

impl Backend for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn device(&self) -> DeviceInfo {
        let threads = self.pool.current_num_threads();
        let plural = if threads == 1 { "" } else { "s" };
        DeviceInfo::cpu(format!("scalar {}, {threads} thread{plural}", self.precision))
    }

    fn precision(&self) -> Precision {
        self.precision
    }

    fn is_scalar(&self) -> bool {
        true
    }

    fn prepare(&mut self, job: &Job<'_>) -> Result<u64> {
        // Enough for every thread to stay busy, little enough that a chunk's outcomes take no memory to speak of.
        let outputs = job.problem.examples().targets().len().max(job.problem.layers().weight_count());
        Ok(((1 << 20) / outputs as u64).clamp(256, 1 << 16))
    }

    fn train(
        &mut self,
        job: &Job<'_>,
        chunks: &mut dyn Iterator<Item = Chunk>,
        watch: &dyn Watch,
        deliver: &mut Deliver<'_>,
    ) -> Result<()> {
        for chunk in chunks {
            deliver(match self.precision {
                Precision::F32 => self.chunk::<f32>(job, &chunk, watch),
                Precision::F64 => self.chunk::<f64>(job, &chunk, watch),
            })?;
            if watch.interrupted() {
                break;
            }
        }
        Ok(())
    }
}
