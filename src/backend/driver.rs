//! The one loop that trains: prepare a backend for a job, cut the networks into chunks, train them, add up the work and
//! the time. Studies ask it for trained chunks; what they make of them is theirs.

use std::cell::RefCell;
use std::ops::Range;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Status, Weights};
use crate::plan::{self, ChunkClock};
use crate::spec::{AfterSolved, Population, Spec};

use super::{Backend, Chunk, Counted, Deliver, DeviceKind, Job, Trained, Unwatched, Watch};

/// A backend at work, and the watch on it.
pub struct Driver<'a> {
    backend: &'a mut dyn Backend,
    watch: &'a dyn Watch,
    opened: Instant,
    /// Seconds from then to the first job.
    opening_seconds: Option<f64>,
}

/// Work done and time spent on a job.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effort {
    /// Networks that were trained to their end.
    pub networks: u64,
    /// Epochs that networks needed.
    pub net_epochs: u64,
    /// Epochs of work executed, idle lanes included.
    pub executed_net_epochs: u64,
    /// Seconds of preparing: compiling, allocating.
    pub setup_seconds: f64,
    /// Seconds of training: drawing starts, waiting for chunks, and what the caller does with each.
    pub train_seconds: f64,
    /// Of these, seconds that the device was at work by its own clock, where it has one.
    pub device_seconds: Option<f64>,
}

impl<'a> Driver<'a> {
    /// A backend without a watch; time counts from now.
    pub fn new(backend: &'a mut dyn Backend) -> Self {
        Self { backend, watch: &Unwatched, opened: Instant::now(), opening_seconds: None }
    }

    /// The same with progress passed on to `watch`, which may also interrupt.
    #[must_use]
    pub fn watched(self, watch: &'a dyn Watch) -> Self {
        Self { watch, ..self }
    }

    /// The same where opening the backend began earlier.
    #[must_use]
    pub fn opened(self, opened: Instant) -> Self {
        Self { opened, ..self }
    }

    /// The backend.
    pub fn backend(&self) -> &dyn Backend {
        self.backend
    }

    /// The watch.
    pub fn watch(&self) -> &'a dyn Watch {
        self.watch
    }

    /// Seconds since opening the backend began.
    pub fn seconds(&self) -> f64 {
        self.opened.elapsed().as_secs_f64()
    }

    /// Of these, seconds until the first job began: opening the backend.
    pub fn opening_seconds(&self) -> f64 {
        self.opening_seconds.unwrap_or_else(|| self.seconds())
    }

    /// Prepares the backend for a job.
    ///
    /// # Errors
    /// The problem does not fit the device.
    pub fn begin<'d>(&'d mut self, job: Job<'d>) -> Result<Prepared<'d>> {
        let began = Instant::now();
        self.opening_seconds.get_or_insert_with(|| (began - self.opened).as_secs_f64());
        let chunk_limit = self.backend.prepare(&job)?;
        let effort = Effort { setup_seconds: began.elapsed().as_secs_f64(), ..Effort::default() };
        Ok(Prepared { backend: self.backend, watch: self.watch, job, chunk_limit, chunk_seconds: None, effort })
    }

    /// Trains a population and joins its outcomes; of an interrupted one those that there are.
    ///
    /// # Errors
    /// The device failed.
    pub fn outcomes(&mut self, job: Job<'_>, population: Population) -> Result<Outcomes> {
        let outputs = job.problem.examples().targets().len();
        let mut all = Outcomes::with_capacity(population.first(), outputs, population.count() as usize);
        self.begin(job)?.drawn(population.networks(), &mut |trained| {
            all.append(&trained.outcomes);
            Ok(())
        })?;
        Ok(all)
    }

    /// Trains the networks that start from `starts`, without a watch, and gives the final weights of each.
    ///
    /// # Errors
    /// The device failed.
    pub fn final_weights(&mut self, job: Job<'_>, starts: &Weights) -> Result<Vec<Vec<f64>>> {
        let mut networks = Vec::with_capacity(starts.count());
        let mut prepared = Prepared { watch: &Unwatched, ..self.begin(Job { keep_weights: true, ..job })? };
        prepared.starting(0..starts.count() as u64, Some(starts), &mut |trained| {
            let weights = trained.weights()?;
            networks.extend((0..weights.count()).map(|at| weights.network(at)));
            Ok(())
        })?;
        Ok(networks)
    }

    /// Forward only: how many networks meet the criterion with the weights that they start from. Of the job's spec the
    /// network, task, init and criterion count. Interrupted, it says how many it looked at.
    ///
    /// # Errors
    /// The problem does not fit the device, or the device failed.
    pub fn count_at_start(&mut self, job: Job<'_>, networks: Range<u64>) -> Result<Counted> {
        if let Some(counted) = self.backend.count_at_start(&job, networks.clone(), self.watch)? {
            return Ok(counted);
        }
        // An epoch of batch training judges the weights that it begins with.
        let problem = job.problem.with(|spec| {
            *spec = Spec { after_solved: AfterSolved::Retire, ..spec.clone().probing() };
        })?;
        let mut prepared = self.begin(Job::new(&problem, job.seed))?;
        let mut solved = 0;
        prepared.drawn(networks, &mut |trained| {
            solved += trained.outcomes.iter().filter(|row| row.status == Status::Solved).count() as u64;
            Ok(())
        })?;
        Ok(Counted { networks: prepared.effort().networks, solved })
    }
}

/// A backend that is prepared for a job.
pub struct Prepared<'d> {
    backend: &'d mut dyn Backend,
    watch: &'d dyn Watch,
    job: Job<'d>,
    chunk_limit: u64,
    chunk_seconds: Option<f64>,
    effort: Effort,
}

impl<'d> Prepared<'d> {
    /// The same with at most so many networks in a chunk, where that is fewer than the backend wants.
    #[must_use]
    pub fn limited(self, chunk_limit: Option<u64>) -> Self {
        Self { chunk_limit: self.chunk_limit.min(chunk_limit.unwrap_or(u64::MAX)), ..self }
    }

    /// The same with chunks that take about so many seconds at most, where that can be told: on a CPU, which trains one chunk
    /// after another. (A GPU trains several at once, of networks that come and go.)
    #[must_use]
    pub fn paced(self, chunk_seconds: Option<f64>) -> Self {
        let is_cpu = self.backend.device().kind == DeviceKind::Cpu;
        Self { chunk_seconds: chunk_seconds.filter(|_| is_cpu), ..self }
    }

    /// Most networks in a chunk.
    pub fn chunk_limit(&self) -> u64 {
        self.chunk_limit
    }

    /// What was done so far.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// Trains networks that start where seed and index put them. Interrupted, it ends with the chunk at hand.
    ///
    /// # Errors
    /// The device failed, or `deliver` did.
    pub fn drawn(&mut self, networks: Range<u64>, deliver: &mut Deliver<'_>) -> Result<()> {
        self.starting(networks, None, deliver)
    }

    /// The same with the starts of networks 0, 1, 2, ... where they are given.
    ///
    /// # Errors
    /// The device failed, or `deliver` did.
    pub fn starting(
        &mut self,
        networks: Range<u64>,
        starts: Option<&Weights>,
        deliver: &mut Deliver<'_>,
    ) -> Result<()> {
        self.cut(networks, &mut |networks| Chunk::starting(networks, starts), deliver)
    }

    /// The same with each chunk made when its turn comes.
    ///
    /// # Errors
    /// The device failed, or `deliver` did.
    pub fn cut(
        &mut self,
        networks: Range<u64>,
        chunk: &mut dyn FnMut(Range<u64>) -> Chunk,
        deliver: &mut Deliver<'_>,
    ) -> Result<()> {
        let Some(seconds) = self.chunk_seconds else {
            let population = Population::new(networks.start, networks.end - networks.start, self.job.seed)?;
            return self.chunks(&mut plan::chunks(population, self.chunk_limit).map(chunk), self.watch, deliver);
        };
        let (clock, mut start) = (RefCell::new(ChunkClock::new(seconds, self.chunk_limit)), networks.start);
        let mut chunks = std::iter::from_fn(|| {
            let end = networks.end.min(start.saturating_add(clock.borrow_mut().begin()));
            let range = std::mem::replace(&mut start, end)..end;
            (!range.is_empty()).then(|| chunk(range))
        });
        self.chunks(&mut chunks, self.watch, &mut |trained| {
            clock.borrow_mut().observe(trained.networks());
            deliver(trained)
        })
    }

    /// Trains chunks that were cut elsewhere, under another watch.
    ///
    /// # Errors
    /// The device failed, or `deliver` did.
    pub fn chunks(
        &mut self,
        chunks: &mut dyn Iterator<Item = Chunk>,
        watch: &dyn Watch,
        deliver: &mut Deliver<'_>,
    ) -> Result<()> {
        let (began, effort) = (Instant::now(), &mut self.effort);
        self.backend.train(&self.job, chunks, watch, &mut |trained| {
            effort.merge(&Effort::of(&trained));
            deliver(trained)
        })?;
        self.effort.train_seconds += began.elapsed().as_secs_f64();
        Ok(())
    }
}

impl Effort {
    /// With more work.
    pub fn merge(&mut self, more: &Self) {
        self.networks += more.networks;
        self.net_epochs += more.net_epochs;
        self.executed_net_epochs += more.executed_net_epochs;
        self.setup_seconds += more.setup_seconds;
        self.train_seconds += more.train_seconds;
        if let Some(seconds) = more.device_seconds {
            *self.device_seconds.get_or_insert_default() += seconds;
        }
    }

    /// The work of a chunk.
    fn of(trained: &Trained) -> Self {
        let outcomes = &trained.outcomes;
        let finished = outcomes.status.iter().filter(|status| **status != Status::Unfinished);
        Self {
            networks: finished.count() as u64 + trained.counted.networks(),
            net_epochs: trained.net_epochs(),
            executed_net_epochs: trained.executed_net_epochs,
            device_seconds: trained.device_seconds,
            ..Self::default()
        }
    }

    /// Refuses to answer for fewer networks than were asked for.
    ///
    /// # Errors
    /// Training was interrupted before that many had come to their end.
    pub fn expect(&self, networks: u64) -> Result<()> {
        if self.networks < networks {
            return Err(Error::interrupted("interrupted before all networks were trained"));
        }
        Ok(())
    }
}
