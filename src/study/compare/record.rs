//! A run as its object says it: what a comparison reads of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::outcome::Fate;

use super::super::rerun::Recorded;

/// Schema of the objects that are compared.
const RUN_SCHEMA: &str = "basins.run/1";

/// A run, as its object says it.
#[derive(Clone, Debug)]
pub struct RunRecord {
    /// What its owner called it.
    pub label: Option<String>,
    /// The settings that decide outcomes, and who trained what.
    pub(super) settings: Map<String, Value>,
    /// Networks that are counted.
    pub networks: u64,
    /// Networks solved.
    pub solved: u64,
    /// Share solved, if anything is known of it.
    pub rate: Option<f64>,
    /// Its 95% interval.
    pub interval: Option<Ends>,
    /// The epoch within which that share is solved.
    pub within: u64,
    /// When the solved ones were solved.
    pub epochs: Option<SolvedEpochs>,
    /// Restarting at the best cut-off.
    pub cut_off: Option<BestCutOff>,
    /// Networks by fate.
    pub fates: BTreeMap<String, u64>,
    /// Whether it ended before its last network.
    pub interrupted: bool,
    /// The width at which it stopped, where that was asked for.
    pub until_width: Option<f64>,
    /// What decides where the networks start; nothing where starts were imported.
    pub(super) starts: Option<Value>,
}

/// The two ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Ends {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// When the solved networks were solved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SolvedEpochs {
    /// First epoch.
    pub min: u64,
    /// 5% were solved by then.
    pub p05: u64,
    /// Half were solved by then.
    pub median: u64,
    /// 95% were solved by then.
    pub p95: u64,
    /// Last epoch.
    pub max: u64,
    /// Mean epoch.
    pub mean: f64,
}

/// The cheapest cut-off for restarts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BestCutOff {
    /// Epochs after which a start is given up.
    pub epoch: u64,
    /// Epochs that one solved network costs on average, all starts before it included.
    pub expected_epochs: f64,
    /// Their 95% interval.
    pub interval: Ends,
}

/// The fields of a run's object that are read; the rest may be anything.
#[derive(Deserialize)]
struct Object {
    spec: Map<String, Value>,
    backend: String,
    device: Value,
    nets: u64,
    first: u64,
    seed: u64,
    solved: u64,
    solved_rate: Option<f64>,
    solved_within: Option<u64>,
    solved_interval: Option<Ends>,
    epochs_to_solve: Option<SolvedEpochs>,
    restart: Option<Restarts>,
    fates: BTreeMap<String, u64>,
    interrupted: bool,
    until_width: Option<UntilWidth>,
    starts: String,
}

#[derive(Deserialize)]
struct Restarts {
    best: BestCutOff,
}

#[derive(Deserialize)]
struct UntilWidth {
    asked: f64,
}

impl RunRecord {
    /// From the object of a run.
    ///
    /// # Errors
    /// It is no run, or says what is missing, of another type, or contradicts itself.
    pub fn read(object: &Value) -> Result<Self, String> {
        let schema = object["schema"].as_str().unwrap_or_default();
        if schema != RUN_SCHEMA {
            return Err(format!("is of schema {schema:?}, but only runs ({RUN_SCHEMA}) can be compared"));
        }
        let damaged = |what: String| format!("is damaged: {what}");
        let recorded = Recorded::read(object).map_err(damaged)?;
        if let Some(contradiction) = recorded.contradiction() {
            return Err(format!("contradicts itself: {contradiction}"));
        }
        let label = object["settings"]["label"].as_str().map(str::to_owned);
        let object = Object::deserialize(object).map_err(|error| damaged(error.to_string()))?;
        if object.nets == 0 {
            return Err("has no networks".into());
        }
        let mut settings = object.spec.clone();
        for (name, value) in [
            ("nets", json!(object.nets)),
            ("first", json!(object.first)),
            ("seed", json!(object.seed)),
            ("starts", json!(object.starts)),
            ("backend", json!(object.backend)),
            ("device", object.device["name"].clone()),
            ("until-width", json!(object.until_width.as_ref().map(|width| width.asked))),
        ] {
            settings.insert(name.to_owned(), value);
        }
        let starts = (object.starts == "drawn").then(|| starts(&settings));
        let epochs = object.spec.get("epochs").and_then(Value::as_u64).unwrap_or_default();
        Ok(Self {
            label,
            settings,
            networks: object.nets,
            solved: object.solved,
            rate: object.solved_rate,
            interval: object.solved_interval,
            within: object.solved_within.unwrap_or(epochs),
            epochs: object.epochs_to_solve,
            cut_off: object.restart.map(|restart| restart.best),
            fates: object.fates,
            interrupted: object.interrupted,
            until_width: object.until_width.map(|width| width.asked),
            starts,
        })
    }

    /// Networks with that fate.
    pub fn count(&self, fate: Fate) -> u64 {
        self.fates.get(fate.name()).copied().unwrap_or(0)
    }

    /// Whether some networks were cut off in their middle, so that the share solved is none of the whole budget.
    pub fn has_unfinished(&self) -> bool {
        self.count(Fate::Unfinished) > 0
    }

    pub(super) fn says(&self, name: &str) -> Value {
        self.settings.get(name).cloned().unwrap_or(Value::Null)
    }
}

/// What decides where networks start, from the settings of a run.
fn starts(settings: &Map<String, Value>) -> Value {
    let mut names = vec!["init", "bias-init", "layers", "shortcuts", "bias", "seed", "first", "nets"];
    // The one distribution that asks what the units do.
    let asks = |name: &str| settings.get(name).and_then(Value::as_str) == Some("sklearn");
    if asks("init") || asks("bias-init") {
        names.push("activation");
    }
    names.into_iter().map(|name| settings.get(name).cloned().unwrap_or(Value::Null)).collect()
}
