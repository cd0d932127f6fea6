//! The loss surface in f64: gradient and Hessian against other ways to them, and the kinds of places that are told apart.

use basins::backend::reference::Training;
use basins::backend::tolerance::Tolerance;
use basins::landscape::{LossFunction, PlaceKind, examine};
use basins::outcome::Fate;
use basins::seed::Starts;
use basins::spec::{Activation, Bias, Init, Loss, Problem, Spec};

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
        let rates = problem.weight_rates();
        let trained: Vec<usize> = (0..rates.len()).filter(|position| rates[*position] > 0.0).collect();
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
    for loss in [Loss::CrossEntropy, Loss::Mse].iter() {
        let problem = problem("2,1", *loss);
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
