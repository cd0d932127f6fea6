//! A band for a whole survival curve.

use super::binomial::normal_upper;

/// The number that the largest of |B(u)| over u from 0 to `share` exceeds with probability 1 - `level`, for a Brownian
/// bridge B; `share` in (0, 1], 1 for Kolmogorov's 1.358 at level 0.95.
///
/// By the reflections of a Brownian motion between two lines (Anderson, Annals of Mathematical Statistics 31, 1960).
pub(super) fn bridge_quantile(share: f64, level: f64) -> f64 {
    let (mut low, mut high) = (0.0, 4.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if stays_within(middle, share) < level { low = middle } else { high = middle }
    }
    high
}

/// Probability that |B(u)| stays at most `bound` for u up to `share`.
fn stays_within(bound: f64, share: f64) -> f64 {
    // At 1 itself the bridge is back at 0: nothing is added by the very end.
    let share = share.clamp(1e-12, 1.0 - 1e-9);
    let scale = bound * ((1.0 - share) / share).sqrt();
    let end = 1.0 / (1.0 - share);
    let mut sum = 1.0 - 2.0 * normal_upper(scale * end);
    for turn in 1..200 {
        let k = f64::from(turn);
        let weight = (-2.0 * k * k * bound * bound).exp();
        let term = 2.0 * weight * (normal_upper(scale * (2.0 * k - end)) - normal_upper(scale * (2.0 * k + end)));
        sum += if turn % 2 == 1 { -term } else { term };
        if weight < 1e-18 {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_as_printed() {
        // Kolmogorov's at the whole, and near 0 that of a Brownian motion: P(max |W| > 2.241) = 0.05 on [0, 1].
        assert!((bridge_quantile(1.0, 0.95) - 1.3581).abs() < 1e-4, "{}", bridge_quantile(1.0, 0.95));
        assert!((bridge_quantile(1.0, 0.99) - 1.6276).abs() < 1e-4);
        assert!((bridge_quantile(1e-6, 0.95) / 1e-3 - 2.2414).abs() < 1e-3, "{}", bridge_quantile(1e-6, 0.95));
        // At level 0.9, as tables after Hall & Wellner, Biometrika 67 (1980), have them.
        for (share, expected) in [(0.1, 0.599), (0.25, 0.894), (0.4, 1.062)] {
            let found = bridge_quantile(share, 0.9);
            assert!((found - expected).abs() < 1e-3, "{share}: {found}");
        }
    }
}
