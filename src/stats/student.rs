//! Student's distribution.

use crate::seed::normal_quantile;

/// Quantile of Student's distribution by Cornish and Fisher's expansion (Abramowitz & Stegun 26.7.5): three digits from 3
/// degrees of freedom on.
pub fn student_quantile(p: f64, freedom: f64) -> f64 {
    let z = normal_quantile(p);
    let terms = [
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
        (79.0 * z.powi(9) + 776.0 * z.powi(7) + 1482.0 * z.powi(5) - 1920.0 * z.powi(3) - 945.0 * z) / 92160.0,
    ];
    terms.iter().rev().fold(0.0, |sum, term| (sum + term) / freedom) + z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_quantiles_as_tabled() {
        for (freedom, expected) in [(3.0, 3.182), (5.0, 2.571), (10.0, 2.228), (60.0, 2.000)] {
            let quantile = student_quantile(0.975, freedom);
            assert!((quantile / expected - 1.0).abs() < 3e-3, "{freedom}: {quantile}");
        }
    }
}
