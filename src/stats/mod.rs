//! Numbers from counts. Pure functions: nothing here knows who trained or what is shown.

mod band;
mod binomial;
mod bootstrap;
mod compare;
mod dimension;
mod family;
mod interval;
mod method;
mod power;
mod quantile;
mod restart;
mod sequence;
mod stopping;
mod student;
mod survival;

pub use bootstrap::cut_off_interval;
pub use compare::{Difference, Pairs, holm, paired, two_sample};
pub use dimension::{BoxCount, Dimension, Points, boundary};
pub use family::Family;
pub use interval::{Interval, LEVEL, clopper_pearson, wilson};
pub use method::RateMethod;
pub use power::{
    Comparing, compared_trials, share_unmet, told_apart, told_by_interval, trials_to_meet, wilson_trials, wilson_width,
};
pub use quantile::{EpochSummary, quantile};
pub use restart::{CutOff, Restart};
pub use sequence::confidence_sequence;
pub use stopping::{UntilWidth, stopped};
pub use student::student_quantile;
pub use survival::{EpochInterval, Survival, SurvivalStep};
