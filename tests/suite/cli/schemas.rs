//! Objects against their schemas in `docs/schema`: every one that a test here asks for, and some that say much. The
//! schemas themselves are held against the types in `src/cli/schemas.rs`.

use serde_json::{Value, json};

use super::json;
use crate::support::root;

/// What of an object is not as its schema says, as "/path: what". A schema that asks what is not understood here is wrong.
fn faults(schema: &Value, object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, object, "", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let Value::Object(asked) = schema else {
        if schema == &Value::Bool(false) {
            found.push(format!("{path}: nothing is allowed here"));
        }
        return;
    };
    let mut fault = |what: String| found.push(format!("{path}: {what}"));
    let mut inner = Vec::new();
    for (word, asked) in asked {
        match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" => {}
            "$ref" => {
                let there = asked.as_str().and_then(|there| root.pointer(there.strip_prefix('#')?));
                check(root, there.expect("a reference within the file"), value, path, &mut inner);
            }
            "type" => {
                let is = |name: &Value| match name.as_str().unwrap() {
                    "null" => value.is_null(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "string" => value.is_string(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("there is no type {other}"),
                };
                if !asked.as_array().map_or_else(|| is(asked), |names| names.iter().any(is)) {
                    fault(format!("{value} is not of type {asked}"));
                }
            }
            "const" if value != asked => fault(format!("{value} is not {asked}")),
            "enum" if !asked.as_array().unwrap().contains(value) => fault(format!("{value} is none of {asked}")),
            "minimum" if value.is_number() && value.as_f64() < asked.as_f64() => fault(format!("{value} < {asked}")),
            "maximum" if value.is_number() && value.as_f64() > asked.as_f64() => fault(format!("{value} > {asked}")),
            "minItems" if value.as_array().is_some_and(|all| (all.len() as u64) < asked.as_u64().unwrap()) => {
                fault("too few".into());
            }
            "maxItems" if value.as_array().is_some_and(|all| all.len() as u64 > asked.as_u64().unwrap()) => {
                fault("too many".into());
            }
            "const" | "enum" | "minimum" | "maximum" | "minItems" | "maxItems" => {}
            "required" => {
                let names = asked.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
                if let Some(object) = value.as_object() {
                    names
                        .filter(|name| !object.contains_key(*name))
                        .for_each(|name| fault(format!("{name} is missing")));
                }
            }
            "properties" | "additionalProperties" => {
                let properties = schema.get("properties").and_then(Value::as_object);
                for (name, inside) in value.as_object().into_iter().flatten() {
                    let known = properties.and_then(|properties| properties.get(name));
                    let path = format!("{path}/{name}");
                    match (word.as_str(), known) {
                        ("properties", Some(schema)) => check(root, schema, inside, &path, &mut inner),
                        ("additionalProperties", None) => check(root, asked, inside, &path, &mut inner),
                        _ => {}
                    }
                }
            }
            "items" | "prefixItems" => {
                let first = schema.get("prefixItems").and_then(Value::as_array);
                let first = first.map_or(&[][..], Vec::as_slice);
                for (at, inside) in value.as_array().into_iter().flatten().enumerate() {
                    let path = format!("{path}/{at}");
                    match (word.as_str(), first.get(at)) {
                        ("prefixItems", Some(schema)) => check(root, schema, inside, &path, &mut inner),
                        ("items", None) => check(root, asked, inside, &path, &mut inner),
                        _ => {}
                    }
                }
            }
            "anyOf" | "oneOf" => {
                let tried = asked.as_array().unwrap().iter().map(|schema| {
                    let mut faults = Vec::new();
                    check(root, schema, value, path, &mut faults);
                    faults
                });
                let mut tried: Vec<Vec<String>> = tried.collect();
                tried.sort_by_key(Vec::len);
                let fitting = tried.iter().filter(|faults| faults.is_empty()).count();
                if fitting == 0 {
                    // Of the forms the one that fits best, as a rule not null.
                    inner.extend(tried.pop().into_iter().flatten());
                } else if word == "oneOf" && fitting > 1 {
                    fault(format!("{value} is of {fitting} forms at once"));
                }
            }
            other => panic!("{path}: {other:?} is not understood by this test"),
        }
    }
    found.extend(inner);
}

/// The schema of an object, by what it says that it is: `basins.run/1` is in `run.json`.
fn schema(of: &Value) -> Value {
    let name = of["schema"].as_str().expect("a schema").trim_start_matches("basins.").replace("/1", ".json");
    let path = root().join("docs/schema").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

/// Fails where an object is not as its schema says.
pub(super) fn holds_schema(object: &Value) {
    let faults = faults(&schema(object), object);
    assert!(faults.is_empty(), "{} is not as docs/schema says:\n{}", object["schema"], faults.join("\n"));
}

/// What any test asks for by [`json`] is held against its schema there; this is what the others leave out.
#[test]
fn objects_are_as_their_schemas_say() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        "run --nets 200 --lr 4 --epochs 400 --examine 3 --continue-unsolved 2x --label two",
        "run --nets 40 --lr 2 --epochs 300 --init uniform:1 --activation relu,sigmoid --examine 20",
        "run --nets 20 --lr 1e30 --epochs 20",
        "run --nets 20 --lr 0.1,0.2 --epochs 5 --optimizer adam --betas 0.8,0.9 --epsilon 1e-7 --first 18446744073709551000",
        "run --nets 1e4 --lr 5 --epochs 30 --until-width 0.2 --interval anytime --rows none",
        "sweep --vary lr=1,4 --vary judge=during,end --nets 30 --epochs 200 --against lr=1,judge=end",
        "sweep --vary hidden=2..4:3 --nets 1e4 --until-width 0.2 --epochs 40 --lr 4 --rows csv",
        "map --size 24 --epochs 60 --lr 4",
        "map --size 6x4 --epochs 60 --starts each:3 --x lr=0.1..10:log --y momentum=0..0.9",
        "map --size 4 --epochs 9 --pixel 1,2",
        "map --size 4 --epochs 9 --pixel 1,2 --starts same:3 --fix 4=1",
        "surface --points 5 --epochs 9 --path 1,2",
        "surface --points 3 --no-paths --range=-1e6,1e6 --layers 2,1 --activation linear --loss mse",
        "trace --epochs 300 --net 3",
        "trace --epochs 300 --activation linear --loss mse --lr 1e3",
        "trace --explain 2",
        "bench --task and --layers 2,1 --populations 2 --seconds 0.001 --repeats 1",
        "reproduce tutorial/one-weight",
        "power --rate 0.94 --width 0.001 --nets 1000",
        "power --rate 0.5 --difference 0.01 --paired 0.2",
        "power --rate 1",
        "devices",
    ] {
        json(folder.path(), arguments);
    }
    let made = ["a --lr 4 --label A", "b --lr 3 --first 9", "c --vary lr=1,4"].map(|words| {
        let (name, words) = words.split_once(' ').unwrap();
        let verb = if words.contains("vary") { "sweep" } else { "run" };
        let object = json(folder.path(), &format!("{verb} --nets 90 --epochs 300 --out {name} {words}"));
        // What is written is what is printed.
        let path = folder.path().join(name).join(verb).with_extension("json");
        let written: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        holds_schema(&written);
        assert_eq!(written["points"], object["points"]);
        name
    });
    for name in made {
        json(folder.path(), &format!("rerun {name} --backend simd"));
        json(folder.path(), &format!("rerun {name}"));
    }
    for pair in ["a b", "a a"] {
        json(folder.path(), &format!("compare {pair}"));
    }
}

/// Every file of the folder is the schema of an object that the program knows, and none is missing.
#[test]
fn every_schema_says_what_it_is_of() {
    for entry in std::fs::read_dir(root().join("docs/schema")).unwrap() {
        let path = entry.unwrap().path();
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(schema["title"], format!("basins.{name}/1"), "{}", path.display());
    }
}

#[test]
fn what_is_not_as_the_schema_says_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let object = json(folder.path(), "run --nets 50 --lr 4 --epochs 300");
    let schema = schema(&object);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut object = object.clone();
        change(&mut object);
        faults(&schema, &object)
    };
    let renamed = changed(&|object| {
        let rate = object.as_object_mut().unwrap().remove("solved_rate").unwrap();
        object["rate"] = rate;
    });
    assert_eq!(renamed.len(), 2, "one key too many, one missing: {renamed:?}");
    for (change, path) in [
        (&(|object: &mut Value| object["nets"] = json!("50")) as &dyn Fn(&mut Value), "/nets:"),
        (&|object: &mut Value| object["schema"] = json!("basins.run/2"), "/schema:"),
        (&|object: &mut Value| object["fates"]["melted"] = json!(0), "/fates/melted:"),
        (&|object: &mut Value| object["solved_interval"]["low"] = Value::Null, "/solved_interval"),
        (&|object: &mut Value| object["device"]["kind"] = json!("abacus"), "/device/kind:"),
        (&|object: &mut Value| object["spec"]["update"] = json!(3), "/spec/update:"),
        (&|object: &mut Value| object["survival"]["curve"][0]["epoch"] = json!(1.5), "/survival/curve/0/epoch:"),
        (&|object: &mut Value| object["options"]["examin"] = json!(4), "/options/examin:"),
    ] {
        let found = changed(change);
        assert!(found.iter().any(|fault| fault.starts_with(path)), "{path} {found:?}");
    }
}
