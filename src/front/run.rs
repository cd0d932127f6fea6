//! What is asked of a run, and of whom.

use std::fmt;

use crate::backend::{Backend, Choice, Open, Precision, Unwatched, Watch};
use crate::error::{Error, Result};
use crate::outcome::Weights;
use crate::spec::{Population, Shard, Spec};
use crate::stats::RateMethod;
use crate::study::ExamineBudget;

/// Networks of a run that says nothing else.
const DEFAULT_COUNT: u64 = 100_000;
/// Networks that a run until some width may take if nothing else is said.
const UNTIL_COUNT: u64 = 1_000_000_000;

/// A population to be trained: the settings, which networks, who trains, and what is asked of them.
///
/// ```
/// use basins::Run;
/// use basins::backend::Choice;
/// use basins::spec::{Given, Spec, Task};
///
/// let examples = Given::numbers(vec![0.0, 0.5, 1.0], 1, vec![1.0, 0.5, 0.0], 1)?;
/// let spec = Spec { layers: examples.layers(&[2])?, task: Task::Given(examples), lr: 2.0.into(), ..Spec::default() };
/// let networks = Run::new(spec).nets(200).seed(7).backend(Choice::Simd).train()?;
/// let best = networks.best(3);
/// println!("network {} says {:?}", best[0], networks.predict(best[0], &[0.25])?);
/// # Ok::<(), basins::Error>(())
/// ```
#[must_use = "nothing is trained before it is run"]
pub struct Run<'a> {
    pub(super) spec: Spec,
    pub(super) first: u64,
    pub(super) count: Option<u64>,
    pub(super) seed: u64,
    pub(super) shard: Option<Shard>,
    pub(super) starts: Option<Weights>,
    pub(super) open: Open,
    pub(super) backend: Option<Box<dyn Backend + 'a>>,
    pub(super) watch: &'a dyn Watch,
    pub(super) method: RateMethod,
    pub(super) until_width: Option<f64>,
    pub(super) examine: ExamineBudget,
    pub(super) continue_factor: Option<u32>,
    pub(super) keep: Option<Keep>,
}

/// What is kept of every network beside the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keep {
    /// Nothing.
    Counts,
    /// What became of it: some 40 bytes and its outputs.
    Outcomes,
    /// That, and its final weights.
    Weights,
}

impl Run<'static> {
    /// 100,000 networks of these settings, seed 0, on the fastest device there is; some unsolved networks of each fate are
    /// examined.
    pub fn new(spec: Spec) -> Self {
        Self {
            spec,
            first: 0,
            count: None,
            seed: 0,
            shard: None,
            starts: None,
            open: Open::default(),
            backend: None,
            watch: &Unwatched,
            method: RateMethod::default(),
            until_width: None,
            examine: ExamineBudget::default(),
            continue_factor: None,
            keep: None,
        }
    }

    /// Networks of a run that does not say how many, and has a width to reach or not.
    pub(crate) fn usual_count(has_width: bool) -> u64 {
        if has_width { UNTIL_COUNT } else { DEFAULT_COUNT }
    }
}

impl<'a> Run<'a> {
    /// So many networks (of a sweep: at each point).
    pub fn nets(self, count: u64) -> Self {
        Self { count: Some(count), ..self }
    }

    /// From the network of this index on.
    pub fn first(self, first: u64) -> Self {
        Self { first, ..self }
    }

    /// Starts drawn under this seed.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Only a part of the networks, or of a map's tiles.
    pub fn shard(self, shard: Shard) -> Self {
        Self { shard: Some(shard), ..self }
    }

    /// Starts of networks 0, 1, 2, ..., instead of drawn ones; without [`nets`](Self::nets), all of them.
    pub fn starts(self, starts: Weights) -> Self {
        Self { starts: Some(starts), ..self }
    }

    /// By this kind of backend.
    pub fn backend(self, choice: Choice) -> Self {
        Self { open: Open { choice, ..self.open }, ..self }
    }

    /// On the GPU of this index, or with this in its name.
    pub fn device(self, device: impl Into<String>) -> Self {
        Self { open: Open { device: Some(device.into()), ..self.open }, ..self }
    }

    /// In this precision; f64 is for [`Choice::Simd`] and [`Choice::Reference`], and makes [`Choice::Auto`] the former.
    pub fn precision(self, precision: Precision) -> Self {
        Self { open: Open { precision: Some(precision), ..self.open }, ..self }
    }

    /// With so many threads of a CPU backend.
    pub fn threads(self, count: usize) -> Self {
        Self { open: Open { threads: Some(count), ..self.open }, ..self }
    }

    /// By a backend that is to be opened so.
    pub fn open_with(self, open: Open) -> Self {
        Self { open, ..self }
    }

    /// By this backend, which is open already.
    pub fn on(self, backend: impl Backend + 'a) -> Self {
        Self { backend: Some(Box::new(backend)), ..self }
    }

    /// On this device, for example [one of the caller's own](crate::gpu::Gpu::from_device).
    #[cfg(feature = "gpu")]
    pub fn gpu(self, gpu: crate::gpu::Gpu) -> Self {
        self.on(crate::backend::gpu::GpuBackend::new(gpu, None))
    }

    /// With progress told to this watch, which may also interrupt.
    pub fn watch<'b>(self, watch: &'b dyn Watch) -> Run<'b>
    where
        'a: 'b,
    {
        Run { watch, ..self }
    }

    /// With intervals of the rate made so.
    pub fn interval(self, method: RateMethod) -> Self {
        Self { method, ..self }
    }

    /// Until the 95% interval of the rate is this narrow, with at most [`nets`](Self::nets) networks (a billion if nothing is
    /// said).
    pub fn until_width(self, width: f64) -> Self {
        Self { until_width: Some(width), ..self }
    }

    /// With so many unsolved networks of each fate examined in f64.
    pub fn examine(self, budget: ExamineBudget) -> Self {
        Self { examine: budget, ..self }
    }

    /// With the unsolved networks trained on, to so many times the epochs.
    pub fn continue_unsolved(self, factor: u32) -> Self {
        Self { continue_factor: Some(factor), ..self }
    }

    /// With this kept of every network.
    pub fn keep(self, keep: Keep) -> Self {
        Self { keep: Some(keep), ..self }
    }

    /// The settings.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The networks that are asked for, those of other shards included.
    ///
    /// # Errors
    /// There are none, or more than there can be, or than there are starts.
    pub fn asked(&self) -> Result<Population> {
        let in_file = self.starts.as_ref().map(|starts| starts.count() as u64);
        let usual = Run::usual_count(self.until_width.is_some());
        let usual = in_file.map_or(usual, |rows| rows.saturating_sub(self.first).max(1));
        let population = Population::new(self.first, self.count.unwrap_or(usual), self.seed)?;
        match in_file {
            Some(rows) if population.networks().end > rows => Err(Error::input(format!(
                "--weights-in holds networks 0 to {}, but --first {} and --nets {} ask for {} to {}",
                rows - 1,
                self.first,
                population.count(),
                self.first,
                population.networks().end - 1
            ))),
            _ => Ok(population),
        }
    }

    /// Of these, the networks that are trained here.
    ///
    /// # Errors
    /// As [`asked`](Self::asked); or the shard fits neither the networks nor what is asked.
    pub fn population(&self) -> Result<Population> {
        let asked = self.asked()?;
        match self.shard {
            Some(shard) if self.until_width.is_some() => Err(Error::input(format!(
                "--shard {shard} does not go with --until-width: where to stop depends on the networks of all shards"
            ))),
            Some(shard) => Ok(shard.of(asked)?),
            None => Ok(asked),
        }
    }
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { spec, first, count, seed, shard, open, .. } = self;
        let mut text = f.debug_struct("Run");
        text.field("spec", spec).field("first", first).field("count", count).field("seed", seed);
        text.field("shard", shard).field("open", open).finish_non_exhaustive()
    }
}
