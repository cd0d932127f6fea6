//! A window of results, as the device lays it out, as outcomes and weights.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Status, Values, Weights};
use crate::spec::Problem;

use super::prelude::HEAD_ROW_COUNT;

/// Turns `[row][position]` words into a chunk's outcomes, and its weights where they were kept.
///
/// # Errors
/// The device wrote a status that does not exist.
pub(super) fn read_window(
    (problem, keep_weights): (&Problem, bool),
    networks: Range<u64>,
    bytes: &[u8],
) -> Result<(Outcomes, Option<Weights>)> {
    let words: Vec<u32> = bytemuck::pod_collect_to_vec(bytes);
    let count = (networks.end - networks.start) as usize;
    let row = |row: usize| &words[row * count..][..count];
    let output_row_count = problem.examples().targets().len();
    let status = row(0).iter().map(|word| status(*word)).collect::<Result<Vec<Status>>>()?;
    let outcomes = Outcomes {
        first: networks.start,
        outputs_per_network: output_row_count,
        status,
        solved_epoch: row(1).to_vec(),
        stop_epoch: row(2).to_vec(),
        loss: row(3).iter().map(|word| f64::from(f32::from_bits(*word))).collect(),
        outputs: transposed(&words[HEAD_ROW_COUNT * count..], count, output_row_count),
    };
    let weights = keep_weights.then(|| {
        let from = (HEAD_ROW_COUNT + output_row_count) * count;
        let values = transposed(&words[from..], count, problem.layers().weight_count());
        Weights::new(problem.layers(), Values::F32(values))
    });
    Ok((outcomes, weights))
}

fn status(word: u32) -> Result<Status> {
    match word {
        0 => Ok(Status::Unsolved),
        1 => Ok(Status::Solved),
        2 => Ok(Status::Diverged),
        3 => Ok(Status::Unfinished),
        other => Err(Error::failure(format!("the device wrote an outcome that makes no sense: status {other}"))),
    }
}

/// `[row][position]` to `[position][row]`.
fn transposed(words: &[u32], count: usize, row_count: usize) -> Vec<f32> {
    let mut values = Vec::with_capacity(count * row_count);
    for position in 0..count {
        values.extend((0..row_count).map(|row| f32::from_bits(words[row * count + position])));
    }
    values
}
