//! `basins sweep`: files, JSON, errors.

use super::{json, names, printed, run};

/// Three rates and two losses, small enough to take no time.
const GRID: &str = "sweep --vary lr=0.5,2,8 --vary loss=mse,cross-entropy --nets 40 --epochs 400 --init uniform:1";

#[test]
fn every_point_is_trained_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let object = json(folder.path(), &format!("{GRID} --out results"));
    let out = folder.path().join("results");
    let written = ["parts", "report.html", "sweep.csv", "sweep.json", "sweep.parquet", "sweep.png", "sweep.svg"];
    assert_eq!(names(&out), written);
    let saved: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("sweep.json")).unwrap()).unwrap();
    assert_eq!(saved, object);
    assert_eq!((&object["schema"], &object["nets"]), (&"basins.sweep/1".into(), &40.into()));
    let points = object["points"].as_array().unwrap();
    assert_eq!((points.len(), &object["points_asked"]), (6, &6.into()));
    let csv = std::fs::read_to_string(out.join("sweep.csv")).unwrap();
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 7);
    assert_eq!(rows[0][..4], ["lr", "loss", "networks", "solved"]);
    for (point, row) in points.iter().zip(&rows[1..]) {
        let fates: u64 = point["fates"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(fates, 40);
        assert_eq!((&point["values"]["lr"], &point["values"]["loss"]), (&row[0].into(), &row[1].into()));
        assert_eq!(point["solved"].to_string(), row[3]);
        // A column a fate.
        for (fate, count) in point["fates"].as_object().unwrap().iter().filter(|(fate, _)| *fate != "solved") {
            let column =
                rows[0].iter().position(|name| *name == fate.replace('-', "_")).expect("a column of each fate");
            assert_eq!(count.to_string(), row[column], "{fate}");
        }
    }
    let rates: Vec<u64> = points.iter().map(|point| point["solved"].as_u64().unwrap()).collect();
    assert!(rates.iter().min() < rates.iter().max(), "points that are all alike test nothing: {rates:?}");
    // The best is held against nobody, and everybody against it.
    let against = object["against"]["point"].as_u64().unwrap() as usize;
    assert_eq!(rates[against], *rates.iter().max().unwrap());
    assert_eq!(points.iter().filter(|point| point["comparison"].is_null()).count(), 1);
    assert!(points[against]["comparison"].is_null());
}

/// A point is a run: the same networks with the same settings have the same fates.
#[test]
fn a_point_is_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let sweep = json(folder.path(), GRID);
    let one = json(folder.path(), "run --lr 2 --loss cross-entropy --nets 40 --epochs 400 --init uniform:1");
    let other = json(folder.path(), "run --lr 2 --loss cross-entropy --nets 40 --epochs 400 --init uniform:1 --seed 1");
    let point = &sweep["points"][3];
    assert_eq!((&point["values"]["lr"], &point["values"]["loss"]), (&"2".into(), &"cross-entropy".into()));
    assert_eq!((&point["fates"], &point["net_epochs"]), (&one["fates"], &one["net_epochs"]));
    assert_ne!(point["net_epochs"], other["net_epochs"], "another seed must show");
}

/// Rows of a point are those of a run, with the point's settings before them.
#[test]
fn rows_of_a_point_are_those_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "--nets 30 --first 7 --epochs 400 --init uniform:1 --rows csv";
    printed(folder.path(), &format!("sweep --vary lr=0.5,8 --vary loss=mse,cross-entropy {settings} --out s"));
    printed(folder.path(), &format!("run --lr 8 --loss mse {settings} --examine 0 --out r"));
    let read = |name: &str| {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect::<Vec<Vec<String>>>()
    };
    let (sweep, run) = (read("s/outcomes.csv"), read("r/outcomes.csv"));
    assert_eq!((sweep.len(), run.len()), (4 * 30 + 1, 31));
    assert_eq!(sweep[0][..4], ["lr", "loss_setting", "network", "fate"], "loss is a column of outcomes already");
    let point: Vec<&Vec<String>> = sweep.iter().filter(|row| row[0] == "8" && row[1] == "mse").collect();
    assert_eq!(point.len(), 30);
    // The columns from network to the last output; a run has what was measured after them.
    for (row, alone) in point.iter().zip(&run[1..]) {
        assert_eq!(row[2..12], alone[..10]);
    }
    assert_eq!(sweep[0][2..12], run[0][..10]);
    let others: Vec<&Vec<String>> = sweep.iter().filter(|row| row[0] == "8" && row[1] == "cross-entropy").collect();
    assert!(others.iter().zip(&run[1..]).any(|(row, alone)| row[2..12] != alone[..10]), "another loss must show");
    // The rows hold the result, too.
    printed(folder.path(), "sweep --vary lr=0.5,8 --nets 10 --epochs 50 --rows parquet --out p");
    assert!(printed(folder.path(), "rerun p/outcomes.parquet").contains("It agrees: all "));
}

/// Each point takes the networks that a run until the same width takes.
#[test]
fn a_point_until_some_width_is_a_run_until_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "--epochs 400 --init uniform:1 --until-width 0.2";
    let sweep = format!("sweep --vary lr=2,8,0.01 --vary loss=mse,cross-entropy {settings}");
    let object = json(folder.path(), &format!("{sweep} --out s"));
    let points = object["points"].as_array().unwrap();
    let mut counts = std::collections::BTreeSet::new();
    for point in points {
        let (lr, loss) = (point["values"]["lr"].as_str().unwrap(), point["values"]["loss"].as_str().unwrap());
        let alone = json(folder.path(), &format!("run --lr {lr} --loss {loss} {settings}"));
        for name in ["nets", "solved", "solved_interval", "fates", "net_epochs"] {
            assert_eq!(point[name], alone[name], "{name} at {lr}, {loss}");
        }
        let interval = &point["solved_interval"];
        assert!(interval["high"].as_f64().unwrap() - interval["low"].as_f64().unwrap() <= 0.2);
        counts.insert(point["nets"].as_u64().unwrap());
        let test = &point["comparison"]["difference"]["test"];
        assert!(test.is_null() || test == "two-sample score", "{test}");
    }
    assert!(counts.len() > 1, "points that take as many each show nothing: {counts:?}");
    let text = printed(folder.path(), &sweep);
    let (fewest, most) = (counts.first().unwrap(), counts.last().unwrap());
    assert!(text.contains(&format!("{fewest} to {most} networks, each until its interval is 0.2 wide")), "{text}");
    let again = printed(folder.path(), "rerun s/sweep.json");
    assert!(again.contains("It agrees: all "), "{again}");
    // With a bound that is too low it is said.
    let bounded = json(folder.path(), &format!("{sweep} --nets 60"));
    assert_eq!(
        bounded["until_width"]["too_wide"],
        bounded["points"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|point| {
                let interval = &point["solved_interval"];
                interval["high"].as_f64().unwrap() - interval["low"].as_f64().unwrap() > 0.2
            })
            .count()
    );
    let refused = run(folder.path(), &format!("{sweep} --shard 1/2"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--shard 1/2 does not go with --until-width"));
}

#[test]
fn the_summary_names_the_point_that_all_are_held_against() {
    let folder = tempfile::tempdir().unwrap();
    let text = printed(folder.path(), &format!("{GRID} --against lr=0.5,loss=mse"));
    assert!(text.starts_with("6 points of 40 networks each, over lr=0.5,2,8 x loss=mse,cross-entropy"), "{text}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("* lr=0.5, loss=mse\n"), "{text}");
    assert!(
        words(&text).contains("adjusted for 5 comparisons (Holm); intervals of differences hold for all"),
        "{text}"
    );
    // Against the best, any pair could have been it and another; points may be the best that have lower rates here.
    let text = printed(folder.path(), GRID);
    assert!(words(&text).contains("hold for all 15 pairs of points together (Bonferroni)"), "{text}");
    assert!(text.contains("the best, with 95% confidence: lr=2, loss=cross-entropy; or"), "{text}");
    assert!(text.lines().skip(10).all(|line| line.chars().count() <= 80), "{text}");
}

/// A rate of networks solved at the end is no rate of networks solved at any time.
#[test]
fn rates_that_are_judged_differently_are_not_compared_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let short = "sweep --nets 20 --epochs 60 --lr 4";
    let text = printed(folder.path(), &format!("{short} --vary judge=during,end"));
    assert!(text.contains("Note: judge=end counts the networks that are solved after the last epoch"), "{text}");
    let object = json(folder.path(), &format!("{short} --vary judge=during,end"));
    assert!(object["judged_differently"].as_str().unwrap().starts_with("Note: judge=end"));
    for alike in ["judge=during,after", "lr=1,2 --judge end"] {
        let object = json(folder.path(), &format!("{short} --vary {alike}"));
        assert!(object["judged_differently"].is_null(), "{alike}");
        assert_eq!(object["comparisons"]["count"], 1, "{alike}");
    }
}

#[test]
fn wrong_sweeps_are_refused_before_work_starts() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        ("sweep", "--vary says what a sweep goes through"),
        ("sweep --vary lr", "has no ="),
        ("sweep --vary lr=1,2 --vary lr=3,4", "--vary lr is given twice"),
        ("sweep --vary lrr=1,2", "lrr"),
        ("sweep --vary lr=1,-2", "at lr=-2"),
        ("sweep --vary lr=1,2 --against lr=3", "no point of the sweep has these values"),
        ("sweep --vary lr=1,2 --weights-out w.npz", "--weights-out belongs to `basins run`"),
        ("sweep --vary lr=0..1:100000 --vary momentum=0..0.9:1000", "are too many"),
    ] {
        let output = run(folder.path(), &format!("{arguments} --out results --nets 5"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
        assert!(said.contains(expected) && said.starts_with("error: ") && said.lines().count() == 1, "{said}");
        assert!(names(folder.path()).is_empty(), "{arguments} leaves something behind");
    }
}
