//! The lists of slots that are made after a slice.

use basins::backend::gpu::{SlotLists, listed_slots};
use basins::gpu::{Found, Gpu};
use basins::spec::Spec;
use libtest_mimic::Failed;

/// The lists as the host would make them.
fn expected(slots: &[(bool, bool)], free_tail: u32) -> SlotLists {
    let numbered = || (0u32..).zip(slots);
    let active = numbered().filter(|(_, (going, _))| *going).map(|(slot, _)| slot).collect();
    let (mut free, mut tail) = (vec![0; slots.len()], free_tail);
    for (slot, _) in numbered().filter(|(_, (going, settled))| *settled && !*going) {
        free[tail as usize % slots.len()] = slot;
        tail = tail.wrapping_add(1);
    }
    SlotLists { active, free_tail: tail, free }
}

/// Lists hold what they should in the order of slots, in pools of all sizes, also where the ring's end passes 2^32.
pub(crate) fn slots_are_listed_in_order(found: &Found) -> Result<(), Failed> {
    let gpu = Gpu::open(found.clone())?;
    let problem = Spec::default().problem()?;
    for (slot_count, free_tail) in [(4u32, 0u32), (16, 9), (64, u32::MAX - 3), (1 << 14, 77), (1 << 17, 1 << 20)] {
        let mixed = |slot: u32| slot.wrapping_mul(0x9e37_79b9) >> 24;
        let slots: Vec<(bool, bool)> =
            (0..slot_count).map(|slot| (mixed(slot) % 3 == 0, mixed(slot + 7) % 5 < 2)).collect();
        let listed = listed_slots(&gpu, &problem, &slots, free_tail)?;
        if listed != expected(&slots, free_tail) {
            return Err(format!("{slot_count} slots are not listed in order").into());
        }
        // Negative control: one slot more, and two neighbours in each other's places.
        let mut more = slots.clone();
        more[1].0 = !more[1].0;
        let mut swapped = listed.clone();
        swapped.free.swap(0, 1);
        swapped.active.reverse();
        if listed == expected(&more, free_tail) || (slot_count > 16 && swapped == listed) {
            return Err("other lists are taken for these".into());
        }
    }
    Ok(())
}
