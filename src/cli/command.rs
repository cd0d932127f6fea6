//! A command line that asks the same again.

use serde_json::Value;

use crate::spec::keyword::typed;

/// `basins VERB` with every setting and option that is given: both as JSON objects whose names are those of the flags.
/// Where results went is left out, and options that are as in `defaults`.
pub(super) fn command(verb: &str, settings: &Value, options: &Value, defaults: &Value) -> String {
    let mut words = vec!["basins".to_owned(), verb.to_owned()];
    let options = options.as_object().into_iter().flatten().filter(|(name, value)| defaults.get(name) != Some(value));
    for (name, value) in settings.as_object().into_iter().flatten().chain(options) {
        if name == "out" || name == "weights-out" {
            continue;
        }
        let flag = format!("--{}", name.replace('_', "-"));
        match value {
            Value::Null => {}
            // A flag that may stand alone takes its value after =.
            Value::Bool(on) => words.push(if *on { flag } else { format!("{flag}=false") }),
            Value::Array(values) => values.iter().for_each(|value| words.extend([flag.clone(), quoted(&typed(value))])),
            value => words.extend([flag, quoted(&typed(value))]),
        }
    }
    words.join(" ")
}

/// As a POSIX shell reads it back.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:=/+@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_was_said_is_said_again() {
        let settings = json!({"task": "csv:it's mine.csv", "shortcuts": true, "inputs": "-1,1", "lr": 4.0, "nets": 50, "out": "x"});
        let options = json!({"vary": ["lr=1,2", "layers=2,3,1;2,4,1"], "examine": 4, "until_width": null});
        assert_eq!(
            command("sweep", &settings, &options, &json!({"examine": 4})),
            r"basins sweep --task 'csv:it'\''s mine.csv' --shortcuts --inputs -1,1 --lr 4 --nets 50 --vary lr=1,2 --vary 'layers=2,3,1;2,4,1'"
        );
    }
}
