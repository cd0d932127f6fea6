//! The object of a bench, as `basins bench --json` prints it and `bench.json` has it: every key, what it means and its unit.

use serde::Serialize;
use serde_json::{Value, json};

use crate::backend::DeviceInfo;
use crate::spec::{Layers, Task};
use crate::study::bench::{BenchResult, Crossover, Measurement, Refused};

const SCHEMA: &str = "basins.bench/1";

/// How fast backends train.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct BenchObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// Version of the program.
    version: &'static str,
    /// One network in populations of growing size.
    populations: Vec<MeasurementObject<'a>>,
    /// Other networks, each in one population.
    networks: Vec<MeasurementObject<'a>>,
    /// From how many networks on each GPU pays.
    crossovers: Vec<CrossoverObject>,
    /// Contestants that were left out, and why.
    refused: Vec<RefusedObject<'a>>,
    /// Whether it was stopped before all was measured.
    interrupted: bool,
}

/// A contestant at one network and population. Rates are in net-epochs per second: passes of one network over all examples.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct MeasurementObject<'a> {
    /// What it is called: backend, threads, device.
    contestant: &'a str,
    /// Backend by name.
    backend: &'static str,
    device: &'a DeviceInfo,
    /// The task.
    task: &'a Task,
    /// Units of each layer, inputs first.
    layers: &'a Layers,
    /// Networks trained at once.
    nets: u64,
    /// Epochs of each in a timed run.
    epochs: u32,
    /// Largest difference of a weight from the f64 reference after the check's epochs.
    difference: f64,
    /// Seconds to open, compile and allocate.
    setup_seconds: f64,
    /// Seconds of a run of a single epoch, which every run costs at least.
    single_epoch_seconds: f64,
    /// Rate of each timed run.
    net_epochs_per_second: &'a [f64],
    /// Median of these rates.
    median: f64,
    /// A quarter of them is at most this.
    quartile_low: f64,
    /// A quarter of them is at least this.
    quartile_high: f64,
    /// Additions and multiplications of one net-epoch, counted from the formulas.
    operations_per_net_epoch: u64,
    /// Exponentials, divisions and roots of one net-epoch, counted from the formulas.
    specials_per_net_epoch: u64,
    /// Share of what the device's arithmetic allows, from 0 to 1; null where that is not known.
    limit_share: Option<f64>,
}

/// From how many networks on a GPU pays.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CrossoverObject {
    /// The GPU's contestant.
    gpu: String,
    /// Smallest population measured from which on it is faster than every CPU contestant; null if it never is.
    nets: Option<u64>,
    /// Its rate over the fastest CPU's at the largest population that both were measured at.
    ratio_at_most_nets: f64,
}

/// A contestant that was not measured.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RefusedObject<'a> {
    /// What it is called.
    contestant: &'a str,
    /// At which network, if it was one alone; else null.
    layers: Option<&'a Layers>,
    /// Why.
    reason: &'a str,
}

impl<'a> From<&'a Measurement> for MeasurementObject<'a> {
    fn from(one: &'a Measurement) -> Self {
        Self {
            contestant: &one.contestant,
            backend: one.backend,
            device: &one.device,
            task: &one.task,
            layers: &one.layers,
            nets: one.nets,
            epochs: one.epochs,
            difference: one.difference,
            setup_seconds: one.setup_seconds,
            single_epoch_seconds: one.single_epoch_seconds,
            net_epochs_per_second: &one.rates,
            median: one.median(),
            quartile_low: one.quantile(0.25),
            quartile_high: one.quantile(0.75),
            operations_per_net_epoch: one.cost.operations,
            specials_per_net_epoch: one.cost.specials,
            limit_share: one.limit_share(),
        }
    }
}

impl From<Crossover> for CrossoverObject {
    fn from(Crossover { gpu, nets, ratio_at_most_nets }: Crossover) -> Self {
        Self { gpu, nets, ratio_at_most_nets }
    }
}

impl<'a> From<&'a Refused> for RefusedObject<'a> {
    fn from(Refused { contestant, layers, reason }: &'a Refused) -> Self {
        Self { contestant, layers: layers.as_ref(), reason }
    }
}

/// The object of `basins bench --json`, schema `basins.bench/1`.
pub fn bench_json(result: &BenchResult) -> Value {
    json!(BenchObject {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        populations: result.populations.iter().map(Into::into).collect(),
        networks: result.networks.iter().map(Into::into).collect(),
        crossovers: result.crossovers().into_iter().map(Into::into).collect(),
        refused: result.refused.iter().map(Into::into).collect(),
        interrupted: result.interrupted,
    })
}
