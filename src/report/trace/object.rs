//! The objects of a trace and of an explanation, as `basins trace --json` prints them and `trace.json` has them: every key,
//! what it means and its unit.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use crate::outcome::Status;
use crate::spec::{Problem, Spec};
use crate::study::{Explanation, Matrix, Section, Trace};

use super::picked;

const SCHEMA: &str = "basins.trace/1";
const EXPLANATION_SCHEMA: &str = "basins.explanation/1";

/// Which network is traced.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TracedNetwork {
    /// Its index.
    pub net: u64,
    /// Seed that its start is drawn by; absent where it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// File that its start was read from; absent where it was drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights_in: Option<PathBuf>,
}

/// One network's training, epoch by epoch, in f64.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct TraceObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// Every setting that decides the outcome, by the names of the flags.
    spec: &'a Spec,
    network: &'a TracedNetwork,
    /// Whether it met the criterion.
    solved: bool,
    /// Whether it diverged.
    diverged: bool,
    /// Epoch in which it was solved, from 1; null if it was not.
    solved_epoch: Option<u32>,
    /// Last epoch that was run.
    stop_epoch: u32,
    /// Weights at the start, in flat order.
    start: &'a [f64],
    /// Weights at the end, in flat order; null where they are not finite.
    #[cfg_attr(test, schemars(with = "Vec<Option<f64>>"))]
    end: &'a [f64],
    /// The epochs that the summary shows.
    rows: Vec<TraceRow<'a>>,
}

/// What the weights after an epoch give. Numbers that are not finite are null.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TraceRow<'a> {
    /// Epochs run before; 0 is the start.
    epoch: u32,
    /// Loss C.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    loss: f64,
    /// Norm of the gradient of C over the weights that training moves.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    gradient_norm: f64,
    /// Outputs, example by example and within it unit by unit.
    #[cfg_attr(test, schemars(with = "Vec<Option<f64>>"))]
    outputs: &'a [f64],
}

/// The object of `basins trace --json`, schema `basins.trace/1`: the ends in full, the way in the table's rows.
pub fn trace_json(trace: &Trace, problem: &Problem, network: &TracedNetwork) -> Value {
    let last = trace.row_count() - 1;
    let row = |row: usize| TraceRow {
        epoch: trace.epochs[row],
        loss: trace.loss[row],
        gradient_norm: trace.gradient_norm[row],
        outputs: trace.outputs_of(row),
    };
    json!(TraceObject {
        schema: SCHEMA,
        spec: problem.spec(),
        network,
        solved: trace.status == Status::Solved,
        diverged: trace.status == Status::Diverged,
        solved_epoch: (trace.solved_epoch > 0).then_some(trace.solved_epoch),
        stop_epoch: trace.epochs[last],
        start: trace.weights_of(0),
        end: trace.weights_of(last),
        rows: picked(trace).into_iter().map(row).collect(),
    })
}

/// One epoch of one network spelt out.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ExplanationObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = EXPLANATION_SCHEMA)))]
    schema: &'static str,
    /// Every setting that decides the outcome, by the names of the flags.
    spec: &'a Spec,
    network: &'a TracedNetwork,
    /// Which epoch, from 1.
    epoch: u32,
    /// What is done, in order.
    sections: Vec<SectionObject<'a>>,
    /// How the epoch ends.
    ending: &'a str,
}

/// Matrices under one heading.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SectionObject<'a> {
    /// What is done.
    heading: &'a str,
    /// With which matrices.
    matrices: Vec<MatrixObject<'a>>,
}

/// A matrix with its name and how it comes about.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct MatrixObject<'a> {
    /// Its name, as Z1.
    name: &'a str,
    /// How it is made, as A0 theta1.
    made: &'a str,
    /// Rows.
    rows: usize,
    /// Columns.
    columns: usize,
    /// Its numbers, row by row; null where they are not finite.
    #[cfg_attr(test, schemars(with = "Vec<Vec<Option<f64>>>"))]
    values: Vec<&'a [f64]>,
}

impl<'a> From<&'a Matrix> for MatrixObject<'a> {
    fn from(Matrix { name, made, rows, columns, values }: &'a Matrix) -> Self {
        let values = values.chunks((*columns).max(1)).collect();
        Self { name, made, rows: *rows, columns: *columns, values }
    }
}

impl<'a> From<&'a Section> for SectionObject<'a> {
    fn from(Section { heading, matrices }: &'a Section) -> Self {
        Self { heading, matrices: matrices.iter().map(Into::into).collect() }
    }
}

/// The object of `basins trace --explain --json`, schema `basins.explanation/1`: every matrix in full, row by row.
pub fn explanation_json(explanation: &Explanation, problem: &Problem, network: &TracedNetwork) -> Value {
    json!(ExplanationObject {
        schema: EXPLANATION_SCHEMA,
        spec: problem.spec(),
        network,
        epoch: explanation.epoch,
        sections: explanation.sections.iter().map(Into::into).collect(),
        ending: &explanation.ending,
    })
}
