//! Each stage kernel by itself against f64, and mistakes planted in the kernels.

use std::collections::BTreeSet;
use std::path::Path;

use basins::backend::conformance::{Fault, short_specs};
use basins::backend::gpu::check_stages;
use basins::gpu::{Found, Gpu};
use basins::spec::{Spec, Task};
use libtest_mimic::Failed;

/// Every stage that some kind of training needs.
const STAGES: [&str; 11] =
    ["order", "keep", "matmul", "normalise", "activation", "loss", "judge", "delta", "gradient", "update", "restore"];

/// Settings of which short specs know nothing: several classes, which a file gives; judged while weights move or after.
fn class_specs(folder: &Path) -> Result<Vec<Spec>, Failed> {
    let file = folder.join("classes.csv");
    let rows = (0..7).map(|at| {
        let class = at % 3;
        format!(
            "0.{at},0.{},{},{},{}\n",
            (3 * at) % 7,
            i32::from(class == 0),
            i32::from(class == 1),
            i32::from(class == 2)
        )
    });
    std::fs::write(&file, rows.collect::<String>())?;
    let task: Task = format!("csv:{}", file.display()).parse()?;
    let mut specs = Vec::new();
    for activation in ["tanh,softmax", "silu,sigmoid"] {
        for (solved, update, judge) in [
            ("accuracy", "batch-mean", "during"),
            ("loss:1", "online:shuffled", "during"),
            ("loss:1.1", "minibatch:3", "after"),
            ("accuracy", "online:random", "during"),
            ("accuracy", "minibatch:2:ordered", "end"),
        ] {
            specs.push(Spec {
                task: task.clone(),
                layers: "2,4,3".parse()?,
                activation: activation.parse()?,
                solved: solved.parse()?,
                update: update.parse()?,
                judge: judge.parse()?,
                weight_decay: 0.1,
                lr_schedule: "exponential:0.9".parse()?,
                epochs: if judge == "end" { 5 } else { 30 },
                ..Spec::default()
            });
        }
    }
    Ok(specs)
}

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
    let folder = tempfile::tempdir()?;
    // Nine pipelines a spec: a part of them, each rule in some, and all with classes.
    let specs = short_specs().into_iter().step_by(5).chain(class_specs(folder.path())?);
    for (at, spec) in specs.enumerate() {
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
        for (at, spec) in short_specs().into_iter().enumerate().step_by(20) {
            let reports = check_stages(&gpu, &spec.problem()?, at as u64, Some(fault))?;
            blamed.extend(reports.iter().find(|report| report.excess > 1.0).map(|report| report.stage));
        }
        if blamed != BTreeSet::from([spoilt]) {
            return Err(format!("{fault:?} is in {spoilt}, but {blamed:?} are blamed first").into());
        }
    }
    Ok(())
}
