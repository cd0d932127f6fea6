//! Settings and durations in words.

use crate::spec::{Bias, Layers, Optimizer, OutputActivation, Spec};

/// Sizes of layers, as 2-3-1.
pub(super) fn dashed(layers: &Layers) -> String {
    layers.to_string().replace(',', "-")
}

/// Everything of a spec but what is learnt, in a line.
pub(super) fn settings(spec: &Spec, imported_starts: bool) -> String {
    let init = if imported_starts { "imported starts".into() } else { format!("init {}", spec.init) };
    let momentum = match spec.optimizer {
        Optimizer::Gd if spec.momentum > 0.0 => format!(", momentum {}", spec.momentum),
        _ => String::new(),
    };
    format!(
        "{}{}, {}, {} with rate {}{momentum}, {} updates, {init}, solved at {}",
        spec.activation,
        connections(spec),
        spec.loss,
        spec.optimizer,
        spec.lr,
        spec.update,
        spec.solved
    )
}

/// What a spec says of connections, where it is not the usual.
pub(super) fn connections(spec: &Spec) -> String {
    let mut text = String::new();
    if spec.output_activation == OutputActivation::Linear {
        text.push_str(" with linear outputs");
    }
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
