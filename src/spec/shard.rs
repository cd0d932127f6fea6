//! A part of a population, so that many machines can share it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Population, SpecError};

/// Part K of N, counted from 1: a range of networks. All parts together are the whole population, without overlap.
///
/// ```
/// use basins::spec::{Population, Shard};
/// let population = Population::new(0, 1_000, 7)?;
/// let shard: Shard = "2/3".parse()?;
/// assert_eq!(shard.of(population)?.networks(), 333..666);
/// # Ok::<(), basins::spec::SpecError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    part: u64,
    count: u64,
}

impl Shard {
    /// Large shards begin at multiples of this, counted from the population's first network: rows are stored in groups of as
    /// many, and those of shards join without being written anew.
    pub const GROUP: u64 = 1 << 16;

    /// # Errors
    /// There is no such part.
    pub fn new(part: u64, count: u64) -> Result<Self, SpecError> {
        if part == 0 || part > count {
            return Err(SpecError::new(format!("there is no shard {part} of {count}: shards count from 1")));
        }
        Ok(Self { part, count })
    }

    /// Which part, from 1.
    pub fn part(self) -> u64 {
        self.part
    }

    /// Of how many.
    pub fn count(self) -> u64 {
        self.count
    }

    /// The part's networks.
    ///
    /// # Errors
    /// There are more parts than networks.
    pub fn of(self, population: Population) -> Result<Population, SpecError> {
        let range = self.range(population.count()).ok_or_else(|| {
            SpecError::new(format!(
                "--shard {self} cuts {} networks into more parts than there are networks",
                population.count()
            ))
        })?;
        Population::new(population.first() + range.start, range.end - range.start, population.seed())
    }

    /// The part of so many things in a row; nothing where there are fewer than parts.
    pub fn range(self, total: u64) -> Option<std::ops::Range<u64>> {
        if self.count > total {
            return None;
        }
        let groups = total.div_ceil(Self::GROUP);
        let (units, unit) = if groups >= self.count { (groups, Self::GROUP) } else { (total, 1) };
        let cut = |part: u64| {
            // Of 2^48 networks times as many parts.
            let units = u128::from(units) * u128::from(part) / u128::from(self.count);
            total.min(units as u64 * unit)
        };
        Some(cut(self.part - 1)..cut(self.part))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.count)
    }
}

impl FromStr for Shard {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let numbers = text
            .split_once('/')
            .and_then(|(part, count)| Some((part.trim().parse().ok()?, count.trim().parse().ok()?)));
        match numbers {
            Some((part, count)) => Self::new(part, count),
            None => Err(SpecError::new(format!("--shard takes K/N, as 3/64, but got {text:?}"))),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_everything_once() {
        for (total, count) in [(1, 1), (10, 3), (100_000, 7), (1 << 20, 7), ((1 << 22) + 5, 64), (1 << 48, 100_000)] {
            let mut end = 0;
            for part in [1, 2, 3, count / 2, count].into_iter().filter(|part| (1..=count).contains(part)) {
                let range = Shard::new(part, count).unwrap().range(total).unwrap();
                assert!(range.start >= end.min(range.start) && !range.is_empty(), "{part}/{count} of {total}");
            }
            if count <= 64 {
                for part in 1..=count {
                    let range = Shard::new(part, count).unwrap().range(total).unwrap();
                    assert_eq!(range.start, end);
                    end = range.end;
                }
                assert_eq!(end, total);
            }
        }
        assert_eq!(Shard::new(2, 3).unwrap().range(2), None);
        assert_eq!("3/64".parse::<Shard>().unwrap().range(1 << 22), Some(131_072..196_608), "whole groups");
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "3", "0/4", "5/4", "-1/4", "a/b", "1/0"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
