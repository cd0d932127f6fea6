//! Activation functions, one a file. The file holds all that any backend knows of its function; here is what a row has,
//! and the list.

mod elu;
mod gelu;
mod leaky_relu;
mod linear;
mod relu;
mod sigmoid;
mod silu;
mod sin;
mod softmax;
mod softplus;
mod tanh;

use super::error::SpecError;
use super::keyword::{plain, positive, serde_as_text};
use super::vector::Vector;
use super::{Number, keyword};

/// A row: what an activation function h = act(z) is.
pub(crate) trait Activate: Copy {
    /// The interval of its values, open where they are only approached.
    fn range(self) -> (f64, f64);

    /// Exponentials, reciprocals and the like of one value.
    fn special_count(self) -> u64;

    /// Whether h = 1/(1 + e^-z), which is had from products of powers e^-w where weights w sum to z.
    #[inline(always)]
    fn is_logistic(self) -> bool {
        false
    }

    /// Whether vector kernels hold it within their innermost loops. The others go over a layer's sums in a loop of their
    /// own, which keeps the kernels small: [`vector_with_slope`](Activate::vector_with_slope).
    #[inline(always)]
    fn is_inlined(self) -> bool {
        false
    }

    /// Whether the layer's weighted sums first become logarithms of shares that add up to 1, less the logarithm of the sum
    /// of their exponentials.
    #[inline(always)]
    fn normalises(self) -> bool {
        false
    }

    /// Whether its derivative has jumps: there `slope` is one of the two, and finite differences say nothing.
    #[inline(always)]
    fn has_kinks(self) -> bool {
        false
    }

    /// WGSL functions `act_NAME(z)` and `slope_NAME(z, h)`, with `_` for `-`; before z comes the parameter, where there is
    /// one. Those that are inlined have `times_slope_NAME(delta, product, h)` too.
    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str;

    /// The S of its name, if it has one.
    fn parameter(self) -> Option<f64> {
        None
    }

    /// act(z), as the reference computes it.
    fn value<N: Number>(self, z: N) -> N;

    /// act'(z), where h = act(z).
    fn slope<N: Number>(self, z: N, h: N) -> N;

    /// act(z) and act'(z) with their digits where the function saturates.
    fn exact<N: Number>(self, z: N) -> (N, N) {
        let h = self.value(z);
        (h, self.slope(z, h))
    }

    /// act(z) less a target, without cancellation where the function saturates at the target.
    fn error<N: Number>(self, z: N, target: f64) -> N {
        self.value(z) - N::of(target)
    }

    /// act(z) in every lane, of those that are inlined.
    #[inline(always)]
    fn vector<V: Vector>(self, z: V) -> V {
        self.vector_with_slope(z).0
    }

    /// delta act'(z) in every lane, from h = act(z) and the product of h and delta, of those that are inlined.
    #[inline(always)]
    fn times_slope<V: Vector>(self, delta: V, _product: V, _h: V) -> V {
        delta
    }

    /// act(z) and act'(z) in every lane, of the others.
    #[inline(always)]
    fn vector_with_slope<V: Vector>(self, z: V) -> (V, V) {
        (z, V::splat(1.0))
    }

    /// The same by the formulas for one number, for f64 where those for vectors are made for f32.
    #[inline(always)]
    fn lane_by_lane<V: Vector>(self, z: V) -> (V, V) {
        (z.each(|z| self.value(z)), z.each(|z| self.slope(z, self.value(z))))
    }

    /// How A comes from Z, in words of a blackboard.
    fn formula(self, z: &str) -> String;

    /// The factor act'(z) as it follows a delta there; nothing where it is 1.
    fn slope_formula(self, a: &str, z: &str) -> String;
}

/// The enum, and the one `match` over it: `with_activation!(value, row => expression)` evaluates the expression with
/// `row` standing for the row.
macro_rules! activations {
    ($($(#[$doc:meta])+ $variant:ident $(($parameter:ident: $type:ty = $default:literal))?
        = $word:literal $(| $alias:literal)* in $module:ident;)+) => {
        /// The function that a unit applies to its weighted sum z.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Activation {
            $($(#[$doc])+ $variant $(($type))?,)+
        }

        impl Activation {
            /// Every kind, in the order in which they are documented; one of those with a parameter.
            pub const ALL: &'static [Self] = &[$(Self::$variant $(($default))?),+];
            /// Word and aliases of each.
            const WORDS: &'static [&'static [&'static str]] = &[$(&[$word $(, $alias)*]),+];

            /// The word that stands for it everywhere, without its parameter.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant { .. } => $word),+ }
            }

            /// The same kind with another parameter, if it has one.
            fn with_parameter(self, value: f64) -> Option<Self> {
                match self {
                    $($(Self::$variant($parameter) => {
                        let _ = $parameter;
                        Some(Self::$variant(value))
                    })?)+
                    _ => None,
                }
            }
        }

        pub(crate) mod rows {
            $(pub(crate) use super::$module::$variant;)+
        }

        macro_rules! with_activation {
            ($value:expr, $row:ident => $body:expr) => {
                match $value {
                    $($crate::rule::Activation::$variant $(($parameter))? => {
                        let $row = $crate::rule::activation_rows::$variant $(($parameter))?;
                        $body
                    })+
                }
            };
        }
    };
}

activations! {
    /// 1/(1 + e^-z), in (0, 1); derivative h(1 - h).
    Sigmoid = "sigmoid" | "logistic" in sigmoid;
    /// tanh z, in (-1, 1); derivative 1 - h^2.
    Tanh = "tanh" in tanh;
    /// max(0, z); derivative 1 where z > 0, else 0, at the kink too.
    Relu = "relu" in relu;
    /// z where z > 0, else S z; derivative 1 or S, at the kink S.
    LeakyRelu(slope: f64 = 0.01) = "leaky-relu" | "leaky_relu" | "leakyrelu" | "lrelu" in leaky_relu;
    /// z where z > 0, else e^z - 1.
    Elu = "elu" in elu;
    /// ln(1 + e^z); derivative 1/(1 + e^-z).
    Softplus = "softplus" in softplus;
    /// z/(1 + e^-z).
    Silu = "silu" | "swish" in silu;
    /// z Phi(z), Phi being the normal distribution's function.
    Gelu = "gelu" in gelu;
    /// sin z; derivative cos z.
    Sin = "sin" | "sine" in sin;
    /// z itself; derivative 1.
    Linear = "linear" | "identity" | "none" in linear;
    /// e^z over the sum of e^z of all units of the layer: shares of classes. At the output alone, with cross-entropy.
    Softmax = "softmax" in softmax;
}

pub(crate) use with_activation;

impl Activation {
    /// The interval of its values.
    pub fn range(self) -> (f64, f64) {
        with_activation!(self, row => row.range())
    }

    /// The S of `leaky-relu:S`; `None` where there is none.
    pub fn parameter(self) -> Option<f64> {
        with_activation!(self, row => row.parameter())
    }

    /// act(z). Of softmax, z is the logarithm of a share, see [`normalise`](Activation::normalise).
    pub fn value<N: Number>(self, z: N) -> N {
        with_activation!(self, row => row.value(z))
    }

    /// act'(z) where h = act(z).
    pub fn slope<N: Number>(self, z: N, h: N) -> N {
        with_activation!(self, row => row.slope(z, h))
    }

    /// Whether all units of a layer have a part in each one's value.
    pub fn normalises(self) -> bool {
        with_activation!(self, row => row.normalises())
    }

    /// What happens to a layer's weighted sums before each unit's function: of softmax, z becomes ln of its share,
    /// z - ln sum e^z, without overflow; of all others nothing.
    pub fn normalise<N: Number>(self, sums: &mut [N]) {
        if !self.normalises() {
            return;
        }
        let largest = sums.iter().fold(f64::NEG_INFINITY, |largest, z| largest.max(z.wide()));
        let largest = N::of(largest);
        // The largest itself adds 1.
        let mut rest = N::of(-1.0);
        sums.iter().for_each(|z| rest += (*z - largest).exp());
        let shift = largest + rest.ln_1p();
        sums.iter_mut().for_each(|z| *z = *z - shift);
    }

    /// Whether its derivative jumps somewhere.
    pub fn has_kinks(self) -> bool {
        with_activation!(self, row => row.has_kinks())
    }

    /// Whether it is the logistic function.
    pub(crate) fn is_logistic(self) -> bool {
        with_activation!(self, row => row.is_logistic())
    }

    /// Whether vector kernels hold it within their innermost loops.
    pub(crate) fn is_inlined(self) -> bool {
        with_activation!(self, row => row.is_inlined())
    }
}

impl std::fmt::Display for Activation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())?;
        self.parameter().map_or(Ok(()), |parameter| write!(f, ":{}", plain(parameter)))
    }
}

impl std::str::FromStr for Activation {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (word, parameter) =
            text.trim().split_once(':').map_or((text.trim(), None), |(word, rest)| (word, Some(rest)));
        let at = Self::WORDS.iter().position(|words| words.contains(&word.to_ascii_lowercase().as_str()));
        let known = at.map(|at| Self::ALL[at]);
        match (known, parameter) {
            (Some(activation), None) => Ok(activation),
            (Some(activation), Some(parameter)) if activation.parameter().is_some() => {
                let value = positive(parameter, &format!("--activation {}:S", activation.name()))?;
                Ok(activation.with_parameter(value).unwrap_or(activation))
            }
            _ => Err(keyword::unknown("--activation", text, &Self::forms())),
        }
    }
}

impl Activation {
    /// As they are written, for messages.
    fn forms() -> Vec<&'static str> {
        Self::WORDS.iter().map(|words| if words[0] == "leaky-relu" { "leaky-relu:S" } else { words[0] }).collect()
    }
}

serde_as_text!(Activation);
