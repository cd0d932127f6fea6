//! Every CPU backend against the f64 reference, and planted faults that must be found.

use std::collections::BTreeSet;

use basins::backend::conformance::{Fault, Faulty, OPTIMIZERS, pairs_of, short_specs};
use basins::backend::{Backend, Driver, Job, Precision, Reference, Simd, Vectors};
use basins::spec::{Activation, Bias, Loss, Population, Spec, Update};

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

/// The widest vectors of f64.
fn double() -> Simd {
    let vectors = Vectors::widest();
    let simd = Simd::with_vectors(vectors, Some(2)).unwrap();
    if vectors.have_double() { simd.in_precision(Precision::F64).unwrap() } else { simd }
}

basins::conformance!(simd_double, double);

/// After short runs in f64 the weights are those of the reference but for the last digits; in f32 they are not.
#[test]
fn double_precision_is_double() {
    if !Vectors::widest().have_double() {
        return;
    }
    let mut worst = [0.0f64; 2];
    for spec in short_specs() {
        let problem = spec.problem().unwrap();
        let population = Population::new(1 << 33, 20, 7).unwrap();
        let trained = |backend: &mut dyn Backend| {
            let mut weights = Vec::new();
            let job = Job { keep_weights: true, ..Job::new(&problem, 7) };
            let mut driver = Driver::new(backend);
            driver
                .begin(job)
                .unwrap()
                .drawn(population.networks(), &mut |trained| {
                    let of_chunk = trained.weights.unwrap();
                    weights.extend((0..of_chunk.count()).flat_map(|at| of_chunk.network(at)));
                    Ok(())
                })
                .unwrap();
            weights
        };
        let exact = trained(&mut reference(Precision::F64));
        let distance = |weights: Vec<f64>| {
            let pairs = weights.iter().zip(&exact);
            pairs.fold(0.0f64, |worst, (a, b)| worst.max((a - b).abs() / b.abs().max(1.0)))
        };
        let (near, far) = (distance(trained(&mut double())), distance(trained(&mut Simd::new(Some(2)).unwrap())));
        println!("{near:.1e} {far:.1e} {spec:?}");
        worst = [worst[0].max(near), worst[1].max(far)];
    }
    assert!(worst[0] < 1e-13 && worst[1] > 1e-6, "{worst:?}");
}

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
