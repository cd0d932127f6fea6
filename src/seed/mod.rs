//! Who starts where: the counter-based generator and the draws made with it.
//!
//! A random word depends on (seed, network, purpose, position) alone, so a network starts from the same weights, bit
//! for bit, on any backend, device or thread and however the population is cut. The shader twins are
//! `shaders/part/random.wgsl` and `shaders/part/init.wgsl`.

mod normal;
mod orders;
mod philox;
mod starts;
mod stream;

pub use normal::{FRACTION_BITS, NormalTable, OCTAVE_COUNT, SEGMENT_BITS, normal_quantile};
pub use orders::Orders;
pub(crate) use orders::list;
pub use philox::philox4x32;
pub(crate) use starts::TOGETHER;
pub use starts::{Starts, WeightDraw};
pub use stream::Stream;

/// What a random word is for: the third word of the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// Starting weights: weight k takes word k.
    Start = 0,
    /// Random points of a sweep: setting k of point "network" takes the first word of block k.
    Point = 1,
    /// Orders of examples: how epoch and position come in is said in `orders.rs`.
    Order = 2,
    /// Counts that are drawn again for an interval: word after word, of network 0.
    Bootstrap = 3,
}

/// Four consecutive random words: block `block` of a network's words for `purpose`.
pub fn words(seed: u64, network: u64, purpose: Purpose, block: u32) -> [u32; 4] {
    let counter = [network as u32, (network >> 32) as u32, purpose as u32, block];
    philox4x32(counter, [seed as u32, (seed >> 32) as u32])
}
