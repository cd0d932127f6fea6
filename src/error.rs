//! The library's one error: a kind that decides the exit code, and a sentence for a person.

use crate::spec::SpecError;

/// What went wrong, as far as a caller must tell cases apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Input,
    Device,
    DeviceLost,
    Verification,
    Interrupted,
    Failure,
}

/// Why something could not be done. Printing it gives one sentence: what is wrong, where, what would be right.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: Kind,
    message: String,
}

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A wrong setting or file.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// No device that fits.
    pub fn device(message: impl Into<String>) -> Self {
        Self::new(Kind::Device, message)
    }

    /// A device that was lost and did not come back.
    pub fn device_lost(message: impl Into<String>) -> Self {
        Self::new(Kind::DeviceLost, message)
    }

    /// A check that found a disagreement.
    pub fn verification(message: impl Into<String>) -> Self {
        Self::new(Kind::Verification, message)
    }

    /// Stopped by its caller before there was anything to tell.
    pub fn interrupted(message: impl Into<String>) -> Self {
        Self::new(Kind::Interrupted, message)
    }

    /// Anything else: a full disk, a driver's refusal.
    pub fn failure(message: impl Into<String>) -> Self {
        Self::new(Kind::Failure, message)
    }

    /// A file that could not be read or written.
    pub fn file(path: &std::path::Path, what: &str, error: &std::io::Error) -> Self {
        Self::failure(format!("{} {what}: {error}", path.display()))
    }

    /// Whether the input is at fault.
    pub fn is_input(&self) -> bool {
        self.kind == Kind::Input
    }

    /// Whether no fitting device was found.
    pub fn is_device(&self) -> bool {
        self.kind == Kind::Device
    }

    /// Whether a device was lost for good.
    pub fn is_device_lost(&self) -> bool {
        self.kind == Kind::DeviceLost
    }

    /// The program's exit code for it: 1 failure, 2 wrong input, 3 no suitable device, 4 verification failed, 5 device
    /// lost beyond recovery, 130 interrupted.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Failure => 1,
            Kind::Input => 2,
            Kind::Device => 3,
            Kind::Verification => 4,
            Kind::DeviceLost => 5,
            Kind::Interrupted => 130,
        }
    }
}

impl From<SpecError> for Error {
    fn from(error: SpecError) -> Self {
        Self::input(error.to_string())
    }
}
