//! In which numbers a backend trains.

use crate::spec::keyword::keywords;

/// Floating-point format of a CPU backend; GPUs train in f32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

keywords!(Precision, "--precision", { F32 => "f32", F64 => "f64" });
