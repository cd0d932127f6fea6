//! Who trained a result: one backend on one device, or several that took turns or shared the work.

use serde::{Deserialize, Serialize};

use crate::backend::{Backend, DeviceInfo};

/// The rounding that parts of a work share: a backend by name, and its precision.
pub fn rounding(backend: &dyn Backend) -> String {
    format!("{} in {}", backend.name(), backend.precision())
}

/// A backend on a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TrainedBy {
    /// Backend by name.
    pub backend: String,
    /// Where it trained.
    pub device: DeviceInfo,
}

/// All that took part, each once, the first one first. Never empty in an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trainers(Vec<TrainedBy>);

impl Trainers {
    /// One backend.
    pub(super) fn of(backend: &dyn Backend) -> Self {
        let mut trainers = Self::default();
        trainers.add(backend);
        trainers
    }

    /// Adds a backend.
    pub(super) fn add(&mut self, backend: &dyn Backend) {
        self.merge(&Self(vec![TrainedBy { backend: backend.name().to_owned(), device: backend.device() }]));
    }

    /// Adds those of another part of the work.
    pub fn merge(&mut self, others: &Self) {
        for other in &others.0 {
            if !self.0.contains(other) {
                self.0.push(other.clone());
            }
        }
    }

    /// Backends by name, joined by `+` where there are several.
    pub fn backend(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for TrainedBy { backend, .. } in &self.0 {
            if !names.contains(&backend.as_str()) {
                names.push(backend);
            }
        }
        names.join("+")
    }

    /// The device that began.
    pub fn device(&self) -> DeviceInfo {
        self.0.first().map_or_else(|| DeviceInfo::cpu("unknown"), |first| first.device.clone())
    }

    /// All of them, where there are several.
    pub fn several(&self) -> Option<&[TrainedBy]> {
        (self.0.len() > 1).then_some(&self.0)
    }
}
