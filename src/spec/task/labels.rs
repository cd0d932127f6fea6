//! Targets of a file: numbers as they are where the outputs can reach them, else class labels, which numbers stand for.

use super::super::Examples;
use super::super::Layers;
use super::super::keyword::plain;
use crate::foreign::shortened;

/// The targets in one column of a file.
#[derive(Clone, Debug)]
pub(super) enum Column {
    Numbers(Vec<f64>),
    Words(Vec<String>),
}

/// Targets as the outputs take them, row-major.
#[derive(Debug, PartialEq)]
pub(super) struct Targets {
    pub values: Vec<f64>,
    /// Which value stands for which label, if there are labels.
    pub labels: Option<String>,
}

/// Most bytes of a label that is shown.
const SHOWN: usize = 60;
/// Most labels that a message lists.
const LISTED: usize = 8;

/// Targets from a column for each output, or from one column of as many class labels as there are outputs. `range` is that
/// of the outputs. A single output tells two labels apart: 0 for the smaller or the first in the alphabet.
pub(super) fn targets(columns: &[Column], layers: &Layers, range: (f64, f64)) -> Result<Targets, String> {
    match columns {
        [column] if layers.output_count() > 1 => one_hot(column, layers),
        _ => each(columns, layers, range),
    }
}

fn one_hot(column: &Column, layers: &Layers) -> Result<Targets, String> {
    let output_count = layers.output_count();
    let (names, classes) = classes(column);
    if names.len() != output_count {
        return Err(format!(
            "has one column of targets with {}, but --layers {layers} has {output_count} outputs, one for each label{}",
            listed(&names),
            suggested(names.len(), layers)
        ));
    }
    if classes.len().saturating_mul(output_count) > Examples::NUMBER_LIMIT {
        return Err(format!(
            "has {} rows of one class label each, which is {output_count} targets a row: at most {} numbers fit",
            classes.len(),
            Examples::NUMBER_LIMIT
        ));
    }
    let values = classes.iter().flat_map(|class| (0..output_count).map(move |unit| f64::from(unit == *class)));
    let named: Vec<String> = names.iter().zip(1..).map(|(name, unit)| format!("{name} = output {unit}")).collect();
    Ok(Targets { values: values.collect(), labels: Some(format!("class labels: {}", named.join(", "))) })
}

fn each(columns: &[Column], layers: &Layers, (least, most): (f64, f64)) -> Result<Targets, String> {
    let (mut found, mut labels) = (Vec::new(), Vec::new());
    for (column, unit) in columns.iter().zip(1..) {
        // Labels that are numbers are whole; others are measurements, which two rows may have by chance.
        let reached = |value: &f64| (least..=most).contains(value);
        let (names, classes) = match column {
            Column::Numbers(values)
                if values.iter().all(reached) || values.iter().any(|value| value.fract() != 0.0) =>
            {
                found.push(values.clone());
                continue;
            }
            column => classes(column),
        };
        match (names.as_slice(), column) {
            ([no, yes], _) => {
                let output = if columns.len() > 1 { format!(" of output {unit}") } else { String::new() };
                labels.push(format!("{output}: {no} = 0, {yes} = 1"));
                found.push(classes.into_iter().map(|class| class as f64).collect());
            }
            // That they cannot be reached is said where all targets are checked.
            (_, Column::Numbers(values)) => found.push(values.clone()),
            (names, Column::Words(_)) => {
                return Err(format!(
                    "has {} as targets of one output, which tells two apart; more take an output each{}",
                    listed(names),
                    if columns.len() == 1 { suggested(names.len(), layers) } else { String::new() }
                ));
            }
        }
    }
    let row_count = found.first().map_or(0, Vec::len);
    let values = (0..row_count).flat_map(|row| found.iter().map(move |column| column[row])).collect();
    Ok(Targets { values, labels: (!labels.is_empty()).then(|| format!("class labels{}", labels.join(";"))) })
}

/// How many labels a column has, if it is one of labels: words, or whole numbers that are not just 0 and 1.
pub(super) fn class_count(column: &Column) -> Option<usize> {
    let is_labels = match column {
        Column::Numbers(values) => {
            values.iter().all(|value| value.fract() == 0.0) && values.iter().any(|value| *value != 0.0 && *value != 1.0)
        }
        Column::Words(_) => true,
    };
    is_labels.then(|| classes(column).0.len())
}

/// The labels in order, numbers by size and words by the alphabet, and the position of each row's among them.
fn classes(column: &Column) -> (Vec<String>, Vec<usize>) {
    match column {
        Column::Numbers(values) => {
            let mut distinct = values.clone();
            distinct.sort_by(f64::total_cmp);
            distinct.dedup();
            let place = |value: &f64| distinct.partition_point(|other| other < value);
            (distinct.iter().copied().map(plain).collect(), values.iter().map(place).collect())
        }
        Column::Words(words) => {
            let key = |word: &String| (word.to_lowercase(), word.clone());
            let mut distinct = words.clone();
            distinct.sort_by_cached_key(key);
            distinct.dedup();
            let place = |word: &String| distinct.partition_point(|other| key(other) < key(word));
            let classes = words.iter().map(place).collect();
            (distinct.iter().map(|name| shortened(name, SHOWN).into_owned()).collect(), classes)
        }
    }
}

/// "3 class labels (a, b, c)".
fn listed(names: &[String]) -> String {
    let more = if names.len() > LISTED { ", ..." } else { "" };
    let plural = if names.len() == 1 { "" } else { "s" };
    format!("{} class label{plural} ({}{more})", names.len(), names[..names.len().min(LISTED)].join(", "))
}

fn suggested(label_count: usize, layers: &Layers) -> String {
    let mut sizes = layers.sizes().to_vec();
    sizes.pop();
    sizes.push(if label_count == 2 { 1 } else { label_count });
    match Layers::new(sizes) {
        Ok(layers) if label_count > 1 => format!("; try --layers {layers}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGMOID: (f64, f64) = (0.0, 1.0);

    fn numbers(values: &[f64]) -> Column {
        Column::Numbers(values.to_vec())
    }

    fn words(text: &str) -> Column {
        Column::Words(text.split(' ').map(str::to_owned).collect())
    }

    fn made(columns: &[Column], layers: &str, range: (f64, f64)) -> (Vec<f64>, String) {
        let made = targets(columns, &layers.parse().unwrap(), range).unwrap();
        (made.values, made.labels.unwrap_or_default())
    }

    #[test]
    fn numbers_that_outputs_reach_stay_numbers() {
        assert_eq!(made(&[numbers(&[0.0, 1.0, 0.25])], "2,1", SIGMOID), (vec![0.0, 1.0, 0.25], String::new()));
        assert_eq!(made(&[numbers(&[-1.0, 1.0])], "2,1", (-1.0, 1.0)), (vec![-1.0, 1.0], String::new()));
        let wide = (f64::NEG_INFINITY, f64::INFINITY);
        assert_eq!(made(&[numbers(&[1.0, 2.0])], "2,1", wide), (vec![1.0, 2.0], String::new()));
        // Out of reach, but measurements or of more than two values: refused where targets are checked.
        assert_eq!(made(&[numbers(&[0.5, 7.5])], "2,1", SIGMOID).0, [0.5, 7.5]);
        assert_eq!(made(&[numbers(&[1.0, 2.0, 3.0])], "2,1", SIGMOID).0, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn two_labels_are_zero_and_one() {
        for (column, values, labels) in [
            (numbers(&[2.0, 1.0, 2.0]), [1.0, 0.0, 1.0], "class labels: 1 = 0, 2 = 1"),
            (numbers(&[-1.0, 1.0, 1.0]), [0.0, 1.0, 1.0], "class labels: -1 = 0, 1 = 1"),
            (words("yes no yes"), [1.0, 0.0, 1.0], "class labels: no = 0, yes = 1"),
            (words("Yes Yes no"), [1.0, 1.0, 0.0], "class labels: no = 0, Yes = 1"),
            (words("True FALSE True"), [1.0, 0.0, 1.0], "class labels: FALSE = 0, True = 1"),
            (words("versicolor setosa setosa"), [1.0, 0.0, 0.0], "class labels: setosa = 0, versicolor = 1"),
        ] {
            assert_eq!(made(&[column], "2,1", SIGMOID), (values.to_vec(), labels.to_owned()));
        }
        let both = [words("b a b"), numbers(&[0.0, 1.0, 1.0]), numbers(&[5.0, 3.0, 3.0])];
        let (values, labels) = made(&both, "2,3", SIGMOID);
        assert_eq!(values, [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
        assert_eq!(labels, "class labels of output 1: a = 0, b = 1; of output 3: 3 = 0, 5 = 1");
    }

    #[test]
    fn as_many_labels_as_outputs_take_one_each() {
        let (values, labels) = made(&[words("b c a")], "2,3", SIGMOID);
        assert_eq!(values, [0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(labels, "class labels: a = output 1, b = output 2, c = output 3");
        let (values, labels) = made(&[numbers(&[10.0, 9.0])], "2,2", SIGMOID);
        assert_eq!((values, labels.as_str()), (vec![0.0, 1.0, 1.0, 0.0], "class labels: 9 = output 1, 10 = output 2"));
    }

    #[test]
    fn long_labels_are_shortened_where_they_are_shown() {
        let (first, second) = (format!("a{}1", "x".repeat(500)), format!("a{}2", "x".repeat(500)));
        let (values, labels) = made(&[words(&format!("{second} {first}"))], "2,1", SIGMOID);
        assert_eq!(values, [1.0, 0.0], "they are told apart");
        assert!(labels.len() < 200 && labels.contains("x ... x") && labels.contains("x1 = 0"), "{labels}");
    }

    #[test]
    fn labels_that_do_not_fit_are_listed() {
        let refused =
            |column: Column, layers: &str| targets(&[column], &layers.parse::<Layers>().unwrap(), SIGMOID).unwrap_err();
        assert_eq!(
            refused(words("b c a"), "2,4,1"),
            "has 3 class labels (a, b, c) as targets of one output, which tells two apart; more take an output each; try \
             --layers 2,4,3"
        );
        assert_eq!(
            refused(words("b c a"), "2,4,2"),
            "has one column of targets with 3 class labels (a, b, c), but --layers 2,4,2 has 2 outputs, one for each \
             label; try --layers 2,4,3"
        );
        assert!(refused(words("a a"), "2,1").contains("has 1 class label (a)"));
        assert!(refused(words("a b"), "2,3").ends_with("try --layers 2,1"));
        let many: Vec<String> = (0..20).map(|at| format!("w{at}")).collect();
        assert!(refused(Column::Words(many), "2,1").contains("w14, w15, ...)"));
    }
}
