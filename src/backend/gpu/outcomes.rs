//! A window of results, as the device lays it out, as outcomes, weights and counts. Twin: `shaders/pool/settle.wgsl`.

use std::ops::Range;

use rayon::prelude::*;

use crate::backend::Trained;
use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Status, Values, Weights};
use crate::spec::Problem;

use super::bus::Counts;
use super::classes::{Classes, listed_count, net_epochs, row_count};
use super::prelude::{HEAD_WORD_COUNT, row_word_count};

/// A chunk as it came back: counts, and the words of its window.
pub(super) struct Arrived {
    networks: Range<u64>,
    counts: Counts,
    words: Vec<u32>,
    /// Work of idle lanes since the chunk before, in net-epochs.
    pub(super) idle: u64,
    /// Seconds that the device was at work since then, where that is known.
    pub(super) device_seconds: Option<f64>,
}

impl Arrived {
    pub(super) fn new(networks: Range<u64>, counts: Counts, bytes: &[u8]) -> Self {
        // One core alone would be slow to read what the device wrote.
        let mut words = vec![0; bytes.len() / size_of::<u32>()];
        let parts = bytemuck::cast_slice_mut::<u32, u8>(&mut words).par_chunks_mut(COPIED_PART);
        parts.zip(bytes.par_chunks(COPIED_PART)).for_each(|(words, bytes)| words.copy_from_slice(bytes));
        Self { networks, counts, words, idle: 0, device_seconds: None }
    }

    /// Networks of the chunk.
    pub(super) fn count(&self) -> u64 {
        self.networks.end - self.networks.start
    }

    /// Epochs of work that the networks needed.
    pub(super) fn net_epochs(&self) -> u64 {
        net_epochs(&self.counts)
    }

    /// As outcomes and counts, and weights where they were kept.
    ///
    /// # Errors
    /// The device wrote a status that does not exist, or two rows for a network.
    pub(super) fn trained(self, problem: &Problem, classes: &Classes, keep_weights: bool) -> Result<Trained> {
        let (row_words, count) = (row_word_count(problem, keep_weights), row_count(&self.counts) as usize);
        let (solved_epochs, words) = self.words.split_at(listed_count(&self.counts) as usize);
        let rows = Rows::new(words, row_words, count, self.count() as usize)?;
        let outputs_per_network = problem.examples().targets().len();
        let weights_from = HEAD_WORD_COUNT + outputs_per_network;
        let status = rows.column(|row| status(row[0])).into_iter().collect::<Result<Vec<Status>>>()?;
        let is_whole = count as u64 == self.count();
        let outcomes = Outcomes {
            first: self.networks.start,
            positions: (!is_whole).then(|| rows.column(position)),
            outputs_per_network,
            status,
            solved_epoch: rows.column(|row| row[1]),
            stop_epoch: rows.column(|row| row[2]),
            loss: rows.column(|row| f64::from(f32::from_bits(row[3]))),
            outputs: rows.numbers(HEAD_WORD_COUNT..weights_from),
        };
        let weights =
            keep_weights.then(|| Weights::new(problem.layers(), Values::F32(rows.numbers(weights_from..row_words))));
        let counted = classes.tally(&self.counts, solved_epochs.to_vec(), outcomes.net_epochs());
        let executed_net_epochs = self.net_epochs() + self.idle;
        Ok(Trained { outcomes, counted, weights, executed_net_epochs, device_seconds: self.device_seconds })
    }
}

fn status(word: u32) -> Result<Status> {
    match word & 7 {
        0 => Ok(Status::Unsolved),
        1 => Ok(Status::Solved),
        2 => Ok(Status::Diverged),
        3 => Ok(Status::Unfinished),
        other => Err(Error::failure(format!("the device wrote an outcome that makes no sense: status {other}"))),
    }
}

/// Position in the window of the network whose row this is.
fn position(row: &[u32]) -> u32 {
    row[0] >> 3
}

/// Networks whose rows one thread turns at a time.
const PART: usize = 1024;
/// Bytes that one thread copies at a time.
const COPIED_PART: usize = 1 << 17;

/// Rows of a window, in the order of their networks.
struct Rows<'a>(Vec<&'a [u32]>);

impl<'a> Rows<'a> {
    /// Of `count` rows, of a window of so many networks.
    fn new(words: &'a [u32], row_words: usize, count: usize, networks: usize) -> Result<Self> {
        let rows = || words.chunks_exact(row_words);
        if rows().is_sorted_by(|a, b| position(a) < position(b)) {
            return Self(rows().collect()).checked(count);
        }
        let mut places: Vec<Option<&[u32]>> = vec![None; networks];
        rows().for_each(|row| {
            if let Some(place) = places.get_mut(position(row) as usize) {
                *place = Some(row);
            }
        });
        Self(places.into_iter().flatten().collect()).checked(count)
    }

    fn checked(self, count: usize) -> Result<Self> {
        match self.0.len() == count {
            true => Ok(self),
            false => {
                Err(Error::failure(format!("the device wrote rows of {} networks instead of {count}", self.0.len())))
            }
        }
    }

    /// One thing of each.
    fn column<T: Send>(&self, of: impl Fn(&[u32]) -> T + Sync) -> Vec<T> {
        self.0.par_iter().with_min_len(PART).map(|row| of(row)).collect()
    }

    /// Some words of each, as numbers.
    fn numbers(&self, of: Range<usize>) -> Vec<f32> {
        let mut numbers = vec![0.0; of.len() * self.0.len()];
        if !of.is_empty() {
            let parts = numbers.par_chunks_mut(PART * of.len()).zip(self.0.par_chunks(PART));
            parts.for_each(|(numbers, rows)| {
                for (numbers, row) in numbers.chunks_exact_mut(of.len()).zip(rows) {
                    numbers.copy_from_slice(bytemuck::cast_slice(&row[of.clone()]));
                }
            });
        }
        numbers
    }
}
