//! The words of one (seed, network, purpose) in order, as a generator for `rand` and `rand_distr`.

use std::convert::Infallible;

use rand::TryRng;
use rand::rand_core::utils;

use super::{Purpose, words};

/// An endless sequence of random words; position p is lane p % 4 of block p / 4. Wraps after 2^34 words.
///
/// ```
/// use basins::seed::{Purpose, Stream, words};
/// use rand::Rng;
/// let mut stream = Stream::new(42, 7, Purpose::Start);
/// assert_eq!(stream.next_u32(), words(42, 7, Purpose::Start, 0)[0]);
/// assert_eq!(stream.from_block(3).next_u32(), words(42, 7, Purpose::Start, 3)[0]);
/// ```
#[derive(Clone, Debug)]
pub struct Stream {
    seed: u64,
    network: u64,
    purpose: Purpose,
    position: u64,
}

impl Stream {
    /// Starts at position 0.
    pub fn new(seed: u64, network: u64, purpose: Purpose) -> Self {
        Self { seed, network, purpose, position: 0 }
    }

    /// The same sequence from the first word of a block on.
    pub fn from_block(self, block: u32) -> Self {
        Self { position: 4 * u64::from(block), ..self }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let word =
            words(self.seed, self.network, self.purpose, (self.position / 4) as u32)[(self.position % 4) as usize];
        self.position += 1;
        Ok(word)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        utils::next_u64_via_u32(self)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        utils::fill_bytes_via_next_word(dst, || self.try_next_u32())
    }
}
