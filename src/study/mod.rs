//! The questions, one file each. A study asks a backend to train and turns what comes back into an answer; it shows
//! nothing itself.

mod continued;
mod escape;
mod examine;
mod surface;
pub mod verify;

pub use continued::{Continued, Escapes, Unsolved};
pub use escape::{Delivered, EscapeRate, EscapeStudy, KindRow, LEVEL, Seconds, Sink};
pub use examine::{Examined, Verdicts, is_examinable};
pub use surface::{Path, PlaneAxis, Surface, SurfaceStudy};
