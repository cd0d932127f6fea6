//! `basins power`: answers in words and as JSON, errors.

use super::{json, names, printed, run};

#[test]
fn questions_are_answered_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = printed(folder.path(), "power --rate 0.94 --width 0.001 --difference 1% --nets 1e4");
    for expected in ["866,643 networks", "8,158 networks", "to tell it from 95%", "What 10,000 networks show:"] {
        assert!(text.contains(expected), "{expected} is missing:\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let rare = printed(folder.path(), "power --rate 1e-4");
    assert!(rare.contains("29,956 networks") && rare.contains("at least one solved"), "{rare}");
    let object = json(folder.path(), "power --rate 0.94 --difference 0.01 --paired 0.02");
    assert_eq!((&object["schema"], &object["difference"]["test"]), (&"basins.power/1".into(), &"McNemar".into()));
    let others = object["difference"]["other_rates"].as_array().unwrap();
    assert_eq!((others.len(), &others[1]["networks"]), (2, &1_568.into()));
    assert!(names(folder.path()).is_empty());
}

#[test]
fn questions_without_sense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        ("--rate 1.2", "--rate must be a share from 0 to 1, but is 1.2"),
        ("--rate many", "a share is a number from 0 to 1"),
        ("--rate 0.5 --width 0", "--width must be between 0 and 1"),
        ("--rate 0.5 --difference 2", "--difference must be between 0 and 1"),
        ("--rate 0.5 --difference 0.9", "--difference leads to no rate between 0 and 1"),
        ("--rate 0.5 --difference 0.1 --power 1", "--power must be between 0.5 and 1"),
        ("--rate 0.5 --difference 0.1 --paired 0.05", "--paired 0.05 does not fit"),
        ("--rate 0.5 --paired 0.05", "give --difference or --nets as well"),
        ("--rate 0.5 --nets 0", "--nets must be at least 1"),
        ("--width 0.1", "--rate"),
    ] {
        let output = run(folder.path(), &format!("power {arguments}"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
        assert!(said.starts_with("error: ") && said.contains(expected), "{arguments}: {said}");
    }
}
