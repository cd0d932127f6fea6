//! Training until the interval of a rate is as narrow as asked: after how many networks to look, and the interval that is
//! shown in the end.

use super::binomial::exact_ends;
use super::{Interval, confidence_sequence, wilson, wilson_trials};

/// By how much more networks the next look comes at least.
const STEP: u64 = 100;
/// The next look comes where a rate so many standard errors further from one half would be narrow enough.
const OPTIMISM: f64 = 0.954_499_736_103_642;
/// Share of a tail that is held back where no success was counted, and the successes (or failures, if fewer) with which half
/// of that is.
const HELD_BACK: (f64, f64) = (0.3, 20.0);

/// Clopper & Pearson's interval for a number of trials that its own width decided: the end towards one half lies further
/// out where few successes (or failures) are counted.
///
/// A run that happens to look extreme is narrow early and stops, so among stopped runs those are too many whose interval
/// ends short of the truth on the side of one half. With k the smaller of successes and failures that end leaves
/// (1 - level)/2 times 1 - 0.3/(1 + k/20) to its tail instead of (1 - level)/2. Both numbers were chosen by exact
/// calculation of the coverage, as Frey calibrates such rules ("Fixed-width sequential confidence intervals for a
/// proportion", The American Statistician 64, 2010): under [`UntilWidth`] at level 0.95 it is at least 0.948 for widths
/// from 0.001 to 0.2 and all rates, and most often 0.95 to 0.99.
///
/// ```
/// let interval = basins::stats::stopped(0, 390, 0.95);
/// assert!(interval.low == 0.0 && (interval.high - 0.0104).abs() < 1e-4);
/// ```
pub fn stopped(successes: u64, trials: u64, level: f64) -> Interval {
    let fewer = successes.min(trials - successes);
    let tail = 0.5 * (1.0 - level);
    let inner = tail * (1.0 - HELD_BACK.0 / (1.0 + fewer as f64 / HELD_BACK.1));
    let tails = if 2 * successes <= trials { (tail, inner) } else { (inner, tail) };
    let (low, high) = exact_ends(successes, trials, tails);
    Interval { method: "sequential clopper-pearson", level, low, high }
}

/// A rule that trains until an interval has some width.
///
/// The first look comes after as many networks as could be enough at all; then at every look the next number is chosen
/// from a fixed list, each number a hundredth more than the one before: the first that would be about enough if the rate
/// were two standard errors further from one half. So few looks are needed, little is trained beyond what is needed, and where
/// to stop follows from the counts at the looks alone.
///
/// This is Chow & Robbins' rule (Annals of Mathematical Statistics 36, 1965) with an interval that holds its level for few
/// successes too. Beside a fixed number of networks with Wilson's interval of the same width, which takes to know the rate
/// beforehand, it needs 1% to 10% more at widths up to 0.05 (11% to 24% at widths of 0.1 and 0.2, where that is some tens of
/// networks), most where about as many are solved, or unsolved, as the width is wide.
///
/// ```
/// use basins::stats::UntilWidth;
/// let rule = UntilWidth::new(0.01, 0.95, false);
/// // Where none is solved 403 networks are enough; where half are, about 38,700.
/// assert_eq!(rule.next_look(0, 0, 1_000_000), Some(403));
/// assert_eq!(rule.next_look(0, 403, 1_000_000), None);
/// let next = rule.next_look(202, 403, 1_000_000).unwrap();
/// assert!((35_000..38_700).contains(&next), "{next}");
/// ```
#[derive(Clone, Debug)]
pub struct UntilWidth {
    width: f64,
    level: f64,
    anytime: bool,
    /// The smallest number of networks with which the interval could be as narrow.
    first: u64,
}

impl UntilWidth {
    /// For a width between 0 and 1. The interval is that of [`stopped`], or, if it is to hold its level at all looks
    /// together, a [`confidence_sequence`], which needs four to five times the networks.
    pub fn new(width: f64, level: f64, anytime: bool) -> Self {
        let mut rule = Self { width, level, anytime, first: 1 };
        let (mut low, mut high) = (1, u64::MAX >> 11);
        while low < high {
            let middle = low + (high - low) / 2;
            if rule.is_narrow(0, middle) { high = middle } else { low = middle + 1 }
        }
        rule.first = low;
        rule
    }

    /// The interval for so many successes, at whatever number of trials the rule ended.
    pub fn interval(&self, successes: u64, trials: u64) -> Interval {
        match self.anytime {
            true => confidence_sequence(successes, trials, self.level),
            false => stopped(successes, trials, self.level),
        }
    }

    /// Whether that interval is as narrow as asked.
    pub fn is_narrow(&self, successes: u64, trials: u64) -> bool {
        trials > 0 && self.interval(successes, trials).width() <= self.width
    }

    /// Trials after which to look next, at most `most`; `None` where the interval is narrow enough or there are no more.
    pub fn next_look(&self, successes: u64, trials: u64, most: u64) -> Option<u64> {
        if trials >= most || (trials >= self.first && self.is_narrow(successes, trials)) {
            return None;
        }
        let fewer = successes.min(trials - successes);
        let share = if trials == 0 { 0.0 } else { wilson(fewer, trials, OPTIMISM).low };
        // How much a confidence sequence needs has no formula; for the other Wilson's is near enough, and quick.
        let expected = wilson_trials(share, self.width, self.level).unwrap_or(most);
        let enough = |trials: u64| match self.anytime {
            true => self.is_narrow((share * trials as f64) as u64, trials),
            false => trials >= expected,
        };
        let sizes: Vec<u64> = self.sizes(trials, most).collect();
        Some(sizes[sizes.partition_point(|size| !enough(*size)).min(sizes.len() - 1)])
    }

    /// The numbers of the list after `trials`, up to `most`.
    fn sizes(&self, trials: u64, most: u64) -> impl Iterator<Item = u64> {
        let all = std::iter::successors(Some(self.first.min(most)), move |last| {
            (*last < most).then(|| last.saturating_add(last.div_ceil(STEP)).min(most))
        });
        all.skip_while(move |size| *size <= trials)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_begin_where_the_width_can_first_be_reached_and_end_at_the_bound() {
        for anytime in [false, true] {
            let rule = UntilWidth::new(0.01, 0.95, anytime);
            let first = rule.next_look(0, 0, u64::MAX).unwrap();
            assert!(rule.is_narrow(0, first) && !rule.is_narrow(0, first - 1), "{first}");
            assert_eq!((rule.next_look(0, 0, 200), rule.next_look(50, 200, 200)), (Some(200), None));
            assert_eq!(rule.next_look(100, first, first + 1), Some(first + 1));
        }
    }

    #[test]
    fn the_next_look_depends_on_the_counts_alone_and_lies_on_the_list() {
        let rule = UntilWidth::new(0.02, 0.95, false);
        let list: Vec<u64> = rule.sizes(0, 1 << 20).collect();
        assert!(list.windows(2).all(|pair| pair[0] < pair[1] && pair[1] <= pair[0] + pair[0] / 100 + 1));
        let mut seen = std::collections::BTreeSet::new();
        for (solved, networks) in [(3, 210), (100, 210), (207, 210), (40, 1_000), (1_500, 3_000)] {
            let next = rule.next_look(solved, networks, 1 << 20).unwrap();
            assert!(next > networks && list.contains(&next), "{solved} of {networks}: {next}");
            assert_eq!(Some(next), rule.next_look(networks - solved, networks, 1 << 20), "failures count as successes");
            seen.insert(next);
        }
        assert_eq!(seen.len(), 4, "3 and 207 of 210 are the same question, others are not");
    }
}
