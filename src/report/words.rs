//! Settings and durations in words.

use crate::spec::{Bias, Layers, Spec};

/// Sizes of layers, as 2-3-1.
pub(super) fn dashed(layers: &Layers) -> String {
    layers.to_string().replace(',', "-")
}

/// Everything of a spec but what is learnt, in a line.
pub(super) fn settings(spec: &Spec, imported_starts: bool) -> String {
    let init = if imported_starts { "imported starts".into() } else { format!("init {}", spec.init) };
    let momentum = if spec.momentum > 0.0 { format!(", momentum {}", spec.momentum) } else { String::new() };
    format!(
        "{}, {}, {} with rate {}{momentum}, {} updates, {init}, solved at {}",
        connected_units(spec),
        spec.loss,
        spec.optimizer,
        spec.lr,
        spec.update,
        spec.solved
    )
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

/// Seconds, minutes or milliseconds.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 0.0995 => format!("{:.0} ms", 1e3 * s),
        s if s < 99.5 => format!("{s:.1} s"),
        s => format!("{} min {:02} s", s.round() as u64 / 60, s.round() as u64 % 60),
    }
}
