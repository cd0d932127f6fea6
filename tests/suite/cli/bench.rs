//! `basins bench`: files, JSON, who takes part in what.

use basins::spec::Spec;
use basins::study::bench::Course;
use serde_json::Value;

use super::{json, names, printed, run};

/// Two populations of one small network, timed for an instant.
const SHORT: &str = "bench --task and --layers 2,1 --populations 2,70 --seconds 0.001 --repeats 2";

fn contestants(rows: &Value) -> Vec<(&str, u64)> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| (row["contestant"].as_str().unwrap(), row["nets"].as_u64().unwrap())).collect()
}

#[test]
fn a_network_of_ones_own_is_timed_in_its_populations() {
    let folder = tempfile::tempdir().unwrap();
    let object = json(folder.path(), &format!("{SHORT} --momentum 0.5 --out results"));
    assert_eq!(object["schema"], "basins.bench/1");
    let name = "reference f32, 1 thread";
    assert_eq!(contestants(&object["populations"]), [(name, 2), (name, 70)]);
    assert_eq!((&object["networks"], &object["refused"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    assert_eq!((&object["settings"]["momentum"], &object["settings"]["layers"]), (&0.5.into(), &"2,1".into()));
    for row in object["populations"].as_array().unwrap() {
        assert_eq!(
            (&row["task"], &row["layers"], &row["backend"]),
            (&"and".into(), &"2,1".into(), &"reference".into())
        );
        let rates: Vec<f64> =
            row["net_epochs_per_second"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        assert_eq!(rates.len(), 2);
        assert!(rates.iter().all(|rate| *rate > 0.0) && row["epochs"].as_u64().unwrap() >= 2, "{row}");
        assert!(row["difference"].as_f64().unwrap() < 1e-4);
    }
    let out = folder.path().join("results");
    assert_eq!(names(&out), ["bench.csv", "bench.json", "bench.md", "bench.png", "bench.svg", "report.html"]);
    let saved: Value = serde_json::from_str(&std::fs::read_to_string(out.join("bench.json")).unwrap()).unwrap();
    assert_eq!(saved, object);
    assert_eq!(std::fs::read_to_string(out.join("bench.csv")).unwrap().lines().count(), 3);
}

/// Without a network of one's own: populations, then the seven networks in their order. The last ones are large, and their
/// checks on the reference long, so that Ctrl-C ends it before them.
#[test]
#[cfg(unix)]
fn the_usual_course_has_populations_and_seven_networks() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "bench --backend reference --nets 5 --epochs 3 --repeats 1 --json --progress plain";
    let object = super::signals::interrupted_at(folder.path(), arguments, "4,8,1 on parity:4, --nets 4");
    assert_eq!(contestants(&object["populations"]).iter().map(|row| row.1).collect::<Vec<_>>(), [1, 4]);
    let networks = object["networks"].as_array().unwrap();
    let layers: Vec<&str> = networks.iter().map(|row| row["layers"].as_str().unwrap()).collect();
    let usual = Course::usual(&Spec::default(), &[1, 4]).unwrap();
    assert_eq!(usual.populations.iter().map(|work| work.nets).collect::<Vec<_>>(), [1, 4]);
    let usual: Vec<String> = usual.networks.iter().map(|work| work.problem.layers().to_string()).collect();
    assert_eq!(usual, ["2,2,1", "2,3,1", "2,4,4,1", "4,8,1", "8,16,1", "8,32,1", "8,64,1"]);
    assert!(layers.len() >= 3 && usual.iter().zip(&layers).all(|(usual, layers)| usual == layers), "{layers:?}");
    assert!(networks.iter().all(|row| row["nets"] == 4 && row["epochs"] == 3));
}

#[test]
fn backends_are_chosen_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let object = json(folder.path(), &format!("{SHORT} --backend simd --threads 1 --against reference"));
    let names: Vec<_> = contestants(&object["populations"]).into_iter().filter(|row| row.1 == 2).collect();
    assert_eq!(names, [("reference f32, 1 thread", 2), ("simd, 1 thread", 2)]);
}

/// The file that --print-config writes leads to the same bench.
#[test]
fn what_a_bench_chooses_itself_is_no_setting() {
    let folder = tempfile::tempdir().unwrap();
    let usual = printed(folder.path(), "bench --momentum 0.5 --print-config");
    assert!(usual.contains("momentum = 0.5\n"), "{usual}");
    for name in ["task", "layers", "epochs", "after-solved", "nets"] {
        assert!(!usual.lines().any(|line| line.starts_with(&format!("{name} ="))), "{name} in {usual}");
    }
    let own = printed(folder.path(), "bench --layers 2,2,1 --epochs 5 --print-config");
    assert!(own.contains("task = \"xor\"\n") && own.contains("epochs = 5\n"), "{own}");
    std::fs::write(folder.path().join("own.toml"), own).unwrap();
    let object = json(folder.path(), "bench --config own.toml --populations 3 --repeats 1");
    assert_eq!((&object["populations"][0]["epochs"], &object["interrupted"]), (&5.into(), &false.into()));
}

#[test]
fn the_table_names_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), SHORT);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("Net-epochs/s of 2-1 on and, by how many networks train at once\n"), "{text}");
    assert!(text.contains("\n2-1, 70 networks\n"), "{text}");
    // What is being measured is said while it lasts, but to no file.
    assert!(output.stderr.is_empty());
    assert_eq!(printed(folder.path(), &format!("{SHORT} --quiet")).lines().next(), text.lines().next());
}

/// Rates so low that nothing moves leave nothing to check; and a network that diverges is let off, not counted.
#[test]
fn settings_that_cannot_be_checked_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &format!("{SHORT} --lr 1e-9"));
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no backend can be checked with these settings"), "{said}");
}
