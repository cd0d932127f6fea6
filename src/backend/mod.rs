//! Training backends. Each takes the same [`Job`] and gives back the same kind of [`Trained`] chunks; a [`Driver`] puts
//! one to work.
//!
//! Outcome i depends on the spec, the seed, i and the backend alone, never on how the population is cut. A new backend
//! is one file (or folder) here, one line in [`Open::backend`], and one line of the conformance suite.

mod choice;
pub mod conformance;
mod device;
mod driver;
#[cfg(feature = "gpu")]
pub mod gpu;
mod mock;
mod own_rates;
mod precision;
pub mod reference;
pub mod simd;
pub mod tolerance;
mod watch;

pub use choice::{Choice, Open};
pub use device::{DeviceInfo, DeviceKind};
pub use driver::{Driver, Effort, Prepared};
pub use mock::Mock;
pub use own_rates::OwnRates;
pub use precision::Precision;
pub use reference::Reference;
pub use simd::{Simd, Vectors};
pub use watch::{Progress, Unwatched, Watch};

use std::ops::Range;

use crate::error::{Error, Result};
use crate::outcome::{Fates, Outcomes, Tally, Values, Weights};
use crate::seed::Starts;
use crate::spec::Problem;

/// What is asked of a backend, the same for every chunk.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The checked spec and its examples.
    pub problem: &'a Problem,
    /// Seed of the starts.
    pub seed: u64,
    /// Whether final weights are wanted with the outcomes.
    pub keep_weights: bool,
    /// Epochs of every slice, where a test fixes them; otherwise the backend chooses. Outcomes do not depend on it.
    pub slice_epochs: Option<u32>,
    /// Whether every chunk brings its networks' own rates. The problem's momentum must then be 0 if and only if all of
    /// theirs are: a network without momentum takes its steps in one operation less.
    pub own_rates: bool,
}

impl<'a> Job<'a> {
    /// Outcomes only, slices as the backend likes.
    pub fn new(problem: &'a Problem, seed: u64) -> Self {
        Self { problem, seed, keep_weights: false, slice_epochs: None, own_rates: false }
    }

    /// The starts of networks, as seed and index draw them.
    pub fn starts(&self, networks: impl IntoIterator<Item = u64>) -> Weights {
        let starts = Starts::of(self.problem, self.seed);
        let values = networks.into_iter().flat_map(|network| starts.weights(network)).collect();
        Weights::new(self.problem.layers(), Values::F32(values))
    }
}

/// Networks in flight together.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// Their indices; not empty.
    pub networks: Range<u64>,
    /// Their starts, where given: as many networks as `networks`. Otherwise they are drawn by seed and index.
    pub starts: Option<Weights>,
    /// Their learning rates and momentum, where [`Job::own_rates`] says so, as many as `networks`. Otherwise they are the
    /// spec's.
    pub rates: Option<OwnRates>,
    /// Fates whose networks' rows are wanted; of others a backend may give counts instead.
    pub rows: Fates,
}

impl Chunk {
    /// Networks that are drawn by seed and index and trained as the spec says; the row of each is wanted.
    pub fn drawn(networks: Range<u64>) -> Self {
        Self { networks, starts: None, rates: None, rows: Fates::ALL }
    }

    /// The same with their starts, of those of network 0, 1, 2, ... where they are given.
    pub fn starting(networks: Range<u64>, starts: Option<&Weights>) -> Self {
        let starts = starts.map(|all| all.slice(networks.start as usize..networks.end as usize));
        Self { starts, ..Self::drawn(networks) }
    }
}

/// A chunk that came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// One row a network of the chunk, in order, but for those that were counted.
    pub outcomes: Outcomes,
    /// Counts of networks that have no row, as [`Chunk::rows`] allows.
    pub counted: Tally,
    /// Final weights of each row, if they were asked for.
    pub weights: Option<Weights>,
    /// Epochs of work executed, lanes that idle after a network has finished included; never below the sum of the
    /// networks' own epochs.
    pub executed_net_epochs: u64,
    /// Seconds that the device was at work since the chunk before, by its own clock, where it has one.
    pub device_seconds: Option<f64>,
}

impl Trained {
    /// A row for each network, and no work but theirs.
    pub fn of(outcomes: Outcomes, weights: Option<Weights>) -> Self {
        let executed_net_epochs = outcomes.net_epochs();
        Self { outcomes, counted: Tally::default(), weights, executed_net_epochs, device_seconds: None }
    }

    /// Networks of the chunk.
    pub fn networks(&self) -> u64 {
        self.outcomes.count() as u64 + self.counted.networks()
    }

    /// Epochs of work that they needed.
    pub fn net_epochs(&self) -> u64 {
        self.outcomes.net_epochs() + self.counted.net_epochs()
    }

    /// Final weights, where the job asked for them.
    ///
    /// # Errors
    /// There are none.
    pub fn weights(&self) -> Result<&Weights> {
        self.weights.as_ref().ok_or_else(|| Error::failure("the backend kept no weights"))
    }
}

/// Takes finished chunks, in order.
pub type Deliver<'a> = dyn FnMut(Trained) -> Result<()> + 'a;

/// A training backend.
pub trait Backend {
    /// The word that stands for it in the command line and in files.
    fn name(&self) -> &'static str;

    /// Where it trains.
    fn device(&self) -> DeviceInfo;

    /// Does what comes once before training (compiling, allocating) and says how many networks it wants in a chunk.
    ///
    /// # Errors
    /// The problem does not fit the device.
    fn prepare(&mut self, job: &Job<'_>) -> Result<u64>;

    /// Trains every chunk and delivers each in order. After `prepare` for the same job; chunks may be of any size.
    /// When `watch` says that it is interrupted, the chunk at hand is delivered as far as it has come, and no other.
    ///
    /// # Errors
    /// The device failed, or `deliver` did.
    fn train(
        &mut self,
        job: &Job<'_>,
        chunks: &mut dyn Iterator<Item = Chunk>,
        watch: &dyn Watch,
        deliver: &mut Deliver<'_>,
    ) -> Result<()>;

    /// [`Driver::count_at_start`], where the backend has a faster way than an epoch of training.
    ///
    /// # Errors
    /// The device failed.
    fn count_at_start(&mut self, _: &Job<'_>, _: Range<u64>, _: &dyn Watch) -> Result<Option<Counted>> {
        Ok(None)
    }

    /// Floating-point format of weights and arithmetic.
    fn precision(&self) -> Precision {
        Precision::F32
    }

    /// Its place among so many backends that share long checks out: where every problem costs a compilation, and what
    /// problems differ in, the parts of their rules, is the same code in all of them.
    fn shared_checks(&self) -> (usize, usize) {
        (0, 1)
    }

    /// Long checks go through every so many-th problem: all, unless little time is given.
    fn check_stride(&self) -> usize {
        1
    }

    /// Whether a problem can show anything: a backend with a planted fault trains problems that its fault leaves as they are
    /// like the one without, which is checked by itself.
    fn is_shown_by(&self, _problem: &Problem) -> bool {
        true
    }

    /// Whether networks are trained one number at a time, some fifty times slower than by vectors or on a GPU: studies then
    /// ask for less at once.
    fn is_scalar(&self) -> bool {
        false
    }
}

/// Networks that were looked at without training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub networks: u64,
    /// Those that meet the criterion.
    pub solved: u64,
}
