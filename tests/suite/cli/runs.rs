//! `basins run`: the summary's shape, and the JSON that programs read.

use std::collections::BTreeSet;
use std::path::Path;

use basins::outcome::read_weights;
use serde_json::Value;

use super::{json, printed, run};

/// Replaces what differs from machine to machine: all from the speed on.
fn redacted(summary: &str) -> String {
    let (found, speed) = summary.split_at(summary.find(" net-epochs/s").expect("a speed"));
    let (found, rate) = found.rsplit_once('\n').expect("lines before it");
    assert!(rate.split(' ').next_back().unwrap().parse::<f64>().is_ok(), "{rate}");
    assert!(speed.contains(" on ") && speed.contains("(CPU,"), "{speed}");
    found.lines().map(without_times).collect::<Vec<_>>().join("\n") + "\n[SPEED]"
}

/// All that a run tells, as `-v` prints it.
fn details(folder: &Path, arguments: &str) -> String {
    let output = run(folder, &format!("{arguments} -v"));
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Flow times hang on the last digits of trained weights, which are not the same under all instruction sets.
fn without_times(line: &str) -> String {
    let redacted = |word: &str| {
        let number = word.trim_end_matches([',', ';', '.']);
        let is_time = number.contains('e') && number.parse::<f64>().is_ok();
        if is_time { word.replace(number, "[TIME]") } else { word.to_owned() }
    };
    line.split(' ').map(redacted).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_summary_has_its_shape() {
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments) in [
        ("summary", "--nets 400 --lr 4 --epochs 1500 --init uniform:1"),
        ("summary_of_none", "run --nets 20 --epochs 3 --task parity:3 --layers 3,2,1 --first 1000"),
        ("summary_of_all", "--nets 50 --task and --layers 2,1 --lr 5 --epochs 2000 --seed 7"),
        (
            "summary_of_settings",
            "--nets 30 --activation tanh --loss mse --inputs -1,1 --targets -1,1 --momentum 0.5 --update online \
             --solved sign --shortcuts --bias off --lr 0.1,0.2 --epochs 50",
        ),
        ("summary_of_rectifiers", "--nets 60 --activation relu,sigmoid --lr 2 --epochs 400 --init uniform:1"),
        (
            "summary_of_no_biases",
            "--nets 20 --task parity:3 --layers 3,3,1 --bias off --activation tanh,sigmoid --lr 4 --epochs 1500",
        ),
        ("summary_of_absolute_error", "--nets 40 --loss mae --lr 2 --epochs 800 --init uniform:1 --examine 0"),
        ("summary_of_divergence", "--nets 20 --lr 1e9 --epochs 100"),
    ] {
        let summary = printed(folder.path(), arguments);
        // It fits a terminal of 24 lines with room for the prompt.
        assert!(summary.lines().count() <= 20, "{summary}");
        insta::assert_snapshot!(name, redacted(&summary));
    }
    for (name, arguments) in [
        ("details", "--nets 400 --lr 4 --epochs 1500 --init uniform:1 --examine 10"),
        ("details_of_none", "run --nets 20 --epochs 3 --task parity:3 --layers 3,2,1 --first 1000"),
        ("details_of_all", "--nets 50 --task and --layers 2,1 --lr 5 --epochs 2000 --seed 7"),
        (
            "details_of_rectifiers",
            "--nets 60 --activation relu,sigmoid --lr 2 --epochs 400 --init uniform:1 --examine 4",
        ),
        ("details_of_absolute_error", "--nets 40 --loss mae --lr 2 --epochs 800 --init uniform:1 --examine 0"),
        ("details_of_divergence", "--nets 20 --lr 1e9 --epochs 100"),
    ] {
        insta::assert_snapshot!(name, redacted(&details(folder.path(), arguments)));
    }
}

#[test]
fn what_to_do_next_follows_from_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let next = |arguments: &str| -> Vec<String> {
        let text = printed(folder.path(), arguments);
        text.lines().filter_map(|line| line.strip_prefix("Next: ")).map(str::to_owned).collect()
    };
    // Too few epochs for anybody to be anywhere.
    let early = "--nets 20 --epochs 30 --examine 0";
    let improving = 5 * json(folder.path(), early)["fates"]["descending"].as_u64().unwrap();
    assert!((34..=100).contains(&improving), "{improving}");
    let line = format!("{improving}% of the unsolved are still improving; try --continue-unsolved 10x");
    assert_eq!(next(early), [line]);
    assert_eq!(next(&format!("{early} --continue-unsolved 10x")), [] as [&str; 0], "that was done");
    assert_eq!(next("--nets 20 --epochs 30 --lr 1e9"), ["100% of the unsolved diverged; try a lower --lr"]);
    // No unit is on at any example.
    let dead = next("--nets 20 --epochs 20 --activation relu,sigmoid --init uniform:1 --bias-init constant:-5");
    assert_eq!(dead, ["about 100% of the unsolved have a dead relu layer; try leaky-relu, --init"]);
    // Most are solved early, the others hardly ever.
    let stuck = "--nets 400 --lr 4 --epochs 5000 --init uniform:1 --examine 0";
    let saving = json(folder.path(), stuck)["restart"].clone();
    let cost = |cut: &Value| cut["expected_epochs"].as_f64().unwrap();
    let saved = 100.0 * (1.0 - cost(&saving["best"]) / cost(&saving["at_budget"]));
    let line = format!("after {} epochs", saving["best"]["epoch"]);
    assert!(
        saved >= 10.0 && next(stuck).join(" ").contains(&format!("saves {saved:.0}%")),
        "{saved}: {:?}",
        next(stuck)
    );
    assert!(next(stuck).join(" ").replace(',', "").contains(&line), "{line}: {:?}", next(stuck));
    // Nothing is left to do.
    assert_eq!(next("--nets 50 --task and --layers 2,1 --lr 5 --epochs 2000 --seed 7"), [] as [&str; 0]);
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn holds_keys(value: &Value, expected: &[&str]) {
    let found = keys(value);
    for key in expected {
        assert!(found.contains(key), "{key} is missing from {found:?}");
    }
}

#[test]
fn json_has_every_documented_key() {
    let folder = tempfile::tempdir().unwrap();
    let answer = json(folder.path(), "--nets 300 --lr 4 --epochs 1500 --first 12 --seed 5");
    holds_keys(
        &answer,
        &[
            "schema",
            "spec",
            "backend",
            "device",
            "nets",
            "first",
            "seed",
            "solved",
            "solved_rate",
            "solved_interval",
            "epochs_to_solve",
            "fates",
            "net_epochs",
            "seconds",
        ],
    );
    assert_eq!(answer["schema"], "basins.run/1");
    assert_eq!((&answer["nets"], &answer["first"], &answer["seed"]), (&300.into(), &12.into(), &5.into()));
    assert_eq!(answer["backend"], "reference");
    holds_keys(&answer["device"], &["name", "kind", "driver"]);
    assert_eq!(answer["device"]["kind"], "cpu");
    holds_keys(&answer["solved_interval"], &["method", "level", "low", "high"]);
    assert_eq!(
        (&answer["solved_interval"]["method"], &answer["solved_interval"]["level"]),
        (&"wilson".into(), &0.95.into())
    );
    holds_keys(&answer["epochs_to_solve"], &["mean", "min", "p05", "p25", "median", "p75", "p95", "max"]);
    holds_keys(&answer["seconds"], &["setup", "train", "total"]);
    let config = printed(folder.path(), "--print-config");
    let elsewhere = ["nets", "first", "seed", "backend", "examine", "rows"];
    for name in config.lines().map(|line| line.split(' ').next().unwrap()).filter(|name| !elsewhere.contains(name)) {
        assert!(!answer["spec"][name].is_null(), "spec lacks {name}");
    }
}

#[test]
fn json_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let answer = json(folder.path(), "--nets 300 --lr 4 --epochs 1500 --init uniform:1");
    let fates = answer["fates"].as_object().unwrap();
    let sum: u64 = fates.values().map(|count| count.as_u64().expect("a count")).sum();
    assert_eq!(sum, 300);
    assert_eq!(fates["solved"], answer["solved"]);
    let (rate, interval) = (answer["solved_rate"].as_f64().unwrap(), &answer["solved_interval"]);
    assert_eq!(rate, answer["solved"].as_f64().unwrap() / 300.0);
    assert!(rate > 0.5 && rate < 1.0, "a rate of {rate} tests nothing");
    assert!(interval["low"].as_f64().unwrap() < rate && rate < interval["high"].as_f64().unwrap());
    let order =
        ["min", "p05", "p25", "median", "p75", "p95", "max"].map(|q| answer["epochs_to_solve"][q].as_u64().unwrap());
    assert!(order.is_sorted() && order[0] < order[6] && order[6] <= 1500, "{order:?}");
    let work = answer["net_epochs"].as_u64().unwrap();
    assert!(work < 300 * 1500 && work >= answer["solved"].as_u64().unwrap() * order[0], "{work}");
    let seconds = ["setup", "train", "total"].map(|part| answer["seconds"][part].as_f64().unwrap());
    assert!(seconds[0] >= 0.0 && seconds[1] > 0.0 && seconds[2] >= seconds[1]);
}

/// Which layers are off is said network by network; sigmoid networks have none.
#[test]
fn json_names_the_units_that_are_off() {
    let folder = tempfile::tempdir().unwrap();
    let run = |activation: &str| {
        let settings = format!("--nets 60 --lr 2 --epochs 400 --init uniform:1 --activation {activation}");
        json(folder.path(), &settings)
    };
    let answer = run("relu,sigmoid");
    let networks = answer["off_units"].as_array().unwrap();
    let (dead, alive): (Vec<_>, Vec<_>) = networks.iter().partition(|network| !network["dead_layer"].is_null());
    assert!(!dead.is_empty() && !alive.is_empty(), "{networks:?}");
    let units = |network: &Value| network["units"].as_array().unwrap().len();
    assert!(dead.iter().all(|network| units(network) == 3 && network["weights_without_gradient"] == 9), "{dead:?}");
    assert!(alive.iter().all(|network| units(network) < 3), "{alive:?}");
    let sum = |name: &str| {
        let rows = answer["fate_rows"].as_array().unwrap();
        rows.iter().map(|row| row[name].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(sum("with_off_units"), networks.len() as u64);
    let verdicts = answer["fate_rows"].as_array().unwrap().iter().filter_map(|row| row["verdicts"]["dead"].as_u64());
    assert_eq!(verdicts.sum::<u64>(), dead.len() as u64);
    assert_eq!(answer["verdicts_hold"], "where no unit changes side (kinks)");
    let smooth = run("sigmoid");
    assert!(smooth["off_units"].as_array().unwrap().is_empty() && smooth["verdicts_hold"].is_null());
}

#[test]
fn nobody_solved_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let answer = json(folder.path(), "--nets 10 --epochs 1");
    assert_eq!((&answer["solved"], &answer["solved_rate"]), (&0.into(), &0.0.into()));
    assert!(answer["epochs_to_solve"].is_null());
    assert_eq!(answer["net_epochs"], 10);
}

/// Networks are the same however the run is cut: 0..60 is 0..25 and 25..60.
#[test]
fn runs_can_be_split_and_joined() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &str| json(folder.path(), &format!("--lr 4 --epochs 1200 --init uniform:1 {more}"));
    let (whole, left, right) = (run("--nets 60"), run("--nets 25"), run("--first 25 --nets 35"));
    let other = run("--first 26 --nets 35");
    for key in ["solved", "net_epochs", "nets"] {
        let count = |answer: &Value| answer[key].as_u64().unwrap();
        assert_eq!(count(&whole), count(&left) + count(&right), "{key}");
    }
    assert_ne!(right["net_epochs"], other["net_epochs"], "other networks must show");
}

/// The backends of this machine: the GPU's where there is one, software or not.
fn backends(folder: &Path) -> Vec<&'static str> {
    let devices: Value = serde_json::from_str(&printed(folder, "devices --json")).expect("JSON");
    let mut backends = vec!["reference", "simd"];
    match devices["gpus"].as_array().expect("a list").is_empty() {
        true => println!("no GPU here: only {backends:?} are compared"),
        false => backends.extend(["fused", "grouped", "staged"]),
    }
    backends
}

/// Each backend starts from the same bits and ends at rates whose intervals overlap.
#[test]
fn backends_agree_on_starts_and_rates() {
    let folder = tempfile::tempdir().unwrap();
    let layers = "2,3,1".parse().unwrap();
    let mut starts = Vec::new();
    let mut intervals = Vec::new();
    for backend in backends(folder.path()) {
        // A criterion that holds at once: networks retire with the weights that they start from.
        let at_once = "--nets 100 --epochs 1 --solved max-error:0.99999 --weights-out starts.npz";
        let run = |arguments: &str| {
            let output = run(folder.path(), &format!("run {arguments} --json --backend {backend}"));
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{backend}: {said}");
            serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
        };
        let answer = run(at_once);
        assert_eq!((&answer["backend"], &answer["solved"]), (&backend.into(), &100.into()));
        let weights = read_weights(&folder.path().join("starts.npz"), &layers).unwrap().to_f32();
        starts.push(weights.into_iter().map(f32::to_bits).collect::<Vec<_>>());
        let answer = run("--nets 1000 --lr 4 --epochs 1500 --init uniform:1");
        let end = |name: &str| answer["solved_interval"][name].as_f64().unwrap();
        intervals.push((end("low"), end("high")));
    }
    assert!(starts.iter().all(|bits| bits == &starts[0]), "starts differ");
    let (low, high) =
        (intervals.iter().map(|i| i.0).fold(0.0, f64::max), intervals.iter().map(|i| i.1).fold(1.0, f64::min));
    assert!(low <= high && low > 0.5 && high < 1.0, "intervals: {intervals:?}");
}

/// Every task, loss, optimizer, update, init and criterion of the command line runs.
#[test]
fn every_setting_runs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("task.csv"), "0,0,0\n0,1,1\n1,0,1\n").unwrap();
    for arguments in [
        "--task xor",
        "--task and --layers 2,1",
        "--task or --layers 2,1",
        "--task parity:5 --layers 5,3,1",
        "--task table:0110",
        "--task table:01 --layers 1,1",
        "--task csv:task.csv",
        "--layers 2,4,4,2,1",
        "--activation tanh --loss mse",
        "--loss mse",
        "--optimizer adam --lr 0.01",
        "--momentum 0.9",
        "--update batch-sum",
        "--update online",
        "--init uniform:2",
        "--init normal:0.3",
        "--init xavier",
        "--targets 0.1,0.9",
        "--inputs -1,1",
        "--solved max-error:0.4",
        "--solved sign",
        "--solved sse:0.04",
        "--solved mse:0.01",
        "--solved rms:0.1",
        "--after-solved continue",
        "--shortcuts",
        "--bias off",
        "--loss mse --activation sigmoid,linear",
        "--activation tanh,sigmoid",
        "--precision f32 --threads 1",
        "--seed 18446744073709551615 --first 18446744073709551500",
        "--progress never --quiet",
    ] {
        let answer = json(folder.path(), &format!("--nets 7 --epochs 20 {arguments}"));
        assert_eq!(answer["nets"], 7, "{arguments}");
    }
}

/// What class labels became stands wherever a result is shown; without labels nothing is said.
#[test]
fn class_labels_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, rows: &str| std::fs::write(folder.path().join(name), rows).unwrap();
    write("words.csv", "left;right;same\r\n0;0;yes\r\n0;1;no\r\n1;0;no\r\n1;1;yes\r\n");
    write("numbers.csv", "0,0,1\n0,1,0\n1,0,0\n1,1,1\n");
    let labels = "class labels: no = 0, yes = 1";
    let run = |file: &str| {
        let arguments = format!("run --task csv:{file} --nets 20 --epochs 50 --out results");
        let summary = printed(folder.path(), &arguments);
        let page = std::fs::read_to_string(folder.path().join("results/report.html")).unwrap();
        std::fs::remove_dir_all(folder.path().join("results")).unwrap();
        (summary, page, json(folder.path(), &arguments.replace(" --out results", "")))
    };
    let (summary, page, answer) = run("words.csv");
    assert!(summary.contains(&format!("\n{labels}\n")), "{summary}");
    assert!(page.contains(&format!("<p>{labels}</p>")));
    assert_eq!(answer["labels"], labels);
    let (summary, page, plain) = run("numbers.csv");
    assert!(!summary.contains("class labels") && !page.contains("class labels") && plain.get("labels").is_none());
    // The same task: what is learnt is the same to the last bit.
    assert_eq!(answer["solved"], plain["solved"]);
    assert_eq!(answer["fate_rows"], plain["fate_rows"]);
}
