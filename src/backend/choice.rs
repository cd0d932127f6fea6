//! Which backend trains: the words of `--backend`, and what `auto` makes of them.

use crate::error::{Error, Result};
use crate::spec::keyword::keywords;

use super::{Backend, Reference, Simd};

/// The words of `--backend`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Choice {
    /// A hardware GPU if there is one (fused where the network fits, else staged), else the CPU.
    #[default]
    Auto,
    /// GPU, one invocation a network.
    Fused,
    /// GPU, one kernel a stage.
    Staged,
    /// CPU, vectors across networks.
    Simd,
    /// CPU, scalar.
    Reference,
}

keywords!(Choice, "--backend", {
    Auto => "auto", Fused => "fused", Staged => "staged", Simd => "simd", Reference => "reference",
});

/// Floating-point format of the reference backend; all others train in f32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

keywords!(Precision, "--precision", { F32 => "f32", F64 => "f64" });

/// How a backend is to be opened.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Which one.
    pub choice: Choice,
    /// Precision of the reference (f64 by default).
    pub precision: Option<Precision>,
    /// Worker threads of a CPU backend; all cores by default.
    pub threads: Option<usize>,
    /// Index or part of the name of a GPU.
    pub device: Option<String>,
    /// Whether anything but a hardware GPU is an error.
    pub require_gpu: bool,
}

impl Open {
    /// Opens the backend.
    ///
    /// # Errors
    /// The options contradict each other, or no device fits.
    pub fn backend(&self) -> Result<Box<dyn Backend>> {
        match self.choice {
            Choice::Reference => {
                Ok(Box::new(Reference::new(self.precision.unwrap_or(Precision::F64), self.checked_threads()?)?))
            }
            _ => Ok(Box::new(Simd::new(self.checked_threads()?)?)),
        }
    }

    fn checked_threads(&self) -> Result<Option<usize>> {
        if self.threads == Some(0) {
            return Err(Error::input("--threads must be at least 1"));
        }
        Ok(self.threads)
    }
}

impl From<Choice> for Open {
    fn from(choice: Choice) -> Self {
        Self { choice, ..Self::default() }
    }
}
