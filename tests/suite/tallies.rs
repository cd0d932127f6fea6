//! Counting: tallies merge in any grouping, and every state a network can end in has its fate.

use basins::outcome::{Fate, Outcome, Outcomes, Status, Tally};
use basins::spec::{Loss, Problem, Spec};
use basins::stats::{EpochSummary, quantile};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::holds;

/// A network's row: status, solved epoch, epochs trained, outputs from a set that meets every pattern.
type Row = (Status, u32, u32, [f32; 4], f64);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let status = select(vec![Status::Unsolved, Status::Solved, Status::Diverged, Status::Unfinished]);
    let level = || select(vec![0f32, 1.0, 0.5, 0.333, 0.667, 0.8, f32::NAN, -1.0]);
    let loss =
        prop_oneof![Just(0.0), Just(0.5), Just(0.346574), Just(0.477386), Just(std::f64::consts::LN_2), any::<f64>()];
    let outputs = [level(), level(), level(), level()];
    prop::collection::vec((status, 1u32..50, 1u32..1000, outputs, loss), 0..60)
}

fn outcomes(first: u64, rows: &[Row]) -> Outcomes {
    let mut all = Outcomes::with_capacity(first, 4, rows.len());
    for (at, (status, solved, stop_epoch, outputs, loss)) in rows.iter().enumerate() {
        let solved_epoch = if *status == Status::Solved { *solved } else { 0 };
        let network = first + at as u64;
        let (status, stop_epoch, loss) = (*status, *stop_epoch, *loss);
        all.push(Outcome { network, status, solved_epoch, stop_epoch, loss, outputs });
    }
    all
}

fn merged(parts: &[&Tally]) -> Tally {
    let mut all = Tally::default();
    parts.iter().for_each(|part| all.merge(part));
    all
}

#[test]
fn merging_is_associative_and_commutative_and_counts_all() {
    let problem = Spec::default().problem().unwrap();
    holds(300, &(rows(), rows(), rows()), |(a, b, c)| {
        let tally = |rows: &[Row]| Tally::of(&problem, &outcomes(0, rows));
        let (ta, tb, tc) = (tally(&a), tally(&b), tally(&c));
        let whole = tally(&[a.clone(), b.clone(), c.clone()].concat());
        let left = merged(&[&merged(&[&ta, &tb]), &tc]);
        let right = merged(&[&ta, &merged(&[&tb, &tc])]);
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(&left, &merged(&[&tc, &tb, &ta]));
        prop_assert_eq!(&left, &whole);
        prop_assert_eq!(Fate::ALL.iter().map(|fate| whole.count(*fate)).sum::<u64>(), whole.networks());
        prop_assert_eq!(whole.solved_epochs().values().sum::<u64>(), whole.solved());
        let work: u64 = [a, b, c].concat().iter().map(|row| u64::from(row.2)).sum();
        prop_assert_eq!(whole.net_epochs(), work);
        prop_assert!(ta.networks() == 0 || merged(&[&whole, &ta]) != whole, "a part counted twice is not seen");
        Ok(())
    });
}

/// The counts of many networks are those of the parts, on any number of threads.
#[test]
fn a_chunk_counted_on_all_cores_is_counted_once() {
    let problem = Spec::default().problem().unwrap();
    let row = |at: u32| (Status::Solved, at % 97 + 1, at % 1000 + 1, [0f32, 1.0, 1.0, 0.0], 0.01);
    let rows: Vec<Row> = (0..20_000).map(row).collect();
    let tally = Tally::of(&problem, &outcomes(0, &rows));
    assert_eq!((tally.networks(), tally.solved()), (20_000, 20_000));
    let expected: u64 = (0..20_000).filter(|at| at % 97 == 5).count() as u64;
    assert_eq!(tally.solved_epochs()[&6], expected);
}

fn fate(problem: &Problem, outputs: [f64; 4], loss: f64) -> Fate {
    let outputs = outputs.map(|output| output as f32);
    let (status, network, solved_epoch, stop_epoch) = (Status::Unsolved, 0, 0, 10_000);
    Fate::of(problem, &Outcome { network, status, solved_epoch, stop_epoch, loss, outputs: &outputs })
}

/// The states in which XOR networks end: outputs for 00, 01, 10, 11 and the mean cross-entropy and squared error.
#[test]
fn every_state_has_its_fate() {
    let third = 1.0 / 3.0;
    let states: [(Fate, [f64; 4], f64, f64); 9] = [
        (Fate::OnePairTie, [0.0, 1.0, 0.5, 0.5], 0.346574, 0.125),
        (Fate::OnePairTie, [0.0, 0.5, 1.0, 0.5], 0.346574, 0.125),
        (Fate::OnePairTie, [0.5, 0.5, 1.0, 0.0], 0.346574, 0.125),
        (Fate::OnePairTie, [0.5, 1.0, 0.5, 0.0], 0.346574, 0.125),
        (Fate::CornerCut, [0.0, 2.0 * third, 2.0 * third, 2.0 * third], 0.477386, 0.166667),
        (Fate::CornerCut, [2.0 * third, 2.0 * third, 2.0 * third, 0.0], 0.477386, 0.166667),
        (Fate::CornerCut, [third, 1.0, third, third], 0.477386, 0.166667),
        (Fate::CornerCut, [third, third, 1.0, third], 0.477386, 0.166667),
        (Fate::AllHalf, [0.5, 0.5, 0.5, 0.5], std::f64::consts::LN_2, 0.25),
    ];
    for (loss, pick) in [(Loss::CrossEntropy, 0), (Loss::Mse, 1)] {
        let problem = Spec { loss, ..Spec::default() }.problem().unwrap();
        for (expected, outputs, entropy, square) in states {
            // A mean squared error of MSE is a loss of MSE/2.
            let value = [entropy, 0.5 * square][pick];
            assert_eq!(fate(&problem, outputs, value), expected, "{loss}, {outputs:?}");
            assert_eq!(
                fate(&problem, outputs, 1.2 * value),
                Fate::Descending,
                "{loss}, {outputs:?}, loss off by a fifth"
            );
        }
        assert_eq!(fate(&problem, [0.2, 0.7, 0.45, 0.6], 0.5), Fate::Descending);
        assert_eq!(fate(&problem, [f64::NAN; 4], 0.5), Fate::Descending, "outputs without a meaning fit no pattern");
    }
    let problem = Spec { loss: Loss::Mse, ..Spec::default() }.problem().unwrap();
    assert_eq!(fate(&problem, [0.0, 1.0, 0.0, 0.0], 0.125), Fate::WrongSaturated);
}

#[test]
fn quantiles_are_those_of_the_sorted_list() {
    let strategy = (prop::collection::vec(1u32..30, 1..200), 0.0f64..=1.0);
    holds(1_000, &strategy, |(mut epochs, q)| {
        let mut counts = std::collections::BTreeMap::new();
        epochs.iter().for_each(|epoch| *counts.entry(*epoch).or_insert(0u64) += 1);
        epochs.sort_unstable();
        let rank = ((q * epochs.len() as f64).ceil() as usize).max(1);
        prop_assert_eq!(quantile(&counts, q), Some(epochs[rank - 1]));
        let summary = EpochSummary::of(&counts).unwrap();
        prop_assert_eq!((summary.min, summary.max), (epochs[0], epochs[epochs.len() - 1]));
        let mean = epochs.iter().map(|epoch| f64::from(*epoch)).sum::<f64>() / epochs.len() as f64;
        prop_assert!((summary.mean - mean).abs() < 1e-9);
        Ok(())
    });
    assert_eq!((quantile(&Default::default(), 0.5), EpochSummary::of(&Default::default())), (None, None));
}
