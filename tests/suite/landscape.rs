//! The loss surface in f64: gradient and Hessian against other ways to them, and the kinds of places that are told apart.

use basins::backend::reference::Training;
use basins::backend::tolerance::Tolerance;
use basins::backend::{Driver, Precision, Reference, Unwatched};
use basins::landscape::{DeadLayer, Evidence, Flow, LossFunction, PlaceKind, UnitName, examine};
use basins::outcome::{Fate, Kind};
use basins::seed::Starts;
use basins::spec::{Activation, Bias, Init, Loss, Problem, Spec};
use basins::study::{SurfaceAxis, SurfaceStudy, Trace};

fn specs() -> Vec<Spec> {
    let sigmoid = Spec { layers: "2,3,1".parse().unwrap(), ..Spec::default() };
    let tanh = Spec { activation: Activation::Tanh.into(), loss: Loss::Mse, ..sigmoid.clone() };
    vec![
        sigmoid.clone(),
        Spec { loss: Loss::Mse, layers: "2,3,2,1".parse().unwrap(), ..sigmoid.clone() },
        Spec { shortcuts: true, layers: "2,1,1".parse().unwrap(), ..sigmoid },
        Spec { activation: "tanh,linear".parse().unwrap(), ..tanh.clone() },
        Spec { bias: Bias::Off, ..tanh },
    ]
}

#[test]
fn gradient_is_the_reference_s_and_hessian_its_derivative() {
    for spec in specs() {
        let problem = spec.problem().unwrap();
        let surface = LossFunction::new(&problem);
        let starts = Starts::new(Init::Uniform(1.5), problem.layers(), 5);
        let mut weights: Vec<f64> = starts.weights(3).into_iter().map(f64::from).collect();
        let mut reference = Training::<f64>::new(&problem, &weights);
        let expected = surface.point(&reference.loss_gradient());
        let actual = surface.gradient(&weights);
        assert!((&actual - &expected).norm() < 1e-14, "{spec:?}: {actual} {expected}");
        assert!((surface.loss(&weights) - reference.evaluate().0).abs() < 1e-14);
        let hessian = surface.hessian(&weights);
        let trained = problem.trained_weights();
        assert_eq!(trained.len(), surface.dimension());
        let mut wrong = 0;
        for column in 0..surface.dimension() {
            let (position, h) = (trained[column], 1e-5);
            let at = weights[position];
            let mut side = |to: f64| {
                weights[position] = to;
                surface.gradient(&weights)
            };
            let difference = (side(at + h) - side(at - h)) / (2.0 * h);
            weights[position] = at;
            for row in 0..surface.dimension() {
                let tolerance = Tolerance::FINITE_DIFFERENCE;
                assert!(tolerance.holds(hessian[(row, column)], difference[row]), "{spec:?} {row} {column}");
                wrong += usize::from(!tolerance.holds(-hessian[(row, column)], difference[row]));
            }
        }
        assert!(wrong > surface.dimension(), "a Hessian of the wrong sign must be found");
    }
}

/// What training does not move has no part in the gradient of a trace, a surface or the evidence: its norm is that of central
/// differences over the others, and not that over all.
#[test]
fn frozen_weights_have_no_part_in_a_gradient() {
    let frozen_biases = Spec { bias: Bias::Off, ..Spec::default() };
    let frozen_layer = Spec { lr: "0,0.5".parse().unwrap(), ..Spec::default() };
    for spec in [frozen_biases, frozen_layer] {
        let problem = Spec { loss: Loss::Mse, epochs: 20, ..spec }.problem().unwrap();
        let start: Vec<f64> = (0..13).map(|at| 0.4 * f64::from(at) - 2.2).collect();
        let loss = |weights: &[f64]| Training::<f64>::new(&problem, weights).evaluate().0;
        let norm = |weights: &[f64], positions: &[usize]| {
            let slope = |position: usize| {
                let moved = |step: f64| {
                    let mut moved = weights.to_vec();
                    moved[position] += step;
                    loss(&moved)
                };
                (moved(1e-5) - moved(-1e-5)) / 2e-5
            };
            positions.iter().map(|position| slope(*position).powi(2)).sum::<f64>().sqrt()
        };
        let trained = problem.trained_weights();
        let frozen: Vec<usize> = (0..13).filter(|position| !trained.contains(position)).collect();
        assert!(!frozen.is_empty());
        let close = |a: f64, b: f64| (a - b).abs() < 1e-8;
        let trace = Trace::of(&problem, &start, (0, 0), None, &Unwatched).unwrap();
        for row in 0..trace.row_count() {
            let weights = trace.weights_of(row);
            assert!(frozen.iter().all(|position| weights[*position] == start[*position]));
            let expected = norm(weights, &trained);
            assert!(close(trace.gradient_norm[row], expected), "{} {expected}", trace.gradient_norm[row]);
            assert!(close(examine(&problem, weights).gradient_norm, expected));
            let all: Vec<usize> = (0..13).collect();
            assert!(!close(norm(weights, &all), expected), "the comparison could not have failed");
        }
        let axis = |position| SurfaceAxis { position, low: -1.0, high: 1.0, count: 3 };
        let (x, y) = (axis(trained[0]), axis(frozen[0]));
        let study = SurfaceStudy { problem: &problem, base: &start, x, y };
        let surface = study.run(&mut Driver::new(&mut Reference::new(Precision::F64, None).unwrap())).unwrap();
        for at in 0..9 {
            let mut weights = start.clone();
            (weights[x.position], weights[y.position]) = (surface.x[at % 3], surface.y[at / 3]);
            assert!(close(surface.slope[at], norm(&weights, &[x.position])));
        }
    }
}

#[test]
fn a_saturated_slope_is_small_and_not_zero() {
    let spec =
        Spec { loss: Loss::Mse, task: "table:01".parse().unwrap(), layers: "1,1".parse().unwrap(), ..Spec::default() };
    let problem = spec.problem().unwrap();
    let surface = LossFunction::new(&problem);
    // z = -50 and 51: both right to within e^-50, where h (1 - h) is exactly 0 in f64.
    let gradient = surface.gradient(&[101.0, -50.0]);
    assert!(gradient.iter().all(|g| *g != 0.0 && g.abs() < 1e-40), "{gradient}");
    assert!(surface.loss(&[101.0, -50.0]) > 0.0);
}

fn problem(layers: &str, loss: Loss) -> Problem {
    Spec { layers: layers.parse().unwrap(), loss, lr: 1.0.into(), ..Spec::default() }.problem().unwrap()
}

#[test]
fn a_finite_minimum_is_told() {
    // Without a hidden layer XOR has one stationary point, its minimum: every output one half.
    for loss in [Loss::CrossEntropy, Loss::Mse] {
        let problem = problem("2,1", loss);
        let found = examine(&problem, &[0.01, -0.02, 0.01]);
        assert_eq!(found.verdict, Some(PlaceKind::LocalMinimum), "{loss}: {found:?}");
        assert!(
            found.smallest_eigenvalue.unwrap() > 0.0 && found.descended_loss.unwrap() < problem_loss(&problem) + 1e-9
        );
    }
}

fn problem_loss(problem: &Problem) -> f64 {
    LossFunction::new(problem).loss(&[0.0; 3])
}

#[test]
fn a_saddle_is_told() {
    // Next to all weights zero, where every output is one half and the gradient vanishes.
    let weights = [0.02, 0.03, -0.01, 0.02, 0.01, -0.02, 0.02, -0.03, 0.01];
    let found = examine(&problem("2,2,1", Loss::Mse), &weights);
    assert_eq!(found.verdict, Some(PlaceKind::Saddle), "{found:?}");
}

/// 2-2-1 has no local minimum at finite weights (Hamey 1998; Sprinkhuizen-Kuyper & Boers 1998): its ties lie at infinity.
#[test]
fn ties_of_two_units_lie_at_infinity() {
    let problem = problem("2,2,1", Loss::Mse);
    let starts = Starts::new(problem.spec().init, problem.layers(), 0);
    let mut ties = 0;
    for network in 0..60 {
        let start: Vec<f64> = starts.weights(network).into_iter().map(f64::from).collect();
        let mut training = Training::<f64>::new(&problem, &start);
        training.run(10_000);
        let fate = Fate::of(&problem, &training.outcome(network));
        if fate == Fate::Solved {
            continue;
        }
        let found = examine(&problem, training.weights());
        assert_ne!(found.verdict, Some(PlaceKind::LocalMinimum), "{network}: {found:?}");
        assert!(found.gradient_norm > 0.0 && found.descended_loss.unwrap() <= training.evaluate().0);
        ties += usize::from(fate == Fate::OnePairTie && found.verdict == Some(PlaceKind::MinimumAtInfinity));
    }
    assert!(ties >= 4, "only {ties} ties at infinity among 60");
}

fn rectifiers(layers: &str, activation: &str) -> Problem {
    let spec = Spec { layers: layers.parse().unwrap(), loss: Loss::Mse, lr: 1.0.into(), ..Spec::default() };
    Spec { activation: activation.parse().unwrap(), ..spec }.problem().unwrap()
}

/// Which weights training moves within a hundred epochs, by their positions.
fn moved(problem: &Problem, weights: &[f64]) -> Vec<usize> {
    let mut training = Training::<f64>::new(problem, weights);
    training.run(100);
    (0..weights.len()).filter(|at| training.weights()[*at] != weights[*at]).collect()
}

/// XOR by 2-3-1, all three units off on every example, or one of them on when both inputs are.
fn first_layer(bias: f64) -> Vec<f64> {
    [vec![1.0, -1.0, 0.5, 1.0, 1.0, -0.5], vec![bias, -1.5, -1.0], vec![0.3, 0.4, -0.2, 0.1]].concat()
}

#[test]
fn a_dead_layer_is_told_by_its_gradient() {
    let problem = rectifiers("2,3,1", "relu,sigmoid");
    let found = examine(&problem, &first_layer(-2.0));
    assert_eq!(found.verdict, Some(PlaceKind::Dead), "{found:?}");
    assert_eq!(found.dead, Some(DeadLayer { layer: 1, still_weights: 9 }));
    assert_eq!(found.units.off, [0, 1, 2].map(|unit| UnitName { layer: 1, unit }));
    assert!(found.gradient_norm > 0.0, "the output bias is still trained");
    assert_eq!(moved(&problem, &first_layer(-2.0)), [12], "the output bias alone");

    // One unit on for one example is enough.
    let found = examine(&problem, &first_layer(-1.5));
    assert_ne!(found.verdict, Some(PlaceKind::Dead));
    assert_eq!((found.dead, found.units.off.len()), (None, 2));
    assert!(moved(&problem, &first_layer(-1.5)).contains(&0));
    // Slopes that are next to nothing are not nothing.
    for activation in ["sigmoid", "leaky-relu:0.001,sigmoid", "softplus,sigmoid", "gelu,sigmoid"] {
        let problem = rectifiers("2,3,1", activation);
        let weights: Vec<f64> = first_layer(-2.0).into_iter().map(|weight| 30.0 * weight).collect();
        let found = examine(&problem, &weights);
        assert_ne!(found.verdict, Some(PlaceKind::Dead), "{activation}");
        assert_eq!((found.dead, found.units.off.len()), (None, 0), "{activation}");
        assert!(LossFunction::new(&problem).gradient(&weights).iter().take(9).any(|g| *g != 0.0), "{activation}");
    }
}

#[test]
fn a_dead_second_layer_stops_the_first() {
    let problem = rectifiers("2,3,2,1", "relu,relu,sigmoid");
    let first = vec![1.0, -1.0, 0.5, 1.0, 1.0, 0.5, 0.1, 0.2, 0.3];
    let weights =
        |bias: f64| [first.clone(), vec![0.5, -0.5, 0.5, 0.5, 0.5, 0.5, -9.0, bias], vec![1.0, 1.0, 0.2]].concat();
    let found = examine(&problem, &weights(-9.0));
    assert_eq!(found.verdict, Some(PlaceKind::Dead), "{found:?}");
    assert_eq!(found.dead, Some(DeadLayer { layer: 2, still_weights: 17 }));
    assert_eq!(found.units.off, [0, 1].map(|unit| UnitName { layer: 2, unit }), "the first layer is on");
    assert_eq!(moved(&problem, &weights(-9.0)), [19], "the output bias alone");

    let found = examine(&problem, &weights(0.1));
    assert_eq!((found.dead, found.units.off.as_slice()), (None, &[UnitName { layer: 2, unit: 0 }][..]));
    assert_ne!(found.verdict, Some(PlaceKind::Dead));
    // Inputs by shortcut pass a dead layer by: it is dead all the same, for its own weights cannot move.
    let spec = Spec { shortcuts: true, ..problem.spec().clone() };
    let bypassed = spec.problem().unwrap();
    let shapes: Vec<_> = bypassed.layers().shapes().collect();
    let mut weights = vec![0.1; bypassed.layers().weight_count()];
    (0..shapes[1].fan_out).for_each(|unit| weights[shapes[1].position(shapes[1].fan_in, unit)] = -9.0);
    let found = examine(&bypassed, &weights);
    let still = shapes[0].weight_count() + shapes[1].weight_count();
    assert_eq!(found.dead, Some(DeadLayer { layer: 2, still_weights: still }));
    assert!(moved(&bypassed, &weights).iter().all(|at| *at >= still));
}

/// Two units, one on and one off on all examples: a linear network, whose best constant is a minimum.
#[test]
fn a_minimum_with_kinks_is_one_within_its_region() {
    let problem = rectifiers("2,2,1", "relu,linear");
    let weights = |bias: f64| [1.0, 1.0, 1.0, 1.0, 3.0, bias, 0.0, -0.25, 0.5];
    let found = examine(&problem, &weights(-5.0));
    assert_eq!(found.verdict, Some(PlaceKind::LocalMinimum), "{found:?}");
    assert_eq!(found.units.off, [UnitName { layer: 1, unit: 1 }]);
    // The second unit at its kink on 11: gradient and Hessian are the same there, and speak for one side alone.
    let found = examine(&problem, &weights(-2.0));
    assert_eq!(found.verdict, Some(PlaceKind::Unclear), "{found:?}");
    assert_eq!((found.gradient_norm, found.descended_loss), (0.0, Some(0.125)));
    // On the other side of it the loss falls.
    let found = examine(&problem, &weights(-1.9));
    assert!(found.descended_loss.unwrap() < 0.11 && found.verdict != Some(PlaceKind::LocalMinimum), "{found:?}");
}

/// The absolute error has no curvature in the outputs, and a kink at every target.
#[test]
fn absolute_error_is_examined_without_accidents() {
    for activation in ["sigmoid", "relu,sigmoid", "tanh,linear", "leaky-relu,linear"] {
        let spec = Spec { activation: activation.parse().unwrap(), loss: Loss::Mae, lr: 0.5.into(), ..Spec::default() };
        let problem = spec.problem().unwrap();
        let starts = Starts::new(Init::Uniform(1.5), problem.layers(), 0);
        for network in 0..12 {
            let start: Vec<f64> = starts.weights(network).into_iter().map(f64::from).collect();
            let mut training = Training::<f64>::new(&problem, &start);
            training.run(300);
            let found = examine(&problem, training.weights());
            let numbers = [Some(found.gradient_norm), found.smallest_eigenvalue, found.largest_eigenvalue];
            assert!(numbers.iter().all(|number| number.is_some_and(f64::is_finite)), "{activation}: {found:?}");
            assert!(found.verdict.is_some() && found.descended_loss.unwrap() <= training.evaluate().0, "{activation}");
        }
    }
    // At targets, without gradient and without curvature: nothing is claimed.
    let spec = Spec { task: "table:01".parse().unwrap(), layers: "1,1".parse().unwrap(), ..Spec::default() };
    let problem = Spec { activation: "linear".parse().unwrap(), loss: Loss::Mae, ..spec }.problem().unwrap();
    let found = examine(&problem, &[1.0, 0.0]);
    assert_eq!((found.gradient_norm, found.verdict), (0.0, Some(PlaceKind::Unclear)), "{found:?}");
}

/// Three classes by one hidden unit that tells the first from the others and the others not from each other.
#[test]
fn two_tied_classes_are_a_tie_that_descent_leaves() {
    let spec = Spec { task: "encoder:3".parse().unwrap(), layers: "3,1,3".parse().unwrap(), ..Spec::default() };
    let problem = Spec { activation: "sigmoid,softmax".parse().unwrap(), ..spec }.problem().unwrap();
    let surface = LossFunction::new(&problem);
    let network = |apart: f64| [8.0, -8.0, -8.0, 0.0, 20.0, 0.0, 0.0, -10.0, apart, -apart];
    let fate = |weights: &[f64]| {
        let outputs: Vec<f32> = surface.outputs(weights).iter().map(|output| *output as f32).collect();
        Kind::of_outputs(&problem, &outputs, surface.loss(weights))
    };
    let kind = fate(&network(0.0));
    assert_eq!((kind.fate, kind.variant.label(&problem)), (Fate::OnePairTie, "2=3".into()));
    assert!((surface.loss(&network(0.0)) - 2.0 / 3.0 * std::f64::consts::LN_2).abs() < 1e-3);
    assert_eq!(fate(&network(0.5)).fate, Fate::Descending, "shares of .73 and .27 are no tie");
    let found = examine(&problem, &network(0.0));
    assert_eq!(found.descends_to, Some(Kind::whole(Fate::Solved)), "{found:?}");
    assert!(matches!(found.verdict, Some(PlaceKind::Saddle | PlaceKind::Descent)), "{found:?}");
}

/// 2-3-1 networks that a Newton descent of 120 steps finds no way down from: the flow does, at times up to 1e14, or stays at a
/// minimum at infinity by all that can be seen. What is called one has no negative curvature beyond rounding at the flow's end.
#[test]
fn late_escapes_are_no_minima_at_infinity() {
    let problem = Spec { loss: Loss::Mse, lr: 2.0.into(), ..Spec::default() }.problem().unwrap();
    let surface = LossFunction::new(&problem);
    let starts = Starts::new(problem.spec().init, problem.layers(), 0);
    let examined = |network: u64| {
        let start: Vec<f64> = starts.weights(network).into_iter().map(f64::from).collect();
        let mut training = Training::<f64>::new(&problem, &start);
        training.run(10_000);
        assert_eq!(Fate::of(&problem, &training.outcome(network)), Fate::OnePairTie);
        (examine(&problem, training.weights()), training.weights().to_vec())
    };
    for (network, expected) in [(1083, 1.5e8), (1479, 1.0e11)] {
        let (found, weights) = examined(network);
        let time = found.escape_time.unwrap();
        assert!((0.8 * expected..1.25 * expected).contains(&time), "{network}: {time:e}");
        assert!(matches!(found.verdict, Some(PlaceKind::Descent | PlaceKind::Saddle)), "{found:?}");
        // Plain steps along the flow, as far as they can be followed, go where it goes.
        let (mut stepped, mut time) = (weights.clone(), 0.0);
        while time < 2_000.0 {
            let point = surface.point(&stepped) - surface.gradient(&stepped) * 0.05;
            stepped = surface.weights_at(&stepped, &point);
            time += 0.05;
        }
        let flow = Flow::from(&surface, &weights, 2_000.0, |_| false);
        let apart = (surface.point(&stepped) - surface.point(&flow.weights)).norm();
        let moved = (surface.point(&stepped) - surface.point(&weights)).norm();
        assert!(apart < 1e-3 * moved.max(1.0), "{network}: {apart} of {moved}");
    }
    for network in [182, 1274] {
        let (found, weights) = examined(network);
        assert_eq!(found.verdict, Some(PlaceKind::MinimumAtInfinity), "{network}: {found:?}");
        assert_eq!((found.escape_time, found.flow_time), (None, Some(Evidence::FLOW_TIME)));
        // The same flow cut short shows too little for that.
        let short = Flow::from(&surface, &weights, 1e3, |_| false);
        assert!(!short.approaches_infinity());
    }
}

/// What rounding does to eigenvalues is seen where the same network is computed in another order: its units and examples.
#[test]
fn eigenvalues_are_as_exact_as_is_said() {
    let problem = problem("2,3,1", Loss::Mse);
    let surface = LossFunction::new(&problem);
    let starts = Starts::new(Init::Uniform(1.0), problem.layers(), 3);
    let mut largest: f64 = 0.0;
    for network in 0..40 {
        let weights: Vec<f64> = starts.weights(network).into_iter().map(|w| 12.0 * f64::from(w)).collect();
        // Units 0 and 2 in each other's place, and the two inputs, of which XOR makes no difference: so 01 and 10 too.
        let mut swapped = weights.clone();
        (0..3).for_each(|unit| swapped.swap(unit, 3 + unit));
        (0..3).for_each(|row| swapped.swap(3 * row, 3 * row + 2));
        swapped.swap(9, 11);
        let (one, error) = surface.curvature(&weights);
        let other = surface.hessian(&swapped);
        let sorted = |hessian: nalgebra::DMatrix<f64>| {
            let mut values: Vec<f64> = hessian.symmetric_eigenvalues().iter().copied().collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let moved = sorted(one).iter().zip(sorted(other)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(moved <= error, "{network}: {moved:e} {error:e}");
        largest = largest.max(moved / error);
    }
    assert!(largest > 0.01, "the error is said so wide that it tells nothing: {largest}");
}
