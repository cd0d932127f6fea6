//! The object of a sweep, as `basins sweep --json` prints it and `sweep.json` has it: every key, what it means and its unit.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::report::object::{ByName, FateCounts, Trained};
use crate::spec::{Spec, Vary};
use crate::stats::{EpochInterval, Interval, LEVEL, Restart};
use crate::study::{Comparison, Seconds, Sweep, SweepPoint};

use super::JUDGED_DIFFERENTLY;

const SCHEMA: &str = "basins.sweep/1";

/// The same networks under many settings.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SweepObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// Settings that decide an outcome, by the names of the flags; of those that are varied what they are where nothing is
    /// said.
    spec: &'a Spec,
    /// The axes as given, each as NAME=VALUES.
    varied: &'a [Vary],
    #[serde(flatten)]
    trained: Trained<'a>,
    /// Networks asked for at each point.
    nets: u64,
    /// Index of the first.
    first: u64,
    /// Seed of the starts.
    seed: u64,
    /// Where a width decided how many networks each point took, else null.
    until_width: Option<PointWidths>,
    /// What was found at each point, in the order of the grid.
    points: Vec<PointObject<'a>>,
    /// How many points the axes make.
    points_asked: usize,
    against: Against,
    comparisons: Comparisons,
    /// Points that are not significantly different from that one.
    indistinct: usize,
    /// A warning where points have criteria of different meaning, else null.
    judged_differently: Option<&'static str>,
    /// Epochs of work that the networks of all points needed.
    net_epochs: u64,
    /// Epochs of work executed, the padding of vectors and groups included.
    net_epochs_executed: u64,
    seconds: Seconds,
    /// Whether it ended before its last point.
    interrupted: bool,
}

/// The width that the interval of each point should have.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PointWidths {
    /// The width asked for.
    asked: f64,
    /// Points with wider intervals, for want of networks.
    too_wide: usize,
}

/// What became of the networks at one point.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PointObject<'a> {
    /// Values of the varied settings by their names, as typed.
    values: ByName<'a, &'a str>,
    /// Networks that are counted.
    nets: u64,
    /// Networks solved.
    solved: u64,
    /// Share solved, from 0 to 1.
    solved_rate: f64,
    /// Interval of that share.
    solved_interval: Interval,
    /// Epoch by which half of all networks were solved, with its interval.
    median_epoch: EpochInterval,
    /// When to give up on a start and draw another; null if nothing was solved.
    restart: Option<Restart>,
    /// Mean of the losses C that are finite; null if none is.
    mean_loss: Option<f64>,
    fates: FateCounts,
    /// Epochs of work that the networks needed.
    net_epochs: u64,
    /// How it compares with the point that all are compared with; null at that point.
    comparison: Option<Comparison>,
}

/// The point that the others are compared with.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Against {
    /// Its place in `points`, from 0.
    point: usize,
    /// Whether it is the best found, chosen from the same data; else it was named.
    best: bool,
}

/// What p-values and intervals of differences are adjusted for, and which points may be the best.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Comparisons {
    family: FamilyName,
    /// How many comparisons that are.
    count: usize,
    /// How p-values are adjusted.
    p_values: &'static str,
    /// How intervals are adjusted.
    intervals: &'static str,
    /// Level of all intervals of differences together.
    level: f64,
    /// Level of each by itself.
    level_of_each: f64,
    /// Points that may be the best, with the level of all together: their places in `points`, from 0.
    may_be_best: Vec<usize>,
}

/// Which comparisons are made.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum FamilyName {
    #[serde(rename = "all pairs")]
    AllPairs,
    #[serde(rename = "with a point named beforehand")]
    WithOneNamed,
}

impl<'a> SweepObject<'a> {
    fn new(sweep: &'a Sweep) -> Self {
        let width = |asked| PointWidths { asked, too_wide: sweep.too_wide() };
        Self {
            schema: SCHEMA,
            spec: &sweep.spec,
            varied: &sweep.varied,
            trained: (&sweep.trained_by).into(),
            nets: sweep.population.count(),
            first: sweep.population.first(),
            seed: sweep.population.seed(),
            until_width: sweep.until_width.map(width),
            points: sweep.points.iter().map(|point| PointObject::new(sweep, point)).collect(),
            points_asked: sweep.asked,
            against: Against { point: sweep.against, best: sweep.against_best },
            comparisons: Comparisons {
                family: if sweep.against_best { FamilyName::AllPairs } else { FamilyName::WithOneNamed },
                count: sweep.family.count(),
                p_values: sweep.family.method(),
                intervals: "bonferroni",
                level: LEVEL,
                level_of_each: sweep.family.interval_level(LEVEL),
                may_be_best: sweep.may_be_best(),
            },
            indistinct: sweep.indistinct(),
            judged_differently: sweep.judges_differently().then_some(JUDGED_DIFFERENTLY),
            net_epochs: sweep.net_epochs(),
            net_epochs_executed: sweep.executed_net_epochs,
            seconds: sweep.seconds,
            interrupted: sweep.interrupted(),
        }
    }
}

impl<'a> PointObject<'a> {
    fn new(sweep: &'a Sweep, point: &'a SweepPoint) -> Self {
        let values = sweep.varied.iter().zip(&point.values);
        Self {
            values: values.map(|(vary, value)| (vary.name.as_str(), value.as_str())).collect(),
            nets: point.tally.networks(),
            solved: point.tally.solved(),
            solved_rate: point.rate(),
            solved_interval: point.interval,
            median_epoch: point.median,
            restart: point.restart,
            mean_loss: point.mean_loss(),
            fates: FateCounts::of(&point.tally),
            net_epochs: point.tally.net_epochs(),
            comparison: point.comparison,
        }
    }
}

/// The object of `basins sweep --json`, schema `basins.sweep/1`.
pub fn sweep_json(sweep: &Sweep) -> Value {
    json!(sweep)
}

/// As [`sweep_json`] says it.
impl Serialize for Sweep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SweepObject::new(self).serialize(serializer)
    }
}
