//! The questions, one file each. A study asks a backend to train and turns what comes back into an answer; it shows
//! nothing itself.

pub mod bench;
mod escape;
mod surface;
pub mod verify;

pub use escape::{EscapeRate, EscapeStudy, Seconds, Sink};
pub use surface::{Path, PlaneAxis, Surface, SurfaceStudy};
