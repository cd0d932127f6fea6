//! Where the best cut-off may lie: drawn again from the counts.

use std::collections::BTreeMap;

use rand::Rng;
use rand_distr::{Binomial, Distribution};

use super::EpochInterval;

/// Populations that are drawn.
const REPLICATES: usize = 200;
/// Most groups that epochs are drawn in: so the work does not grow with the networks.
const GROUPS: u64 = 1024;

/// Networks solved in neighbouring epochs.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// The last of their epochs, and that of the group before.
    ends: (u32, u32),
    /// How many they are.
    count: u64,
    /// Mean of their epochs.
    mean: f64,
}

/// The interval of the cut-off after which restarting costs the fewest epochs a solution, by the bootstrap: as many networks
/// are drawn again from the counts of those `solved` by epoch and of the `unsolved` rest, 200 times, and the cheapest cut-off
/// of each is noted. The interval reaches as far from the `best` of all networks, on either side, as the further of the ends
/// between which the middle 95% lie: the ends themselves would leave out the truth too often where networks are few. `None`
/// where nothing was solved.
///
/// Counts are drawn, not networks (multinomial, as a chain of binomials; epochs in at most 1,024 groups of like size), so a
/// thousand million networks take no longer than a million. `random` decides: the same words, the same interval.
pub fn cut_off_interval(
    solved: &BTreeMap<u32, u64>,
    unsolved: u64,
    best: u32,
    level: f64,
    random: &mut impl Rng,
) -> Option<EpochInterval> {
    let groups = groups(solved);
    let networks = unsolved + groups.iter().map(|group| group.count).sum::<u64>();
    let mut found: Vec<(u32, u32)> =
        (0..REPLICATES).filter_map(|_| cheapest(&drawn(&groups, networks, random), networks)).collect();
    found.sort_unstable();
    let outside = (0.5 * (1.0 - level) * found.len() as f64) as usize;
    let (low, high) = (found.get(outside)?.1, found.get(found.len() - 1 - outside)?.0);
    let reach = best.saturating_sub(low).max(high.saturating_sub(best));
    let last = solved.keys().next_back().copied().unwrap_or(best);
    let ends = (best.saturating_sub(reach).max(1), best.saturating_add(reach).min(last.max(best)));
    Some(EpochInterval { epoch: Some(best), low: Some(ends.0), high: Some(ends.1) })
}

fn groups(solved: &BTreeMap<u32, u64>) -> Vec<Group> {
    let least = solved.values().sum::<u64>().div_ceil(GROUPS);
    let (mut all, mut before, mut count, mut sum) = (Vec::new(), 0, 0, 0.0);
    for (at, (epoch, more)) in solved.iter().enumerate() {
        count += more;
        sum += f64::from(*epoch) * *more as f64;
        if count > 0 && (count >= least || at + 1 == solved.len()) {
            // A group of one epoch has no other cut-off near it that is left out.
            let inner = if count == *more { *epoch } else { before + 1 };
            all.push(Group { ends: (*epoch, inner), count, mean: sum / count as f64 });
            (before, count, sum) = (*epoch, 0, 0.0);
        }
    }
    all
}

/// As many networks as there are, drawn from the groups and the rest.
fn drawn(groups: &[Group], networks: u64, random: &mut impl Rng) -> Vec<Group> {
    let (mut left, mut weight) = (networks, networks);
    let mut draw = |group: &Group| {
        let share = if weight == 0 { 0.0 } else { (group.count as f64 / weight as f64).min(1.0) };
        // A share between 0 and 1 is always accepted.
        let count = Binomial::new(left, share).map_or(0, |binomial| binomial.sample(random)).min(left);
        (left, weight) = (left - count, weight - group.count);
        Group { count, ..*group }
    };
    groups.iter().map(&mut draw).collect()
}

/// The ends of the group after which restarting is cheapest: (epochs before it + cut-off x those left) / solved.
fn cheapest(groups: &[Group], networks: u64) -> Option<(u32, u32)> {
    let (mut sum, mut solved) = (0.0, 0);
    let costs = groups.iter().filter(|group| group.count > 0).map(|group| {
        sum += group.mean * group.count as f64;
        solved += group.count;
        ((sum + f64::from(group.ends.0) * (networks - solved) as f64) / solved as f64, group.ends)
    });
    costs.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, ends)| ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Purpose, Stream};

    #[test]
    fn work_does_not_grow_with_the_networks() {
        // Half solve about epoch 5,000, the others never.
        let solved: BTreeMap<u32, u64> =
            (1..10_000).map(|epoch| (epoch, u64::from(epoch.min(10_000 - epoch)) * 2_000)).collect();
        let unsolved = solved.values().sum();
        assert!(groups(&solved).len() <= 1024);
        let interval = |word| {
            let mut random = Stream::new(word, 0, Purpose::Bootstrap);
            cut_off_interval(&solved, unsolved, 7_000, 0.95, &mut random).unwrap()
        };
        assert_eq!(interval(1), interval(1));
        assert!(cut_off_interval(&BTreeMap::new(), 5, 1, 0.95, &mut Stream::new(0, 0, Purpose::Bootstrap)).is_none());
    }

    #[test]
    fn what_is_drawn_has_the_counts_on_average() {
        let solved: BTreeMap<u32, u64> = [(10, 300), (20, 100), (30, 600)].into();
        let groups = groups(&solved);
        let mut random = Stream::new(3, 0, Purpose::Bootstrap);
        let mut sums = [0; 3];
        for _ in 0..400 {
            for (sum, group) in sums.iter_mut().zip(drawn(&groups, 2_000, &mut random)) {
                *sum += group.count;
            }
        }
        for (sum, count) in sums.iter().zip([300.0, 100.0, 600.0]) {
            let mean = *sum as f64 / 400.0;
            assert!((mean - count).abs() < 5.0, "{mean} for {count}");
        }
    }
}
