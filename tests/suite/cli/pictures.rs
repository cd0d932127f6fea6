//! `reproduce`, `surface` and `trace`: what they print and the files they write.

use std::path::Path;

use super::{json, names, printed, run};

fn complaint(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments}");
    String::from_utf8(output.stderr).unwrap()
}

/// A PNG starts with its signature, an SVG names its namespace; neither is empty.
fn assert_pictures(folder: &Path, expected: &[&str]) {
    for name in expected {
        let png = std::fs::read(folder.join(format!("{name}.png"))).unwrap();
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() > 5_000, "{name}.png");
        let svg = std::fs::read_to_string(folder.join(format!("{name}.svg"))).unwrap();
        assert!(svg.contains("http://www.w3.org/2000/svg") && svg.trim_end().ends_with("</svg>"), "{name}.svg");
    }
}

#[test]
fn reproduce_lists_and_judges() {
    let folder = tempfile::tempdir().unwrap();
    assert!(printed(folder.path(), "reproduce --list").contains("pdp-1988"));
    let object = json(folder.path(), "reproduce pdp-1988 tutorial/descent --quick --out results");
    assert_eq!(object["schema"], "basins.reproduce/1");
    assert_eq!((&object["agree"], &object["differ"]), (&15.into(), &0.into()));
    let first = &object["reproductions"][0];
    assert_eq!(first["name"], "pdp-1988");
    let solved = first["figures"]
        .as_array()
        .unwrap()
        .iter()
        .find(|figure| figure["quantity"] == "solved at epoch, chosen backend");
    assert_eq!(solved.unwrap()["ours"]["value"], 289.0);
    assert_eq!(names(&folder.path().join("results")), ["reproduce.json", "reproduce.md"]);
    assert!(printed(folder.path(), "reproduce pdp-1988 --quick").contains("289        289     agrees"));
    assert!(complaint(folder.path(), "reproduce pdp-1989").contains("there is no reproduction \"pdp-1989\""));
    assert!(complaint(folder.path(), "reproduce").contains("--list"));
}

#[test]
fn surfaces_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let object = json(
        folder.path(),
        "surface --task table:10 --layers 1,1 --loss mse --update batch-sum --lr 0.05 --epochs 500 --points 40 --out s",
    );
    assert_eq!(object["schema"], "basins.surface/1");
    assert_eq!((&object["x"]["weight"], &object["y"]["weight"]), (&"theta1[0,0]".into(), &"theta1[1,0]".into()));
    assert_eq!(object["paths"].as_array().unwrap().len(), 9);
    // Half the mean squared error: 0 where both outputs are right, 1/2 where both are wrong.
    assert!(object["loss"]["least"].as_f64().unwrap() < 1e-6 && object["loss"]["most"].as_f64().unwrap() > 0.49);
    assert_pictures(&folder.path().join("s"), &["surface", "surface-map", "surface-slope"]);
    assert!(folder.path().join("s/surface.npz").exists());
    for (arguments, expected) in [
        ("surface --x 0 --y theta1[0,0]", "the same weight, theta1[0,0]"),
        ("surface --x theta7[0,0]", "theta1 of 3 x 3, theta2 of 4 x 1"),
        ("surface --range 5,5", "LO below HI"),
        ("surface --fix theta1[0,0]", "WEIGHT=VALUE"),
        ("surface --path 1", "two numbers X,Y"),
    ] {
        let message = complaint(folder.path(), arguments);
        assert!(message.contains(expected), "{arguments}: {message}");
    }
}

#[test]
fn a_trace_is_the_run_of_its_network() {
    let folder = tempfile::tempdir().unwrap();
    let trained = json(folder.path(), "run --nets 1 --first 7 --lr 2 --epochs 3000 --weights-out run.npz");
    let trace = json(folder.path(), "trace --net 7 --lr 2 --epochs 3000 --out t --weights-out end.npz");
    assert_eq!(trace["schema"], "basins.trace/1");
    assert_eq!(trace["solved_epoch"], trained["epochs_to_solve"]["min"]);
    assert_eq!(
        std::fs::read(folder.path().join("run.npz")).unwrap(),
        std::fs::read(folder.path().join("end.npz")).unwrap()
    );
    assert_pictures(&folder.path().join("t"), &["trace", "network"]);
    let csv = std::fs::read_to_string(folder.path().join("t/trace.csv")).unwrap();
    let rows = csv.lines().count() as u64 - 1;
    assert_eq!(rows, trace["stop_epoch"].as_u64().unwrap() + 1, "a row an epoch, and the start");
    assert!(
        csv.starts_with("epoch,loss,gradient_norm,output_0,output_1,output_2,output_3,\"theta1[0,0]\""),
        "{csv:.120}"
    );
    // The trace's arrays are a weights file: its last network is the trained one, solved at once.
    let again = json(folder.path(), &format!("trace --weights-in t/trace.npz --net {} --lr 2", rows - 1));
    assert_eq!((&again["solved_epoch"], &again["start"]), (&1.into(), &trace["end"]));
    assert!(complaint(folder.path(), "trace --weights-in t/trace.npz --net 99999").contains("networks 0 to"));
    assert!(complaint(folder.path(), "trace --weights-in t/trace.npz --out t").contains("the same file"));
}

#[test]
fn an_epoch_is_spelt_out() {
    let folder = tempfile::tempdir().unwrap();
    let text = printed(folder.path(), "trace --net 1 --explain 3");
    for part in ["A0 = the inputs", "(4 x 3)", "D2 = A2 - Y", "G1 = [A0 1]", "theta <- theta - 0.1 · 1/4 · G"] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    let online = printed(folder.path(), "trace --update online --loss mse --momentum 0.9 --shortcuts --explain");
    for part in ["Example 4: gradients", "[A1 A0 1]", "(A2 - Y) * A2 (1 - A2)", "V <- 0.9 V - 0.1 · G"] {
        assert!(online.contains(part), "{part} is missing:\n{online}");
    }
    assert!(complaint(folder.path(), "trace --epochs 5 --explain 6").contains("ends before that epoch"));
}
