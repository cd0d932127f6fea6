//! What the dispatches of the staged form go through: a record a layer and span of examples.

use crate::spec::{LayerShape, Problem};

use super::bus::Stage;
use super::prelude::{activation_code, draws_order};

/// Examples that a dispatch goes through: how many from which position on, and whether in the order that is drawn.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) count: usize,
    pub(super) drawn: bool,
}

impl Span {
    /// All examples as they are listed.
    pub(super) fn all(problem: &Problem) -> Self {
        Self { first: 0, count: problem.examples().count(), drawn: false }
    }

    /// The examples of each update within an epoch.
    pub(super) fn batches(problem: &Problem) -> Vec<Self> {
        let update = problem.spec().update;
        let (count, drawn) = (problem.examples().count(), draws_order(problem));
        let size = update.batch_size(count);
        let batches = (0..if update.moves_within() { count } else { 0 }).step_by(size);
        batches.map(|first| Self { first, count: size.min(count - first), drawn }).collect()
    }
}

/// The records of all dispatches: each layer on each span.
pub(super) fn records(problem: &Problem, spans: &[Span]) -> Vec<Stage> {
    spans.iter().flat_map(|span| layer_records(problem, *span)).collect()
}

fn layer_records(problem: &Problem, span: Span) -> Vec<Stage> {
    let shapes: Vec<LayerShape> = problem.layers().shapes().collect();
    let examples = problem.examples().count();
    let row = |layer: usize| -> usize { shapes[..layer].iter().map(|shape| shape.fan_out * examples).sum() };
    shapes
        .iter()
        .enumerate()
        .map(|(layer, shape)| {
            let next = shapes.get(layer + 1);
            Stage {
                fan_in: shape.fan_in as u32,
                shortcut: shape.shortcut as u32,
                fan_out: shape.fan_out as u32,
                weight_offset: shape.offset as u32,
                first: u32::from(layer == 0),
                last: u32::from(next.is_none()),
                row_before: if layer == 0 { 0 } else { row(layer - 1) as u32 },
                row: row(layer) as u32,
                row_next: row(layer + 1) as u32,
                fan_out_next: next.map_or(0, |shape| shape.fan_out as u32),
                weight_offset_next: next.map_or(0, |shape| shape.offset as u32),
                example_first: span.first as u32,
                example_count: span.count as u32,
                layer: layer as u32,
                activation: activation_code(problem, layer) as u32,
                drawn: u32::from(span.drawn),
            }
        })
        .collect()
}
