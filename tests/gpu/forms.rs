//! The two forms and the two ways of compiling them.

use basins::backend::conformance::{CHECKS, Fault, Faulty};
use basins::backend::gpu::{Form, Tuning};
use basins::backend::{Backend, Chunk, Job, Trained, Unwatched};
use basins::gpu::{Checks, Found};
use basins::spec::Spec;
use libtest_mimic::Failed;

use crate::open;

/// Trains 200 networks with their weights.
pub(crate) fn sample(backend: &mut dyn Backend, spec: &Spec) -> Result<Vec<Trained>, Failed> {
    let problem = spec.problem()?;
    let job = Job { keep_weights: true, ..Job::new(&problem, 11) };
    backend.prepare(&job)?;
    let mut chunks = (0..4).map(|chunk| Chunk::drawn(chunk * 50..(chunk + 1) * 50));
    let mut all = Vec::new();
    backend.train(&job, &mut chunks, &Unwatched, &mut |trained| {
        all.push(trained);
        Ok(())
    })?;
    Ok(all)
}

fn specs() -> Result<Vec<Spec>, Failed> {
    let base = Spec { epochs: 200, lr: "1".parse()?, ..Spec::default() };
    Ok(vec![
        base.clone(),
        Spec { update: "online".parse()?, ..base.clone() },
        Spec { optimizer: "adam".parse()?, lr: "0.05".parse()?, ..base.clone() },
        Spec { task: "parity:4".parse()?, layers: "4,8,1".parse()?, epochs: 60, ..base },
    ])
}

/// Trusted shaders leave out the checks of indices and loops. Checked ones do the same arithmetic, so a difference means
/// that an index went astray.
pub(crate) fn checked_and_trusted_agree(found: &Found) -> Result<(), Failed> {
    for form in [Form::Fused, Form::Staged] {
        for spec in specs()? {
            let checked = Tuning { checks: Checks::All, ..Tuning::default() };
            let with = sample(&mut open(found, form, checked)?, &spec)?;
            let without = sample(&mut open(found, form, Tuning::default())?, &spec)?;
            for (a, b) in with.iter().zip(&without) {
                if (&a.outcomes, &a.weights) != (&b.outcomes, &b.weights) {
                    return Err(format!("{form:?}: checked and trusted shaders differ, {spec:?}").into());
                }
            }
            if with.len() != without.len() || with.len() != 4 {
                return Err("chunks are missing".into());
            }
        }
    }
    Ok(())
}

/// Negative control: each planted fault must be found by a check on this device.
pub(crate) fn faults_are_found(found: &Found) -> Result<(), Failed> {
    for fault in Fault::ALL {
        let mut finder = None;
        for check in CHECKS {
            let faulty = open(found, Form::Fused, Tuning::default())?;
            if (check.run)(&mut Faulty::new(faulty, *fault)).is_err() {
                finder = Some(check.name);
                break;
            }
        }
        if finder.is_none() {
            return Err(format!("no check finds {fault:?}").into());
        }
    }
    Ok(())
}
