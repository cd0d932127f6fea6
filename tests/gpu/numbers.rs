//! Numbers of a problem are no part of its kernels: another rate or budget compiles nothing, and counts all the same.

use basins::backend::Trained;
use basins::backend::gpu::{DeviceTuning, FORMS};
use basins::gpu::Found;
use basins::spec::Spec;
use libtest_mimic::Failed;

use crate::forms::sample;
use crate::open;

/// Settings by name.
type Settings = &'static [(&'static str, &'static str)];

/// A rule in which these numbers count, and other values of each.
const NUMBERS: [(Settings, Settings); 2] = [
    (
        &[("lr", "0.5"), ("momentum", "0.5"), ("epochs", "40")],
        &[("lr", "0.7"), ("lr", "0.5,0.6"), ("momentum", "0.9"), ("epochs", "30"), ("solved", "loss:0.75")],
    ),
    (
        &[("optimizer", "adam"), ("lr", "0.05"), ("epochs", "40")],
        &[("lr", "0.1"), ("epochs", "30"), ("solved", "loss:0.75")],
    ),
];

fn spec(settings: Settings) -> Result<Spec, Failed> {
    let mut spec = Spec::default().with("solved", "loss:0.6")?;
    for (name, value) in settings {
        spec = spec.with(name, value)?;
    }
    Ok(spec)
}

pub(crate) fn another_number_compiles_nothing(found: &Found) -> Result<(), Failed> {
    for form in FORMS.iter().map(|form| form.name) {
        for (rule, others) in NUMBERS {
            let base = spec(rule)?;
            let mut backend = open(found, form, DeviceTuning::default())?;
            let trained = sample(&mut backend, &base)?;
            let compiled = backend.gpu().compiled_count();
            for (name, value) in others {
                let spec = base.clone().with(name, value)?;
                let other = sample(&mut backend, &spec)?;
                if backend.gpu().compiled_count() != compiled {
                    return Err(format!("{form}: {name} {value} compiles kernels").into());
                }
                let afresh = sample(&mut open(found, form, DeviceTuning::default())?, &spec)?;
                let same = |a: &[Trained], b: &[Trained]| {
                    a.iter().zip(b).all(|(a, b)| (&a.outcomes, &a.weights) == (&b.outcomes, &b.weights))
                };
                if !same(&other, &afresh) {
                    return Err(format!("{form}: {name} {value} trains otherwise after another problem").into());
                }
                if same(&other, &trained) {
                    return Err(format!("{form}: {name} {value} changes nothing").into());
                }
            }
            // What is no number does.
            sample(&mut backend, &Spec { activation: "tanh,sigmoid".parse()?, ..base })?;
            if backend.gpu().compiled_count() == compiled {
                return Err(format!("{form}: another activation compiles nothing").into());
            }
        }
    }
    Ok(())
}
