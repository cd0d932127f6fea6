//! Where the time of a study went.

use serde::{Deserialize, Serialize};

use crate::backend::{Driver, Effort};

/// Where the time went, in seconds of wall time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
#[non_exhaustive]
pub struct Seconds {
    /// Opening the device, compiling, allocating.
    pub setup: f64,
    /// Drawing starts, training, reading back, tallying.
    pub train: f64,
    /// Of `train`: the device at work, by its own clock, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<f64>,
    /// Of `train`: examining unsolved networks.
    pub examine: f64,
    /// From before the setup to the answer.
    pub total: f64,
}

impl Seconds {
    /// With the time of another process, or of another part of the work.
    pub fn merge(&mut self, more: &Self) {
        self.setup += more.setup;
        self.train += more.train;
        self.examine += more.examine;
        self.total += more.total;
        if let Some(seconds) = more.device {
            *self.device.get_or_insert_default() += seconds;
        }
    }

    /// Of a driver's work so far, nothing examined.
    pub(super) fn of(driver: &Driver<'_>, effort: &Effort) -> Self {
        Self {
            setup: driver.opening_seconds() + effort.setup_seconds,
            train: effort.train_seconds,
            device: effort.device_seconds,
            examine: 0.0,
            total: driver.seconds(),
        }
    }
}
