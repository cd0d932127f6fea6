//! A run shared between processes: each trains its networks, and what they found is joined to what one would have found.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Weights};
use crate::spec::Population;
use crate::study::{RunAnswer, RunPart};

use super::networks::{Kept, Networks};
use super::run::{Keep, Run};

/// What one process found, to be sent to the one that asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Share {
    first: u64,
    count: u64,
    seed: u64,
    part: RunPart,
    /// What became of each network, if it was to be kept.
    pub outcomes: Option<Outcomes>,
    /// Final weights of each network, if they were to be kept.
    pub weights: Option<Weights>,
}

impl Run<'_> {
    /// Trains the networks of this [shard](Run::shard), and gives what [`join`](Run::join) needs, with what is
    /// [kept](Run::keep) of every network.
    ///
    /// # Errors
    /// What was asked is wrong, or the device failed.
    pub fn share(self) -> Result<Share> {
        let mut opened = self.open()?;
        let population = opened.population;
        let keep = opened.run.keep.unwrap_or(Keep::Counts);
        let mut kept = Kept::new(&opened.problem, population);
        let part = opened.part(keep != Keep::Counts, &mut |chunk| kept.add(&chunk, keep))?;
        let (first, count, seed) = (population.first(), population.count(), population.seed());
        Ok(Share {
            first,
            count,
            seed,
            part,
            outcomes: (keep != Keep::Counts).then_some(kept.outcomes),
            weights: kept.weights,
        })
    }

    /// The answer for all networks from the shares of all shards, in any order: the same as of one process but for times.
    /// With the networks where every share has them.
    ///
    /// # Errors
    /// The shares are not those of this run, or some are missing or there twice.
    pub fn join(self, mut shares: Vec<Share>) -> Result<(RunAnswer, Option<Networks>)> {
        let problem = self.spec.problem()?;
        let asked = self.asked()?;
        shares.sort_by_key(|share| share.first);
        let study = self.study(&problem, asked);
        let mut next = asked.first();
        let mut joined = RunPart::default();
        let mut kept = Some(Kept::new(&problem, asked));
        for share in shares {
            share.check(next, asked)?;
            next += share.count;
            joined.append(share.part, study.examine_per_fate);
            match (&mut kept, share.outcomes) {
                (Some(kept), Some(outcomes)) => kept.append(&outcomes, share.weights.as_ref())?,
                _ => kept = None,
            }
        }
        if next != asked.networks().end {
            return Err(Error::input(format!("the shares end at network {next}, not at {}", asked.networks().end)));
        }
        let answer = study.joined(joined);
        let networks = kept.map(|kept| Networks::new(answer.clone(), kept));
        Ok((answer, networks))
    }
}

impl Share {
    /// Whether this is the one that comes next.
    fn check(&self, next: u64, asked: Population) -> Result<()> {
        let what = match self.first {
            first if first < next => "is there twice",
            first if first > next => "follows a gap",
            _ if self.seed != asked.seed() => "has another seed",
            _ => return Ok(()),
        };
        let last = self.first + self.count - 1;
        Err(Error::input(format!("the share of networks {} to {last} {what}", self.first)))
    }
}
