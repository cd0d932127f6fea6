//! Does a backend train as the f64 reference does? From single operations to whole populations; and does the reference
//! itself follow the mathematics?

mod agreement;
#[cfg(feature = "gpu")]
mod device;
mod gradient;

pub use agreement::{Agreement, WeightDifference, agreement, reference_outcomes};
#[cfg(feature = "gpu")]
pub use device::device_checks;
pub use gradient::gradient_checks;

use serde::Serialize;

use crate::backend::Backend;
use crate::backend::conformance::CHECKS;

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Checked {
    /// What was checked: a backend, a device, the reference.
    pub subject: String,
    /// The check's name.
    pub name: String,
    /// What was found, in a few words.
    pub detail: String,
    /// Whether it is as it should be.
    pub agrees: bool,
}

/// All that a verification found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Single checks, in the order in which a failure is easiest to understand.
    pub checks: Vec<Checked>,
    /// Populations trained by a backend and by the reference.
    pub agreements: Vec<Agreement>,
}

impl Verification {
    /// Whether nothing disagrees, and something was checked.
    pub fn agrees(&self) -> bool {
        !self.checks.is_empty() && self.disagreements() == 0
    }

    /// How many checks and populations disagree.
    pub fn disagreements(&self) -> usize {
        self.checks.iter().filter(|check| !check.agrees).count()
            + self.agreements.iter().filter(|agreement| !agreement.agrees()).count()
    }
}

/// The conformance suite on a backend, check by check.
pub fn conformance_checks(backend: &mut dyn Backend, mut each: impl FnMut(Checked)) {
    for check in CHECKS {
        let verdict = (check.run)(backend);
        each(Checked {
            subject: backend.name().to_owned(),
            name: check.name.replace('_', " "),
            detail: verdict.clone().err().unwrap_or_default(),
            agrees: verdict.is_ok(),
        });
    }
}
