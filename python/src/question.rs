//! Questions.

use basins::cli::ask as verbs;
use basins::cli::ask::Question;
use basins::front::{Keep, Share};
use basins::spec::{Given, Shard};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::given::Examples;
use crate::reply::Reply;
use crate::worker::{Flags, apart, raised};

/// What is kept of every network, by its word.
fn keep(word: &str) -> PyResult<Keep> {
    match word {
        "counts" => Ok(Keep::Counts),
        "outcomes" => Ok(Keep::Outcomes),
        "weights" => Ok(Keep::Weights),
        other => Err(PyValueError::new_err(format!("keep is counts, outcomes or weights, not {other:?}"))),
    }
}

fn given(examples: Option<&Bound<'_, Examples>>) -> Option<Given> {
    examples.map(|examples| examples.get().given.clone())
}

/// Asks a verb: its name, then its arguments as a shell would hand them over.
#[pyfunction]
#[pyo3(signature = (words, examples=None, keep="counts", progress=None))]
#[allow(clippy::needless_pass_by_value, reason = "Python hands over what it owns")]
pub(crate) fn ask(
    py: Python<'_>,
    words: Vec<String>,
    examples: Option<&Bound<'_, Examples>>,
    keep: &str,
    progress: Option<Py<PyAny>>,
) -> PyResult<Reply> {
    let (given, keep) = (given(examples), self::keep(keep)?);
    let work = |watch: &Flags| verbs::ask(&Question { words, given, keep, watch });
    Ok(Reply::new(apart(py, progress.as_ref(), work)?))
}

/// Trains one of several shards of a run: bytes for `join`.
#[pyfunction]
#[pyo3(signature = (words, part, count, examples=None, keep="counts"))]
#[allow(clippy::needless_pass_by_value, reason = "Python hands over what it owns")]
pub(crate) fn share<'py>(
    py: Python<'py>,
    words: Vec<String>,
    part: u64,
    count: u64,
    examples: Option<&Bound<'py, Examples>>,
    keep: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let (given, keep) = (given(examples), self::keep(keep)?);
    let shard = Shard::new(part, count).map_err(|error| raised(error.into()))?;
    let share = apart(py, None, |watch| verbs::share(&Question { words, given, keep, watch }, shard))?;
    let bytes = rmp_serde::to_vec_named(&share);
    let bytes = bytes.map_err(|error| PyValueError::new_err(format!("a shard cannot be packed: {error}")))?;
    Ok(PyBytes::new(py, &bytes))
}

/// The answer from what `share` gave for all shards.
#[pyfunction]
#[pyo3(signature = (words, shares, examples=None, keep="counts"))]
#[allow(clippy::needless_pass_by_value, reason = "Python hands over what it owns")]
pub(crate) fn join(
    py: Python<'_>,
    words: Vec<String>,
    shares: Vec<Bound<'_, PyBytes>>,
    examples: Option<&Bound<'_, Examples>>,
    keep: &str,
) -> PyResult<Reply> {
    let read = |bytes: &Bound<'_, PyBytes>| rmp_serde::from_slice::<Share>(bytes.as_bytes());
    let shares = shares.iter().map(read).collect::<Result<Vec<_>, _>>();
    let shares = shares.map_err(|error| PyValueError::new_err(format!("a shard is damaged: {error}")))?;
    let (given, keep) = (given(examples), self::keep(keep)?);
    let work = |watch: &Flags| verbs::join(&Question { words, given, keep, watch }, shares);
    Ok(Reply::new(apart(py, None, work)?))
}

/// What `--help` says of a verb.
#[pyfunction]
pub(crate) fn help_of(verb: &str) -> PyResult<String> {
    verbs::help_of(verb).map_err(raised)
}
