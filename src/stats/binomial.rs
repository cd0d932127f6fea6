//! Tails of the binomial distribution, accurate for any number of trials, and searches that always end.
//!
//! Probabilities are formed in Loader's saddle-point form, whose error does not grow with the counts; a tail is summed from
//! its near end outwards, positive terms only.

use std::f64::consts::PI;

/// Terms of a tail. About ten standard deviations are needed, so this is enough beyond 10^10 trials.
const TERM_LIMIT: u32 = 1 << 20;

/// P(X <= k) and P(X > k) for X successes in n trials of rate `rate` in [0, 1].
pub(super) fn binomial_tails(k: u64, n: u64, rate: f64) -> (f64, f64) {
    if k >= n {
        return (1.0, 0.0);
    }
    if (k as f64) < n as f64 * rate {
        let lower = tail(k, n, rate, |j| (j as f64 * (1.0 - rate)) / ((n - j + 1) as f64 * rate), |j| j.checked_sub(1));
        (lower, 1.0 - lower)
    } else {
        let ratio = |j: u64| ((n - j) as f64 * rate) / ((j + 1) as f64 * (1.0 - rate));
        let upper = tail(k + 1, n, rate, ratio, |j| (j < n).then_some(j + 1));
        (1.0 - upper, upper)
    }
}

/// The probability of k and, with `ratio` from one to the next, of all those behind it.
fn tail(k: u64, n: u64, rate: f64, ratio: impl Fn(u64) -> f64, next: impl Fn(u64) -> Option<u64>) -> f64 {
    let (mut sum, mut term, mut at) = (1.0, 1.0, k);
    for _ in 0..TERM_LIMIT {
        term *= ratio(at);
        let larger = sum + term;
        match next(at) {
            Some(behind) if larger > sum => (sum, at) = (larger, behind),
            _ => break,
        }
    }
    (sum * probability(k, n, rate)).min(1.0)
}

/// P(X = k).
fn probability(k: u64, n: u64, rate: f64) -> f64 {
    let (successes, failures) = (k as f64, (n - k) as f64);
    match (k, n - k) {
        (0, _) => (failures * (-rate).ln_1p()).exp(),
        (_, 0) => (successes * rate.ln()).exp(),
        _ => ln_beta_power(successes, failures, rate).exp() * n as f64 / (successes * failures),
    }
}

/// ln of x^a (1-x)^b / B(a, b), after Loader, "Fast and accurate computation of binomial probabilities" (2000).
pub(super) fn ln_beta_power(a: f64, b: f64, x: f64) -> f64 {
    let n = a + b;
    // b - n (1 - x) is the same but for the sign; formed anew it would lose its digits where n is large.
    let difference = a - n * x;
    0.5 * (a * b / (2.0 * PI * n)).ln() + stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x, difference)
        - deviance(b, n * (1.0 - x), -difference)
}

/// ln Gamma(x+1) minus Stirling's (x + 1/2) ln x - x + ln(2 pi)/2.
fn stirling_error(x: f64) -> f64 {
    if x < 16.0 {
        return libm::lgamma(x + 1.0) - (x + 0.5) * x.ln() + x - 0.5 * (2.0 * PI).ln();
    }
    let square = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square) / square)
        / x
}

/// x ln(x/mean) - difference, where the difference is x - mean, without cancellation where x is near the mean.
fn deviance(x: f64, mean: f64, difference: f64) -> f64 {
    if difference.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() - difference;
    }
    let v = difference / (x + mean);
    let mut term = 2.0 * x * v;
    let mut sum = difference * v;
    for odd in (3..2000).step_by(2) {
        term *= v * v;
        let next = sum + term / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// The smallest number between `low` and `high` (both from 0 on) at which `holds` is true, given that it stays true from
/// there on. Bisects the numbers themselves, so 64 steps reach full relative accuracy at any magnitude.
pub(super) fn first_where(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low.to_bits(), high.to_bits());
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(f64::from_bits(middle)) { high = middle } else { low = middle + 1 }
    }
    f64::from_bits(high)
}

/// The rates at which so many successes or more, and so few or fewer, have the probabilities `tails`: Clopper & Pearson's
/// ends for tails of any size.
pub(super) fn exact_ends(successes: u64, trials: u64, tails: (f64, f64)) -> (f64, f64) {
    let share = successes as f64 / trials as f64;
    let low = match successes {
        0 => 0.0,
        _ => first_where(0.0, share, |rate| binomial_tails(successes - 1, trials, rate).1 >= tails.0),
    };
    let high = match trials - successes {
        0 => 1.0,
        _ => first_where(share, 1.0, |rate| binomial_tails(successes, trials, rate).0 <= tails.1),
    };
    (low, high)
}

/// Two-sided tail probability of a standard normal value.
pub(super) fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Upper tail probability of a standard normal value.
pub(super) fn normal_upper(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_of_few_trials_by_hand() {
        for (k, lower) in [(0, 0.343), (1, 0.784), (2, 0.973), (3, 1.0)] {
            let tails = binomial_tails(k, 3, 0.3);
            assert!((tails.0 - lower).abs() < 1e-15 && (tails.1 - (1.0 - lower)).abs() < 1e-15, "{k}: {tails:?}");
        }
        assert_eq!(binomial_tails(0, 5, 0.0), (1.0, 0.0));
        assert_eq!(binomial_tails(4, 5, 1.0), (0.0, 1.0));
    }

    #[test]
    fn a_fair_coin_is_symmetric_at_any_number_of_tosses() {
        for n in [3, 101, 99_999, 999_999_999] {
            let (lower, upper) = binomial_tails(n / 2, n, 0.5);
            assert!((lower - 0.5).abs() < 1e-10 && (upper - 0.5).abs() < 1e-10, "{n}: {lower}, {upper}");
        }
    }

    #[test]
    fn search_finds_the_first_number() {
        assert_eq!(first_where(0.0, 1.0, |x| x >= 0.1), 0.1);
        assert_eq!(first_where(0.0, 1.0, |x| x >= 1e-300), 1e-300);
        assert_eq!(first_where(0.0, 1.0, |_| false), 1.0);
    }
}
