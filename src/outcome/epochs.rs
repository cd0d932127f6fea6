//! How many networks there are by epoch, kept such that counts of many chunks join fast.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Networks by epoch, in ascending order of epochs: joining goes through both once. In files an object, as a map is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EpochCounts(Vec<(u32, u64)>);

impl EpochCounts {
    /// How often each epoch occurs.
    pub(super) fn of(mut epochs: Vec<u32>) -> Self {
        let (Some(least), Some(most)) = (epochs.iter().copied().min(), epochs.iter().copied().max()) else {
            return Self::default();
        };
        // Many among few are counted in two passes, without sorting.
        let span = (most - least) as usize;
        if span / 2 < epochs.len() {
            let mut counts = vec![0u32; span + 1];
            epochs.iter().for_each(|epoch| counts[(epoch - least) as usize] += 1);
            let counted = (least..=most).zip(counts).filter(|(_, count)| *count > 0);
            return Self(counted.map(|(epoch, count)| (epoch, count.into())).collect());
        }
        epochs.sort_unstable();
        Self(epochs.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64)).collect())
    }

    /// With another's networks.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.0.is_empty() || other.0.is_empty() {
            self.0.extend(&other.0);
            return;
        }
        let (mine, theirs) = (std::mem::take(&mut self.0), &other.0);
        let mut joined = Vec::with_capacity(mine.len() + theirs.len());
        let (mut a, mut b) = (0, 0);
        while let (Some(left), Some(right)) = (mine.get(a), theirs.get(b)) {
            let order = left.0.cmp(&right.0);
            joined.push(match order {
                Ordering::Less => *left,
                Ordering::Greater => *right,
                Ordering::Equal => (left.0, left.1 + right.1),
            });
            a += usize::from(order.is_le());
            b += usize::from(order.is_ge());
        }
        joined.extend(&mine[a..]);
        joined.extend(&theirs[b..]);
        self.0 = joined;
    }

    /// As a map.
    pub(super) fn map(&self) -> BTreeMap<u32, u64> {
        self.0.iter().copied().collect()
    }
}

impl Serialize for EpochCounts {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.collect_map(self.0.iter().copied())
    }
}

impl<'d> Deserialize<'d> for EpochCounts {
    fn deserialize<D: Deserializer<'d>>(source: D) -> Result<Self, D::Error> {
        Ok(Self(BTreeMap::deserialize(source)?.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_join_like_those_of_all_epochs_together() {
        let parts: [&[u32]; 6] = [&[], &[5, 3, 5], &[4], &[1, 9, 9, 3], &[u32::MAX, 0], &[5, 9]];
        let mut joined = EpochCounts::default();
        for part in parts {
            joined.merge(&EpochCounts::of(part.to_vec()));
        }
        assert_eq!(joined, EpochCounts::of(parts.concat()));
        assert_eq!(joined.map(), [(0, 1), (1, 1), (3, 2), (4, 1), (5, 3), (9, 3), (u32::MAX, 1)].into());
    }

    #[test]
    fn few_and_many_are_counted_alike() {
        for (count, span) in [(100u32, 7), (100, 199), (100, 1000), (1, 1), (3, u32::MAX)] {
            let epochs: Vec<u32> = (0..count).map(|at| (at + 1).wrapping_mul(2_654_435_761) % span).collect();
            let mut expected = BTreeMap::new();
            epochs.iter().for_each(|epoch| *expected.entry(*epoch).or_insert(0) += 1);
            assert_eq!(EpochCounts::of(epochs).map(), expected);
        }
    }

    #[test]
    fn files_hold_an_object_in_any_order() {
        let counts = EpochCounts::of(vec![30, 7, 7]);
        assert_eq!(serde_json::to_string(&counts).unwrap(), r#"{"7":2,"30":1}"#);
        assert_eq!(serde_json::from_str::<EpochCounts>(r#"{"30":1,"7":2}"#).unwrap(), counts);
    }
}
