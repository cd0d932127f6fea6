//! Backpropagation against finite differences in f64, and wrong gradients that must be found.

use basins::backend::reference::Training;
use basins::backend::tolerance::Tolerance;
use basins::seed::Starts;
use basins::spec::{Activation, Activations, Init, Levels, Loss, Problem, Spec, Update};

const STEP: f64 = 1e-5;

/// Every activation, loss and depth; a file task has two outputs.
fn problems() -> Vec<Problem> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two-outputs.csv");
    std::fs::write(&path, "0.3,-0.7,1,0\n1.5,0.2,0.25,0.75\n-0.4,0.9,0,1\n").unwrap();
    let csv = format!("csv:{}", path.display());
    let classes = folder.path().join("classes.csv");
    std::fs::write(&classes, "0.3,-0.7,1,0,0\n1.5,0.2,0,0,1\n-0.4,0.9,0.25,0.5,0.25\n").unwrap();
    let classes = format!("csv:{}", classes.display());
    let mut problems = Vec::new();
    for &activation in Activation::ALL {
        for &loss in Loss::ALL {
            for (task, layers) in [
                ("xor", "2,1"),
                ("xor", "2,3,1"),
                ("parity:3", "3,5,4,1"),
                ("xor", "2,4,3,2,1"),
                (csv.as_str(), "2,2"),
                (csv.as_str(), "2,4,3,2"),
            ] {
                let spec = Spec {
                    task: task.parse().unwrap(),
                    layers: layers.parse().unwrap(),
                    activation: activation.into(),
                    loss,
                    ..Spec::default()
                };
                // Outputs that the loss takes, behind hidden units of every kind.
                let hidden = spec.layers.sizes().len() - 2;
                let behind = Activations::new([vec![activation; hidden], vec![Activation::Sigmoid]].concat());
                let behind = Spec { activation: behind, ..spec.clone() };
                problems.extend(spec.problem().or_else(|_| behind.problem()));
            }
        }
    }
    let minus_one = Levels { low: -1.0, high: 1.0 };
    let mse = Spec { loss: Loss::Mse, ..Spec::default() };
    let short = Spec { shortcuts: true, ..mse.clone() };
    let linear = Spec { activation: "sigmoid,linear".parse().unwrap(), ..short.clone() };
    let tanh = Spec { activation: Activation::Tanh.into(), inputs: minus_one, targets: minus_one, ..mse };
    let mixed = |activation: &str| Spec { activation: activation.parse().unwrap(), ..Spec::default() };
    let rest = [
        Spec { loss: Loss::CrossEntropy, ..short.clone() },
        short,
        linear,
        tanh,
        mixed("tanh,sigmoid"),
        Spec { layers: "2,4,3,1".parse().unwrap(), ..mixed("linear,tanh,sigmoid") },
    ];
    problems.extend(rest.iter().map(|spec| spec.problem().expect("a valid spec")));
    for (layers, activation) in [("2,3", "softmax"), ("2,4,3", "gelu,softmax"), ("2,4,3,3", "tanh,sin,softmax")] {
        let spec = Spec { task: classes.parse().unwrap(), layers: layers.parse().unwrap(), ..mixed(activation) };
        problems.push(spec.problem().expect("classes"));
    }
    // Softmax has a meaning at the output alone, and the loss of classes with it alone.
    assert!(problems.len() > 150, "only {} problems", problems.len());
    problems
}

fn start(problem: &Problem, network: u64) -> Vec<f64> {
    Starts::new(Init::Uniform(1.5), problem.layers(), 17).weights(network).into_iter().map(f64::from).collect()
}

fn loss(problem: &Problem, weights: &[f64]) -> f64 {
    Training::<f64>::new(problem, weights).evaluate().0
}

/// Rows of (weight, gradient, finite difference) where the two do not agree.
fn mismatches(problem: &Problem, weights: &[f64], gradient: &[f64]) -> Vec<String> {
    let mut rows = Vec::new();
    for (k, g) in gradient.iter().enumerate() {
        let at = |step: f64| {
            let mut moved = weights.to_vec();
            moved[k] += step;
            loss(problem, &moved)
        };
        let slope = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        if !Tolerance::FINITE_DIFFERENCE.holds(*g, slope) {
            rows.push(format!("weight {k}: gradient {g:.12}, finite difference {slope:.12}"));
        }
    }
    rows
}

#[test]
fn gradients_are_finite_differences() {
    let mut table = Vec::new();
    for problem in problems() {
        for network in 0..3 {
            let weights = start(&problem, network);
            let gradient = Training::<f64>::new(&problem, &weights).loss_gradient();
            // A rectified network may be off on all examples.
            let flat = gradient.iter().all(|g| g.abs() < 1e-3);
            assert!(!flat || problem.has_kinks(), "nothing is compared where all is flat");
            for row in mismatches(&problem, &weights, &gradient) {
                let spec = problem.spec();
                table.push(format!("{} {} {}, network {network}, {row}", spec.layers, spec.activation, spec.loss));
            }
        }
    }
    assert!(table.is_empty(), "{} gradients differ:\n{}", table.len(), table.join("\n"));
}

/// A sign turned, a bias left out, a factor 2, two neighbours swapped: each in one weight alone.
#[test]
fn wrong_gradients_are_found() {
    type Plant = fn(&mut [f64]);
    let faults: [(&str, Plant); 4] = [
        ("sign", |g| g[0] = -g[0]),
        ("bias", |g| *g.last_mut().unwrap() = 0.0),
        ("factor", |g| g.iter_mut().for_each(|g| *g *= 2.0)),
        ("swap", |g| g.swap(0, 1)),
    ];
    for problem in problems() {
        let weights = start(&problem, 0);
        let right = Training::<f64>::new(&problem, &weights).loss_gradient();
        for (name, plant) in faults {
            let mut wrong = right.clone();
            plant(&mut wrong);
            if wrong == right {
                // Nothing was planted: a weight before a unit that is off.
                assert!(problem.has_kinks(), "{name} plants nothing: {:?}", problem.spec());
                continue;
            }
            assert!(!mismatches(&problem, &weights, &wrong).is_empty(), "{name} is not found: {:?}", problem.spec());
        }
    }
}

/// What a step is made of: the mean over the examples, or m times it.
#[test]
fn steps_follow_the_gradient() {
    for loss in Loss::ALL {
        for (update, factor) in [(Update::BatchMean, 1.0), (Update::BatchSum, 4.0)] {
            let spec = Spec { loss: *loss, update, ..Spec::default() };
            let Ok(problem) = spec.problem() else { continue };
            let before = start(&problem, 3);
            let mut training = Training::<f64>::new(&problem, &before);
            let gradient = training.loss_gradient();
            training.step();
            for ((after, before), g) in training.weights().iter().zip(&before).zip(gradient) {
                assert!((after - (before - 0.1 * factor * g)).abs() < 1e-14, "{loss}, {update}");
            }
        }
    }
}
