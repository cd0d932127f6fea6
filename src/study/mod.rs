//! The questions, one file each. A study asks a backend to train and turns what comes back into an answer; it shows
//! nothing itself.

pub mod bench;
mod continued;
mod escape;
mod examine;
mod explanation;
mod map;
mod rerun;
mod seconds;
mod surface;
mod sweep;
mod trace;
pub mod verify;

pub use continued::{Continued, Escapes, Unsolved};
pub use escape::{Delivered, EscapeRate, EscapeStudy, KindRow, Sink};
pub use examine::{Examined, Verdicts, is_examinable};
pub use explanation::{Explanation, Matrix, Section};
pub use map::{
    Boundary, Canvas, Cell, Cells, FateCounts, Finished, Map, MapPixel, MapPlan, MapRequest, MapStart, MapStudy,
    Member, Pixel, Shares, Sketch, TileStore,
};
pub use rerun::{Counts, Recorded, Rerun, RerunRow, Trainer};
pub use seconds::Seconds;
pub use surface::{Path, PlaneAxis, Surface, SurfaceStudy};
pub use sweep::{Comparison, Plan, PlanPoint, Sweep, SweepPoint, SweepStudy};
pub use trace::{Trace, response, trained_weights};
