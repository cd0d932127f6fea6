//! The JSON Schemas of the objects, in `docs/schema`, made from the types that are printed. The test holds the files against
//! the types; `INSTA_UPDATE=always` writes them anew. That what the program prints is as they say is tested in
//! `tests/suite/cli/schemas.rs`.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Value, json};

use crate::report::{
    BenchObject, CompareObject, DevicesObject, ExplanationObject, MapObject, PixelObject, PowerObject, ReproduceObject,
    RerunObject, RunObject, SurfaceObject, SweepObject, TraceObject, VerifyObject,
};

use super::settings::Settings;
use super::stamp::{Asking, Stamped};
use super::{bench, map, run, surface, sweep, trace};

/// File and schema of each object.
fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("run", asking::<RunObject<'_>, run::Options>()),
        ("sweep", asking::<SweepObject<'_>, sweep::Options>()),
        ("map", asking::<MapObject<'_>, map::Options>()),
        ("map-pixel", asking::<PixelObject<'_>, map::Options>()),
        ("surface", asking::<SurfaceObject<'_>, surface::Options>()),
        ("trace", asking::<TraceObject<'_>, trace::Options>()),
        ("explanation", asking::<ExplanationObject<'_>, trace::Options>()),
        ("verify", asking::<VerifyObject<'_>, NoOptions>()),
        ("bench", asking::<BenchObject<'_>, bench::Options>()),
        ("reproduce", stamped::<ReproduceObject<'_>>()),
        ("rerun", stamped::<RerunObject<'_>>()),
        ("compare", stamped::<CompareObject<'_>>()),
        ("power", stamped::<PowerObject>()),
        ("devices", stamped::<DevicesObject<'_>>()),
    ]
}

/// Of a verb that takes the shared settings.
fn asking<O: JsonSchema, V: JsonSchema>() -> Schema {
    schema::<Asking<O, Settings, V>, O>()
}

/// Of a verb that has its own flags alone.
fn stamped<O: JsonSchema>() -> Schema {
    schema::<O, O>()
}

/// Options of a verb that says none.
#[derive(JsonSchema)]
struct NoOptions {}

/// Of `T` with its origin; what `O` says of itself stands at the head.
fn schema<T: JsonSchema, O: JsonSchema>() -> Schema {
    let settings = || SchemaSettings::draft2020_12().for_serialize();
    let of = settings().into_generator().into_root_schema_for::<O>();
    let mut all = settings().into_generator().into_root_schema_for::<Stamped<T>>();
    let title = of.pointer("/properties/schema/const").cloned().unwrap_or_default();
    let description = of.get("description").cloned().unwrap_or_default();
    let mut schema = json_schema!({"$schema": all.remove("$schema"), "title": title, "description": description});
    all.remove("title");
    all.remove("description");
    schema.ensure_object().extend(std::mem::take(all.ensure_object()));
    tidy(&mut schema);
    schema
}

/// Closes objects whose keys are known, and undoes what is for Rust alone: sizes of numbers, line ends and links in comments.
fn tidy(schema: &mut Schema) {
    spread(schema);
    if schema.get("format").is_some_and(|format| format != "date-time") {
        schema.remove("format");
    }
    if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
        schema.insert("additionalProperties".into(), json!(false));
    }
    if let Some(Value::Array(names)) = schema.get_mut("required") {
        // A bench says its version in a place of its own.
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.to_string()));
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraphs: Vec<String> = text.split("\n\n").map(|part| part.replace('\n', " ")).collect();
        *text = paragraphs.join("\n\n").replace("[`", "`").replace("`]", "`");
    }
    transform_subschemas(&mut tidy, schema);
}

/// Where an object has keys of its own beside those of one of several forms, each form takes them in: so it can be closed.
fn spread(schema: &mut Schema) {
    if schema.get("properties").is_none() || schema.get("anyOf").is_none() {
        return;
    }
    let parts = ["properties", "required"].map(|name| schema.remove(name).unwrap_or_default());
    for form in schema.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten() {
        for (name, part) in ["properties", "required"].into_iter().zip(&parts) {
            match (&mut form[name], part) {
                (Value::Object(own), Value::Object(all)) => {
                    *own = all.clone().into_iter().chain(std::mem::take(own)).collect();
                }
                (Value::Array(own), Value::Array(all)) => own.splice(0..0, all.iter().cloned()).for_each(drop),
                (own, all) => panic!("{name}: {own} beside {all}"),
            }
        }
    }
}

fn text(schema: &Schema) -> String {
    format!("{:#}\n", schema.as_value())
}

#[test]
fn files_are_as_the_types_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let update = std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always");
    for (name, schema) in all() {
        let file = folder.join(name).with_extension("json");
        if update {
            std::fs::write(&file, text(&schema)).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == text(&schema), "{} is out of date: run again with INSTA_UPDATE=always", file.display());
    }
}

/// A key that a type has no more, or has anew, is another schema.
#[test]
fn another_type_is_another_schema() {
    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "its schema is all that is asked for")]
    struct Renamed {
        /// Networks.
        networks: u64,
    }
    let [right, wrong] = [stamped::<RunObject<'_>>(), stamped::<Renamed>()];
    assert_ne!(text(&right), text(&wrong));
    assert_eq!(wrong.pointer("/additionalProperties"), Some(&json!(false)));
}
