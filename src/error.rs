//! The library's one error: a kind that decides the exit code, and a sentence for a person.

use crate::foreign::sentence;
use crate::spec::SpecError;

/// What went wrong, as far as a caller must tell cases apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorKind {
    Input,
    Device,
    DeviceLost,
    Verification,
    Interrupted,
    OutOfMemory,
    Failure,
}

/// Why something could not be done. Printing it gives one sentence: what is wrong, where, what would be right.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// What others wrote may be in it: nothing that a terminal obeys, and no more than a sentence.
    fn new(kind: ErrorKind, message: impl AsRef<str>) -> Self {
        Self { kind, message: sentence(message.as_ref()) }
    }

    /// A wrong setting or file.
    pub fn input(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// No device that fits.
    pub fn device(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Device, message)
    }

    /// A device that was lost and did not come back.
    pub fn device_lost(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::DeviceLost, message)
    }

    /// A check that found a disagreement.
    pub fn verification(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Verification, message)
    }

    /// A device that has no room for what was asked of it.
    pub fn out_of_memory(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::OutOfMemory, message)
    }

    /// Stopped by its caller before there was anything to tell.
    pub fn interrupted(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Interrupted, message)
    }

    /// Anything else: a full disk, a driver's refusal.
    pub fn failure(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Failure, message)
    }

    /// A file that could not be read or written.
    pub fn file(path: &std::path::Path, what: &str, error: &std::io::Error) -> Self {
        Self::failure(format!("{} {what}: {error}", path.display()))
    }

    /// Whether the input is at fault.
    pub fn is_input(&self) -> bool {
        self.kind == ErrorKind::Input
    }

    /// Whether no fitting device was found.
    pub fn is_device(&self) -> bool {
        self.kind == ErrorKind::Device
    }

    /// Whether a device was lost for good.
    pub fn is_device_lost(&self) -> bool {
        self.kind == ErrorKind::DeviceLost
    }

    /// Whether a device had no room for what was asked of it.
    pub fn is_out_of_memory(&self) -> bool {
        self.kind == ErrorKind::OutOfMemory
    }

    /// The program's exit code for it: 1 failure, 2 wrong input, 3 no suitable device, 4 verification failed, 5 device
    /// lost beyond recovery, 130 interrupted.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::Failure | ErrorKind::OutOfMemory => 1,
            ErrorKind::Input => 2,
            ErrorKind::Device => 3,
            ErrorKind::Verification => 4,
            ErrorKind::DeviceLost => 5,
            ErrorKind::Interrupted => 130,
        }
    }
}

impl From<SpecError> for Error {
    fn from(error: SpecError) -> Self {
        Self::input(error.to_string())
    }
}
