//! What a verification found, as text and as JSON.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Value, json};

use crate::backend::DeviceInfo;
use crate::outcome::Fate;
use crate::stats::Interval;
use crate::study::verify::{Agreement, Checked, Verification, WeightDifference};

use super::number::{grouped, percent};
use super::table::{WIDTH, wrapped, write_table};

const SCHEMA: &str = "basins.verify/1";

/// One check as a line.
pub fn checked_text(check: &Checked) -> String {
    let verdict = if check.agrees { "agrees" } else { "DIFFERS" };
    let mut text = String::new();
    let head = format!("{verdict:<8} {:<10} ", check.subject);
    let line = format!("{head}{:<30} {}", check.name, check.detail);
    // Writing to a string cannot fail.
    let _ = match line.chars().count() <= WIDTH {
        true => writeln!(text, "{}", line.trim_end()),
        false => wrapped(&mut text, &head, &format!("{}: {}", check.name, check.detail)),
    };
    text
}

/// A population's agreement as a table of fates and a table of weights.
pub fn agreement_text(agreement: &Agreement) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_agreement(&mut text, agreement);
    text
}

fn write_agreement(text: &mut String, agreement: &Agreement) -> std::fmt::Result {
    let networks = agreement.networks();
    let (backend, device) = (agreement.backend, &agreement.device);
    let who = format!("{} networks by {backend} on {} ({})", grouped(networks), device.name, device.kind);
    wrapped(text, "", &format!("{who} and by the reference in f64, from the same starts"))?;
    let fates: Vec<Fate> =
        Fate::ALL.into_iter().filter(|fate| agreement.fates.keys().any(|(a, b)| a == fate || b == fate)).collect();
    let mut table =
        vec![std::iter::once("reference").chain(fates.iter().map(|fate| fate.words())).map(str::to_owned).collect()];
    for row in &fates {
        let count = |column: &Fate| match agreement.fates.get(&(*row, *column)).copied().unwrap_or(0) {
            0 => "-".to_owned(),
            count => grouped(count),
        };
        table.push(std::iter::once(row.words().to_owned()).chain(fates.iter().map(count)).collect());
    }
    write_table(text, &table, &[0], 1)?;
    let (share, interval) = agreement.differing_share();
    let half = 0.5 * (interval.high - interval.low);
    let [share, low, high] = [share, interval.low, interval.high].map(|share| percent(share, half));
    let (differing, all, bound) = (agreement.differing(), grouped(networks), percent(agreement.bound(), 0.01));
    let (differing, interval) = (grouped(differing), format!("95% interval {low} to {high}; bound {bound}"));
    wrapped(text, "   fates differ: ", &format!("{differing} of {all} = {share} ({interval})"))?;
    for look in &agreement.weights {
        let bound = match look.excess {
            Some(excess) => format!("worst {excess:.3} of the tolerance"),
            None => "no bound: networks near a basin's edge part".into(),
        };
        let head = format!("   weights after {:>5} epochs: ", grouped(look.epochs.into()));
        let words = format!("largest difference {:.1e}, median network {:.1e}; {bound}", look.largest, look.median);
        wrapped(text, &head, &words)?;
    }
    writeln!(text, "   {}", if agreement.agrees() { "agrees" } else { "DIFFERS" })
}

/// The closing line.
pub fn verdict_text(verification: &Verification) -> String {
    match verification.disagreements() {
        0 => format!("verified: {} checks agree\n", verification.checks.len() + verification.agreements.len()),
        count => format!(
            "NOT verified: {count} of {} checks differ\n",
            verification.checks.len() + verification.agreements.len()
        ),
    }
}

/// How far backends train as the f64 reference does.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct VerifyObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// Whether nothing disagrees.
    agrees: bool,
    /// Single checks, in the order in which a failure is easiest to understand.
    checks: &'a [Checked],
    /// Populations trained by a backend and by the reference.
    populations: Vec<PopulationObject<'a>>,
}

/// A population trained by a backend and by the reference, from the same starts.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PopulationObject<'a> {
    /// Backend by name.
    backend: &'static str,
    device: &'a DeviceInfo,
    /// Networks compared.
    nets: u64,
    /// Networks of each pair of fates that was met.
    fates: Vec<FatePair>,
    /// Networks whose fates differ.
    differing: u64,
    /// Share of them, from 0 to 1; null if there are no networks.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    differing_share: f64,
    /// Interval of that share.
    differing_interval: Interval,
    /// Largest share that may differ.
    bound: f64,
    /// Distances of weights after some epochs.
    weights: &'a [WeightDifference],
    /// Whether the share and the weights keep their bounds.
    agrees: bool,
}

/// How many networks have a fate by the reference and a fate by the backend.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FatePair {
    /// Key of the fate by the reference.
    #[cfg_attr(test, schemars(with = "Fate"))]
    reference: &'static str,
    /// Key of the fate by the backend.
    #[cfg_attr(test, schemars(with = "Fate"))]
    backend: &'static str,
    /// Networks.
    nets: u64,
}

/// The object of `basins verify --json`, schema `basins.verify/1`.
pub fn verify_json(verification: &Verification) -> Value {
    json!(VerifyObject {
        schema: SCHEMA,
        agrees: verification.agrees(),
        checks: &verification.checks,
        populations: verification.agreements.iter().map(Into::into).collect(),
    })
}

impl<'a> From<&'a Agreement> for PopulationObject<'a> {
    fn from(agreement: &'a Agreement) -> Self {
        let (differing_share, differing_interval) = agreement.differing_share();
        let pair = |((reference, backend), nets): (&(Fate, Fate), &u64)| FatePair {
            reference: reference.name(),
            backend: backend.name(),
            nets: *nets,
        };
        Self {
            backend: agreement.backend,
            device: &agreement.device,
            nets: agreement.networks(),
            fates: agreement.fates.iter().map(pair).collect(),
            differing: agreement.differing(),
            differing_share,
            differing_interval,
            bound: agreement.bound(),
            weights: &agreement.weights,
            agrees: agreement.agrees(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::DeviceKind;

    #[test]
    fn lines_fit_a_terminal() {
        let check = |detail: &str| Checked {
            subject: "reference".into(),
            name: "work is cut the same way everywhere".into(),
            detail: detail.into(),
            agrees: true,
        };
        assert_eq!(checked_text(&check("")).lines().count(), 1);
        let device =
            DeviceInfo { name: "A GPU with a long name".into(), kind: DeviceKind::Discrete, driver: "d".into() };
        let fates = Fate::ALL.into_iter().map(|fate| ((fate, fate), 12_345)).collect();
        let look = WeightDifference { epochs: 1_000, largest: 1e-9, median: 1e-12, excess: None };
        let text = agreement_text(&Agreement { backend: "grouped", device, fates, weights: vec![look] })
            + &checked_text(&check("some words of what was found, and of how far it is from what it should be"));
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(WIDTH), "{text}");
        for fate in Fate::ALL {
            assert!(text.contains(fate.words().split(' ').next().unwrap()), "{fate:?} in {text}");
        }
    }
}
