//! How a setting is read and printed: one textual form for the command line, TOML, JSON and messages.

/// The JSON Schema of a type that is written where it is used.
macro_rules! schema {
    ($type:ty, $schema:tt) => {
        #[cfg(test)]
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

/// Serde through the type's `Display` and `FromStr`. Schemas say text, or which words.
macro_rules! serde_as_text {
    ($type:ty $(, [$($word:literal),+])?) => {
        $crate::rule::keyword::schema!($type, {"type": "string" $(, "enum": [$($word),+])?});

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// `ALL`, `name`, `Display`, `FromStr` and serde of an enum whose variants are words; words after the first are aliases.
macro_rules! keywords {
    ($type:ident, $what:literal, { $($variant:ident => $word:literal $(| $alias:literal)*),+ $(,)? }) => {
        impl $type {
            /// Every variant, in the order in which they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for it everywhere.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::rule::SpecError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text.trim() {
                    $($word $(| $alias)* => Ok(Self::$variant),)+
                    _ => Err($crate::rule::keyword::unknown($what, text, &[$($word),+])),
                }
            }
        }

        $crate::rule::keyword::serde_as_text!($type, [$($word),+]);
    };
}

pub(crate) use {keywords, schema, serde_as_text};

use super::error::SpecError;

/// The message for a word that is none of those known: what it is for, the nearest, and all there are.
pub(crate) fn unknown(what: &str, text: &str, known: &[&str]) -> SpecError {
    let text = text.trim();
    let nearest =
        nearest(text, known.iter().copied()).map(|word| format!(" (did you mean {word}?)")).unwrap_or_default();
    SpecError::new(format!("{what} {text:?} is not known{nearest}; there are {}", known.join(", ")))
}

/// The known word that was most likely meant; of forms such as `parity:N` what is before the colon counts.
pub(crate) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Most bytes of what may be a word mistyped; comparing takes longer with every one.
    const LIMIT: usize = 100;
    if text.len() > LIMIT {
        return None;
    }
    let head = |text: &str| text.split(':').next().unwrap_or_default().to_lowercase();
    let text = head(text);
    // The one finds words that are cut off, the other letters that are swapped, missing or too many.
    let likeness = |word: &str| {
        let (start, edits) = (strsim::jaro_winkler(word, &text), strsim::normalized_damerau_levenshtein(word, &text));
        (start > 0.75 || edits > 0.6).then(|| start.max(edits))
    };
    let likely = known.into_iter().filter_map(|word| Some((likeness(&head(word))?, word)));
    // Of several that are as near, the shortest.
    likely.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len()))).map(|(_, word)| word)
}

/// A number as a person writes it: with an exponent where there would be a row of zeros. Reads back the same.
pub(crate) fn plain(value: f64) -> String {
    let magnitude = value.abs();
    if value != 0.0 && !(1e-5..1e15).contains(&magnitude) { format!("{value:e}") } else { value.to_string() }
}

/// A setting's value as it is typed: a number without the `.0` that JSON gives it. Reads back the same.
pub(crate) fn typed(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        value => value.as_f64().filter(|_| value.is_f64()).map_or_else(|| value.to_string(), plain),
    }
}

/// A number above zero, as in `uniform:R`; the message repeats the form expected.
pub(crate) fn positive(text: &str, form: &str) -> Result<f64, SpecError> {
    match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err(SpecError::new(format!("{form} needs a finite number above 0, but got {text:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_word_meant_is_found() {
        const TASKS: [&str; 6] = ["xor", "and", "or", "parity:N", "spirals:N", "csv:FILE"];
        for (text, word) in [
            ("xro", "xor"),
            ("XOR", "xor"),
            ("xnor", "xor"),
            ("adn", "and"),
            ("parity", "parity:N"),
            ("partiy:3", "parity:N"),
            ("par", "parity:N"),
            ("two-spirals", "spirals:N"),
            ("cvs:file.csv", "csv:FILE"),
        ] {
            assert_eq!(nearest(text, TASKS), Some(word), "{text}");
        }
        for text in ["", "0.1", "mnist", "relu", ":", "🦀"] {
            assert_eq!(nearest(text, TASKS), None, "{text}");
        }
        assert_eq!(nearest("max-eror:0.1", ["max-error:X", "sse:X"]), Some("max-error:X"));
        assert_eq!(nearest("btach-mean", ["batch-mean", "batch-sum", "online"]), Some("batch-mean"));
    }

    #[test]
    fn values_read_as_typed() {
        for (value, text) in [
            (json!(4.0), "4"),
            (json!(-0.5), "-0.5"),
            (json!(0.0), "0"),
            (json!(1e-7), "1e-7"),
            (json!(1e300), "1e300"),
            (json!(u64::MAX), "18446744073709551615"),
            (json!("0.1,4.0"), "0.1,4.0"),
            (json!(true), "true"),
        ] {
            assert_eq!(typed(&value), text);
        }
    }

    proptest! {
        #[test]
        fn numbers_read_back_in_every_bit(bits: u64) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            prop_assert_eq!(typed(&json!(number)).parse::<f64>().unwrap().to_bits(), bits);
        }
    }
}
