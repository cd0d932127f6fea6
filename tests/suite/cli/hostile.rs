//! Files that were made to do harm, or are none: each is answered by one sentence and exit code 2, and nothing that a
//! terminal obeys comes through.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{basins, json, names, printed, run};
use crate::archives::{archive, header, npy};

/// A terminal is cleared by either of the first two, and the third turns what follows around.
const OBEYED: &str = "\u{1b}[2J\u{9b}2J\u{202e}";
/// The same as it is shown.
const SHOWN: &str = "\\u001b[2J\\u009b2J\\u202e";

/// What must be refused said in one line; gives that line.
fn refused(output: &Output, about: &str) -> String {
    let said = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(2), "{about}: {said}");
    assert!(said.starts_with("error: ") && said.lines().count() == 1 && output.stdout.is_empty(), "{about}: {said}");
    assert!(said.len() < 1_100, "{about}: {} bytes", said.len());
    assert!(!said.trim_end().contains(hidden), "{about}: {said:?}");
    said
}

fn hidden(c: char) -> bool {
    c.is_control() || OBEYED.contains(c) && !c.is_ascii()
}

/// Every way to name a file that is read.
const WAYS: [&str; 5] = ["--task csv:", "--task npz:", "--weights-in ", "--config ", "rerun "];

#[test]
#[cfg(unix)]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    for (path, why) in
        [("/dev/zero", "it is a device, not a file"), ("folder", "it is a folder"), ("missing", "o such file")]
    {
        for way in WAYS {
            let said = refused(&run(folder.path(), &format!("{way}{path}")), way);
            assert!(said.contains("cannot be read: ") && said.contains(why), "{way}{path}: {said}");
        }
    }
}

/// A pipe to which nobody writes is waited for, but not for ever.
#[test]
#[cfg(unix)]
fn a_pipe_without_a_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let children = WAYS.map(|way| {
        let name = format!("pipe{}", way.len() + way.matches('n').count());
        assert!(Command::new("mkfifo").arg(folder.path().join(&name)).status().unwrap().success());
        let mut command = basins(folder.path());
        command.args(format!("{way}{name}").split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped());
        (way, command.spawn().unwrap())
    });
    for (way, child) in children {
        let said = refused(&child.wait_with_output().unwrap(), way);
        assert!(said.contains("cannot be read: it is a pipe"), "{said}");
    }
}

/// As a shell hands over what another program prints.
#[test]
#[cfg(unix)]
fn pipes_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let piped = |arguments: &str, bytes: &[u8]| {
        let mut command = basins(folder.path());
        command.env("BASINS_BACKEND", "reference").args(arguments.split_whitespace());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().unwrap();
        // The program may refuse to read on.
        let _ = stdin.write_all(bytes);
        drop(stdin);
        child.wait_with_output().unwrap()
    };
    let common = "--nets 4 --epochs 3";
    let output = piped(&format!("--config /dev/stdin {common} --print-config"), b"lr = 0.25");
    assert!(String::from_utf8_lossy(&output.stdout).contains("lr = 0.25"), "{output:?}");
    let output = piped(&format!("--task csv:/dev/stdin {common}"), b"0,0,0\n0,1,1\n1,0,1\n1,1,0\n");
    assert!(String::from_utf8_lossy(&output.stdout).contains("learning csv:/dev/stdin"), "{output:?}");
    let result = printed(folder.path(), &format!("{common} --json"));
    assert!(piped("rerun /dev/stdin", result.as_bytes()).status.success());
    printed(folder.path(), &format!("{common} --weights-out w.npz"));
    let weights = std::fs::read(folder.path().join("w.npz")).unwrap();
    let said = refused(&piped("--weights-in /dev/stdin", &weights), "weights by a pipe");
    assert!(said.contains("it is a pipe, and files of this form are read from both ends"), "{said}");
    let said = refused(&piped("--config /dev/stdin", &vec![b'#'; 2 << 20]), "an endless pipe");
    assert!(said.contains("it is larger than 1 MiB"), "{said}");
}

/// Files of holes, which take no room on the disk.
#[test]
fn files_without_measure_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("large")).unwrap();
    file.set_len(1 << 40).unwrap();
    for (way, why) in [
        ("--task csv:", "it is larger than 128 MiB"),
        ("--task npz:", "is not an NPZ archive"),
        ("--weights-in ", "is not an NPZ archive"),
        ("--config ", "it is larger than 1 MiB"),
        ("rerun ", "it is larger than 64 MiB"),
    ] {
        let said = refused(&run(folder.path(), &format!("{way}large")), way);
        assert!(said.contains(why), "{way}: {said}");
    }
}

/// An archive of seventy kilobytes that unpacks to seventy megabytes.
#[test]
fn archives_that_unpack_to_too_much_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let count = 70 << 18;
    let zeros = npy(&header("'<f4'", false, &format!("({count}, 1)")), &vec![0; 4 * count]);
    for (name, arguments) in [("theta1", "--weights-in bomb.npz"), ("X", "--task npz:bomb.npz")] {
        let arrays = [(name, zeros.clone()), ("y", npy(&header("'<f4'", false, "(1, 1)"), &[0; 4]))];
        archive(&folder.path().join("bomb.npz"), &arrays, zip::CompressionMethod::Deflated);
        assert!(std::fs::metadata(folder.path().join("bomb.npz")).unwrap().len() < 1 << 20);
        let said = refused(&run(folder.path(), arguments), arguments);
        assert!(said.contains(&format!("array {name}")) && said.contains("unpacks to more than 64 MiB"), "{said}");
    }
}

/// As many labels as outputs, and so many rows that their targets would fill memory.
#[test]
fn labels_that_become_too_many_targets_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..20_000).map(|row| format!("{row},c{}\n", row % 4096)).collect();
    std::fs::write(folder.path().join("many.csv"), rows).unwrap();
    let said = refused(&run(folder.path(), "--task csv:many.csv --layers 1,4096"), "many labels");
    assert!(said.contains("20000 rows") && said.contains("4096 targets a row"), "{said}");
}

#[test]
fn long_values_are_not_echoed() {
    let folder = tempfile::tempdir().unwrap();
    let long = "9x".repeat(200_000);
    for text in [
        format!("lr = \"{long}\""),
        format!("{long} = 1"),
        format!("task = \"csv:{long}\""),
        format!("epochs = \"{long}\""),
        format!("lr = [\"{long}\"]"),
    ] {
        std::fs::write(folder.path().join("long.toml"), &text).unwrap();
        let said = refused(&run(folder.path(), "--config long.toml"), &text[..10]);
        assert!(said.starts_with("error: --config long.toml: ") || said.starts_with("error: --task csv:9x"), "{said}");
        assert!(said.contains(" ... ") || !said.contains("9x"), "{said}");
    }
    std::fs::write(folder.path().join("long.csv"), format!("0,0,{long}\n")).unwrap();
    refused(&run(folder.path(), "--task csv:long.csv"), "a long field");
}

/// What a stranger's result says of itself, on both streams.
#[test]
fn what_a_terminal_obeys_is_shown_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let right = json(folder.path(), "run --nets 20 --epochs 5 --examine 3");
    let rerun = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut object = right.clone();
        change(&mut object);
        std::fs::write(folder.path().join("theirs.json"), object.to_string()).unwrap();
        let output = run(folder.path(), "rerun theirs.json");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        assert!(!said.replace('\n', "").contains(hidden), "{said:?}");
        // A value in quotes is written as Rust writes text.
        assert!(said.contains(SHOWN) || said.contains(&format!("{OBEYED:?}")), "{said}");
        output.status.code().unwrap()
    };
    assert_eq!(rerun(&|object| object["device"]["name"] = OBEYED.into()), 0);
    assert_eq!(rerun(&|object| object["device"]["driver"] = OBEYED.into()), 0);
    assert_eq!(rerun(&|object| object["fates"][OBEYED] = 3.into()), 4);
    assert_eq!(rerun(&|object| object["schema"] = OBEYED.into()), 2);
    assert_eq!(rerun(&|object| object["backend"] = OBEYED.into()), 2);
    assert_eq!(rerun(&|object| object["options"] = OBEYED.into()), 2);
    assert_eq!(rerun(&|object| object["settings"]["weights-in"] = OBEYED.into()), 2);
    assert_eq!(rerun(&|object| object["spec"]["lr"] = OBEYED.into()), 2);
    // Names without measure are refused: a table of them would fill the terminal.
    for (name, part) in [("device", "name"), ("fates", "x")] {
        let mut object = right.clone();
        match name {
            "fates" => object["fates"]["x".repeat(5_000)] = 1.into(),
            _ => object[name][part] = "x".repeat(5_000).into(),
        }
        std::fs::write(folder.path().join("theirs.json"), object.to_string()).unwrap();
        assert!(refused(&run(folder.path(), "rerun theirs.json"), name).contains("is damaged"));
    }
}

/// A pattern such as `*.json` brings the names of files into the command line.
#[test]
fn names_on_the_command_line_are_shown_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [["rerun", OBEYED].as_slice(), &["rerun", "a", OBEYED], &[OBEYED], &["--out", "o", "--lr", OBEYED]]
    {
        let output = basins(folder.path()).args(arguments).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(!said.replace('\n', "").contains(hidden), "{said:?}");
    }
}

/// A folder that somebody else filled.
#[test]
fn a_manifest_of_a_stranger_is_shown_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let map = "map --layers 2,2,1 --epochs 5 --x 0=-6..6 --y 7=-6..6 --size 8x8 --out m";
    printed(folder.path(), map);
    let manifest = find(folder.path(), "manifest.json");
    let mut object: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&manifest).unwrap()).unwrap();
    object["backend"] = OBEYED.into();
    std::fs::write(&manifest, object.to_string()).unwrap();
    let said = refused(&run(folder.path(), map), "a manifest");
    assert!(said.contains(SHOWN) && said.contains("holds other work"), "{said}");
}

/// A file somewhere below a folder.
fn find(folder: &Path, name: &str) -> std::path::PathBuf {
    let entries = || std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = entries().filter(|path| path.is_dir());
    let here = entries().find(|path| path.file_name().is_some_and(|found| found == name));
    here.unwrap_or_else(|| below.map(|folder| find(&folder, name)).next().expect("the file"))
}

/// In what files are called and say, and so in titles and legends.
#[test]
#[cfg(unix)]
fn pictures_and_pages_of_odd_names_are_well_formed() {
    let folder = tempfile::tempdir().unwrap();
    let odd = format!("a\u{1}\u{fffe}{OBEYED}");
    let task = format!("{odd}.csv");
    let rows = format!("0,0,{odd}\n0,1,yes\n1,0,yes\n1,1,{odd}\n");
    std::fs::write(folder.path().join(&task), rows).unwrap();
    for (verb, more) in [
        ("run", "--nets 9 --epochs 9"),
        ("trace", "--epochs 9"),
        ("sweep", "--vary lr=1,2 --nets 9 --epochs 9"),
        ("map", "--x 0=-6..6 --y 7=-6..6 --size 8x8 --epochs 9"),
        ("surface", "--x 0 --y 7"),
    ] {
        let mut command = basins(folder.path());
        let output = command
            .env("BASINS_BACKEND", "reference")
            .arg(verb)
            .args(["--task", &format!("csv:{task}"), "--out", verb])
            .args(more.split(' '))
            .output()
            .unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{verb}: {said}");
        assert!(!said.replace('\n', "").contains(hidden), "{verb}: {said:?}");
        let results = folder.path().join(verb);
        let (mut pictures, mut shown) = (0, 0);
        for name in names(&results).iter().filter(|name| name.ends_with(".svg") || name.ends_with(".html")) {
            let text = std::fs::read_to_string(results.join(name)).unwrap();
            let text = text.split("<script").next().unwrap();
            let wrong = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{fffe}' | '\u{202e}');
            assert!(!text.contains(wrong), "{verb}: {name}");
            pictures += 1;
            shown += usize::from(text.contains("\\u0001\\ufffe\\u001b"));
        }
        assert!(pictures > 1 && shown > 0, "{verb}: {:?}", names(&results));
    }
}

/// A link to where nothing is yet is a place to write to, as for every program.
#[test]
#[cfg(unix)]
fn weights_go_where_a_link_leads() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("store")).unwrap();
    symlink("store/second.npz", folder.path().join("first.npz")).unwrap();
    symlink("real.npz", folder.path().join("store/second.npz")).unwrap();
    printed(folder.path(), "--nets 3 --epochs 2 --weights-out first.npz");
    let is_link = |name: &str| folder.path().join(name).symlink_metadata().unwrap().is_symlink();
    assert!(is_link("first.npz") && is_link("store/second.npz") && !is_link("store/real.npz"));
    printed(folder.path(), "--epochs 2 --weights-in first.npz");
    symlink("nowhere/w.npz", folder.path().join("lost.npz")).unwrap();
    let said = refused(&run(folder.path(), "--nets 3 --epochs 2 --weights-out lost.npz"), "no folder");
    assert!(said.contains("there is no folder") && is_link("lost.npz"), "{said}");
    symlink("round.npz", folder.path().join("round.npz")).unwrap();
    let said = refused(&run(folder.path(), "--nets 3 --epochs 2 --weights-out round.npz"), "a circle");
    assert!(said.contains("its links lead nowhere") && is_link("round.npz"), "{said}");
}
