//! Answers.

use std::sync::{Mutex, OnceLock, PoisonError};

use basins::cli::ask::{self, Answer};
use basins::front::{best, predict};
use basins::outcome::{Outcomes, Values, Weights};
use basins::study::RunAnswer;
use numpy::ndarray::Array2;
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::columns::{self, Rows};
use crate::table::Table;
use crate::worker::raised;

/// What a verb answered.
#[pyclass(frozen, module = "basins._basins")]
pub(crate) struct Reply {
    reply: ask::Reply,
    /// Until they are asked for as columns.
    outcomes: Mutex<Option<Outcomes>>,
    rows: OnceLock<Option<Rows>>,
    /// Handed over once, and kept there.
    weights: Mutex<Option<Weights>>,
}

impl Reply {
    pub(crate) fn new(mut reply: ask::Reply) -> Self {
        let (mut outcomes, mut weights) = (None, None);
        if let Some(Answer::Run(_, networks)) = &mut reply.answer
            && let Some(networks) = networks.take()
        {
            (outcomes, weights) = (Some(networks.outcomes), networks.weights);
        }
        Self { reply, outcomes: Mutex::new(outcomes), rows: OnceLock::new(), weights: Mutex::new(weights) }
    }

    fn run(&self) -> PyResult<&RunAnswer> {
        match &self.reply.answer {
            Some(Answer::Run(answer, _)) => Ok(answer),
            _ => Err(PyValueError::new_err("this is not the answer of a run")),
        }
    }

    fn rows(&self, py: Python<'_>) -> PyResult<&Rows> {
        let problem = &self.run()?.problem;
        let rows = py.detach(|| {
            self.rows.get_or_init(|| {
                let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).take();
                outcomes.map(|outcomes| Rows::of(problem, outcomes))
            })
        });
        rows.as_ref().ok_or_else(|| {
            PyValueError::new_err("rows were not kept: ask with keep=\"outcomes\", or read them from the folder of out")
        })
    }
}

#[pymethods]
impl Reply {
    /// What `--json` prints, as text.
    fn json(&self) -> String {
        self.reply.object.to_string()
    }

    #[getter]
    fn text(&self) -> &str {
        &self.reply.text
    }

    #[getter]
    fn command(&self) -> &str {
        &self.reply.command
    }

    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.reply.warnings.clone()
    }

    #[getter]
    fn interrupted(&self) -> bool {
        self.reply.interrupted
    }

    /// Files by name.
    fn files<'py>(&self, py: Python<'py>) -> Vec<(&str, Bound<'py, PyBytes>)> {
        self.reply.files.iter().map(|(name, bytes)| (name.as_str(), PyBytes::new(py, bytes))).collect()
    }

    /// The page `report.html`.
    fn page(&self, py: Python<'_>) -> PyResult<Option<String>> {
        py.detach(|| self.reply.page()).map_err(raised)
    }

    /// The picture as SVG.
    fn svg(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let drawn = py.detach(|| self.reply.picture().map(|scene| scene.to_svg()).transpose());
        drawn.map_err(raised)
    }

    /// A row a network.
    fn table(&self, py: Python<'_>) -> PyResult<Table> {
        let (rows, seed) = (self.rows(py)?, self.run()?.population.seed());
        py.detach(|| rows.table(seed))
    }

    /// A row an epoch in which networks were solved.
    fn survival(&self) -> PyResult<Table> {
        columns::survival(self.run()?)
    }

    /// A row an examined network.
    fn examined(&self) -> PyResult<Table> {
        columns::examined(self.run()?)
    }

    /// A row a point of a sweep.
    fn points(&self) -> PyResult<Table> {
        match &self.reply.answer {
            Some(Answer::Sweep(sweep)) => columns::points(sweep),
            _ => Err(PyValueError::new_err("this is not the answer of a sweep")),
        }
    }

    /// Final weights, shape (networks, weights); can be taken once.
    fn take_weights<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let taken = self.weights.lock().map_err(|_| PyRuntimeError::new_err("weights are lost"))?.take();
        let Some(weights) = taken else { return Ok(None) };
        let shape = (weights.count(), weights.weight_count());
        let misfit = |error| PyRuntimeError::new_err(format!("weights do not make rows: {error}"));
        Ok(Some(match weights.into_values() {
            Values::F32(values) => Array2::from_shape_vec(shape, values).map_err(misfit)?.into_pyarray(py).into_any(),
            Values::F64(values) => Array2::from_shape_vec(shape, values).map_err(misfit)?.into_pyarray(py).into_any(),
        }))
    }

    /// Shape (rows, columns) and first position of each layer's matrix among a network's weights.
    fn shapes(&self) -> PyResult<Vec<(usize, usize, usize)>> {
        let shapes = self.run()?.problem.layers().shapes();
        Ok(shapes.map(|shape| (shape.row_count(), shape.fan_out, shape.offset)).collect())
    }

    /// Indices of the networks with the smallest loss.
    fn best(&self, py: Python<'_>, count: usize) -> PyResult<Vec<u64>> {
        let rows = self.rows(py)?;
        Ok(best(rows.first, rows.losses(), count))
    }

    /// Outputs of a network of these weights, shape (rows, outputs), of inputs of shape (rows, inputs).
    #[allow(clippy::needless_pass_by_value, reason = "Python hands over what it owns")]
    fn predict<'py>(
        &self,
        py: Python<'py>,
        weights: PyReadonlyArray1<'py, f64>,
        inputs: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let problem = &self.run()?.problem;
        let width = problem.layers().input_count();
        if inputs.shape()[1] != width {
            let given = inputs.shape()[1];
            return Err(PyValueError::new_err(format!("rows of inputs have {width} numbers, but these have {given}")));
        }
        let outputs = predict(problem, weights.as_slice()?, inputs.as_slice()?).map_err(raised)?;
        let shape = (inputs.shape()[0], problem.layers().output_count());
        let outputs = Array2::from_shape_vec(shape, outputs);
        Ok(outputs.map_err(|error| PyRuntimeError::new_err(error.to_string()))?.into_pyarray(py))
    }
}
