//! Activation functions, one a file. The file holds all that any backend knows of its function; here is what a row has,
//! and the list.

mod linear;
mod sigmoid;
mod tanh;

use super::Number;
use super::vector::Vector;

/// A row: what an activation function h = act(z) is.
pub(crate) trait Activate {
    /// The interval of its values, open where they are only approached.
    const RANGE: (f64, f64);
    /// Exponentials, reciprocals and the like of one value.
    const SPECIAL_COUNT: u64;
    /// Whether h = 1/(1 + e^-z), which is had from products of powers e^-w where weights w sum to z.
    const IS_LOGISTIC: bool = false;
    /// WGSL functions `act_NAME(z)`, `slope_NAME(h)` and `times_slope_NAME(delta, product, h)`, with `_` for `-`.
    #[cfg(feature = "gpu")]
    const WGSL: &'static str;

    /// act(z), as the reference computes it.
    fn value<N: Number>(z: N) -> N;

    /// act'(z), from h = act(z).
    fn slope<N: Number>(h: N) -> N;

    /// act(z) and act'(z) with their digits where the function saturates.
    fn exact<N: Number>(z: N) -> (N, N) {
        let h = Self::value(z);
        (h, Self::slope(h))
    }

    /// act(z) less a target, without cancellation where the function saturates at the target.
    fn error<N: Number>(z: N, target: f64) -> N {
        Self::value(z) - N::of(target)
    }

    /// act(z) in every lane.
    fn vector<V: Vector>(z: V) -> V;

    /// delta act'(z) in every lane, from h = act(z) and the product of h and delta.
    fn times_slope<V: Vector>(delta: V, product: V, h: V) -> V;

    /// How A comes from Z, in words of a blackboard.
    fn formula(z: &str) -> String;

    /// The factor act'(z) as it follows a delta there; nothing where it is 1.
    fn slope_formula(a: &str) -> String;
}

/// The enum, and the one `match` over it: `with_activation!(value, Row => expression)` evaluates the expression with
/// `Row` standing for the row's type.
macro_rules! activations {
    ($($(#[$doc:meta])+ $variant:ident($word:literal $(| $alias:literal)*) in $module:ident;)+) => {
        /// The function that a unit applies to its weighted sum z.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Activation {
            $($(#[$doc])+ $variant,)+
        }

        super::keyword::keywords!(Activation, "--activation", { $($variant => $word $(| $alias)*),+ });

        pub(crate) mod rows {
            $(pub(crate) use super::$module::$variant;)+
        }

        macro_rules! with_activation {
            ($value:expr, $row:ident => $body:expr) => {
                match $value {
                    $($crate::rule::Activation::$variant => {
                        type $row = $crate::rule::activation_rows::$variant;
                        $body
                    })+
                }
            };
        }
    };
}

activations! {
    /// 1/(1 + e^-z), in (0, 1); derivative h(1 - h).
    Sigmoid("sigmoid") in sigmoid;
    /// tanh z, in (-1, 1); derivative 1 - h^2.
    Tanh("tanh") in tanh;
    /// z itself; derivative 1.
    Linear("linear") in linear;
}

pub(crate) use with_activation;

impl Activation {
    /// The interval of its values.
    pub fn range(self) -> (f64, f64) {
        with_activation!(self, Row => Row::RANGE)
    }

    /// act(z).
    pub fn value<N: Number>(self, z: N) -> N {
        with_activation!(self, Row => Row::value(z))
    }

    /// act'(z) from h = act(z).
    pub fn slope<N: Number>(self, h: N) -> N {
        with_activation!(self, Row => Row::slope(h))
    }
}
