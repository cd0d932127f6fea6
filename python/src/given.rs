//! Examples from arrays.

use basins::spec::Given;
use numpy::{PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

use crate::worker::raised;

/// Rows of inputs, and for each row targets or a class label.
#[pyclass(frozen, module = "basins._basins")]
pub(crate) struct Examples {
    pub(crate) given: Given,
}

#[pymethods]
impl Examples {
    /// X of shape (examples, inputs); targets of shape (examples, outputs).
    #[staticmethod]
    fn numbers(inputs: PyReadonlyArray2<'_, f64>, targets: PyReadonlyArray2<'_, f64>) -> PyResult<Self> {
        let (rows, widths) = (values(&inputs)?, (inputs.shape()[1], targets.shape()[1]));
        let given = Given::numbers(rows, widths.0, values(&targets)?, widths.1);
        Ok(Self { given: given.map_err(|error| raised(error.into()))? })
    }

    /// X of shape (examples, inputs), and as many labels.
    #[staticmethod]
    #[allow(clippy::needless_pass_by_value, reason = "Python hands over what it owns")]
    fn labels(inputs: PyReadonlyArray2<'_, f64>, labels: Vec<String>) -> PyResult<Self> {
        let given = Given::labels(values(&inputs)?, inputs.shape()[1], &labels);
        Ok(Self { given: given.map_err(|error| raised(error.into()))? })
    }

    /// Sizes of layers that fit, with these hidden ones.
    #[allow(clippy::needless_pass_by_value, reason = "Python hands over what it owns")]
    fn layers(&self, hidden: Vec<usize>) -> PyResult<Vec<usize>> {
        let layers = self.given.layers(&hidden).map_err(|error| raised(error.into()))?;
        Ok(layers.sizes().to_vec())
    }
}

fn values(array: &PyReadonlyArray2<'_, f64>) -> PyResult<Vec<f64>> {
    Ok(array.as_slice()?.to_vec())
}
