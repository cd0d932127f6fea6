//! Interruption, readers that go away, full disks.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::{RUN_FILES, basins, names};

/// A run that would take hours, interrupted once it says that it is on its way.
#[test]
fn ctrl_c_keeps_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["-INT", "-TERM"] {
        let mut command = basins(folder.path());
        let arguments = "--backend reference --threads 1 --nets 1e6 --json --progress plain --lr 4 --epochs 1e6 \
                         --after-solved continue --rows csv --out results --weights-out w.npz";
        let mut child = command
            .args(arguments.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        wait_for_progress(child.stderr.take().expect("stderr"));
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}");
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(answer["interrupted"], true);
        let count = |value: &serde_json::Value| value.as_u64().unwrap();
        let known = answer["solved"].as_u64().unwrap() > 0;
        let method = if known { "greenwood log-log".into() } else { serde_json::Value::Null };
        assert_eq!(answer["solved_interval"]["method"], method, "cut off is not unsolved");
        // It says what its curve says.
        let last = answer["survival"]["curve"]
            .as_array()
            .unwrap()
            .last()
            .map_or(1.0, |step| step["unsolved"].as_f64().unwrap());
        assert!(!known || (answer["solved_rate"].as_f64().unwrap() + last - 1.0).abs() < 1e-12);
        let solved = count(&answer["solved"]) as f64 / count(&answer["nets"]) as f64;
        assert!(answer["solved_rate"].as_f64().unwrap_or(0.0) >= solved);
        assert!(count(&answer["fates"]["unfinished"]) > 0 && count(&answer["net_epochs"]) > 0);
        let fates: u64 = answer["fates"].as_object().unwrap().values().map(count).sum();
        assert_eq!(fates, count(&answer["nets"]));
        assert_eq!(answer["nets_asked"], 1_000_000);
        assert_eq!(names(folder.path()), ["results", "w.npz"]);
        assert_eq!(names(&folder.path().join("results")), RUN_FILES);
        let rows = std::fs::read_to_string(folder.path().join("results/outcomes.csv")).unwrap();
        assert_eq!(rows.lines().count() as u64, 1 + count(&answer["nets"]));
    }
}

/// In a line of progress of whatever trains a population.
const PROGRESS: [&str; 2] = ["net-epochs/s", "s left"];

/// What a program says as JSON that Ctrl-C reaches once it has shown a line of progress with all of `parts` in it, as its
/// first.
fn interrupted(folder: &Path, arguments: &str, parts: &[&str]) -> serde_json::Value {
    interrupted_after(folder, arguments, |stderr| drop(wait_for(stderr, parts)))
}

/// The same, once it has shown this line, whatever came before it.
pub(super) fn interrupted_at(folder: &Path, arguments: &str, line: &str) -> serde_json::Value {
    interrupted_after(folder, arguments, |stderr| {
        let lines = lines(stderr);
        while !next(&lines).contains(line) {}
    })
}

fn interrupted_after(folder: &Path, arguments: &str, wait: impl FnOnce(ChildStderr)) -> serde_json::Value {
    let mut command = basins(folder);
    let mut child =
        command.args(arguments.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait(child.stderr.take().unwrap());
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Points that were whole are kept; one that was cut off is not.
#[test]
fn ctrl_c_keeps_whole_points_of_a_sweep() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "sweep --vary epochs=10,2000000 --backend reference --threads 1 --nets 1000 --after-solved continue \
                     --json --progress plain --out results";
    let object = interrupted(folder.path(), arguments, &PROGRESS);
    assert_eq!((&object["interrupted"], &object["points_asked"]), (&true.into(), &2.into()));
    let points = object["points"].as_array().unwrap();
    assert_eq!((points.len(), &points[0]["values"]["epochs"]), (1, &"10".into()));
    assert_eq!(names(&folder.path().join("results")).len(), 6);
    let page = std::fs::read_to_string(folder.path().join("results/report.html")).unwrap();
    assert!(page.contains("Interrupted: 1 of 2 points"));
}

/// What was measured of a bench until then is kept, and said to be no more than that.
#[test]
fn ctrl_c_keeps_what_a_bench_has_measured() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "bench --task and --layers 2,1 --backend reference --populations 10,20,30 --seconds 1 --repeats 3 \
                     --json --progress plain --out results";
    let object = interrupted(folder.path(), arguments, &["2,1 on and, --nets 10"]);
    assert_eq!(object["interrupted"], true);
    assert!(object["populations"].as_array().unwrap().len() < 3);
    let saved = std::fs::read_to_string(folder.path().join("results/bench.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&saved).unwrap(), object);
}

/// Networks that are trained on are not said to stay where they are because nobody waited for them.
#[test]
fn ctrl_c_while_unsolved_networks_are_trained_on_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "run --backend reference --threads 1 --nets 20 --lr 1e-6 --epochs 10 --continue-unsolved 1000000 \
                     --json --progress plain --out results";
    let object = interrupted(folder.path(), arguments, &PROGRESS);
    // The population itself is whole.
    assert_eq!((&object["interrupted"], &object["nets"]), (&false.into(), &20.into()));
    assert_eq!(
        (&object["interrupted_after_training"], &object["continued"]["interrupted"]),
        (&true.into(), &true.into())
    );
    let page = std::fs::read_to_string(folder.path().join("results/report.html")).unwrap();
    assert!(page.contains("Interrupted: more would have escaped"));
    let output = basins(folder.path()).args(["rerun", "results/run.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted while unsolved networks were trained on"));
}

/// What is begun beside its place is gone.
#[test]
fn ctrl_c_in_a_trace_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "trace --lr 1e-9 --epochs 4e9 --weights-out w.npz --out results";
    let mut child = basins(folder.path()).args(arguments.split(' ')).stderr(Stdio::piped()).spawn().unwrap();
    while names(folder.path()).len() < 2 {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(names(folder.path()).is_empty(), "{:?}", names(folder.path()));
}

/// The lines of stderr as they come.
fn lines(stderr: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines() {
            let Ok(line) = line else { break };
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn next(lines: &Receiver<String>) -> String {
    lines.recv_timeout(Duration::from_secs(120)).expect("a line on stderr")
}

/// Reads until the first line of progress.
fn wait_for_progress(stderr: impl Read + Send + 'static) -> Receiver<String> {
    wait_for(stderr, &PROGRESS)
}

/// Waits for a first line that has all of these in it.
fn wait_for(stderr: impl Read + Send + 'static, parts: &[&str]) -> Receiver<String> {
    let lines = lines(stderr);
    // How long it will take may be said first.
    let foretold = |line: &String| ["This takes about ", "Measuring "].iter().any(|start| line.starts_with(start));
    let line = Some(next(&lines)).filter(|line| !foretold(line)).unwrap_or_else(|| next(&lines));
    assert!(parts.iter().all(|part| line.contains(part)), "{line}");
    lines
}

/// A tile that would take hours: the first Ctrl-C is answered at once, the second ends the program.
#[test]
fn ctrl_c_is_answered_and_a_second_one_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = basins(folder.path());
    let arguments = "map --size 32 --backend reference --threads 1 --epochs 1e7 --after-solved continue \
                     --progress plain --json";
    let mut child =
        command.args(arguments.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = wait_for_progress(child.stderr.take().unwrap());
    let interrupt = || Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success();
    assert!(interrupt());
    let answer = loop {
        let line = next(&lines);
        if !line.contains("net-epochs/s") && !line.starts_with("This takes about ") {
            break line;
        }
    };
    assert_eq!(answer, "Finishing the current batch; press Ctrl-C again to stop now");
    assert!(next(&lines).contains("net-epochs/s"), "it goes on with the tile");
    assert!(interrupt());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(130), &b""[..]));
}

#[test]
fn a_summary_says_that_it_is_not_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = basins(folder.path());
    let arguments = "--backend reference --threads 1 --nets 1e6 --progress plain --epochs 1e6";
    let mut child =
        command.args(arguments.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_progress(child.stderr.take().unwrap());
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Interrupted: ") && text.contains("Solved so far: "), "{text}");
    assert!(text.contains(", by the survival curve: ") || text.contains("Solved so far: 0 of"), "{text}");
}

/// `basins | head -1` and the like: the reader is gone before the summary comes.
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in ["--backend reference --nets 20 --epochs 500 --json", "completions bash", "man", "--help"] {
        let mut command = basins(folder.path());
        let mut child = command
            .args(arguments.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.is_empty(), "{arguments}: {} {said}", output.status);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_a_failure_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = basins(folder.path());
    command.args("--backend reference --nets 5 --epochs 5".split_whitespace());
    let output = command.stdout(full()).stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: standard output cannot be written"), "{said}");
    let status = command.stdout(Stdio::null()).stderr(full()).status().unwrap();
    assert!(status.success(), "nobody needs stderr to train");
    let wrong = basins(folder.path()).args(["--lr", "-1"]).stderr(full()).status().unwrap();
    assert_eq!(wrong.code(), Some(2));
}

/// Nothing but the summary where nobody watches.
#[test]
fn progress_is_for_terminals() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = basins(folder.path());
    let output = command.args("--backend reference --nets 300 --epochs 3000".split_whitespace()).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
}

/// What has no chunks ends as well, and says at once that it heard.
#[test]
fn everything_ends_soon() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        "verify --backend reference --nets 1e9",
        // At this rate it never solves, however fast the machine.
        "trace --layers 2,60,60,1 --lr 1e-9 --epochs 1e9 --out t",
        "surface --epochs 1e9",
        "bench --backend reference --populations 1e9",
        "reproduce --all",
    ] {
        let mut command = basins(folder.path());
        let mut child =
            command.args(arguments.split_whitespace()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(1500));
        if let Some(status) = child.try_wait().unwrap() {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("{arguments} was over before it could be interrupted: {status}: {said}");
        }
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        let asked = std::time::Instant::now();
        let lines = lines(child.stderr.take().unwrap());
        // What was begun, and how long it takes, may have been said before.
        let mut said = lines.recv_timeout(Duration::from_secs(60)).expect("a sentence");
        while !said.contains("press Ctrl-C again") {
            said = lines.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| panic!("{arguments}: {said}"));
        }
        let answered = asked.elapsed();
        let status = child.wait().unwrap();
        println!("{arguments}: answered after {answered:?}, ended after {:?}: {status}", asked.elapsed());
        assert_eq!(status.code(), Some(130), "{arguments}: {said}; {:?}", lines.iter().collect::<Vec<_>>());
    }
}
