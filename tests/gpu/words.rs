//! The random-number contract on a device: bit for bit.

use basins::backend::gpu::random_words;
use basins::gpu::{Found, Gpu};
use basins::seed::{Purpose, words};
use libtest_mimic::Failed;

/// The vectors published with Random123 1.14 for "philox4x32 10": counter, key, words.
const VECTORS: [([u32; 4], [u32; 2], [u32; 4]); 3] = [
    ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
        [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
    ),
];

pub(crate) fn known_answers(found: &Found) -> Result<(), Failed> {
    let gpu = Gpu::open(found.clone())?;
    let places: Vec<_> = VECTORS.iter().map(|(counter, key, _)| (*counter, *key)).collect();
    let drawn = random_words(&gpu, &places)?;
    for ((counter, key, expected), actual) in VECTORS.iter().zip(drawn) {
        if *expected != actual {
            return Err(format!("counter {counter:x?}, key {key:x?}: {actual:x?} instead of {expected:x?}").into());
        }
    }
    // Another key must not give the same words.
    let wrong = random_words(&gpu, &[(VECTORS[0].0, [1, 0])])?;
    if wrong[0] == VECTORS[0].2 {
        return Err("a wrong key gives the right words".into());
    }
    Ok(())
}

pub(crate) fn same_as_the_host(found: &Found) -> Result<(), Failed> {
    let gpu = Gpu::open(found.clone())?;
    let place =
        |at: u64| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15), at.wrapping_mul(0xd134_2543_de82_ef95), at as u32 * 7);
    let places: Vec<_> = (0..100_000)
        .map(place)
        .map(|(seed, network, block)| {
            let counter = [network as u32, (network >> 32) as u32, Purpose::Start as u32, block];
            (counter, [seed as u32, (seed >> 32) as u32])
        })
        .collect();
    for (at, actual) in random_words(&gpu, &places)?.into_iter().enumerate() {
        let (seed, network, block) = place(at as u64);
        let expected = words(seed, network, Purpose::Start, block);
        if actual != expected {
            return Err(
                format!("seed {seed:x}, network {network:x}, block {block}: {actual:x?}, not {expected:x?}").into()
            );
        }
    }
    Ok(())
}
