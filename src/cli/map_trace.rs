//! The command that traces a network of one pixel of a map, for pasting into a shell.

use serde_json::Value;

use crate::spec::keyword::typed;
use crate::spec::{Spec, Varied};
use crate::study::{MapPlan, Member, Pixel};

use super::command::quoted;
use super::settings::Settings;

/// `basins trace` of a network of one pixel of a map: `net`, unless the member says which, as drawn or as it was trained.
pub(super) fn trace_command(
    settings: &Settings,
    (net, trained): (u64, bool),
    plan: &MapPlan,
    pixel: Pixel,
    member: &Member,
) -> String {
    let mut words = vec!["basins".to_owned(), "trace".to_owned()];
    words.extend(flags(&plan.spec_at(pixel)));
    let layers = plan.problem().layers();
    let mut fixed: Vec<usize> = (0..layers.weight_count()).collect();
    if !trained {
        // What is drawn or read need not be spelt out.
        match &settings.weights_in {
            Some(path) => words.extend(["--weights-in".to_owned(), quoted(&path.display().to_string())]),
            None => words.extend(["--seed".to_owned(), settings.seed.map_or(0, |seed| seed.0).to_string()]),
        }
        let network = member.network.unwrap_or(net);
        words.extend(["--net".to_owned(), network.to_string()]);
        let set = |position: &usize| {
            plan.varied().contains(&Varied::Weight(*position)) || plan.fixed().iter().any(|(at, _)| at == position)
        };
        fixed.retain(set);
    }
    for position in fixed {
        let text = format!("{}={}", layers.weight_name(position), member.weights[position]);
        words.extend(["--fix".to_owned(), quoted(&text)]);
    }
    words.join(" ")
}

/// The settings that are not as they are by default, or that the environment would change.
fn flags(spec: &Spec) -> Vec<String> {
    let fields = |spec: &Spec| serde_json::to_value(spec).ok().and_then(|fields| fields.as_object().cloned());
    let (Some(fields), Some(defaults)) = (fields(spec), fields(&Spec::default())) else { return Vec::new() };
    let mut words = Vec::new();
    for (name, value) in fields {
        let variable = format!("BASINS_{}", name.replace('-', "_").to_uppercase());
        if defaults.get(&name) == Some(&value) && std::env::var_os(variable).is_none() {
            continue;
        }
        let text = typed(&value);
        // A value that may be left out is joined by =.
        match value {
            Value::Bool(_) => words.push(format!("--{name}={text}")),
            _ => words.extend([format!("--{name}"), quoted(&text)]),
        }
    }
    words
}
