//! The object of reproductions, as `basins reproduce --json` prints it and `reproduce.json` has it: every key, what it means
//! and its unit.

use serde::Serialize;
use serde_json::{Value, json};

use crate::backend::DeviceInfo;
use crate::reproduce::{Extent, Measured, Reproduced, Resolution, Row, Verdict};
use crate::stats::Interval;

use super::{Reproductions, counts};

const SCHEMA: &str = "basins.reproduce/1";

/// Published figures beside ours.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ReproduceObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// Backend that trained the populations, by name.
    backend: &'a str,
    device: &'a DeviceInfo,
    /// Whether fewer networks than usual were trained.
    quick: bool,
    /// Whether as many were trained as the sources did.
    full: bool,
    /// Whether it ended before the last reproduction.
    interrupted: bool,
    /// Figures that agree.
    agree: usize,
    /// Figures that differ.
    differ: usize,
    /// Figures of which neither can be told.
    too_wide: usize,
    /// Figures with nothing to hold them against.
    not_comparable: usize,
    /// What was reproduced.
    reproductions: Vec<ReproductionObject<'a>>,
}

/// A source with its figures.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ReproductionObject<'a> {
    /// What it is called in the command line.
    name: &'static str,
    /// What it is about.
    title: &'static str,
    /// Where the figures are from.
    source: &'static str,
    /// How the source trained, and what was chosen where it says nothing.
    setting: &'static str,
    /// What is wrong with the source's own program, and what it does; null if nothing is.
    slip: Option<&'static str>,
    /// Each figure with ours.
    figures: Vec<FigureObject<'a>>,
    /// What else was seen.
    remarks: &'a [String],
    /// Seconds of wall time.
    seconds: f64,
}

/// One figure with ours.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FigureObject<'a> {
    /// What is measured.
    quantity: &'static str,
    /// As the source gives it, in its own digits or words.
    published: &'static str,
    /// Ours, found the source's way; null if it was not measured.
    ours: Option<MeasuredObject<'a>>,
    /// Ours without the source's slip; null where there is none.
    corrected: Option<MeasuredObject<'a>>,
    verdict: VerdictName,
    /// The difference that the comparison finds with a probability of 80%; null where nothing is compared.
    would_find: Option<Resolution>,
    /// By how much it differs, or why nothing can be told; null of figures that agree.
    detail: Option<&'a str>,
    /// Why that is the right tolerance, or why nothing can be compared.
    tolerance: &'static str,
}

/// Whether ours is the source's figure.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum VerdictName {
    /// Within the tolerance, and a difference that matters would have been found.
    Agrees,
    /// Not within it.
    Differs,
    /// Neither can be told.
    TooWide,
    /// There is nothing to hold it against.
    NotComparable,
}

/// What was found.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct MeasuredObject<'a> {
    /// The number in the middle, of several the first; null where it is not finite.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    value: f64,
    /// Its interval; null where there is no chance in it.
    interval: Option<Interval>,
    /// Of numbers without chance: all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<Vec<Option<f64>>>"))]
    numbers: Option<&'a [f64]>,
    /// Of shares, and of one network in so many: networks that did.
    #[serde(skip_serializing_if = "Option::is_none")]
    successes: Option<u64>,
    /// Networks that were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    trials: Option<u64>,
    /// Of means: the standard deviation of one network.
    #[serde(skip_serializing_if = "Option::is_none")]
    deviation: Option<f64>,
    /// Networks that the mean is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

impl<'a> From<&'a Measured> for MeasuredObject<'a> {
    fn from(measured: &'a Measured) -> Self {
        let [mut successes, mut trials, mut count] = [None; 3];
        let (mut numbers, mut deviation) = (None, None);
        match measured {
            Measured::Numbers(all) => numbers = Some(all.as_slice()),
            Measured::Share { successes: some, trials: all } | Measured::OneIn { successes: some, trials: all } => {
                (successes, trials) = (Some(*some), Some(*all));
            }
            Measured::Estimate { .. } => {}
            Measured::Mean { deviation: one, count: all, .. } => (deviation, count) = (Some(*one), Some(*all)),
        }
        let (value, interval) = (measured.value(), measured.interval());
        Self { value, interval, numbers, successes, trials, deviation, count }
    }
}

impl<'a> From<&'a Row> for FigureObject<'a> {
    fn from(row: &'a Row) -> Self {
        let (verdict, detail) = match &row.verdict {
            Verdict::Agrees => (VerdictName::Agrees, None),
            Verdict::Differs(detail) => (VerdictName::Differs, Some(detail.as_str())),
            Verdict::TooWide(detail) => (VerdictName::TooWide, Some(detail.as_str())),
            Verdict::NotComparable(detail) => (VerdictName::NotComparable, Some(detail.as_str())),
        };
        Self {
            quantity: row.figure.quantity,
            published: row.figure.published,
            ours: row.ours.as_ref().map(Into::into),
            corrected: row.corrected.as_ref().map(Into::into),
            verdict,
            would_find: row.resolution,
            detail,
            tolerance: row.figure.reason,
        }
    }
}

impl<'a> From<&'a Reproduced> for ReproductionObject<'a> {
    fn from(one: &'a Reproduced) -> Self {
        Self {
            name: one.reproduction.name,
            title: one.reproduction.title,
            source: one.reproduction.source,
            setting: one.reproduction.setting,
            slip: one.reproduction.slip,
            figures: one.rows.iter().map(Into::into).collect(),
            remarks: &one.remarks,
            seconds: one.seconds,
        }
    }
}

/// The object of `basins reproduce --json`, schema `basins.reproduce/1`.
pub fn reproduce_json(report: &Reproductions<'_>) -> Value {
    let [agree, differ, too_wide, not_comparable] = counts(report);
    json!(ReproduceObject {
        schema: SCHEMA,
        backend: report.backend,
        device: report.device,
        quick: report.effort == Extent::Quick,
        full: report.effort == Extent::Full,
        interrupted: report.interrupted,
        agree,
        differ,
        too_wide,
        not_comparable,
        reproductions: report.all.iter().map(Into::into).collect(),
    })
}
