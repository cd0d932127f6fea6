//! Every CPU backend against the f64 reference, and planted faults that must be found.

use basins::backend::conformance::{CHECKS, Fault, Faulty};
use basins::backend::{Precision, Reference, Simd, Vectors};

fn reference(precision: Precision) -> Reference {
    Reference::new(precision, None).unwrap()
}

basins::conformance!(reference_f64, || reference(Precision::F64));
basins::conformance!(reference_f32, || reference(Precision::F32));

basins::conformance!(simd_portable, || Simd::with_vectors(Vectors::Portable, Some(2)).unwrap());

/// Vectors that the processor at hand may lack. Where it does, the checks run on the portable ones once more: a machine
/// that has them runs the real ones.
fn simd(vectors: Vectors) -> Simd {
    let vectors = if vectors.are_available() { vectors } else { Vectors::Portable };
    Simd::with_vectors(vectors, Some(2)).unwrap()
}

#[cfg(target_arch = "x86_64")]
basins::conformance!(simd_avx512, || simd(Vectors::Avx512));
#[cfg(target_arch = "x86_64")]
basins::conformance!(simd_avx2, || simd(Vectors::Avx2));
#[cfg(target_arch = "aarch64")]
basins::conformance!(simd_neon, || simd(Vectors::Neon));

/// Each fault must be found by at least one check: a suite that passes everything proves nothing.
#[test]
fn every_planted_fault_is_found() {
    for fault in Fault::ALL {
        let found: Vec<&str> = CHECKS
            .iter()
            .filter(|check| (check.run)(&mut Faulty::new(Box::new(reference(Precision::F64)), *fault)).is_err())
            .map(|check| check.name)
            .collect();
        assert!(!found.is_empty(), "no check finds {fault:?}");
        println!("{fault:?} is found by {}", found.join(", "));
    }
}
