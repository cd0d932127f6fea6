//! The settings of a map that its axes leave alone.

use crate::report::number::grouped;
use crate::report::words::{connected_units, steps};
use crate::spec::Varied;
use crate::study::{MapPlan, MapStart};

/// What an axis leaves of a setting; nothing where it sets all of it. Where an axis is the rate of one layer, or one of the
/// betas, the others are named.
pub(super) fn rest(name: &str, value: String, plan: &MapPlan) -> Vec<(String, String)> {
    let (spec, varied) = (plan.spec(), plan.varied());
    let shared = |name: &str| varied.iter().any(|varied| matches!(varied, Varied::Shared(other) if *other == name));
    // A word without the numbers after it.
    let word = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
    let value = match name {
        "lr" if varied.contains(&Varied::Rate) => return Vec::new(),
        "lr" if varied.iter().any(|varied| matches!(varied, Varied::LayerRate(_))) => {
            let free = |layer: &usize| !varied.contains(&Varied::LayerRate(*layer));
            let layers = (0..spec.layers.sizes().len() - 1).filter(free);
            return layers.map(|layer| (format!("lr{}", layer + 1), spec.lr.of_layer(layer).to_string())).collect();
        }
        "momentum" if varied.contains(&Varied::Momentum) => return Vec::new(),
        "betas" if shared("beta1") || shared("beta2") => {
            let betas = ["beta1", "beta2"].into_iter().zip(plan.problem().tuning().betas);
            return betas
                .filter(|(name, _)| !shared(name))
                .map(|(name, value)| (name.into(), value.to_string()))
                .collect();
        }
        _ if shared(name) => return Vec::new(),
        "init" if varied.contains(&Varied::Init) => word(&value),
        "activation" if shared("slope") => value.split(',').map(word).collect::<Vec<_>>().join(","),
        "lr-schedule" if shared("lr-factor") => word(&value),
        _ => value,
    };
    vec![(name.to_owned(), value)]
}

/// The settings that are the same for all pixels, in a line.
pub(super) fn text(plan: &MapPlan) -> String {
    let spec = plan.spec();
    let mut units = connected_units(spec);
    for activation in spec.activation.values() {
        for (_, word) in rest("activation", activation.to_string(), plan) {
            units = units.replace(&activation.to_string(), &word);
        }
    }
    let mut parts = vec![units, spec.loss.to_string(), format!("{} {}", spec.update, spec.optimizer)];
    let left = |name: &str, words: &str, value: String| -> Vec<String> {
        let named = |(rest, value): (String, String)| format!("{} {value}", if rest == name { words } else { &rest });
        rest(name, value, plan).into_iter().map(named).collect()
    };
    parts.extend(left("lr", "rate", spec.lr.to_string()));
    steps(spec).into_iter().for_each(|(name, words, value)| parts.extend(left(name, words, value)));
    if !matches!(plan.start(), MapStart::Given { .. }) && !plan.varied().contains(&Varied::Init) {
        parts.push(format!("init {}", spec.init));
    }
    format!("{}, solved at {} within {} epochs", parts.join(", "), spec.solved, grouped(spec.epochs.into()))
}
