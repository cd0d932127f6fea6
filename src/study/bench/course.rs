//! What is gone through: one network in populations of growing size, then others.

use crate::error::Result;
use crate::spec::{AfterSolved, Population, Problem, Spec};

/// Layers of the network whose populations are gone through in the usual course, on xor.
const MAIN: &str = "2,3,1";
/// The works of a bench.
#[derive(Clone, Debug)]
pub struct Course {
    /// One network in populations, from few to many.
    pub populations: Vec<Work>,
    /// Networks of several sizes.
    pub networks: Vec<Work>,
}

impl Course {
    /// Networks of the usual course, each in one population: task, layers, networks.
    pub const NETWORKS: [(&str, &str, u64); 7] = [
        ("xor", "2,2,1", 1 << 16),
        ("xor", "2,3,1", 1 << 16),
        ("xor", "2,4,4,1", 1 << 15),
        ("parity:4", "4,8,1", 1 << 14),
        ("parity:8", "8,16,1", 1 << 12),
        ("parity:8", "8,32,1", 1 << 12),
        ("parity:8", "8,64,1", 1 << 10),
    ];

    /// 2-3-1 in each population, and seven networks from 2-2-1 to 8-64-1 in populations of at most the largest; all else
    /// as in the spec.
    ///
    /// # Errors
    /// A setting does not fit one of the networks.
    pub fn usual(spec: &Spec, populations: &[u64]) -> Result<Self> {
        let most = populations.iter().copied().max().unwrap_or(1);
        let other = |task: &str, layers: &str| -> Result<Spec> {
            Ok(Spec { task: task.parse()?, layers: layers.parse()?, ..spec.clone() })
        };
        let main = Self::of(&other("xor", MAIN)?, populations)?;
        let networks = Self::NETWORKS
            .iter()
            .map(|(task, layers, nets)| Work::new(&other(task, layers)?, (*nets).min(most)))
            .collect::<Result<_>>()?;
        Ok(Self { networks, ..main })
    }

    /// This very network in each population.
    ///
    /// # Errors
    /// The settings contradict each other.
    pub fn of(spec: &Spec, populations: &[u64]) -> Result<Self> {
        let populations = populations.iter().map(|nets| Work::new(spec, *nets)).collect::<Result<_>>()?;
        Ok(Self { populations, networks: Vec::new() })
    }

    /// 1, 4, 16 and so on, up to so many.
    pub fn powers(most: u64) -> Vec<u64> {
        std::iter::successors(Some(1), |nets: &u64| nets.checked_mul(4)).take_while(|nets| *nets <= most).collect()
    }
}

/// Networks of a kind, trained for the same number of epochs by every backend: none retires.
#[derive(Clone, Debug)]
pub struct Work {
    /// The network and its task.
    pub problem: Problem,
    /// How many of them.
    pub nets: u64,
}

impl Work {
    /// # Errors
    /// The settings contradict each other, or there are no networks.
    pub fn new(spec: &Spec, nets: u64) -> Result<Self> {
        Population::new(0, nets, 0)?;
        Ok(Self { problem: Spec { after_solved: AfterSolved::Continue, ..spec.clone() }.problem()?, nets })
    }

    /// The same networks for so many epochs.
    pub(super) fn epochs(&self, epochs: u32) -> Result<Problem> {
        Ok(self.problem.with(|spec| spec.epochs = epochs)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn populations_grow_fourfold() {
        assert_eq!(Course::powers(1), [1]);
        assert_eq!(Course::powers(70), [1, 4, 16, 64]);
        assert_eq!(Course::powers(u64::MAX).len(), 32);
    }

    #[test]
    fn the_usual_course_keeps_the_other_settings() {
        let spec = Spec { momentum: 0.5, ..Spec::default() };
        let course = Course::usual(&spec, &[1, 1 << 14]).unwrap();
        let works = || course.populations.iter().chain(&course.networks);
        assert!(works().all(|work| work.problem.spec().momentum == 0.5 && !work.problem.retires()));
        assert_eq!(works().map(|work| work.nets).max(), Some(1 << 14));
        assert_eq!(course.networks.len(), Course::NETWORKS.len());
    }
}
