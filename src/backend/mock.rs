//! A backend that trains nothing: a closure says what becomes of each network, so that statistics and studies can be
//! tested exactly.

use crate::error::Result;
use crate::outcome::{Outcome, Outcomes, Status};

use super::{Backend, Chunk, Deliver, DeviceInfo, Job, Progress, Trained, Watch};

/// Decides a network's solving epoch (from 1), or `None` for a network that stays unsolved.
type Solve = dyn Fn(u64) -> Option<u32>;

/// Fates by a closure. Unsolved networks end with every output at the mean of the targets.
pub struct Mock {
    solve: Box<Solve>,
}

impl Mock {
    /// `solve` gives the epoch in which the network of that index is solved, if it ever is.
    pub fn new(solve: impl Fn(u64) -> Option<u32> + 'static) -> Self {
        Self { solve: Box::new(solve) }
    }
}

impl Backend for Mock {
    fn name(&self) -> &'static str {
        "mock"
    }

    fn device(&self) -> DeviceInfo {
        DeviceInfo::cpu("mock")
    }

    fn prepare(&mut self, _: &Job<'_>) -> Result<u64> {
        Ok(1 << 12)
    }

    fn train(
        &mut self,
        job: &Job<'_>,
        chunks: &mut dyn Iterator<Item = Chunk>,
        watch: &dyn Watch,
        deliver: &mut Deliver<'_>,
    ) -> Result<()> {
        let budget = job.problem.spec().epochs;
        let targets = job.problem.examples().targets();
        let mean = targets.iter().sum::<f64>() / targets.len() as f64;
        let stuck = vec![mean as f32; targets.len()];
        let loss = job.problem.spec().loss;
        let losses = targets.iter().map(|target| loss.of_output(mean, *target));
        let stuck_loss = losses.sum::<f64>() / targets.len() as f64;
        let right: Vec<f32> = targets.iter().map(|target| *target as f32).collect();
        for Chunk { networks, .. } in chunks {
            let mut outcomes =
                Outcomes::with_capacity(networks.start, targets.len(), (networks.end - networks.start) as usize);
            for network in networks {
                let solved = (self.solve)(network).filter(|epoch| (1..=budget).contains(epoch));
                outcomes.push(Outcome {
                    network,
                    status: if solved.is_some() { Status::Solved } else { Status::Unsolved },
                    solved_epoch: solved.unwrap_or(0),
                    stop_epoch: solved.filter(|_| job.problem.retires()).unwrap_or(budget),
                    loss: if solved.is_some() { 0.0 } else { stuck_loss },
                    outputs: if solved.is_some() { &right } else { &stuck },
                });
            }
            watch.progress(Progress {
                net_epochs: outcomes.net_epochs(),
                settled_net_epochs: outcomes.count() as u64 * u64::from(budget),
                networks: outcomes.count() as u64,
            });
            deliver(Trained::of(outcomes, None))?;
            if watch.interrupted() {
                return Ok(());
            }
        }
        Ok(())
    }
}
