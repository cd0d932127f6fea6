//! Starts and orders against other programs: what PyTorch and scikit-learn draw, and orders by an independent script.

use basins::seed::{Orders, Starts};
use basins::spec::{Activation, Activations, Init, Layers, Order, Spec};
use serde_json::Value;

use crate::support;

/// Moments and range of some numbers.
#[derive(Debug)]
struct Summary {
    count: f64,
    mean: f64,
    deviation: f64,
    low: f64,
    high: f64,
}

fn summary(values: &[f64]) -> Summary {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    let fold = |start: f64, least: fn(f64, f64) -> f64| values.iter().copied().fold(start, least);
    Summary { count, mean, deviation, low: fold(f64::INFINITY, f64::min), high: fold(f64::NEG_INFINITY, f64::max) }
}

fn golden(value: &Value) -> Summary {
    let number = |name: &str| value[name].as_f64().expect(name);
    Summary {
        count: number("count"),
        mean: number("mean"),
        deviation: number("deviation"),
        low: number("low"),
        high: number("high"),
    }
}

/// Whether two samples may be of one distribution: means and deviations within five standard errors, and ends near each
/// other where the distribution has ends. Of a uniform one the deviation of a sample has a relative error of about
/// sqrt(0.2/n), of a normal one sqrt(0.5/n).
fn agree(ours: &Summary, theirs: &Summary, bounded: bool) -> bool {
    let spread = theirs.deviation * (1.0 / ours.count + 1.0 / theirs.count).sqrt();
    let ends = !bounded
        || ((ours.low - theirs.low).abs() <= 0.05 * theirs.deviation
            && (ours.high - theirs.high).abs() <= 0.05 * theirs.deviation);
    (ours.mean - theirs.mean).abs() <= 5.0 * spread && (ours.deviation - theirs.deviation).abs() <= 5.0 * spread && ends
}

/// Weights and biases of a layer of many networks.
fn drawn(init: Init, activation: Activation, fan_in: usize, fan_out: usize) -> (Vec<f64>, Vec<f64>) {
    let logistic = activation == Activation::Sigmoid;
    // The golden network of scikit-learn is 2-3-1; other layers stand alone.
    let problem = Spec {
        activation: Activations::new([
            if logistic { Activation::Sigmoid } else { Activation::Tanh },
            Activation::Sigmoid,
        ]),
        init,
        ..Spec::default()
    };
    let problem = problem.problem().unwrap();
    let starts = Starts::of(&problem, 3);
    let (mut weights, mut biases) = (Vec::new(), Vec::new());
    if problem.layers().shapes().any(|shape| (shape.fan_in, shape.fan_out) == (fan_in, fan_out)) {
        let shape = problem.layers().shapes().find(|shape| (shape.fan_in, shape.fan_out) == (fan_in, fan_out)).unwrap();
        for network in 0..6_000 {
            let all = starts.widened(network);
            weights.extend(&all[shape.offset..][..fan_in * fan_out]);
            biases.extend(&all[shape.offset + fan_in * fan_out..][..fan_out]);
        }
    } else {
        let starts = Starts::new(init, &Layers::new(vec![fan_in, fan_out]).unwrap(), 3);
        for network in 0..1_000 {
            let all = starts.widened(network);
            weights.extend(&all[..fan_in * fan_out]);
            biases.extend(&all[fan_in * fan_out..]);
        }
    }
    (weights, biases)
}

#[test]
fn starts_are_those_of_the_frameworks() {
    let file = support::golden("frameworks.json");
    let rows = file["rows"].as_array().expect("rows");
    assert!(rows.len() >= 20);
    let mut seen = 0;
    for row in rows {
        let init: Init = row["init"].as_str().unwrap().parse().unwrap();
        let activation: Activation = row["activation"].as_str().unwrap().parse().unwrap();
        let size = |name: &str| row[name].as_u64().unwrap() as usize;
        let (weights, biases) = drawn(init, activation, size("fan_in"), size("fan_out"));
        let bounded = !matches!(init, Init::He | Init::Lecun | Init::GlorotNormal);
        for (ours, theirs) in [(&weights, &row["weights"]), (&biases, &row["biases"])] {
            let (ours, theirs) = (summary(ours), golden(theirs));
            assert!(agree(&ours, &theirs, bounded), "{row}: {ours:?} against {theirs:?}");
            seen += 1;
            // Negative control: a tenth more or less is seen, where there is anything to see.
            let wider = Summary { deviation: 1.1 * ours.deviation, low: 1.1 * ours.low, high: 1.1 * ours.high, ..ours };
            assert!(theirs.deviation == 0.0 || !agree(&wider, &theirs, bounded), "{row}: a tenth more is not seen");
        }
    }
    assert!(seen >= 40, "{seen}");
}

#[test]
fn orders_are_those_of_an_independent_script() {
    let file = support::golden("orders.json");
    let cases = file.as_array().expect("cases");
    assert!(cases.len() >= 40);
    for case in cases {
        let number = |name: &str| case[name].as_str().unwrap().parse::<u64>().unwrap();
        let (seed, network, epoch) = (number("seed"), number("network"), case["epoch"].as_u64().unwrap() as u32);
        for (order, name) in [(Order::Shuffled, "shuffled"), (Order::Random, "random")] {
            let expected: Vec<u32> =
                case[name].as_array().unwrap().iter().map(|example| example.as_u64().unwrap() as u32).collect();
            let draw = |seed: u64| {
                let mut drawn = vec![0; expected.len()];
                Orders::new(order, expected.len(), seed).draw(network, epoch, &mut drawn);
                drawn
            };
            assert_eq!(draw(seed), expected, "{name}, seed {seed}, network {network}, epoch {epoch}");
            // Short orders may be the same by chance.
            assert!(expected.len() < 17 || draw(seed ^ 1) != expected, "{name}: another seed gives the same");
        }
    }
}
