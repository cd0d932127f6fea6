//! The questions, one file each. A study asks a backend to train and turns what comes back into an answer; it shows
//! nothing itself.

pub mod bench;
mod escape;
mod lesson;
mod surface;
mod trace;
pub mod verify;

pub use escape::{EscapeRate, EscapeStudy, Seconds, Sink};
pub use lesson::{Lesson, Matrix, Passage};
pub use surface::{Path, PlaneAxis, Surface, SurfaceStudy};
pub use trace::{Trace, response};
