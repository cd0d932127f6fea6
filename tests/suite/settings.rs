//! Settings as text: what is printed is read back the same, and no text makes a parser panic.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use basins::backend::{Choice, Precision};
use basins::spec::{
    Activation, Activations, AfterSolved, Bias, Criterion, Init, Layers, Levels, Loss, Optimizer, Population, Rates,
    Spec, SpecError, Task, Update,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::holds;

fn round_trips<T>(strategy: impl Strategy<Value = T>)
where
    T: Debug + Display + FromStr<Err = SpecError> + PartialEq + Clone + serde::Serialize + serde::de::DeserializeOwned,
{
    holds(300, &strategy, |value| {
        let text = value.to_string();
        prop_assert_eq!(&text.parse::<T>().map_err(|error| TestCaseError::fail(error.to_string()))?, &value);
        prop_assert_eq!(&format!("  {text} ").parse::<T>().unwrap(), &value, "spaces around do not matter");
        let json = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value);
        Ok(())
    });
}

fn above_zero() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter_map("finite and above 0", |value| Some(value.abs()).filter(|v| v.is_finite() && *v > 0.0))
}

fn tasks() -> impl Strategy<Value = Task> {
    let file_name = "[a-zA-Z0-9_./-]{1,20}";
    prop_oneof![
        Just(Task::Xor),
        Just(Task::And),
        Just(Task::Or),
        (2u32..=8).prop_map(Task::Parity),
        (1u32..=8).prop_flat_map(|inputs| prop::collection::vec(any::<bool>(), 1 << inputs)).prop_map(Task::Table),
        (2u32..=8).prop_map(Task::Symmetry),
        (2u32..=64).prop_map(Task::Encoder),
        (2u32..=10_000).prop_map(Task::Spirals),
        file_name.prop_map(|name| Task::Csv(name.into())),
        file_name.prop_map(|name| Task::Npz(name.into())),
    ]
}

fn criteria() -> impl Strategy<Value = Criterion> {
    prop_oneof![
        above_zero().prop_map(Criterion::MaxError),
        Just(Criterion::Sign),
        above_zero().prop_map(Criterion::Sse),
        above_zero().prop_map(Criterion::Mse),
        above_zero().prop_map(Criterion::Rms),
    ]
}

fn inits() -> impl Strategy<Value = Init> {
    let drawn = prop_oneof![above_zero().prop_map(Init::Uniform), above_zero().prop_map(Init::Normal)];
    prop_oneof![Just(Init::Tutorial), Just(Init::Xavier), drawn]
}

fn levels() -> impl Strategy<Value = Levels> {
    (-1e9..1e9f64, 1e-6..1e9f64).prop_map(|(low, width)| Levels { low, high: low + width.max(low.abs() * 1e-6) })
}

#[test]
fn what_is_printed_is_read_back() {
    round_trips(tasks());
    round_trips(criteria());
    round_trips(inits());
    round_trips(levels());
    round_trips(prop::collection::vec(1usize..=60, 2..6).prop_map(|sizes| Layers::new(sizes).unwrap()));
    round_trips(select(Activation::ALL));
    round_trips(select(Loss::ALL));
    round_trips(select(Optimizer::ALL));
    round_trips(select(Update::ALL));
    round_trips(select(AfterSolved::ALL));
    round_trips(select(Bias::ALL));
    round_trips(prop::collection::vec(above_zero(), 1..5).prop_map(Rates::new));
    round_trips(select(Choice::ALL));
    round_trips(select(Precision::ALL));
}

#[test]
fn one_of_each_kind_is_read_back() {
    Criterion::ALL.iter().for_each(|c| assert_eq!(c.to_string().parse::<Criterion>().as_ref(), Ok(c)));
    Init::ALL.iter().for_each(|i| assert_eq!(i.to_string().parse::<Init>().as_ref(), Ok(i)));
}

/// Text near to what is right, and text that is not.
fn garbage() -> impl Strategy<Value = String> {
    let words =
        "(xor|and|parity|table|symmetry|encoder|spirals|csv|npz|uniform|normal|sign|sse|max-error|2,3,1|0,1|-)?";
    let numbers = "[:,]?(-?[0-9]{0,30}|nan|inf|-inf|1e400|1e-400|0x10|٣|½)?";
    let near = (words, numbers, "[,: -]?[0-9.,e+-]{0,12}").prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    prop_oneof![near, ".{0,40}", any::<String>()]
}

fn never_panics<T: FromStr<Err = SpecError> + Display>(text: &str) -> Result<(), TestCaseError> {
    match text.parse::<T>() {
        Ok(value) => prop_assert!(value.to_string().parse::<T>().is_ok(), "{value} is printed but not read"),
        Err(error) => {
            let sentence = error.to_string();
            prop_assert!(sentence.len() > 20, "{sentence:?} does not say what would be right");
        }
    }
    Ok(())
}

#[test]
fn no_text_makes_a_parser_panic() {
    holds(4_000, &garbage(), |text| {
        never_panics::<Task>(&text)?;
        never_panics::<Layers>(&text)?;
        never_panics::<Criterion>(&text)?;
        never_panics::<Init>(&text)?;
        never_panics::<Levels>(&text)?;
        never_panics::<Rates>(&text)?;
        never_panics::<Activation>(&text)?;
        never_panics::<Choice>(&text)
    });
}

/// Any combination of settings is either refused with a sentence or makes a problem; and a problem's spec comes back
/// from JSON the same.
#[test]
fn any_combination_is_a_problem_or_a_sentence() {
    let words = (select(Activation::ALL), select(Loss::ALL), select(Optimizer::ALL), select(Update::ALL));
    let numbers = (any::<f64>(), prop_oneof![Just(0.0), any::<f64>()], 0u32..5);
    let connections = (any::<bool>(), select(Bias::ALL), prop::collection::vec(select(Activation::ALL), 1..4));
    let sizes = prop::collection::vec(1usize..=9, 2..5).prop_map(|sizes| Layers::new(sizes).unwrap());
    let shapes = (tasks().prop_filter("no files", |task| !matches!(task, Task::Csv(_) | Task::Npz(_))), sizes);
    let all = (words, numbers, shapes, connections, criteria(), inits(), levels(), levels());
    let made = std::cell::Cell::new(0u32);
    holds(
        4_000,
        &all,
        |(words, (lr, momentum, epochs), (task, mut layers), connections, solved, init, inputs, targets)| {
            // Most random layers do not fit a random task: mend every other one.
            if epochs % 2 == 0 {
                let mut sizes = layers.sizes().to_vec();
                let last = sizes.len() - 1;
                (sizes[0], sizes[last]) = match &task {
                    Task::Table(bits) => (bits.len().ilog2() as usize, 1),
                    Task::Parity(count) | Task::Symmetry(count) => (*count as usize, 1),
                    Task::Encoder(count) => (*count as usize, *count as usize),
                    _ => (2, 1),
                };
                layers = Layers::new(sizes).unwrap();
            }
            let (activation, loss, optimizer, update) = words;
            let default = Spec::default();
            let spec = Spec { task, inputs, targets, layers, loss, optimizer, update, init, solved, ..default };
            let (shortcuts, bias, more) = connections;
            // Mostly one activation, at times one for each layer.
            let activation = if epochs == 4 { Activations::new(more) } else { activation.into() };
            let mut spec = Spec { shortcuts, bias, activation, ..spec };
            if epochs == 2 {
                // Most losses and optimizers do not go with most outputs and updates: some that do.
                spec.loss = if spec.activation.last() == Activation::Softmax { Loss::Categorical } else { Loss::Mse };
                spec.update = Update::BatchMean;
            }
            let (lr, momentum) = (lr.abs().min(1e3).into(), if epochs < 3 { 0.0 } else { momentum });
            let targets = if epochs > 1 { Levels::BINARY } else { spec.targets };
            let spec = Spec { lr, momentum, epochs, targets, ..spec };
            match spec.problem() {
                Ok(problem) => {
                    made.set(made.get() + 1);
                    let json = serde_json::to_string(problem.spec()).unwrap();
                    prop_assert_eq!(&serde_json::from_str::<Spec>(&json).unwrap(), problem.spec());
                }
                Err(error) => prop_assert!(error.to_string().len() > 20),
            }
            Ok(())
        },
    );
    assert!(made.get() > 100, "only {} of 4000 combinations made a problem: nothing is tested", made.get());
}

#[test]
fn populations_are_ranges_that_exist() {
    let edge = prop_oneof![any::<u64>(), 0u64..3, (u64::MAX - 3)..=u64::MAX, Just(1 << 48), Just((1 << 48) + 1)];
    holds(2_000, &(edge.clone(), edge, any::<u64>()), |(first, count, seed)| {
        match Population::new(first, count, seed) {
            Ok(population) => {
                prop_assert_eq!(population.networks().end - population.networks().start, count);
                prop_assert!((1..=Population::LIMIT).contains(&count));
                prop_assert_eq!((population.first(), population.seed()), (first, seed));
            }
            Err(error) => {
                prop_assert!(
                    count == 0
                        || count > Population::LIMIT
                        || u128::from(first) + u128::from(count) > u128::from(u64::MAX)
                );
                prop_assert!(error.to_string().contains("--nets"));
            }
        }
        Ok(())
    });
}
