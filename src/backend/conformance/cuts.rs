//! T0: cut in any number of pieces and slices, the bytes are the same.

use crate::backend::{Backend, Job, Trained};
use crate::outcome::Outcomes;
use crate::spec::Spec;

use super::checks::{problem, train, with_weights};
use super::{CheckResult, cut_specs};

/// More than a vector's lanes, and no multiple of them.
const COUNT: u64 = 67;
/// Seven pieces, and one a network.
const CHUNKS: [u64; 2] = [10, 1];
const SLICES: [u32; 3] = [1, 7, 4096];

fn same_outcomes(a: &Trained, b: &Trained, what: &str) -> CheckResult {
    let columns = |o: &Outcomes| (o.status.clone(), o.solved_epoch.clone(), o.stop_epoch.clone());
    if columns(&a.outcomes) != columns(&b.outcomes) {
        return Err(format!("{what}: statuses or epochs change"));
    }
    let bits = |o: &Outcomes| o.outputs.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    if bits(&a.outcomes) != bits(&b.outcomes) {
        return Err(format!("{what}: outputs change"));
    }
    if a.outcomes.loss.iter().zip(&b.outcomes.loss).any(|(a, b)| a.to_bits() != b.to_bits()) {
        return Err(format!("{what}: losses change"));
    }
    match (&a.weights, &b.weights) {
        (Some(a), Some(b)) if a != b => Err(format!("{what}: weights change")),
        _ => Ok(()),
    }
}

pub(super) fn cuts_change_nothing(backend: &mut dyn Backend) -> CheckResult {
    cut_specs().iter().step_by(backend.check_stride()).try_for_each(|spec| same_however_cut(backend, spec))
}

fn same_however_cut(backend: &mut dyn Backend, spec: &Spec) -> CheckResult {
    let problem = problem(spec);
    let whole = train(backend, &with_weights(&problem), COUNT, COUNT, None)?;
    for chunk in CHUNKS {
        let cut = train(backend, &with_weights(&problem), COUNT, chunk, None)?;
        same_outcomes(&cut, &whole, &format!("chunks of {chunk}, {spec:?}"))?;
    }
    for slice in SLICES {
        let job = Job { slice_epochs: Some(slice), ..with_weights(&problem) };
        let cut = train(backend, &job, COUNT, COUNT, None)?;
        same_outcomes(&cut, &whole, &format!("slices of {slice} epochs, {spec:?}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::backend::conformance::{Fault, Faulty};
    use crate::backend::{Precision, Reference, Simd};

    /// Every spec finds a fault of one bit, and has networks that make room for others while some train on.
    #[test]
    fn each_spec_can_fail() {
        let mut all_end_alike = Vec::new();
        for spec in cut_specs() {
            let mut reference = Reference::new(Precision::F32, None).unwrap();
            let problem = problem(&spec);
            let trained = train(&mut reference, &with_weights(&problem), COUNT, COUNT, None).unwrap();
            let ends: HashSet<u32> = trained.outcomes.stop_epoch.iter().copied().collect();
            all_end_alike.extend((ends.len() < 3).then(|| spec.layers.to_string()));

            let faulty = Faulty::new(Box::new(Simd::new(Some(2)).unwrap()), Fault::CutsMatter);
            assert!(same_however_cut(&mut { faulty }, &spec).is_err(), "not found: {spec:?}");
        }
        assert!(all_end_alike.is_empty(), "no lane changes hands: {all_end_alike:?}");
    }
}
