//! Throughput of backends on the same networks: each is checked against the reference, then all are timed in turns.

mod check;
mod cost;
mod course;
mod timing;

pub use cost::{Cost, Limit};
pub use course::{Course, Work};
pub use timing::{Bench, Contestant};

use crate::backend::{Backend, DeviceInfo, DeviceKind};
use crate::error::Result;
use crate::spec::{Layers, Task};

/// What was measured of one contestant at one work.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// Name, as in [`Contestant`].
    pub contestant: String,
    /// Backend by name.
    pub backend: &'static str,
    /// Where it trained.
    pub device: DeviceInfo,
    /// Sizes of the layers.
    pub layers: Layers,
    /// The task.
    pub task: Task,
    /// Networks.
    pub nets: u64,
    /// Epochs of each in the timed part.
    pub epochs: u32,
    /// Largest difference of a weight from the f64 reference after the check's epochs.
    pub difference: f64,
    /// Seconds from opening to ready: compiling and allocating.
    pub setup_seconds: f64,
    /// Seconds of a run of a single epoch: drawing starts, passing results on, and what each run costs at least.
    pub single_epoch_seconds: f64,
    /// Net-epochs/s of each repeat.
    pub rates: Vec<f64>,
    /// Arithmetic of one net-epoch.
    pub cost: Cost,
}

impl Measurement {
    /// Quantile of the repeats' net-epochs/s, linear between order statistics.
    pub fn quantile(&self, q: f64) -> f64 {
        let mut sorted = self.rates.clone();
        sorted.sort_by(f64::total_cmp);
        let place = q * (sorted.len().max(1) - 1) as f64;
        let low = sorted.get(place.floor() as usize).copied().unwrap_or(f64::NAN);
        let high = sorted.get(place.ceil() as usize).copied().unwrap_or(f64::NAN);
        low + (high - low) * place.fract()
    }

    /// Median net-epochs/s.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// Share of the device's arithmetic limit that the median reaches, where the limit is known.
    pub fn limit_share(&self) -> Option<f64> {
        Limit::of(&self.device.name).map(|limit| self.median() / limit.net_epochs(self.cost))
    }

    fn is_gpu(&self) -> bool {
        self.device.kind != DeviceKind::Cpu
    }
}

/// A contestant that was not measured, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its name.
    pub contestant: String,
    /// At which network, if it was one alone.
    pub layers: Option<Layers>,
    /// Why.
    pub reason: String,
}

/// All that was measured.
#[derive(Clone, Debug, Default)]
pub struct BenchResult {
    /// One network in populations of growing size.
    pub populations: Vec<Measurement>,
    /// Other networks, each in one population.
    pub networks: Vec<Measurement>,
    /// Contestants that were left out.
    pub refused: Vec<Refused>,
    /// Whether it was stopped before all was measured.
    pub interrupted: bool,
}

/// From how many networks on a GPU pays.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossover {
    /// The GPU's contestant.
    pub gpu: String,
    /// Smallest population measured from which on it is faster than every CPU contestant; `None` if it never is.
    pub nets: Option<u64>,
    /// Its rate over the fastest CPU's at the largest population that both were measured at.
    pub ratio_at_most_nets: f64,
}

impl BenchResult {
    /// What is worth a line of its own: the networks, or the only one in its largest population.
    pub fn telling(&self) -> Vec<&Measurement> {
        if !self.networks.is_empty() {
            return self.networks.iter().collect();
        }
        let most = self.populations.iter().map(|measured| measured.nets).max();
        self.populations.iter().filter(|measured| Some(measured.nets) == most).collect()
    }

    /// The crossover of each GPU contestant against the fastest CPU at each population.
    pub fn crossovers(&self) -> Vec<Crossover> {
        let mut gpus: Vec<&str> = Vec::new();
        for measured in self.populations.iter().filter(|measured| measured.is_gpu()) {
            if !gpus.contains(&measured.contestant.as_str()) {
                gpus.push(&measured.contestant);
            }
        }
        let cpu = |nets: u64| {
            let rates = self.populations.iter().filter(|measured| !measured.is_gpu() && measured.nets == nets);
            rates.map(Measurement::median).fold(f64::NAN, f64::max)
        };
        let crossover = |gpu: &str| {
            let mut ratios: Vec<(u64, f64)> = self
                .populations
                .iter()
                .filter(|measured| measured.contestant == gpu)
                .map(|measured| (measured.nets, measured.median() / cpu(measured.nets)))
                .filter(|(_, ratio)| ratio.is_finite())
                .collect();
            ratios.sort_by_key(|(nets, _)| *nets);
            let from = ratios.iter().rposition(|(_, ratio)| *ratio <= 1.0).map_or(0, |last| last + 1);
            let ratio_at_most_nets = ratios.last().map_or(f64::NAN, |(_, ratio)| *ratio);
            Crossover { gpu: gpu.to_owned(), nets: ratios.get(from).map(|(nets, _)| *nets), ratio_at_most_nets }
        };
        gpus.into_iter().map(crossover).collect()
    }
}

/// Opens a contestant's backend.
pub type Opener = dyn Fn() -> Result<Box<dyn Backend>>;
