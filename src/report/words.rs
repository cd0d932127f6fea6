//! Settings and durations in words.

use serde_json::Value;

use crate::spec::{Bias, BiasInit, Judge, Layers, Spec};
use crate::study::Trainers;

use super::number::grouped;
use super::table::wrapped;

/// A title after the name that a result was given, if it was.
pub(super) fn named(label: Option<&str>, title: &str) -> String {
    label.map_or_else(|| title.to_owned(), |label| format!("{label}: {title}"))
}

/// The same, of a result's object.
pub fn labelled(title: &str, object: &Value) -> String {
    named(object["settings"]["label"].as_str(), title)
}

/// With a capital at its beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Sizes of layers, as 2-3-1.
pub(super) fn dashed(layers: &Layers) -> String {
    layers.to_string().replace(',', "-")
}

/// Everything of a spec but what is learnt, in a line.
pub(super) fn settings(spec: &Spec, imported_starts: bool) -> String {
    let init = if imported_starts { "imported starts".into() } else { format!("init {}", spec.init) };
    let biases = spec.bias_init != BiasInit::Same && !imported_starts;
    let biases = if biases { format!(", biases {}", spec.bias_init) } else { String::new() };
    let steps: String = steps(spec).into_iter().map(|(_, words, value)| format!(", {words} {value}")).collect();
    let judged = match spec.judge {
        Judge::During => "",
        Judge::After => ", judged after each epoch",
        Judge::End => ", judged after the last epoch",
    };
    format!(
        "{}, {}, {} with rate {}{}, {} updates, {init}{}, solved at {}{judged}",
        connected_units(spec),
        spec.loss,
        spec.optimizer,
        spec.lr,
        steps,
        spec.update,
        biases,
        spec.solved
    )
}

/// What steps depend on beside the rate, where it is not as by default: name of the setting, words for it, value.
pub(super) fn steps(spec: &Spec) -> Vec<(&'static str, &'static str, String)> {
    let default = Spec::default();
    let said =
        |name, words, differs: bool, value: &dyn std::fmt::Display| differs.then(|| (name, words, value.to_string()));
    let all = [
        said("momentum", "momentum", spec.momentum > 0.0, &spec.momentum),
        said("lr-schedule", "schedule", spec.lr_schedule != default.lr_schedule, &spec.lr_schedule),
        said("betas", "betas", spec.betas != default.betas, &spec.betas),
        said("epsilon", "epsilon", spec.epsilon != default.epsilon, &spec.epsilon),
        said("weight-decay", "weight decay", spec.weight_decay > 0.0, &spec.weight_decay),
    ];
    all.into_iter().flatten().collect()
}

/// What units do, and how they are connected where it is not the usual.
pub(super) fn connected_units(spec: &Spec) -> String {
    let mut text = match spec.activation.values() {
        [hidden @ .., output] if !hidden.is_empty() && hidden.iter().all(|unit| *unit == hidden[0]) => {
            if *output == hidden[0] { output.to_string() } else { format!("{} with {output} outputs", hidden[0]) }
        }
        _ => spec.activation.to_string(),
    };
    if spec.shortcuts {
        text.push_str(", shortcuts");
    }
    if spec.bias == Bias::Off {
        text.push_str(", no biases");
    }
    text
}

/// Who trained, on what, in lines of its own.
pub(super) fn trained_by(text: &mut String, trainers: &Trainers) -> std::fmt::Result {
    wrapped(text, "", &trained_on(trainers))
}

/// Who trained, on what.
pub(super) fn trained_on(trainers: &Trainers) -> String {
    let device = trainers.device();
    let others = match trainers.several().map_or(0, |all| all.len() - 1) {
        0 => String::new(),
        1 => ", and another".into(),
        count => format!(", and {count} others"),
    };
    format!("{} on {} ({}, {}){others}", trainers.backend(), device.name, device.kind, device.driver)
}

/// Seconds, minutes or milliseconds.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 0.0995 => format!("{:.0} ms", 1e3 * s),
        s if s < 99.5 => format!("{s:.1} s"),
        s => format!("{} min {:02} s", s.round() as u64 / 60, s.round() as u64 % 60),
    }
}

/// "850 B", "31 kB", "1.2 MB".
pub fn file_size(bytes: u64) -> String {
    let scaled = |unit: f64| {
        let size = bytes as f64 / unit;
        if size < 9.95 { format!("{size:.1}") } else { format!("{size:.0}") }
    };
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", scaled(1e3)),
        1_000_000..1_000_000_000 => format!("{} MB", scaled(1e6)),
        _ => format!("{} GB", scaled(1e9)),
    }
}

/// "1 epoch", "10,000 epochs".
pub(super) fn epochs(count: u32) -> String {
    format!("{} epoch{}", grouped(count.into()), if count == 1 { "" } else { "s" })
}
