//! The extension module behind the Python package: questions in the words of the command line, answers as values. Computes
//! nothing.

mod columns;
mod given;
mod question;
mod reply;
mod table;
mod worker;

use pyo3::prelude::*;

#[pymodule]
fn _basins(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<given::Examples>()?;
    module.add_class::<reply::Reply>()?;
    module.add_class::<table::Table>()?;
    module.add_function(wrap_pyfunction!(question::ask, module)?)?;
    module.add_function(wrap_pyfunction!(question::help_of, module)?)?;
    module.add_function(wrap_pyfunction!(question::share, module)?)?;
    module.add_function(wrap_pyfunction!(question::join, module)?)
}
