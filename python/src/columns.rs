//! Answers as Arrow columns. Numbers are moved, not copied, but for outputs, which change from a row a network to a column an
//! output.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, StringBuilder, UInt32Builder, UInt64Builder};
use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    ArrayRef, DictionaryArray, FixedSizeListArray, Float32Array, Float64Array, Int8Array, Int32Array, StringArray,
    UInt32Array, UInt64Array,
};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};
use basins::outcome::{Fate, Kind, Kinds, Outcomes, Variant};
use basins::report::OUTPUT_COLUMNS;
use basins::spec::Problem;
use basins::study::{RunAnswer, Sweep, SweepPoint};
use pyo3::PyResult;

use crate::table::Table;

/// What became of each network, by columns.
pub(crate) struct Rows {
    pub(crate) first: u64,
    columns: Vec<(String, ArrayRef)>,
    loss: Float64Array,
}

impl Rows {
    pub(crate) fn of(problem: &Problem, outcomes: Outcomes) -> Self {
        let count = outcomes.count();
        let (fates, variants) = kinds(problem, &outcomes);
        let Outcomes { first, outputs_per_network, solved_epoch, stop_epoch, loss, outputs, .. } = outcomes;
        let was_solved = NullBuffer::from_iter(solved_epoch.iter().map(|epoch| *epoch > 0));
        let loss = Float64Array::from(loss);
        let mut columns: Vec<(String, ArrayRef)> = vec![
            ("network".into(), Arc::new(UInt64Array::from_iter_values(first..first + count as u64))),
            ("fate".into(), Arc::new(fates)),
            ("variant".into(), Arc::new(variants)),
            ("solved_epoch".into(), Arc::new(UInt32Array::new(ScalarBuffer::from(solved_epoch), Some(was_solved)))),
            ("epochs".into(), Arc::new(UInt32Array::from(stop_epoch))),
            ("loss".into(), Arc::new(loss.clone())),
        ];
        if outputs_per_network > OUTPUT_COLUMNS {
            columns.push(("outputs".into(), listed(outputs, outputs_per_network)));
        } else {
            for (position, name) in problem.examples().output_names().into_iter().enumerate() {
                let column = outputs.iter().skip(position).step_by(outputs_per_network).copied();
                columns.push((name, Arc::new(Float32Array::from_iter_values(column))));
            }
        }
        Self { first, columns, loss }
    }

    pub(crate) fn losses(&self) -> &[f64] {
        self.loss.values()
    }

    pub(crate) fn table(&self, seed: u64) -> PyResult<Table> {
        let count = self.loss.len();
        let mut columns = self.columns.clone();
        columns.push(("seed".into(), Arc::new(UInt64Array::from_value(seed, count))));
        Table::new(columns)
    }
}

/// So many outputs are one column of lists, as in Parquet.
fn listed(outputs: Vec<f32>, width: usize) -> ArrayRef {
    let item = Arc::new(Field::new_list_field(DataType::Float32, false));
    Arc::new(FixedSizeListArray::new(item, width as i32, Arc::new(Float32Array::from(outputs)), None))
}

/// Fates and their variants, each word once.
fn kinds(problem: &Problem, outcomes: &Outcomes) -> (DictionaryArray<Int8Type>, DictionaryArray<Int32Type>) {
    let names = StringArray::from_iter_values(Fate::ALL.iter().map(|fate| fate.name()));
    let mut labels: Vec<(Variant, String)> = Vec::new();
    let (mut fates, mut variants) = (Vec::with_capacity(outcomes.count()), Vec::with_capacity(outcomes.count()));
    let mut kinds = Kinds::new(problem);
    for row in outcomes.iter() {
        let Kind { fate, variant, .. } = kinds.of(&row);
        fates.push(Fate::ALL.iter().position(|known| *known == fate).unwrap_or_default() as i8);
        let place = labels.iter().position(|(known, _)| *known == variant).unwrap_or_else(|| {
            labels.push((variant, variant.label(problem)));
            labels.len() - 1
        });
        variants.push(place as i32);
    }
    let labels = StringArray::from_iter_values(labels.iter().map(|(_, label)| label));
    // Every key is a place among the words.
    let fates = DictionaryArray::new(Int8Array::from(fates), Arc::new(names));
    (fates, DictionaryArray::new(Int32Array::from(variants), Arc::new(labels)))
}

/// The survival curve: low and high hold at their epoch, the band for the whole curve.
pub(crate) fn survival(answer: &RunAnswer) -> PyResult<Table> {
    let steps = answer.survival().steps;
    let whole = |name: &str, of: &dyn Fn(usize) -> u64| {
        (name.to_owned(), Arc::new(UInt64Array::from_iter_values((0..steps.len()).map(of))) as ArrayRef)
    };
    let share = |name: &str, of: &dyn Fn(usize) -> f64| {
        (name.to_owned(), Arc::new(Float64Array::from_iter_values((0..steps.len()).map(of))) as ArrayRef)
    };
    Table::new(vec![
        whole("epoch", &|at| steps[at].epoch.into()),
        whole("at_risk", &|at| steps[at].at_risk),
        whole("solved", &|at| steps[at].solved),
        share("unsolved_share", &|at| steps[at].unsolved),
        share("low", &|at| steps[at].low),
        share("high", &|at| steps[at].high),
        share("band_low", &|at| steps[at].band_low),
        share("band_high", &|at| steps[at].band_high),
    ])
}

/// What was found of the networks that were examined in f64.
pub(crate) fn examined(answer: &RunAnswer) -> PyResult<Table> {
    let mut network = UInt64Builder::new();
    let (mut fate, mut variant, mut verdict) = (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
    let names = [
        "gradient_norm",
        "largest_weight",
        "smallest_eigenvalue",
        "largest_eigenvalue",
        "eigenvalue_error",
        "escape_time",
    ];
    let mut numbers: Vec<Float64Builder> = names.iter().map(|_| Float64Builder::new()).collect();
    let mut off_units = UInt32Builder::new();
    for found in &answer.examined {
        let evidence = &found.evidence;
        network.append_value(found.network);
        fate.append_value(found.kind.fate.name());
        variant.append_value(found.kind.variant.label(&answer.problem));
        verdict.append_option(evidence.verdict.map(|verdict| verdict.name()));
        off_units.append_value(evidence.units.off.len() as u32);
        let values = [
            Some(evidence.gradient_norm),
            Some(evidence.largest_weight),
            evidence.smallest_eigenvalue,
            evidence.largest_eigenvalue,
            evidence.eigenvalue_error,
            evidence.escape_time,
        ];
        numbers.iter_mut().zip(values).for_each(|(column, value)| column.append_option(value));
    }
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("network".into(), Arc::new(network.finish())),
        ("fate".into(), Arc::new(fate.finish())),
        ("variant".into(), Arc::new(variant.finish())),
        ("verdict".into(), Arc::new(verdict.finish())),
    ];
    let numbers = names.into_iter().zip(&mut numbers);
    columns.extend(numbers.map(|(name, column)| (name.to_owned(), Arc::new(column.finish()) as ArrayRef)));
    columns.push(("off_units".into(), Arc::new(off_units.finish())));
    Table::new(columns)
}

/// A row a point of a sweep: values of the settings, as numbers where all are; counts, rates and their intervals, fates.
pub(crate) fn points(sweep: &Sweep) -> PyResult<Table> {
    let points = &sweep.points;
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    for (at, vary) in sweep.varied.iter().enumerate() {
        let values = || points.iter().map(|point| point.values[at].as_str());
        let numbers: Option<Vec<f64>> = values().map(|value| value.parse().ok()).collect();
        columns.push((
            vary.name.clone(),
            match numbers {
                Some(numbers) => Arc::new(Float64Array::from(numbers)) as ArrayRef,
                None => Arc::new(StringArray::from_iter_values(values())),
            },
        ));
    }
    let whole = |name: &str, of: &dyn Fn(&SweepPoint) -> u64| {
        (name.to_owned(), Arc::new(UInt64Array::from_iter_values(points.iter().map(of))) as ArrayRef)
    };
    let number = |name: &str, of: &dyn Fn(&SweepPoint) -> Option<f64>| {
        (name.to_owned(), Arc::new(points.iter().map(of).collect::<Float64Array>()) as ArrayRef)
    };
    columns.extend([
        whole("networks", &|point| point.tally.networks()),
        whole("solved", &|point| point.tally.solved()),
        number("solved_rate", &|point| Some(point.rate())),
        number("low", &|point| Some(point.interval.low)),
        number("high", &|point| Some(point.interval.high)),
        number("median_epoch", &|point| point.median.epoch.map(f64::from)),
        number("expected_epochs", &|point| point.restart.as_ref().map(|restart| restart.best.expected_epochs)),
        number("mean_loss", &SweepPoint::mean_loss),
        number("adjusted_p", &|point| point.comparison.map(|comparison| comparison.adjusted_p)),
    ]);
    let fates = Fate::ALL.iter().filter(|fate| **fate != Fate::Solved);
    columns.extend(fates.map(|fate| whole(fate.name(), &|point| point.tally.count(*fate))));
    Table::new(columns)
}
