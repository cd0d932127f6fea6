//! Numbers from counts. Pure functions: nothing here knows who trained or what is shown.

mod interval;
mod quantile;

pub use interval::{Interval, wilson};
pub use quantile::{EpochSummary, quantile};
