//! Each stage kernel by itself against f64, and mistakes planted in the kernels.

use std::collections::BTreeSet;

use basins::backend::conformance::{Fault, short_specs};
use basins::backend::gpu::check_stages;
use basins::gpu::{Found, Gpu};
use libtest_mimic::Failed;

/// Every stage that some kind of training needs.
const STAGES: [&str; 9] = ["keep", "matmul", "activation", "loss", "judge", "delta", "gradient", "update", "restore"];

/// The faults that are planted in a kernel's own text, and the stage that each spoils.
const PLANTED: [(Fault, &str); 5] = [
    (Fault::SwappedWeights, "matmul"),
    (Fault::StaleBuffer, "delta"),
    (Fault::GradientSign, "gradient"),
    (Fault::LearningRate, "update"),
    (Fault::EpochFromZero, "judge"),
];

/// Over every kind of setting: each stage compares something and is within its tolerance.
pub(crate) fn agree_with_f64(found: &Found) -> Result<(), Failed> {
    let gpu = Gpu::open(found.clone())?;
    let mut seen = BTreeSet::new();
    for (at, spec) in short_specs().into_iter().enumerate() {
        for report in check_stages(&gpu, &spec.problem()?, at as u64, None)? {
            if report.excess > 1.0 {
                let excess = report.excess;
                return Err(format!("{}: {excess} tolerances off, {}, {spec:?}", report.stage, report.worst).into());
            }
            if report.compared_count > 0 {
                seen.insert(report.stage);
            }
        }
    }
    match STAGES.iter().find(|stage| !seen.contains(*stage)) {
        Some(stage) => Err(format!("nothing was compared of {stage}, only of {seen:?}").into()),
        None => Ok(()),
    }
}

/// Negative control: of the stages that are blamed, the first is the one that is wrong. A later one may build on it: Adam's
/// step counts the epochs that the judge has counted.
pub(crate) fn faults_are_named(found: &Found) -> Result<(), Failed> {
    let gpu = Gpu::open(found.clone())?;
    for (fault, spoilt) in PLANTED {
        let mut blamed = BTreeSet::new();
        for (at, spec) in short_specs().into_iter().enumerate().step_by(4) {
            let reports = check_stages(&gpu, &spec.problem()?, at as u64, Some(fault))?;
            blamed.extend(reports.iter().find(|report| report.excess > 1.0).map(|report| report.stage));
        }
        if blamed != BTreeSet::from([spoilt]) {
            return Err(format!("{fault:?} is in {spoilt}, but {blamed:?} are blamed first").into());
        }
    }
    Ok(())
}
