//! The questions, one file each. A study asks a backend to train and turns what comes back into an answer; it shows
//! nothing itself.

pub mod bench;
mod compare;
mod continued;
mod examine;
mod examine_budget;
mod explanation;
mod map;
mod power;
mod rerun;
mod run;
mod seconds;
mod surface;
mod sweep;
mod trace;
mod trainers;
pub mod verify;

pub use compare::{BestCutOff, Ends, FatePairs, FateRow, RunComparison, RunRecord, SettingRow, SolvedEpochs};
pub use continued::{Continued, ContinuedCounts, Escapes, Unsolved};
pub use examine::{Examined, Verdicts, is_examinable};
pub use examine_budget::ExamineBudget;
pub use explanation::{Explanation, Matrix, Section};
pub use map::{
    Boundary, Canvas, FateCounts, Finished, Map, MapCell, MapCells, MapPixel, MapPlan, MapRequest, MapStart, MapStudy,
    Member, Pixel, ShardPixels, Shares, Sketch, TileStore,
};
pub use power::{PowerAnswer, PowerQuestion, Shown};
pub use rerun::{Counts, Recorded, Rerun, RerunRow, Trainer};
pub use run::{Advice, Delivered, KindRow, RunAnswer, RunPart, RunState, RunStudy, Sink};
pub use seconds::Seconds;
pub use surface::{Path, Surface, SurfaceAxis, SurfaceStudy};
pub use sweep::{
    Comparison, PlanPoint, PointState, Sweep, SweepDelivered, SweepPlan, SweepPoint, SweepSink, SweepState, SweepStudy,
};
pub use trace::{Trace, response, trained_weights};
pub use trainers::{TrainedBy, Trainers, rounding};
