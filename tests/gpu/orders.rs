//! Orders of examples on a device: bit for bit.

use basins::backend::gpu::{OrderOf, drawn_numbers, drawn_orders};
use basins::gpu::{Found, Gpu};
use basins::seed::{Orders, Purpose, philox4x32};
use basins::spec::Order;
use libtest_mimic::Failed;

/// Seeds, networks and epochs all over their ranges.
fn epochs(count: u64) -> Vec<OrderOf> {
    let epoch = |at: u64| OrderOf {
        seed: at.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        network: at.wrapping_mul(0xd134_2543_de82_ef95),
        epoch: 1 + at as u32 * 977,
    };
    (0..count).map(epoch).collect()
}

pub(crate) fn same_as_the_host(found: &Found) -> Result<(), Failed> {
    let gpu = Gpu::open(found.clone())?;
    for order in [Order::Shuffled, Order::Random] {
        for example_count in [1, 2, 4, 7, 64, 203] {
            let epochs = epochs(200);
            let drawn = drawn_orders(&gpu, order, example_count, &epochs)?;
            let mut expected = vec![0; example_count];
            let mut given = 0;
            for (of, actual) in epochs.iter().zip(drawn.chunks(example_count)) {
                Orders::new(order, example_count, of.seed).draw(of.network, of.epoch, &mut expected);
                if actual != expected {
                    return Err(format!("{order:?}, {of:?}: {actual:?} instead of {expected:?}").into());
                }
                given += usize::from(expected.is_sorted());
            }
            // Orders that all come as examples are listed would agree with anything that does nothing.
            if example_count > 4 && given == epochs.len() {
                return Err(format!("{order:?} of {example_count} examples is none").into());
            }
        }
    }
    Ok(())
}

/// A number below `bound` from the words of a position and of those that follow it: `seed/orders.rs` in words of its own.
fn below(of: OrderOf, example_count: u32, position: u32, bound: u32) -> (u32, u32) {
    let leftover = ((1u64 << 32) % u64::from(bound)) as u32;
    let mut row = position / 4;
    for attempt in 0.. {
        let counter = [of.network as u32, (of.network >> 32) as u32, Purpose::Order as u32 + 256 * row, of.epoch];
        let words = philox4x32(counter, [of.seed as u32, (of.seed >> 32) as u32]);
        let product = u64::from(words[(position % 4) as usize]) * u64::from(bound);
        if product as u32 >= leftover {
            return ((product >> 32) as u32, attempt);
        }
        row += example_count.div_ceil(4);
    }
    unreachable!("a word that serves comes sooner or later")
}

/// Of a bound of 3 x 2^30 a quarter of all words is drawn again: with so large ones rare ways are gone often.
pub(crate) fn words_that_would_bias_are_drawn_again(found: &Found) -> Result<(), Failed> {
    let gpu = Gpu::open(found.clone())?;
    let example_count = 10;
    let bounds = [3 << 30, u32::MAX, (1 << 31) + 1, 1 << 31, 1000, 1];
    let places: Vec<(OrderOf, u32, u32)> = epochs(6_000)
        .into_iter()
        .enumerate()
        .map(|(at, of)| (of, at as u32 % example_count, bounds[at % bounds.len()]))
        .collect();
    let mut again = 0;
    for ((of, position, bound), actual) in places.iter().zip(drawn_numbers(&gpu, example_count as usize, &places)?) {
        let (expected, attempts) = below(*of, example_count, *position, *bound);
        if actual != expected {
            return Err(format!("{of:?}, position {position}, below {bound}: {actual} instead of {expected}").into());
        }
        again += attempts;
    }
    if again < 500 { Err(format!("only {again} words were drawn again").into()) } else { Ok(()) }
}
