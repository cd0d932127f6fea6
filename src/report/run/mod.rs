//! A run: its object, its survival curve as CSV; its summary, rows, picture and page beside.

mod advice;
#[cfg(feature = "tables")]
mod fate_rows;
mod fates;
#[cfg(feature = "pictures")]
mod page;
#[cfg(feature = "pictures")]
mod picture;
#[cfg(feature = "tables")]
mod rows;
mod summary;
mod text;

use std::fmt::Write;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::outcome::Fate;
use crate::stats::LEVEL;
use crate::study::{Examined, KindRow, RunAnswer, Verdicts};

#[cfg(feature = "tables")]
pub use self::fate_rows::FateRows;
use self::fates::{WITHIN_REGION, evidence};
#[cfg(feature = "pictures")]
pub use self::page::{run_page, survival_title};
#[cfg(feature = "pictures")]
pub use self::picture::survival_picture;
#[cfg(feature = "tables")]
pub(in crate::report) use self::rows::{Labels, outcome_columns, push_outcome};
#[cfg(feature = "tables")]
pub use self::rows::{OutcomeRows, RUN_NOTE, SPEC_NOTE, check_rows};
pub use self::summary::run_text;
pub use self::text::run_details;

/// Points of the survival curve in the answer's object; the whole curve goes to a file of its own.
const CURVE_POINTS: usize = 100;

/// The object of `basins run --json`, schema `basins.run/1`.
pub fn run_json(answer: &RunAnswer) -> Value {
    let fates: Map<String, Value> =
        Fate::ALL.iter().map(|fate| (fate.name().to_owned(), json!(answer.tally.count(*fate)))).collect();
    // Networks that are cut off short would count as unsolved: no interval is one of the rate that was asked for.
    let complete = !answer.interrupted;
    let mut object = json!({
        "schema": "basins.run/1",
        "spec": answer.problem.spec(),
        "backend": answer.trained_by.backend(),
        "device": answer.trained_by.device(),
        "trained_by": answer.trained_by.several(),
        "nets": answer.tally.networks(),
        "first": answer.population.first(),
        "seed": answer.population.seed(),
        "solved": answer.tally.solved(),
        "solved_rate": answer.tells_rate().then(|| answer.rate()),
        "solved_within": answer.last_epoch(),
        "solved_interval": answer.tells_rate().then(|| answer.interval()),
        "epochs_to_solve": answer.epochs_to_solve(),
        "fates": fates,
        "fate_rows": fate_rows(answer, complete),
        "off_units": off_units(answer),
        "verdicts_hold": answer.has_verdicts_within_regions().then_some(WITHIN_REGION),
        "continued": answer.continued,
        "survival": survival(answer),
        "restart": restart(answer),
        "until_width": answer.until_width.map(|width| json!({"asked": width, "reached": answer.is_narrow_enough()})),
        "net_epochs": answer.tally.net_epochs(),
        "net_epochs_executed": answer.executed_net_epochs,
        "net_epochs_per_second": answer.throughput(),
        "seconds": answer.seconds,
        "interrupted": answer.interrupted,
        "interrupted_after_training": answer.cut_after,
        "nets_asked": answer.population.count(),
        "starts": if answer.imported_starts { "imported" } else { "drawn" },
    });
    if let Some(labels) = answer.problem.examples().labels() {
        object["labels"] = json!(labels);
    }
    object
}

/// As [`run_json`] says it.
impl Serialize for RunAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        run_json(self).serialize(serializer)
    }
}

/// One object a fate, with its variants.
fn fate_rows(answer: &RunAnswer, complete: bool) -> Value {
    let row = |row: &KindRow| {
        json!({
            "fate": row.kind.fate.name(),
            "words": row.kind.fate.words(),
            "variant": row.kind.variant.label(&answer.problem),
            "networks": row.tally.count,
            "share_interval": complete.then_some(row.interval),
            "mean_loss": row.tally.mean_loss(),
            "examined": row.verdicts.examined,
            "with_idle_units": row.verdicts.reducible,
            "with_off_units": row.verdicts.with_off_units,
            "verdicts": row.verdicts.ranked().iter().map(|(v, n)| (v.name().to_owned(), json!(n))).collect::<Map<_, _>>(),
            "verdict_shares": row.verdicts.ranked().iter().map(|(v, _)| (v.name().to_owned(), json!(row.verdicts.share(*v)))).collect::<Map<_, _>>(),
            "escape_times": escape_times(&row.verdicts),
            "evidence": evidence(row.kind.fate, &row.verdicts),
        })
    };
    let fates = answer.fates().into_iter().map(|fate| {
        let mut object = row(&fate);
        object["variants"] = answer.variants(fate.kind.fate).iter().map(row).collect();
        object
    });
    fates.collect()
}

/// Times of the gradient flow at which examined networks were solved, those that were.
fn escape_times(verdicts: &Verdicts) -> Value {
    let times = &verdicts.escape_times;
    json!({ "count": times.len(), "min": times.first(), "median": times.get(times.len() / 2), "max": times.last() })
}

/// Examined networks with units that are off on every example, and of dead ones what that stops.
fn off_units(answer: &RunAnswer) -> Value {
    let network = |examined: &Examined| {
        let evidence = &examined.evidence;
        json!({
            "network": examined.network,
            "units": evidence.units.off,
            "dead_layer": evidence.dead.map(|dead| dead.layer),
            "weights_without_gradient": evidence.dead.map(|dead| dead.still_weights),
        })
    };
    answer.with_off_units().map(network).collect()
}

/// When to give up on a start, with the interval of the best cut-off.
fn restart(answer: &RunAnswer) -> Value {
    let mut object = json!(answer.restart());
    if let Some(interval) = answer.cut_off_interval() {
        object["best"]["epoch_interval"] =
            json!({"method": "bootstrap", "level": LEVEL, "low": interval.low, "high": interval.high});
    }
    object
}

fn survival(answer: &RunAnswer) -> Value {
    let curve = answer.survival();
    json!({
        "level": curve.level,
        "low_and_high": "at each epoch by itself (greenwood log-log)",
        "band": "for the whole curve (hall-wellner)",
        "band_half_width_at_start": curve.band_half_width,
        "median": curve.median(),
        "curve": curve.thinned(CURVE_POINTS),
    })
}

/// One row an epoch in which networks were solved: low and high hold at that epoch, the band for the whole curve.
pub fn survival_csv(answer: &RunAnswer) -> String {
    let mut text = String::from("epoch,at_risk,solved,unsolved_share,low,high,band_low,band_high\n");
    for step in answer.survival().steps {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{}",
            step.epoch, step.at_risk, step.solved, step.unsolved, step.low, step.high, step.band_low, step.band_high
        );
    }
    text
}
