//! What to do next, by what a run found.

use crate::landscape::PlaceKind;
use crate::outcome::Fate;

use super::super::continued::Unsolved;
use super::answer::{KindRow, RunAnswer};

/// Share of the unsolved from which on they are worth a word.
const NOTEWORTHY: f64 = 1.0 / 3.0;
/// Share of the epochs per solution that a restart must save to be recommended.
const WORTHWHILE: f64 = 0.1;
/// How much longer those still improving are trained.
const LONGER: u32 = 10;

/// What may help.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Advice {
    /// Many diverged.
    LowerRate {
        /// Of the unsolved.
        share: f64,
    },
    /// Many have a hidden layer that is off on every example.
    ReviveUnits {
        /// Of the unsolved, by those examined.
        share: f64,
    },
    /// Many are still improving.
    TrainOn {
        /// Of the unsolved.
        share: f64,
        /// How many times the budget.
        factor: u32,
    },
    /// Starts that are not solved by then are best given up.
    RestartEarlier {
        /// Epochs of each start.
        epoch: u32,
        /// Share of the epochs per solution.
        saving: f64,
    },
}

impl RunAnswer {
    /// What to do next, the most helpful first; nothing where nothing stands out, or the answer is not whole.
    pub fn advice(&self) -> Vec<Advice> {
        if self.interrupted {
            return Vec::new();
        }
        let unsolved = (self.tally.networks() - self.tally.solved()).max(1) as f64;
        let dead: f64 = self.fates().iter().map(dead).sum::<f64>() / unsolved;
        let improving = self.fates().into_iter().find(|row| row.kind.fate == Fate::Descending);
        // Those with a dead layer are named after their outputs alone.
        let improving = improving.map_or(0.0, |row| (row.tally.count as f64 - self::dead(&row)) / unsolved);
        let diverged = self.tally.count(Fate::Diverged) as f64 / unsolved;
        let longer = Unsolved::longer(self.problem.spec(), LONGER).is_ok() && self.continued.is_none();
        let restart = self.restart().filter(|restart| restart.saving() >= WORTHWHILE);
        let all = [
            (diverged > NOTEWORTHY).then_some(Advice::LowerRate { share: diverged }),
            (dead > NOTEWORTHY).then_some(Advice::ReviveUnits { share: dead }),
            (improving > NOTEWORTHY && longer).then_some(Advice::TrainOn { share: improving, factor: LONGER }),
            restart.map(|restart| Advice::RestartEarlier { epoch: restart.best.epoch, saving: restart.saving() }),
        ];
        all.into_iter().flatten().collect()
    }
}

/// About how many of a fate have a dead layer: the share of those examined.
fn dead(row: &KindRow) -> f64 {
    row.tally.count as f64 * row.verdicts.of(PlaceKind::Dead) as f64 / row.verdicts.examined.max(1) as f64
}
