//! What a verification found, as text and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::outcome::Fate;
use crate::study::verify::{Agreement, Checked, Verification};

use super::number::{grouped, percent};

/// One check as a line.
pub fn checked_text(check: &Checked) -> String {
    let verdict = if check.agrees { "agrees" } else { "DIFFERS" };
    format!("{verdict:<8} {:<10} {:<36} {}\n", check.subject, check.name, check.detail)
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
    writeln!(
        text,
        "{} networks by {} on {} ({}) and by the reference in f64, from the same starts",
        grouped(networks),
        agreement.backend,
        agreement.device.name,
        agreement.device.kind
    )?;
    let fates: Vec<Fate> =
        Fate::ALL.into_iter().filter(|fate| agreement.fates.keys().any(|(a, b)| a == fate || b == fate)).collect();
    write!(text, "   {:<18}", "reference")?;
    for fate in &fates {
        write!(text, "{:>16}", fate.name())?;
    }
    writeln!(text)?;
    for row in &fates {
        write!(text, "   {:<18}", row.name())?;
        for column in &fates {
            let count = agreement.fates.get(&(*row, *column)).copied().unwrap_or(0);
            write!(text, "{:>16}", if count == 0 { "-".into() } else { grouped(count) })?;
        }
        writeln!(text)?;
    }
    let (share, interval) = agreement.differing_share();
    let half = 0.5 * (interval.high - interval.low);
    writeln!(
        text,
        "   fates differ: {} of {} = {} (95% interval {} to {}; bound {})",
        grouped(agreement.differing()),
        grouped(networks),
        percent(share, half),
        percent(interval.low, half),
        percent(interval.high, half),
        percent(agreement.bound(), 0.01)
    )?;
    for look in &agreement.weights {
        let bound = match look.excess {
            Some(excess) => format!("worst {excess:.3} of the tolerance"),
            None => "no bound: networks near a basin's edge part".into(),
        };
        writeln!(
            text,
            "   weights after {:>5} epochs: largest difference {:.1e}, median network {:.1e}; {bound}",
            grouped(look.epochs.into()),
            look.largest,
            look.median
        )?;
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

/// The object of `basins verify --json`, schema `basins.verify/1`.
pub fn verify_json(verification: &Verification) -> Value {
    let checks = verification.checks.iter().map(
        |check| json!({ "subject": check.subject, "name": check.name, "detail": check.detail, "agrees": check.agrees }),
    );
    json!({
        "schema": "basins.verify/1",
        "agrees": verification.agrees(),
        "checks": checks.collect::<Vec<_>>(),
        "populations": verification.agreements.iter().map(agreement_json).collect::<Vec<_>>(),
    })
}

fn agreement_json(agreement: &Agreement) -> Value {
    let (share, interval) = agreement.differing_share();
    let fates = agreement.fates.iter().map(|((reference, backend), count)| {
        json!({ "reference": reference.name(), "backend": backend.name(), "nets": count })
    });
    let weights = agreement.weights.iter().map(
        |look| json!({ "epochs": look.epochs, "largest": look.largest, "median": look.median, "excess": look.excess }),
    );
    json!({
        "backend": agreement.backend,
        "device": agreement.device,
        "nets": agreement.networks(),
        "fates": fates.collect::<Vec<_>>(),
        "differing": agreement.differing(),
        "differing_share": share,
        "differing_interval": interval,
        "bound": agreement.bound(),
        "weights": weights.collect::<Vec<_>>(),
        "agrees": agreement.agrees(),
    })
}
