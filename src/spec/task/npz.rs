//! Examples from NPZ archives: arrays `X` of shape (examples, inputs) and `y` of shape (examples, outputs), or (examples)
//! of class labels, in any kind of real number.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::super::keyword::plain;
use super::super::{Examples, Layers, SpecError};
use super::labels::{Column, targets};
use crate::arrays::{ArraysReader, damaged};

/// Reads a file; `range` is that of the outputs.
pub(super) fn read(path: &Path, layers: &Layers, range: (f64, f64)) -> Result<Examples, SpecError> {
    examples(path, layers, range).map_err(|what| SpecError::new(format!("--task npz:{}: {what}", path.display())))
}

fn examples(path: &Path, layers: &Layers, range: (f64, f64)) -> Result<Examples, String> {
    let (input_count, output_count) = (layers.input_count(), layers.output_count());
    let mut archive = ArraysReader::open_or_reason(path)?;
    let inputs = Matrix::read(&mut archive, ["X", "x"])?;
    let outputs = Matrix::read(&mut archive, ["y", "Y"])?;
    if inputs.width != input_count {
        return Err(inputs.misfit(layers, &format!("(examples, {input_count})")));
    }
    if outputs.width != output_count && outputs.width != 1 {
        let labels = if output_count > 1 { ", or (examples) of class labels" } else { "" };
        return Err(outputs.misfit(layers, &format!("(examples, {output_count}){labels}")));
    }
    if inputs.row_count() != outputs.row_count() {
        return Err(format!(
            "array {} has {} rows, but {} has {}",
            inputs.name,
            inputs.row_count(),
            outputs.name,
            outputs.row_count()
        ));
    }
    let column = |unit: usize| outputs.values.iter().skip(unit).step_by(outputs.width).copied().collect();
    let columns: Vec<Column> = (0..outputs.width).map(column).map(Column::Numbers).collect();
    let targets = targets(&columns, layers, range)?;
    Ok(Examples::new(inputs.values, input_count, targets.values, output_count).with_labels(targets.labels))
}

struct Matrix {
    name: &'static str,
    shape: Vec<u64>,
    /// Of a row.
    width: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// The first of these arrays that there is; one dimension is one number a row.
    fn read(archive: &mut ArraysReader<BufReader<File>>, names: [&'static str; 2]) -> Result<Self, String> {
        let found = archive.names();
        let name = names.into_iter().find(|name| found.iter().any(|found| found == name));
        let name = name
            .ok_or_else(|| format!("has no array {} or {}; the file holds {}", names[0], names[1], found.join(", ")))?;
        let array = archive.array(name).map_err(|error| damaged(name, &error))?;
        let (header, mut numbers) = array.ok_or_else(|| format!("has no array {name}"))?;
        let values = header.reals(&mut numbers).map_err(|error| damaged(name, &error))?;
        let values =
            values.ok_or_else(|| format!("array {name} holds {}, but examples are real numbers", header.descr))?;
        if let Some(position) = values.iter().position(|value| !(*value as f32).is_finite()) {
            return Err(format!(
                "array {name} is {} at {}, which is not a finite number in single precision",
                plain(values[position]),
                header.index(position)
            ));
        }
        let width = match header.shape.as_slice() {
            [_] => 1,
            [_, width] => *width as usize,
            _ => 0,
        };
        if values.is_empty() {
            return Err(format!("array {name} has shape {:?} and so no examples", header.shape));
        }
        Ok(Self { name, shape: header.shape, width, values })
    }

    fn row_count(&self) -> usize {
        self.values.len() / self.width
    }

    fn misfit(&self, layers: &Layers, needed: &str) -> String {
        format!("array {} has shape {:?}, but --layers {layers} needs {needed}", self.name, self.shape)
    }
}
