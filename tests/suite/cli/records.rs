//! What results say of themselves: by which program, when, by which command, under which name; and what was written.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{json, names, printed, run};

/// Now, as objects say it.
fn now() -> String {
    let output = Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]).output().expect("a clock");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Arguments as a shell parts them.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

const EACH: [&str; 10] = [
    "run --nets 4 --epochs 3",
    "sweep --vary lr=1,2 --nets 3 --epochs 3",
    "map --size 2 --epochs 3",
    "map --size 2 --epochs 3 --pixel=1,2",
    "surface --points 3 --epochs 3 --no-paths --y-range=-1,2",
    "trace --epochs 9 --every 2 --fix theta1[0,0]=1.5",
    "bench --task and --layers 2,1 --populations 2 --seconds 0.001 --repeats 1",
    "power --rate 0.5",
    "devices",
    "reproduce tutorial/one-weight",
];

#[test]
#[cfg(unix)]
fn every_object_says_how_it_came_about() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in EACH {
        let before = now();
        let object = json(folder.path(), arguments);
        let date = object["date"].as_str().unwrap_or_else(|| panic!("{arguments} has no date")).to_owned();
        assert!(before <= date && date <= now(), "{arguments}: {date} is not between {before} and now");
        assert_eq!(object["version"], env!("CARGO_PKG_VERSION"), "{arguments}");
        let command = object["command"].as_str().unwrap();
        assert!(command.starts_with(&format!("basins {}", arguments.split(' ').next().unwrap())), "{command}");
    }
}

/// The object without what differs from one time to the next.
fn lasting(mut object: Value) -> Value {
    for name in ["date", "seconds", "net_epochs_per_second", "command"] {
        object.as_object_mut().unwrap().remove(name);
    }
    object
}

#[test]
fn the_command_of_an_object_makes_it_again() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in &EACH[..6] {
        let object = json(folder.path(), &format!("{arguments} --label it"));
        let command = words(object["command"].as_str().unwrap());
        let mut again = super::basins(folder.path());
        let output = again.args(&command[1..]).arg("--json").output().unwrap();
        let again: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{command:?}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(again["command"], object["command"]);
        let (mut again, mut object) = (lasting(again), lasting(object));
        // What the command spells out may have been left to the default before.
        for object in [&mut again, &mut object] {
            object.as_object_mut().unwrap().remove("settings");
        }
        assert_eq!(again, object, "{arguments}");
    }
}

#[test]
fn a_label_stands_wherever_the_result_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let label = "slow & <steady>";
    for (verb, object) in [("run --nets 4 --epochs 3", "run.json"), ("map --size 2 --epochs 3", "map.json")] {
        let mut command = super::basins(folder.path());
        command.args(verb.split(' ')).args(["--label", label, "--out", "r", "--fresh", "--backend", "reference"]);
        let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert_eq!(text.lines().next(), Some(label));
        let read = |name: &str| std::fs::read_to_string(folder.path().join("r").join(name)).unwrap();
        let object: Value = serde_json::from_str(&read(object)).unwrap();
        assert_eq!(object["settings"]["label"], label);
        assert!(object["command"].as_str().unwrap().contains("--label 'slow & <steady>'"));
        assert!(read("report.html").contains("<h1>slow &amp; &lt;steady&gt;: "), "{verb}");
    }
    assert!(printed(folder.path(), "--nets 2 --epochs 2 --label a --print-config").contains("label = \"a\"\n"));
}

/// What is said to be written, with the sizes in bytes where they are small.
fn said(text: &str) -> String {
    let (_, said) = text.split_once("\nWrote to r: ").unwrap_or_else(|| panic!("nothing is said: {text}"));
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        "run --nets 4 --epochs 3",
        "sweep --vary lr=1,2 --nets 3 --epochs 3",
        "map --size 2 --epochs 3",
        "trace --epochs 9",
        "reproduce tutorial/one-weight",
    ] {
        let _ = std::fs::remove_dir_all(folder.path().join("r"));
        let said = said(&printed(folder.path(), &format!("{arguments} --out r")));
        let files = names(&folder.path().join("r")).into_iter().filter(|name| name.contains('.'));
        for name in files {
            let size = std::fs::metadata(folder.path().join("r").join(&name)).unwrap().len();
            let shown = if size < 1000 { format!("{name} ({size} B)") } else { format!("{name} (") };
            assert!(said.contains(&shown), "{name} of {size} bytes is missing: {said}");
        }
        assert!(!said.contains("(0 B)"), "{said}");
    }
    let text = printed(folder.path(), "run --nets 4 --epochs 3 --weights-out w.npz");
    assert!(text.contains("\nWrote w.npz (") && !text.contains("Wrote to"), "{text}");
    let run = "run --nets 4 --epochs 3 --out r --fresh";
    assert!(!printed(folder.path(), &format!("{run} --quiet")).contains("Wrote"));
    json(folder.path(), run);
}

fn rerun(folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let output = run(folder, &format!("rerun {arguments}"));
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), out + &err)
}

#[test]
fn a_folder_is_rerun_by_the_result_in_it() {
    let folder = tempfile::tempdir().unwrap();
    for (verb, name) in [
        ("run --nets 4 --epochs 3", "run.json"),
        ("sweep --vary lr=1,2 --nets 3 --epochs 3", "sweep.json"),
        ("map --size 2 --epochs 3", "map.json"),
    ] {
        printed(folder.path(), &format!("{verb} --out {name}.d"));
        let (code, said) = rerun(folder.path(), &format!("{name}.d"));
        assert_eq!(code, Some(0), "{said}");
        assert!(said.starts_with(&format!("{name}.d/{name}\n")), "{said}");
    }
    printed(folder.path(), "trace --epochs 9 --out t");
    let (code, said) = rerun(folder.path(), "t");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("of basins trace; those of run, sweep and map can be rerun"), "{said}");
    assert!(said.contains("basins trace --epochs 9"), "{said}");
    let (code, said) = rerun(folder.path(), ".");
    assert_eq!(code, Some(2));
    assert!(said.contains("it is a folder without a result of basins; one of --out is wanted"), "{said}");
}
