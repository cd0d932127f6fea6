//! Numbers from counts. Pure functions: nothing here knows who trained or what is shown.

mod binomial;
mod compare;
mod dimension;
mod interval;
mod quantile;
mod restart;
mod sequence;
mod survival;

pub use compare::{Difference, Pairs, holm, paired, two_sample};
pub use dimension::{BoxCount, Dimension, Points, boundary, student_quantile};
pub use interval::{Interval, LEVEL, RateMethod, clopper_pearson, wilson};
pub use quantile::{EpochSummary, quantile};
pub use restart::{CutOff, Restart};
pub use sequence::{confidence_sequence, looks};
pub use survival::{EpochInterval, Survival, SurvivalStep};
