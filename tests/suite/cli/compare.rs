//! `basins compare`: a run beside itself, beside one that learns better, and beside what is no run.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{json, printed, run};

const RUN: &str = "run --nets 400 --epochs 900 --init uniform:1";

/// Networks that are solved by a run's rows as CSV.
fn solved(folder: &Path, name: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    rows.filter(|row| row[1] == "solved").map(|row| row[0].to_owned()).collect()
}

fn is_narrow(text: &str) {
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), &format!("{RUN} --lr 0.7 --label first --out a"));
    printed(folder.path(), &format!("{RUN} --lr 0.7 --rows csv --out b"));
    for pair in ["a b", "a/run.json b/report.html", "a/outcomes.parquet a"] {
        let object = json(folder.path(), &format!("compare {pair}"));
        assert_eq!((&object["schema"], &object["differs"]), (&"basins.compare/1".into(), &false.into()), "{pair}");
        let difference = &object["difference"];
        assert_eq!((&difference["estimate"], &difference["p_value"]), (&0.0.into(), &1.0.into()), "{pair}");
        assert_eq!((&difference["test"], &object["settings"]), (&"McNemar mid-p".into(), &Value::Array(vec![])));
        assert_eq!(object["pairs"]["both"], object["a"]["solved"]);
    }
    let text = printed(folder.path(), "compare a b");
    is_narrow(&text);
    assert!(text.starts_with("A   a (first)\nB   b\n"), "{text}");
    assert!(text.contains("All settings are the same") && text.contains("not significantly different"), "{text}");
}

/// Another rate of learning: found, network by network where the rows are there, by counts where they are not.
#[test]
fn a_better_rate_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let said = printed(folder.path(), &format!("{RUN} --lr 0.7 --rows csv --out a --json"));
    std::fs::write(folder.path().join("a.json"), said).unwrap();
    printed(folder.path(), &format!("{RUN} --lr 1 --out b"));
    printed(folder.path(), &format!("{RUN} --lr 1 --rows csv --out c"));
    let object = json(folder.path(), "compare a b");
    let (one, other) = (solved(folder.path(), "a/outcomes.csv"), solved(folder.path(), "c/outcomes.csv"));
    let expected = [one.intersection(&other).count(), one.difference(&other).count(), other.difference(&one).count()];
    assert!(expected[0] > 100 && expected[2] > 50, "the settings must show something: {expected:?}");
    let counted = ["both", "a_only", "b_only"].map(|name| object["pairs"][name].as_u64().unwrap() as usize);
    assert_eq!(counted, expected);
    assert_eq!((&object["differs"], &object["difference"]["test"]), (&true.into(), &"McNemar mid-p".into()));
    assert!(object["difference"]["interval"]["low"].as_f64().unwrap() > 0.0, "B is the better one");
    let settings = object["settings"].as_array().unwrap();
    assert_eq!((settings.len(), &settings[0]["name"], settings[0]["b"].as_f64()), (1, &"lr".into(), Some(1.0)));
    let text = printed(folder.path(), "compare a b");
    is_narrow(&text);
    for expected in [": significantly different (5% level)", "The same networks in both", "   lr        0.7   1"] {
        assert!(text.contains(expected), "{expected} is missing:\n{text}");
    }
    // Without rows, and with other networks.
    let apart = json(folder.path(), "compare a.json b");
    assert_eq!((&apart["difference"]["test"], &apart["pairs"]), (&"two-sample score".into(), &Value::Null));
    assert!(apart["notes"][0].as_str().unwrap().contains("there are no rows"), "{:#}", apart["notes"]);
    printed(folder.path(), &format!("{RUN} --lr 1 --seed 1 --out d"));
    let others = json(folder.path(), "compare a d");
    assert_eq!((&others["difference"]["test"], &others["notes"]), (&"two-sample score".into(), &Value::Array(vec![])));
    // Rows that somebody changed are not believed.
    let rows = std::fs::read_to_string(folder.path().join("a/outcomes.csv")).unwrap();
    std::fs::write(folder.path().join("a/outcomes.csv"), rows.replacen("solved,", "descending,", 1)).unwrap();
    let changed = json(folder.path(), "compare a b");
    assert_eq!(changed["difference"]["test"], "two-sample score");
    assert!(changed["notes"][0].as_str().unwrap().contains("are not those of the two results"));
}

#[test]
fn what_makes_shares_differ_by_itself_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let said = printed(folder.path(), &format!("{RUN} --lr 0.7 --json"));
    let mut object: Value = serde_json::from_str(&said).unwrap();
    std::fs::write(folder.path().join("a.json"), &said).unwrap();
    object["interrupted"] = true.into();
    object["spec"]["epochs"] = 1_000.into();
    std::fs::write(folder.path().join("b.json"), object.to_string()).unwrap();
    let text = printed(folder.path(), "compare a.json b.json");
    is_narrow(&text);
    assert!(text.contains("Note: B was interrupted") && text.contains("Note: Their budgets differ"), "{text}");
    object["fates"]["unfinished"] = 3.into();
    object["nets"] = 403.into();
    std::fs::write(folder.path().join("b.json"), object.to_string()).unwrap();
    let cut = json(folder.path(), "compare a.json b.json");
    assert_eq!((&cut["difference"], &cut["differs"]), (&Value::Null, &Value::Null));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), "--nets 5 --epochs 5 --out r");
    printed(folder.path(), "sweep --vary lr=1,2 --nets 5 --epochs 5 --out s");
    let text = std::fs::read_to_string(folder.path().join("r/run.json")).unwrap();
    let mut object: Value = serde_json::from_str(&text).unwrap();
    object["solved"] = 4.into();
    std::fs::write(folder.path().join("wrong.json"), object.to_string()).unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    for (arguments, expected) in [
        ("r s/sweep.json", "s/sweep.json is of schema \"basins.sweep/1\", but only runs"),
        ("r s", "s is of schema \"basins.sweep/1\", but only runs"),
        ("empty r", "empty: cannot be read: it is a folder without a result of basins"),
        ("r missing.json", "missing.json: cannot be read"),
        ("r r/survival.csv", "holds no result of basins"),
        ("wrong.json r", "contradicts itself: it says 4 solved"),
        ("r", "<B>"),
    ] {
        let output = run(folder.path(), &format!("compare {arguments}"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
        assert!(said.starts_with("error: ") && said.contains(expected), "{arguments}: {said}");
    }
}
