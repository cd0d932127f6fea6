//! Every CPU backend against the f64 reference, and planted faults that must be found.

use std::collections::BTreeSet;

use basins::backend::conformance::{Fault, Faulty, OPTIMIZERS, pairs_of, short_specs};
use basins::backend::{Precision, Reference, Simd, Vectors};
use basins::spec::{Activation, Bias, Loss, Spec, Update};

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

/// Each fault must be found by the check that is there for it: a suite that passes everything proves nothing.
#[test]
fn every_planted_fault_is_found() {
    for fault in Fault::ALL {
        let check = fault.finder();
        let found = (check.run)(&mut Faulty::new(Box::new(reference(Precision::F64)), *fault));
        let difference = found.expect_err(&format!("{} does not find {fault:?}", check.name));
        println!("{fault:?} is found by {}: {difference}", check.name);
    }
}

/// Each value of one setting meets each of another in a short run, wherever the two have a meaning together.
#[test]
fn short_runs_have_every_pair_of_settings() {
    let pairs = |specs: &[Spec]| -> BTreeSet<[String; 2]> { specs.iter().flat_map(pairs_of).collect() };
    let mut every = Vec::new();
    for &activation in Activation::ALL {
        for &loss in Loss::ALL {
            for &update in Update::ALL {
                for (optimizer, momentum, _) in OPTIMIZERS {
                    every.push(Spec {
                        activation: activation.into(),
                        loss,
                        update,
                        optimizer,
                        momentum,
                        ..Spec::default()
                    });
                }
            }
        }
    }
    every.retain(|spec| spec.problem().is_ok());
    // The plain settings alone, so that no special one fills a gap.
    let plain = |spec: &Spec| spec.layers == Spec::default().layers && !spec.shortcuts && spec.bias == Bias::On;
    let short: Vec<Spec> = short_specs().into_iter().filter(plain).collect();
    let missing: Vec<_> = pairs(&every).difference(&pairs(&short)).cloned().collect();
    assert!(missing.is_empty(), "no short run has {missing:?}");
    let without_online: Vec<Spec> = short.into_iter().filter(|spec| spec.update != Update::ONLINE).collect();
    assert!(!pairs(&every).is_subset(&pairs(&without_online)), "a missing pair is not seen");
}
