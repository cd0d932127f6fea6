//! Networks that stay unsolved: are they at minima, or on their way?

use rayon::prelude::*;

use crate::backend::reference::Training;
use crate::error::Result;
use crate::landscape::{PlaceKind, examine};
use crate::reproduce::{Accept, Figure, Lab, Measured, Reproduction, SEED};
use crate::seed::Starts;
use crate::spec::{Layers, Problem, Spec, Update};

use super::pdp_style;

const FINITE_2: &str = "2-2-1: of those, share at a finite local minimum";
const FINITE_3: &str = "2-3-1: of those, share at a finite local minimum";
const STAYS_3: &str = "2-3-1: of those, share that the gradient flow keeps to time 1e16 (local minimum, or none found)";

pub(in super::super) const MINIMA: Reproduction = Reproduction {
    name: "minima",
    title: "2-2-1 has no finite local minimum; 2-3-1 has a region of them",
    source: "Hamey 1998, XOR has no local minima; Sprinkhuizen-Kuyper & Boers 1998 on 2-2-1, 1999 on 2-3-1",
    setting: "sigmoid, squared error; ours: rate 0.5 on the sum over examples, momentum 0.9, start U(-1, 1), sum of squares below \
              0.04, f64; a sample of the networks unsolved after 20,000 epochs (5,000 when quick) is trained on to ten times as many",
    slip: None,
    figures: &[
        Figure {
            quantity: "2-2-1: share unsolved at first",
            published: "none",
            accept: Accept::Open,
            reason: "theory gives no share",
        },
        Figure {
            quantity: "2-2-1: of those, share whose loss still falls and whose largest weight still grows",
            published: "no finite local minimum",
            accept: Accept::Between(0.97, 1.0),
            reason: "at a finite minimum neither would; a start within rounding of a saddle may stand still for long",
        },
        Figure {
            quantity: FINITE_2,
            published: "no finite local minimum",
            accept: Accept::Between(0.0, 0.01),
            reason: "examined in f64: none may be found at one, of at least 400 for an interval below 1%",
        },
        Figure {
            quantity: "2-3-1: share unsolved at first",
            published: "none",
            accept: Accept::Open,
            reason: "theory gives no share",
        },
        Figure {
            quantity: STAYS_3,
            published: "a region of local minima",
            accept: Accept::Between(0.01, 1.0),
            reason: "a region of minima holds some for good: a slow plateau is left by the flow, in the end",
        },
        Figure {
            quantity: FINITE_3,
            published: "none",
            accept: Accept::Open,
            reason: "theory gives no share, and training need not find the region",
        },
        Figure {
            quantity: "2-3-1: of those, share not solved in ten times the epochs either",
            published: "none",
            accept: Accept::Open,
            reason: "any slow plateau does that: no evidence of a minimum",
        },
    ],
    program,
};

/// What became of one unsolved network after ten times the epochs.
struct Later {
    solved: bool,
    falls_and_grows: bool,
    loss: f64,
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let epochs = if lab.quick() { 5_000 } else { 20_000 };
    for hidden in [2, 3] {
        // Far fewer of 2-3-1 stay unsolved, so more are needed to find some.
        let count = if hidden == 2 { lab.count(20_000, 500) } else { lab.count(200_000, 5_000) };
        let spec = Spec { epochs, ..pdp_style(hidden, 0.5, Update::BatchSum)? };
        let problem = spec.problem()?;
        let mut unsolved = Vec::new();
        lab.train(&problem, count, None, &mut |outcome| {
            if outcome.solved_epoch == 0 {
                unsolved.push(outcome.network);
            }
        })?;
        let name = format!("2-{hidden}-1");
        lab.found(
            &format!("{name}: share unsolved at first"),
            Measured::Share { successes: unsolved.len() as u64, trials: count },
        );
        unsolved.truncate(if lab.quick() { 60 } else { 400 });
        let places = examined(&problem, &unsolved);
        let count_of = |kinds: &[PlaceKind]| places.iter().filter(|place| kinds.contains(place)).count() as u64;
        let share = |kinds: &[PlaceKind]| Measured::Share { successes: count_of(kinds), trials: places.len() as u64 };
        if places.is_empty() {
            lab.remark(format!("{name}: every network was solved, so none could be examined."));
            continue;
        }
        lab.found(if hidden == 2 { FINITE_2 } else { FINITE_3 }, share(&[PlaceKind::LocalMinimum]));
        if hidden == 3 {
            let stays = [PlaceKind::LocalMinimum, PlaceKind::MinimumAtInfinity, PlaceKind::NoDescent];
            lab.found(STAYS_3, share(&stays));
        }
        let words = PlaceKind::ALL.map(|kind| (kind.name(), count_of(&[kind])));
        let words: Vec<String> =
            words.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")).collect();
        lab.remark(format!("{name}: of {} examined in f64: {}.", places.len(), words.join(", ")));
        unsolved.truncate(200);
        let later = followed(&spec, &problem.layers().clone(), &unsolved)?;
        let trials = later.len() as u64;
        let share = |which: fn(&Later) -> bool| Measured::Share {
            successes: later.iter().filter(|one| which(one)).count() as u64,
            trials,
        };
        if hidden == 2 {
            lab.found(
                "2-2-1: of those, share whose loss still falls and whose largest weight still grows",
                share(|one| one.falls_and_grows),
            );
        } else {
            lab.found("2-3-1: of those, share not solved in ten times the epochs either", share(|one| !one.solved));
        }
        let solved = later.iter().filter(|one| one.solved).count();
        let stuck: Vec<f64> = later.iter().filter(|one| !one.solved).map(|one| one.loss).collect();
        let range = stuck.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), loss| (a.min(*loss), b.max(*loss)));
        let end = match stuck.is_empty() {
            true => "none stays".to_owned(),
            false => {
                format!("{} stay, their sum of squares from {:.4} to {:.4}", stuck.len(), 8.0 * range.0, 8.0 * range.1)
            }
        };
        lab.remark(format!(
            "{name}: of {trials} unsolved at {epochs} epochs, {solved} are solved by {}; {end}.",
            10 * epochs
        ));
    }
    Ok(())
}

/// What kind of place each network is at after training in f64.
fn examined(problem: &Problem, networks: &[u64]) -> Vec<PlaceKind> {
    let starts = Starts::new(problem.spec().init, problem.layers(), SEED);
    let look = |network: &u64| {
        let mut training = Training::<f64>::new(problem, &starts.widened(*network));
        training.run(problem.spec().epochs);
        examine(problem, training.weights()).verdict
    };
    networks.par_iter().filter_map(look).collect()
}

/// Trains networks in f64 to `spec.epochs`, looks, and trains on to ten times as many.
fn followed(spec: &Spec, layers: &Layers, networks: &[u64]) -> Result<Vec<Later>> {
    let problem = Spec { epochs: 10 * spec.epochs, ..spec.clone() }.problem()?;
    let starts = Starts::new(spec.init, layers, SEED);
    let largest = |weights: &[f64]| weights.iter().fold(0f64, |most, weight| most.max(weight.abs()));
    let follow = |network: &u64| {
        let start: Vec<f64> = starts.widened(*network);
        let mut training = Training::<f64>::new(&problem, &start);
        training.run(spec.epochs);
        let (loss, weight) = (training.evaluate().0, largest(training.weights()));
        training.run(9 * spec.epochs);
        let later = training.evaluate().0;
        let solved = training.outcome(*network).solved_epoch > 0;
        let falls_and_grows = later < loss && (solved || largest(training.weights()) > weight);
        Later { solved, falls_and_grows, loss: later }
    };
    Ok(networks.par_iter().map(follow).collect())
}
