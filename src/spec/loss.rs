//! Loss functions: what training minimises. The shader twin is `shaders/part/loss.wgsl`.

use super::keyword::keywords;

/// Loss C over m examples with outputs h and targets y, summed over output units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// C = -1/m sum [y ln h + (1-y) ln(1-h)]; output delta h - y. Computed from the weighted sums, so that it is
    /// finite wherever the mathematics is.
    CrossEntropy,
    /// C = 1/(2m) sum (h-y)^2; output delta (h-y) act'(z). With `batch-sum` a step follows the plain sum over the
    /// examples of (h-y) act'(z): the gradient of half the sum of squared errors, m times that of C.
    Mse,
}

keywords!(Loss, "--loss", { CrossEntropy => "cross-entropy", Mse => "mse" });
