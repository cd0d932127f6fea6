//! A window of results, as the device lays it out, as outcomes and weights.

use std::ops::Range;

use rayon::prelude::*;

use crate::backend::Trained;
use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Status, Values, Weights};
use crate::spec::Problem;

use super::prelude::HEAD_ROW_COUNT;

/// A chunk as it came back: the words of its window, `[row][position]`.
pub(super) struct Arrived {
    networks: Range<u64>,
    words: Vec<u32>,
    /// Work of idle lanes since the chunk before, in net-epochs.
    pub(super) idle: u64,
    /// Seconds that the device was at work since then, where that is known.
    pub(super) device_seconds: Option<f64>,
}

impl Arrived {
    pub(super) fn new(networks: Range<u64>, bytes: &[u8]) -> Self {
        // One core alone would be slow to read what the device wrote.
        let mut words = vec![0; bytes.len() / size_of::<u32>()];
        let parts = bytemuck::cast_slice_mut::<u32, u8>(&mut words).par_chunks_mut(COPIED_PART);
        parts.zip(bytes.par_chunks(COPIED_PART)).for_each(|(words, bytes)| words.copy_from_slice(bytes));
        Self { networks, words, idle: 0, device_seconds: None }
    }

    /// Networks of the chunk.
    pub(super) fn count(&self) -> usize {
        (self.networks.end - self.networks.start) as usize
    }

    fn row(&self, row: usize) -> &[u32] {
        &self.words[row * self.count()..][..self.count()]
    }

    /// Epochs of work that the networks needed.
    pub(super) fn net_epochs(&self) -> u64 {
        self.row(2).iter().map(|epoch| u64::from(*epoch)).sum()
    }

    /// As outcomes, and weights where they were kept.
    ///
    /// # Errors
    /// The device wrote a status that does not exist.
    pub(super) fn trained(&self, problem: &Problem, keep_weights: bool) -> Result<Trained> {
        let count = self.count();
        let output_row_count = problem.examples().targets().len();
        // Each column by itself, the widest first.
        let (outputs, (loss, (status, epochs))) = rayon::join(
            || transposed(&self.words[HEAD_ROW_COUNT * count..], count, output_row_count),
            || {
                rayon::join(
                    || self.row(3).iter().map(|word| f64::from(f32::from_bits(*word))).collect(),
                    || {
                        rayon::join(
                            || self.row(0).iter().map(|word| status(*word)).collect::<Result<Vec<Status>>>(),
                            || [1, 2].map(|row| self.row(row).to_vec()),
                        )
                    },
                )
            },
        );
        let ([solved_epoch, stop_epoch], first) = (epochs, self.networks.start);
        let outputs_per_network = output_row_count;
        let outcomes =
            Outcomes { first, outputs_per_network, status: status?, solved_epoch, stop_epoch, loss, outputs };
        let weights = keep_weights.then(|| {
            let from = (HEAD_ROW_COUNT + output_row_count) * count;
            let values = transposed(&self.words[from..], count, problem.layers().weight_count());
            Weights::new(problem.layers(), Values::F32(values))
        });
        let executed_net_epochs = outcomes.net_epochs() + self.idle;
        Ok(Trained { outcomes, weights, executed_net_epochs, device_seconds: self.device_seconds })
    }
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

/// Networks whose rows one thread turns at a time.
const PART: usize = 1024;
/// Bytes that one thread copies at a time.
const COPIED_PART: usize = 1 << 17;

/// `[row][position]` to `[position][row]`, on all cores.
fn transposed(words: &[u32], count: usize, row_count: usize) -> Vec<f32> {
    let mut values = vec![0.0; count * row_count];
    if row_count > 0 {
        values.par_chunks_mut(PART * row_count).enumerate().for_each(|(part, values)| {
            for (position, network) in (part * PART..).zip(values.chunks_exact_mut(row_count)) {
                for (value, column) in network.iter_mut().zip(words.chunks_exact(count)) {
                    *value = f32::from_bits(column[position]);
                }
            }
        });
    }
    values
}
