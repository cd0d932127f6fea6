//! Which backend trains: the words of `--backend`, and what `auto` makes of them.

use crate::error::{Error, Result};
use crate::spec::keyword::keywords;

use super::{Backend, Precision, Reference, Simd, Vectors};

/// The words of `--backend`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Choice {
    /// A hardware GPU if there is one (fused where the network fits in registers, else grouped, else staged), else the CPU.
    #[default]
    Auto,
    /// GPU, weights in registers.
    Fused,
    /// GPU, one workgroup a network.
    Grouped,
    /// GPU, one kernel a stage.
    Staged,
    /// CPU, vectors across networks.
    Simd,
    /// CPU, scalar.
    Reference,
}

keywords!(Choice, "--backend", {
    Auto => "auto", Fused => "fused", Grouped => "grouped", Staged => "staged", Simd => "simd", Reference => "reference",
});

impl Choice {
    /// The forms of a GPU, those for small networks first.
    pub const GPU: [Self; 3] = [Self::Fused, Self::Grouped, Self::Staged];

    /// Whether a GPU is asked for by name.
    pub fn is_gpu(self) -> bool {
        Self::GPU.contains(&self)
    }
}

/// How a backend is to be opened.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Which one.
    pub choice: Choice,
    /// Precision of a CPU backend: of the reference f64 by default, of simd f32.
    pub precision: Option<Precision>,
    /// Worker threads of a CPU backend; all cores by default.
    pub threads: Option<usize>,
    /// Index or part of the name of a GPU.
    pub device: Option<String>,
    /// Whether anything but a hardware GPU is an error.
    pub require_gpu: bool,
    /// Invocations of a GPU's workgroups, a power of two, where it is not left to the form.
    pub workgroup_size: Option<u32>,
}

impl Open {
    /// Opens the backend.
    ///
    /// # Errors
    /// The options contradict each other, or no device fits.
    pub fn backend(&self) -> Result<Box<dyn Backend>> {
        let on_gpu = self.choice.is_gpu() || self.choice == Choice::Auto && (self.device.is_some() || self.require_gpu);
        match self.choice {
            _ if on_gpu && self.is_double() => {
                Err(Error::input("--precision f64 is for --backend simd and reference; GPUs train in f32"))
            }
            Choice::Auto if self.is_double() => self.cpu(),
            Choice::Reference | Choice::Simd => self.cpu(),
            Choice::Fused | Choice::Grouped | Choice::Staged => self.gpu(),
            Choice::Auto if self.device.is_some() || self.require_gpu => self.gpu(),
            Choice::Auto => self.hardware().unwrap_or_else(|| self.cpu()),
        }
    }

    /// The same options without those that this choice has no use for: for going through several backends.
    pub fn for_choice(mut self) -> Self {
        if self.choice.is_gpu() {
            self.precision = None;
        }
        match self.choice {
            Choice::Reference | Choice::Simd => (self.device, self.require_gpu) = (None, false),
            Choice::Fused | Choice::Grouped | Choice::Staged => self.threads = None,
            Choice::Auto => {}
        }
        self
    }

    fn is_double(&self) -> bool {
        self.precision == Some(Precision::F64)
    }

    /// Whether there is a GPU at all, software included.
    pub fn any_gpu(&self) -> bool {
        #[cfg(feature = "gpu")]
        return !crate::gpu::adapters().is_empty();
        #[cfg(not(feature = "gpu"))]
        return false;
    }

    fn cpu(&self) -> Result<Box<dyn Backend>> {
        for (given, flag) in [(self.require_gpu, "--require-gpu"), (self.device.is_some(), "--device")] {
            if given {
                return Err(Error::input(format!(
                    "{flag} asks for a GPU, but --backend {} trains on the CPU; use --backend auto, fused, grouped or staged",
                    self.choice
                )));
            }
        }
        let double = self.choice == Choice::Auto && self.is_double();
        match self.choice {
            _ if double && !Vectors::widest().have_double() => Self { choice: Choice::Reference, ..self.clone() }.cpu(),
            Choice::Reference => {
                Ok(Box::new(Reference::new(self.precision.unwrap_or(Precision::F64), self.checked_threads()?)?))
            }
            _ => {
                let precision = self.precision.unwrap_or(Precision::F32);
                Ok(Box::new(Simd::new(self.checked_threads()?)?.in_precision(precision)?))
            }
        }
    }

    /// A GPU in hardware, where there is one.
    #[cfg(feature = "gpu")]
    fn hardware(&self) -> Option<Result<Box<dyn Backend>>> {
        let found = crate::gpu::adapters();
        let any = found.iter().any(|adapter| adapter.kind.is_hardware());
        any.then(|| self.open_adapter(found, true))
    }

    /// The GPU that is asked for, or the first.
    #[cfg(feature = "gpu")]
    fn gpu(&self) -> Result<Box<dyn Backend>> {
        self.open_adapter(crate::gpu::adapters(), self.require_gpu)
    }

    #[cfg(feature = "gpu")]
    fn open_adapter(&self, found: Vec<crate::gpu::Found>, hardware_only: bool) -> Result<Box<dyn Backend>> {
        use super::gpu::{DeviceTuning, GpuBackend, form};
        let form = form(self.choice.name());
        let found = crate::gpu::select(found, self.device.as_deref(), hardware_only)?;
        let usual = DeviceTuning::default();
        let tuning = match self.workgroup_size {
            None => usual,
            Some(size) if size.is_power_of_two() && size <= found.limits.max_compute_invocations_per_workgroup => {
                DeviceTuning { workgroup_size: size, group_size: Some(size), ..usual }
            }
            Some(size) => {
                return Err(Error::input(format!(
                    "a workgroup has a power of two of invocations, on {} at most {}, and not {size}",
                    found.name, found.limits.max_compute_invocations_per_workgroup
                )));
            }
        };
        Ok(Box::new(GpuBackend::tuned(crate::gpu::Gpu::open(found)?, form, tuning)))
    }

    #[cfg(not(feature = "gpu"))]
    fn hardware(&self) -> Option<Result<Box<dyn Backend>>> {
        None
    }

    #[cfg(not(feature = "gpu"))]
    fn gpu(&self) -> Result<Box<dyn Backend>> {
        Err(Error::device("this build trains on the CPU alone: it was made without the feature gpu"))
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
