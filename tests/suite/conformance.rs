//! Every CPU backend against the f64 reference, and planted faults that must be found.

use basins::backend::conformance::{CHECKS, Fault, Faulty};
use basins::backend::{Precision, Reference};

fn reference(precision: Precision) -> Reference {
    Reference::new(precision, None).unwrap()
}

basins::conformance!(reference_f64, || reference(Precision::F64));
basins::conformance!(reference_f32, || reference(Precision::F32));

/// Each fault must be found by at least one check: a suite that passes everything proves nothing.
#[test]
fn every_planted_fault_is_found() {
    for fault in Fault::ALL {
        let found: Vec<&str> = CHECKS
            .iter()
            .filter(|check| (check.run)(&mut Faulty::new(reference(Precision::F64), *fault)).is_err())
            .map(|check| check.name)
            .collect();
        assert!(!found.is_empty(), "no check finds {fault:?}");
        println!("{fault:?} is found by {}", found.join(", "));
    }
}
