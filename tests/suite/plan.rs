//! Cutting: chunks cover a population exactly once and in order; slices stay short.

use std::time::Duration;

use basins::plan::{SliceClock, chunk_limit, chunks};
use basins::spec::Population;
use proptest::prelude::*;

use crate::support::holds;

#[test]
fn chunks_cover_exactly_once_in_order() {
    let limits = prop_oneof![0u64..=70, Just(u64::MAX), any::<u64>()];
    let firsts = prop_oneof![0u64..100, Just((1 << 32) - 7), Just(u64::MAX - 600)];
    holds(2_000, &(firsts, 1u64..600, limits), |(first, count, limit)| {
        let population = Population::new(first, count, 0).unwrap();
        let mut next = first;
        for chunk in chunks(population, limit) {
            prop_assert_eq!(chunk.start, next, "a gap or an overlap");
            prop_assert!(chunk.end > chunk.start && chunk.end - chunk.start <= limit.max(1));
            next = chunk.end;
        }
        prop_assert_eq!(next, population.networks().end);
        Ok(())
    });
}

#[test]
fn the_largest_population_is_cut_too() {
    let population = Population::new(u64::MAX - (1 << 48), 1 << 48, 0).unwrap();
    let last = chunks(population, 1 << 40).last().unwrap();
    assert_eq!((last.end, last.end - last.start), (u64::MAX, 1 << 40));
    assert_eq!(chunks(population, (1 << 48) - 1).count(), 2);
}

#[test]
fn memory_bounds_a_chunk() {
    holds(1_000, &(any::<u64>(), any::<u32>(), any::<u64>(), any::<u32>()), |(memory, each, array, largest)| {
        let (each, largest) = (u64::from(each), u64::from(largest));
        let limit = chunk_limit(memory, each, array, largest);
        prop_assert!(u128::from(limit) * u128::from(each.max(1)) <= u128::from(memory));
        prop_assert!(u128::from(limit) * u128::from(largest.max(1)) <= u128::from(array));
        let more = u128::from(limit) + 1;
        let tight = more * u128::from(each.max(1)) > u128::from(memory);
        prop_assert!(tight || more * u128::from(largest.max(1)) > u128::from(array), "room is left");
        Ok(())
    });
}

/// Epochs cost what they cost, each slice up to 1.5 times more or less: a slice of more than one epoch is never planned
/// past the limit, lengths at most quadruple, and in the end slices take what they should.
#[test]
fn slices_never_pass_the_limit() {
    let noise = prop::collection::vec(0.67f64..1.5, 40);
    let costs = (-8f64..0.5).prop_map(|exponent| 10f64.powf(exponent));
    holds(1_000, &(costs, -8f64..0.0, noise), |(cost, guess, noise)| {
        let mut clock = SliceClock::new(10f64.powf(guess));
        let (mut longest_before, mut slowest) = (0u32, 0f64);
        for (slice, noise) in noise.iter().enumerate() {
            let epochs = clock.next(u32::MAX, u32::MAX, false);
            if slice > 0 {
                let predicted = f64::from(epochs) * slowest;
                prop_assert!(epochs == 1 || predicted <= SliceClock::LIMIT.as_secs_f64() * 1.0001, "{predicted} s");
                prop_assert!(epochs <= longest_before.saturating_mul(4), "{longest_before} to {epochs}");
            }
            let took = f64::from(epochs) * cost * noise;
            clock.observe(epochs, Duration::from_secs_f64(took));
            (longest_before, slowest) = (epochs, took / f64::from(epochs));
        }
        let took = f64::from(clock.next(u32::MAX, u32::MAX, false)) * cost;
        let aim = SliceClock::AIM.as_secs_f64();
        prop_assert!(took >= aim / 3.0 || cost < 1e-9, "slices stay at {took} s");
        prop_assert!(took <= aim * 2.0 || took == cost, "slices settle at {took} s");
        Ok(())
    });
}

/// Slices that cost 2.4 ms beside 0.1 ms an epoch, each planned by the one before, until they have their length.
#[test]
fn slices_soon_have_their_length() {
    let took = |epochs: u32| Duration::from_micros(2_400 + 100 * u64::from(epochs));
    let mut clock = SliceClock::new(3e-4);
    let mut lengths = Vec::new();
    while clock.grows() {
        let epochs = clock.next(u32::MAX, u32::MAX, false);
        lengths.push(epochs);
        clock.observe(epochs, took(epochs));
    }
    assert_eq!(lengths, [3, 12, 48, 192], "short ones are no measure for long ones");
    let last = took(clock.next(u32::MAX, u32::MAX, false));
    assert!(last > SliceClock::AIM * 3 / 4 && last <= SliceClock::AIM, "{last:?}");
    // Where something else keeps them short, nobody waits for them to grow.
    let mut clock = SliceClock::new(1e-4);
    clock.observe(10, took(10));
    assert!(clock.grows());
    clock.observe(4, took(4));
    assert!(!clock.grows() && !SliceClock::fixed(7).grows());
}

#[test]
fn slices_end_with_the_epochs_and_stay_short_while_networks_retire() {
    let mut clock = SliceClock::new(1e-9);
    (0..20).for_each(|_| clock.observe(1 << 20, Duration::from_micros(1)));
    assert_eq!(clock.next(100, 7, false), 7);
    assert_eq!(clock.next(100, 1_000_000, true), SliceClock::RETIRING_FLOOR);
    assert_eq!(clock.next(80_000, 1_000_000, true), 10_000);
    assert!(clock.next(100, 1_000_000, false) > 10_000);
    clock.halve();
    assert!(clock.next(0, 1, false) == 1);
    let mut fixed = SliceClock::fixed(7);
    fixed.observe(7, Duration::from_secs(9));
    assert_eq!((fixed.next(0, 100, true), fixed.next(98, 2, true)), (7, 2));
}

/// Epochs at which slices of these planned lengths end, for a budget that no slice covers.
fn ends(planned: &[u32], most: u32, clock: &SliceClock) -> Vec<u64> {
    let ends = planned.iter().scan(0u64, |begun, planned| {
        *begun += u64::from(clock.next_in_stride(*planned, *begun, (16, u32::MAX, most)));
        Some(*begun)
    });
    ends.collect()
}

/// Whether after a first slice of a stride or more all slices as long end at strides.
fn keeps_in_stride(ends: &[u64], planned: &[u32]) -> bool {
    let long = ends.iter().zip(planned).filter(|(_, planned)| **planned >= 16);
    long.map(|(end, _)| end).all(|end| end % 16 == 0)
}

#[test]
fn slices_end_at_strides_and_cover_the_budget() {
    let clock = SliceClock::new(1e-3);
    holds(1_000, &(prop::collection::vec(1u32..5_000, 1..40), 16u32..9_000), |(planned, most)| {
        let cut = ends(&planned, most, &clock);
        prop_assert!(keeps_in_stride(&cut, &planned), "{cut:?}");
        for (at, planned) in planned.iter().enumerate() {
            let before = if at == 0 { 0 } else { cut[at - 1] };
            let epochs = cut[at] - before;
            prop_assert!(epochs > 0 && epochs <= u64::from(*planned.min(&most)), "{epochs} of {planned} epochs");
        }
        Ok(())
    });
    // As planned they do not, and a fixed length stays what it is.
    let planned = [1, 2, 4, 8, 16, 32, 100];
    assert!(!keeps_in_stride(&ends(&planned, u32::MAX, &SliceClock::fixed(1)), &planned));
    assert_eq!(ends(&planned, u32::MAX, &clock), [1, 3, 7, 15, 16, 48, 144]);
    // The last slice ends at the budget: one that covers it is no shorter, and no longer than a device bears.
    assert_eq!(clock.next_in_stride(300, 0, (16, 300, u32::MAX)), 304);
    assert_eq!(clock.next_in_stride(300, 5, (16, 300, u32::MAX)), 315);
    assert_eq!(clock.next_in_stride(300, 0, (16, 300, 300)), 288);
    assert_eq!(clock.next_in_stride(1, 0, (16, 1, u32::MAX)), 16);
}
