//! Loss functions: what training minimises. One a file; here is what a row has, and the list.

mod categorical;
mod cross_entropy;
mod mae;
mod mse;

use super::vector::Vector;
use super::{Number, Real};

/// A row: the loss of one output unit on one example, and its derivative by the unit's weighted sum z. A loss C is the sum
/// over output units of its mean over examples.
pub(crate) trait Lose {
    /// Outputs for which it is defined.
    const DOMAIN: (f64, f64);
    /// Whether outputs can rest at the wrong end of their range; otherwise the loss pulls hardest there.
    const RESTS_AT_WRONG_ENDS: bool;
    /// Whether outputs that several targets share rest at a median of the targets, and not at their mean.
    const RESTS_AT_MEDIAN: bool = false;
    /// Whether its derivative has jumps.
    const HAS_KINKS: bool = false;
    /// Whether the derivative by z is the output's error alone: the output activation's slope cancels.
    const CANCELS_SLOPE: bool;
    /// WGSL functions `output_loss(z, h, y)` and `output_delta(h, y, slope)`.
    #[cfg(feature = "gpu")]
    const WGSL: &'static str;
    /// Its name at the head of a picture.
    const TITLE: &'static str;
    /// As it is written with outputs H and targets Y.
    const FORMULA: &'static str;
    /// dC/dH as it is written with the error, H - Y.
    const PULL: &'static str = "{error}";

    /// Loss from the weighted sum z and the output h = act(z).
    fn value<R: Real>(z: R, h: R, target: R) -> R;

    /// dC/dh from the output's error h - y, where the slope does not cancel.
    fn pull<N: Number>(error: N) -> N {
        error
    }

    /// dC/dz from the output's error h - y and act'(z).
    fn delta<N: Number>(error: N, slope: N) -> N {
        if Self::CANCELS_SLOPE { error } else { Self::pull(error) * slope }
    }

    /// Loss with its digits where it is small, from z and the exact error h - y.
    fn exact(z: f64, error: f64, target: f64) -> f64;

    /// Loss of an output whose weighted sum is not known.
    fn of_output(output: f64, target: f64) -> f64;

    /// [`value`](Lose::value) in every lane.
    fn vector<V: Vector>(z: V, h: V, target: V) -> V;

    /// [`pull`](Lose::pull) in every lane.
    #[inline(always)]
    fn vector_pull<V: Vector>(error: V) -> V {
        error
    }

    /// dC/dz at the output as it follows from A and Y, `slope` being the factor act'(z) in words.
    fn delta_formula(a: &str, slope: &str) -> String {
        let error = format!("{a} - Y");
        if Self::CANCELS_SLOPE {
            error
        } else {
            format!("{}{slope}", Self::PULL.replace("{error}", &format!("({error})")))
        }
    }
}

macro_rules! losses {
    ($($(#[$doc:meta])+ $variant:ident($word:literal $(| $alias:literal)*) in $module:ident;)+) => {
        /// Loss C over m examples with outputs h and targets y, summed over output units.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Loss {
            $($(#[$doc])+ $variant,)+
        }

        super::keyword::keywords!(Loss, "--loss", { $($variant => $word $(| $alias)*),+ });

        pub(crate) mod rows {
            $(pub(crate) use super::$module::$variant;)+
        }

        macro_rules! with_loss {
            ($value:expr, $row:ident => $body:expr) => {
                match $value {
                    $($crate::rule::Loss::$variant => {
                        type $row = $crate::rule::loss_rows::$variant;
                        $body
                    })+
                }
            };
        }
    };
}

losses! {
    /// C = -1/m sum [y ln h + (1-y) ln(1-h)]; output delta h - y. Computed from the weighted sums, so that it is
    /// finite wherever the mathematics is. With softmax outputs it is [`Loss::Categorical`].
    CrossEntropy("cross-entropy" | "bce" | "binary-cross-entropy" | "binary_crossentropy" | "binary_cross_entropy"
        | "log_loss" | "crossentropy" | "cross_entropy") in cross_entropy;
    /// Of softmax outputs, C = -1/m sum y ln h; output delta h - y.
    Categorical("categorical-cross-entropy" | "cce" | "categorical_crossentropy" | "nll") in categorical;
    /// C = 1/(2m) sum (h-y)^2; output delta (h-y) act'(z). With `batch-sum` a step follows the plain sum over the
    /// examples of (h-y) act'(z): the gradient of half the sum of squared errors, m times that of C.
    Mse("mse" | "mean-squared-error" | "mean_squared_error" | "squared_error" | "l2") in mse;
    /// C = 1/m sum |h-y|; output delta sign(h-y) act'(z), 0 where h = y.
    Mae("mae" | "mean-absolute-error" | "mean_absolute_error" | "l1") in mae;
}

pub(crate) use with_loss;

impl Loss {
    /// Loss of one output unit on one example, from its weighted sum z and output h.
    pub fn value<R: Real>(self, z: R, h: R, target: R) -> R {
        with_loss!(self, Row => Row::value(z, h, target))
    }

    /// dC/dz of an output unit on one example, from its error h - y and act'(z).
    pub fn delta<N: Number>(self, error: N, slope: N) -> N {
        with_loss!(self, Row => Row::delta(error, slope))
    }

    /// Its name at the head of a picture.
    pub fn title(self) -> &'static str {
        with_loss!(self, Row => Row::TITLE)
    }

    /// Whether its derivative jumps somewhere.
    pub fn has_kinks(self) -> bool {
        with_loss!(self, Row => Row::HAS_KINKS)
    }

    /// Whether examples that share an output rest at a median of their targets: of an even number at any value between the two
    /// in the middle. At their mean otherwise.
    pub fn rests_at_median(self) -> bool {
        with_loss!(self, Row => Row::RESTS_AT_MEDIAN)
    }

    /// Loss of one output on one example where no weighted sum is known.
    pub fn of_output(self, output: f64, target: f64) -> f64 {
        with_loss!(self, Row => Row::of_output(output, target))
    }
}
