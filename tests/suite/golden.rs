//! Trainings, intervals and quantiles against values from other implementations (`tests/golden`).

use basins::backend::{Backend, Choice, Job, Open, Precision, Reference};
use basins::outcome::{Values, Weights};
use basins::seed::normal_quantile;
use basins::spec::{AfterSolved, Criterion, Spec};
use basins::stats::wilson;
use serde_json::{Value, json};

use crate::support;

/// NumPy in f64 sums in another order; over 288 epochs that stays below this.
const F64_ABSOLUTE: f64 = 1e-9;
/// f32 against f64 over at most 288 epochs.
const F32_ABSOLUTE: f64 = 1e-4;

/// A case of `trainings.json`.
struct Case {
    name: String,
    spec: Spec,
    start: Vec<Vec<f64>>,
    weights: Vec<Vec<f64>>,
    losses: Vec<f64>,
    outputs: Vec<Vec<f64>>,
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().expect("a number")],
    }
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().expect("an array").iter().map(numbers).collect()
}

/// Lists of numbers are written with commas on the command line and in `Spec`.
fn joined(value: &Value) -> Value {
    match value {
        Value::Array(values) => json!(values.iter().map(Value::to_string).collect::<Vec<_>>().join(",")),
        value => value.clone(),
    }
}

fn cases() -> Vec<Case> {
    let file = support::golden("trainings.json");
    let cases = file["cases"].as_array().expect("cases").iter().map(|case| {
        let settings = case["settings"].as_object().expect("settings");
        let settings = settings.iter().map(|(name, value)| (name.clone(), joined(value))).collect();
        let spec: Spec = serde_json::from_value(Value::Object(settings)).expect("settings of the command line");
        Case {
            name: case["name"].as_str().expect("a name").into(),
            spec: Spec {
                epochs: case["epochs"].as_u64().expect("epochs") as u32,
                after_solved: AfterSolved::Continue,
                ..spec
            },
            start: rows(&case["start"]),
            weights: rows(&case["final"]),
            losses: numbers(&case["loss"]),
            outputs: rows(&case["outputs"]),
        }
    });
    cases.collect()
}

/// Largest differences of weights, losses and outputs from those expected, over all networks of a case.
fn difference(backend: &mut dyn Backend, case: &Case) -> f64 {
    let problem = case.spec.problem().expect("a valid spec");
    let job = Job { keep_weights: true, ..Job::new(&problem, 0) };
    let start = Weights::new(problem.layers(), Values::F64(case.start.concat()));
    let trained = support::train(backend, &job, case.start.len() as u64, Some(start));
    let weights = trained.weights.expect("weights were asked for");
    let mut worst = 0f64;
    let mut compare = |actual: f64, expected: f64| {
        let difference = (actual - expected).abs();
        worst = if difference.is_nan() { f64::INFINITY } else { worst.max(difference) };
    };
    for (position, row) in trained.outcomes.iter().enumerate() {
        let found = weights.network(position);
        assert_eq!((found.len(), row.outputs.len()), (case.weights[position].len(), case.outputs[position].len()));
        found.iter().zip(&case.weights[position]).for_each(|(a, b)| compare(*a, *b));
        compare(row.loss, case.losses[position]);
        // Outputs are recorded in f32.
        let rounded = case.outputs[position].iter().map(|h| f64::from(*h as f32));
        row.outputs.iter().zip(rounded).for_each(|(a, b)| compare((f64::from(*a) - b).abs().max(6e-8) - 6e-8, 0.0));
    }
    worst
}

fn trainings_agree(backend: &mut dyn Backend, absolute: f64) {
    let cases = cases();
    assert!(cases.len() >= 15, "the file has lost cases: {} are left", cases.len());
    let mut table = String::new();
    for case in &cases {
        let worst = difference(backend, case);
        if worst > absolute {
            table += &format!("{}: {worst:e}\n", case.name);
        }
    }
    assert!(table.is_empty(), "differences above {absolute:e}:\n{table}");
}

#[test]
fn trainings_agree_in_f64() {
    trainings_agree(&mut Reference::new(Precision::F64, None).unwrap(), F64_ABSOLUTE);
}

#[test]
fn trainings_agree_in_f32() {
    trainings_agree(&mut Reference::new(Precision::F32, None).unwrap(), F32_ABSOLUTE);
}

#[test]
fn trainings_agree_across_lanes() {
    trainings_agree(Open::from(Choice::Simd).backend().unwrap().as_mut(), F32_ABSOLUTE);
}

/// One epoch too many, a start taken for another, and a rate off by a thousandth must all be seen.
#[test]
fn wrong_trainings_are_seen() {
    let mut backend = Reference::new(Precision::F64, None).unwrap();
    for case in cases() {
        let name = case.name.clone();
        let later = Case { spec: Spec { epochs: case.spec.epochs + 1, ..case.spec.clone() }, ..case };
        assert!(difference(&mut backend, &later) > F32_ABSOLUTE / 10.0, "{name}: an epoch too many is not seen");
        let mut swapped = Case { spec: Spec { epochs: later.spec.epochs - 1, ..later.spec.clone() }, ..later };
        swapped.start[0].swap(0, 1);
        assert!(difference(&mut backend, &swapped) > F32_ABSOLUTE, "{name}: swapped weights are not seen");
    }
}

/// McClelland & Rumelhart's run solves at their published epoch, with their sum of squares on the way.
#[test]
fn the_run_of_1988_solves_at_its_epoch() {
    let case = cases().into_iter().find(|case| case.name == "pdp-1988").expect("the 1988 run");
    let spec = Spec { epochs: 1000, solved: Criterion::Sse(0.04), after_solved: AfterSolved::Retire, ..case.spec };
    let problem = spec.problem().unwrap();
    let start = Weights::new(problem.layers(), Values::F64(case.start.concat()));
    for (precision, slack) in [(Precision::F64, 0), (Precision::F32, 1)] {
        let mut backend = Reference::new(precision, Some(1)).unwrap();
        let trained = support::train(&mut backend, &Job::new(&problem, 0), 1, Some(start.clone()));
        let epoch = trained.outcomes.solved_epoch[0];
        assert!(epoch.abs_diff(289) <= slack, "{precision}: solved in epoch {epoch}");
    }
    for (updates, published) in [(210, 0.8967), (240, 0.6488), (270, 0.1468), (288, 0.0398)] {
        let spec = Spec { epochs: updates, after_solved: AfterSolved::Continue, ..spec.clone() };
        let problem = spec.problem().unwrap();
        let mut backend = Reference::new(Precision::F64, Some(1)).unwrap();
        let trained = support::train(&mut backend, &Job::new(&problem, 0), 1, Some(start.clone()));
        let targets = problem.examples().targets();
        let errors = trained.outcomes.outputs.iter().zip(targets).map(|(h, y)| (f64::from(*h) - y).powi(2));
        let tss: f64 = errors.sum();
        assert!((tss - published).abs() < 0.5e-4 + 1e-9, "after {updates} updates: {tss}");
    }
}

#[test]
fn wilson_intervals_agree() {
    let file = support::golden("intervals.json");
    let cases = file["cases"].as_array().expect("cases");
    assert!(cases.len() >= 75);
    for case in cases {
        let number = |value: &Value| value.as_f64().expect("a number");
        let (k, n) = (case["k"].as_u64().unwrap(), case["n"].as_u64().unwrap());
        let found = wilson(k, n, number(&case["level"]));
        let (low, high) = (number(&case["wilson"]["low"]), number(&case["wilson"]["high"]));
        // A rate near 1 has its error measured against its distance from 1 as well.
        for (found, expected) in [(found.low, low), (found.high, high)] {
            assert!((found - expected).abs() <= 1e-12 * expected + 1e-16, "{k} of {n}: {found:e}, not {expected:e}");
        }
        let other = wilson((k + 1).min(n - 1), n, number(&case["level"]));
        assert!(other.low != low || other.high != high, "another count must give another interval");
    }
}

#[test]
fn normal_quantiles_agree() {
    let file = support::golden("normal_quantiles.json");
    let cases = file["cases"].as_array().expect("cases");
    assert!(cases.len() >= 200);
    for case in cases {
        let (p, z) = (case["p"].as_f64().unwrap(), case["z"].as_f64().unwrap());
        let found = normal_quantile(p);
        assert!((found - z).abs() <= 1e-14 * z.abs().max(1.0), "p = {p:e}: {found}, not {z}");
        assert!((normal_quantile(p * (1.0 - 1e-9)) - z).abs() > 0.0 || z == 0.0, "p = {p:e}: deaf to p");
    }
    for outside in [-0.1, 1.1, f64::NAN] {
        assert!(normal_quantile(outside).is_nan());
    }
    assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
}
