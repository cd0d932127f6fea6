//! Sets of fates.

use super::Fate;

/// Some of the fates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fates(u16);

impl Fates {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self(u16::MAX);

    /// Whether it is one of them.
    pub fn contains(self, fate: Fate) -> bool {
        self.0 & Self::bit(fate) != 0
    }

    fn bit(fate: Fate) -> u16 {
        1 << fate as u16
    }
}

impl FromIterator<Fate> for Fates {
    fn from_iter<I: IntoIterator<Item = Fate>>(fates: I) -> Self {
        Self(fates.into_iter().fold(0, |set, fate| set | Self::bit(fate)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_made_of() {
        let some: Fates = [Fate::Solved, Fate::Unfinished].into_iter().collect();
        let held: Vec<Fate> = Fate::ALL.into_iter().filter(|fate| some.contains(*fate)).collect();
        assert_eq!(held, [Fate::Solved, Fate::Unfinished]);
        assert!(Fate::ALL.into_iter().all(|fate| Fates::ALL.contains(fate) && !Fates::NONE.contains(fate)));
    }
}
