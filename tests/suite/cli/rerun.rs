//! `basins rerun`: a result from every form that holds one, changed results, files that hold none.

use std::path::Path;

use serde_json::Value;

use super::{json, printed, run};

const RUN: &str = "run --nets 60 --lr 4 --epochs 900 --init uniform:1 --continue-unsolved 2x";

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Exit code, and what was said on both streams.
fn rerun(folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let output = run(folder, &format!("rerun {arguments}"));
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[test]
fn every_form_of_a_result_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let spoken = printed(folder.path(), &format!("{RUN} --json --out r"));
    std::fs::write(folder.path().join("spoken.json"), spoken).unwrap();
    printed(folder.path(), "sweep --vary lr=1,4 --vary hidden=2,3 --nets 20 --epochs 300 --out s");
    for file in ["spoken.json", "r/run.json", "r/outcomes.parquet", "r/report.html"] {
        let object = json(folder.path(), &format!("rerun {file}"));
        assert_eq!((&object["schema"], &object["of"]), (&"basins.rerun/1".into(), &"basins.run/1".into()));
        assert_eq!((&object["agrees"], &object["exact"]), (&true.into(), &true.into()), "{file}");
        let rows = object["rows"].as_array().unwrap();
        assert!(rows.len() > 5 && rows.iter().all(|row| row["agrees"] == true && row["then"] == row["now"]));
    }
    for file in ["s/sweep.json", "s/sweep.parquet", "s/report.html"] {
        let text = printed(folder.path(), &format!("rerun {file}"));
        assert!(text.contains("It agrees: all ") && text.contains("lr=4, hidden=3"), "{text}");
    }
}

/// Results of versions that set the outputs' activation apart are read as they were meant.
#[test]
fn a_result_with_outdated_settings_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, outdated) = (folder.path().join("now.json"), folder.path().join("then.json"));
    let said = printed(
        folder.path(),
        "run --nets 30 --epochs 800 --loss mse --activation sigmoid,linear --lr 0.3 --solved sign --json",
    );
    std::fs::write(&path, said).unwrap();
    let mut object = read(&path);
    for part in ["spec", "settings"] {
        object[part]["activation"] = "sigmoid".into();
        object[part]["output-activation"] = "linear".into();
    }
    std::fs::write(&outdated, object.to_string()).unwrap();
    let (code, text) = rerun(folder.path(), "then.json");
    assert!(code == Some(0) && text.contains("It agrees: all "), "{text}");
    object["spec"]["output-activation"] = "same".into();
    std::fs::write(&outdated, object.to_string()).unwrap();
    let (code, text) = rerun(folder.path(), "then.json");
    assert!(code == Some(4), "another activation must not agree: {text}");
    // Said in the old way today, it is written in the new one.
    let flags = "run --nets 30 --epochs 800 --loss mse --output-activation linear --lr 0.3 --solved sign --quiet";
    let settings = json(folder.path(), flags)["settings"].clone();
    assert_eq!((&settings["activation"], &settings["output-activation"]), (&"sigmoid,linear".into(), &Value::Null));
}

/// Values that have commas of their own are still two values when they are read back.
#[test]
fn a_sweep_over_lists_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    printed(
        folder.path(),
        "sweep --vary layers=2,2,1;2,3,1 --nets 20 --epochs 300 --lr 4 --against layers=2,2,1 --out s",
    );
    let text = printed(folder.path(), "rerun s/sweep.json");
    assert!(text.contains("It agrees: all ") && text.contains("layers=2,3,1"), "{text}");
    let page = std::fs::read_to_string(folder.path().join("s/report.html")).unwrap();
    assert!(page.contains("layers=2,2,1;2,3,1"));
}

/// A map from its object, its page and both of its pictures; one whose counts were changed does not agree.
#[test]
fn a_map_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let map = "map --layers 2,2,1 --lr 4 --epochs 200 --init uniform:1 --fix 8=1.5 --net 2 --trained";
    printed(folder.path(), &format!("{map} --x 0=-6..6 --y 7=-6..6 --size 20x10 --out m"));
    for file in ["m/map.json", "m/report.html", "m/map.png", "m/pixels.png"] {
        let object = json(folder.path(), &format!("rerun {file}"));
        assert_eq!(
            (&object["of"], &object["agrees"], &object["exact"]),
            (&"basins.map/1".into(), &true.into(), &true.into())
        );
        let rows = object["rows"].as_array().unwrap();
        let solved = rows.iter().find(|row| row["quantity"] == "solved").unwrap();
        assert!(solved["now"].as_u64().unwrap() > 10 && rows.iter().all(|row| row["agrees"] == true), "{file}");
    }
    let mut object = read(&folder.path().join("m/map.json"));
    let moved = object["fates"]["corner-cut"].as_u64().unwrap().min(5);
    assert!(moved > 0, "nothing to change");
    object["solved"] = (object["solved"].as_u64().unwrap() + moved).into();
    object["fates"]["solved"] = object["solved"].clone();
    object["fates"]["corner-cut"] = (object["fates"]["corner-cut"].as_u64().unwrap() - moved).into();
    std::fs::write(folder.path().join("changed.json"), object.to_string()).unwrap();
    let (code, said) = rerun(folder.path(), "changed.json");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("DIFFERS"), "{said}");
    // The command of its page is the map again, as it was.
    let page = std::fs::read_to_string(folder.path().join("m/report.html")).unwrap();
    assert!(page.contains("basins map --") && page.contains("--fix 8=1.5") && page.contains("--trained"));
}

/// On another backend starts are the same and roundings are not: shares are tested.
#[test]
fn another_backend_is_compared_by_shares() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), &format!("{RUN} --out r"));
    let object = json(folder.path(), "rerun r/run.json --backend simd");
    assert_eq!((&object["agrees"], &object["exact"]), (&true.into(), &false.into()));
    assert_eq!((&object["then"]["backend"], &object["now"]["backend"]), (&"reference".into(), &"simd".into()));
    let solved = object["rows"].as_array().unwrap().iter().find(|row| row["quantity"] == "solved").unwrap();
    assert_eq!(solved["difference"]["test"], "two-sample score");
    let single = json(folder.path(), "rerun r/run.json --precision f32");
    assert_eq!((&single["exact"], &single["now"]["backend"]), (&false.into(), &"reference".into()));
}

/// The table of fates has the same shares whoever trains, for the networks with and without minima in the finite.
#[test]
fn shares_of_fates_agree_between_backends() {
    let folder = tempfile::tempdir().unwrap();
    for layers in ["2,2,1", "2,3,1"] {
        for loss in ["mse", "cross-entropy"] {
            let settings = format!("--layers {layers} --loss {loss} --lr 4 --epochs 500 --init uniform:1");
            let answer = json(folder.path(), &format!("run --nets 2000 {settings} --out r --fresh"));
            let fates = answer["fates"].as_object().unwrap();
            assert!(fates.values().filter(|count| count.as_u64().unwrap() > 0).count() >= 3, "{settings}: {fates:?}");
            let object = json(folder.path(), "rerun r/run.json --backend simd");
            assert_eq!((&object["agrees"], &object["exact"]), (&true.into(), &false.into()), "{object:#}");
        }
    }
}

/// What was changed by hand must be told to disagree, on whatever backend.
#[test]
fn a_changed_result_is_told() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), &format!("{RUN} --out r"));
    let right = read(&folder.path().join("r/run.json"));
    let solved = right["solved"].as_u64().unwrap();
    let other_fate = right["fate_rows"][0]["fate"].as_str().unwrap();
    let mut fates = right.clone();
    for (name, more) in [("solved", 1), (other_fate, -1)] {
        fates["fates"][name] = (right["fates"][name].as_i64().unwrap() + more).into();
    }
    fates["solved"] = (solved + 1).into();
    let with = |key: &str, value: Value| {
        let mut changed = right.clone();
        changed[key] = value;
        changed
    };
    let changes = [
        (with("solved", (solved - 1).into()), "The record contradicts itself"),
        (fates, "solved"),
        (with("net_epochs", (right["net_epochs"].as_u64().unwrap() + 1).into()), "net-epochs"),
        (with("seed", 1.into()), "DIFFERS"),
    ];
    for (changed, expected) in changes {
        std::fs::write(folder.path().join("changed.json"), changed.to_string()).unwrap();
        let (code, said) = rerun(folder.path(), "changed.json");
        assert_eq!(code, Some(4), "{said}");
        assert!(said.contains(expected) && said.contains("DIFFERS") && said.contains("It does not agree"), "{said}");
        assert!(said.contains("error: changed.json does not agree"), "{said}");
    }
    let changed = with("solved", (solved - 1).into());
    std::fs::write(folder.path().join("changed.json"), changed.to_string()).unwrap();
    assert_eq!(rerun(folder.path(), "changed.json --backend simd").0, Some(4));
}

#[test]
fn files_without_a_result_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), "--nets 5 --epochs 5 --out r");
    std::fs::write(folder.path().join("task.csv"), "0,0,0\n0,1,1\n1,0,1\n1,1,0\n").unwrap();
    printed(folder.path(), "--nets 5 --epochs 5 --task csv:task.csv --out c");
    printed(folder.path(), "--nets 5 --epochs 5 --weights-out w.npz");
    printed(folder.path(), "--epochs 5 --weights-in w.npz --out w");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let whole = std::fs::read(folder.path().join("r/run.json")).unwrap();
    write("cut.json", &whole[..whole.len() / 2]);
    let parquet = std::fs::read(folder.path().join("r/outcomes.parquet")).unwrap();
    write("cut.parquet", &parquet[..parquet.len() / 2]);
    write("plain.html", b"<!doctype html><p>nothing</p>");
    write("noise", &[0xff, 0xfe, 0, 1]);
    let mut object = read(&folder.path().join("r/run.json"));
    object["schema"] = "basins.run/2".into();
    write("newer.json", object.to_string().as_bytes());
    object["schema"] = "basins.run/1".into();
    object["interrupted"] = true.into();
    write("interrupted.json", object.to_string().as_bytes());
    object["interrupted"] = false.into();
    object["fates"] = "none".into();
    write("countless.json", object.to_string().as_bytes());
    object["spec"]["lr"] = (-1).into();
    write("wrong.json", object.to_string().as_bytes());
    let picture = std::fs::read(folder.path().join("r/survival.png")).unwrap();
    write("cut.png", &picture[..picture.len() / 2]);
    // What the results need is still there, so they are done again; then it is gone.
    assert_eq!(rerun(folder.path(), "c/run.json").0, Some(0));
    assert_eq!(rerun(folder.path(), "w/run.json").0, Some(0));
    std::fs::remove_file(folder.path().join("task.csv")).unwrap();
    std::fs::remove_file(folder.path().join("w.npz")).unwrap();
    for (file, expected) in [
        ("missing.json", "cannot be read"),
        ("cut.json", "is damaged JSON"),
        ("cut.parquet", "is a damaged Parquet file"),
        ("cut.png", "is a damaged PNG file"),
        ("r/survival.png", "holds no result of basins"),
        ("r/survival.csv", "holds no result of basins"),
        ("plain.html", "holds no result of basins"),
        ("noise", "holds no result of basins"),
        ("newer.json", "its schema is \"basins.run/2\""),
        ("interrupted.json", "was interrupted"),
        ("countless.json", "is damaged"),
        ("wrong.json", "is damaged"),
        ("c/run.json", "--task csv:task.csv"),
        ("w/run.json", "--weights-in w.npz"),
    ] {
        let (code, said) = rerun(folder.path(), file);
        assert_eq!(code, Some(2), "{file}: {said}");
        assert!(said.starts_with("error: ") && said.contains(expected) && said.lines().count() == 1, "{file}: {said}");
    }
}
