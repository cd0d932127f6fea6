//! Where settings come from: flag, then environment, then file, then default.

use super::{basins, json, names, printed, run};

/// The line of `--print-config` for a setting.
fn config_line(text: &str, name: &str) -> String {
    let mut lines = text.lines().filter(|line| line.split(' ').next() == Some(name));
    lines.next().unwrap_or_else(|| panic!("{name} is not printed:\n{text}")).to_owned()
}

#[test]
fn flags_come_before_environment_before_file_before_default() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("run.toml"), "lr = 0.25\nepochs = \"1e3\"\nnets = 5\nseed = 3\n").unwrap();
    let print = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = basins(folder.path());
        command.arg("--print-config").args(arguments).envs(variables.iter().copied());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let file = ["--config", "run.toml"];
    assert_eq!(config_line(&print(&[], &[]), "lr"), "lr = 0.1");
    assert_eq!(config_line(&print(&file, &[]), "lr"), "lr = 0.25");
    assert_eq!(config_line(&print(&file, &[("BASINS_LR", "0.5")]), "lr"), "lr = 0.5");
    let all = [file.as_slice(), &["--lr", "2"]].concat();
    let printed = print(&all, &[("BASINS_LR", "0.5")]);
    assert_eq!(config_line(&printed, "lr"), "lr = 2.0");
    for line in ["epochs = 1000", "nets = 5", "seed = 3", "momentum = 0.0", "task = \"xor\""] {
        assert_eq!(config_line(&printed, line.split(' ').next().unwrap()), line);
    }
}

#[test]
fn what_is_printed_is_a_file_of_settings() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        "",
        "--task parity:3 --layers 3,4,1 --lr 0.1,0.5 --shortcuts --bias off --solved sse:0.04 --nets 1e7",
        "--seed 18446744073709551615 --first 9223372036854775808 --init uniform:1e-7",
        "--activation tanh,linear --loss mse --targets=-1,1 --threads 2 --precision f32",
    ] {
        let first = printed(folder.path(), &format!("run --print-config {arguments}"));
        std::fs::write(folder.path().join("again.toml"), &first).unwrap();
        assert_eq!(printed(folder.path(), "--config again.toml --print-config"), first, "{arguments}");
    }
}

/// How many networks is said as the verb has it, and not at all where it trains no population.
#[test]
fn what_is_printed_means_the_same_to_its_verb() {
    let folder = tempfile::tempdir().unwrap();
    for (verb, nets) in [
        ("run", Some("nets = 100000")),
        ("run --until-width 0.1", Some("nets = 1000000000")),
        ("sweep --vary lr=1,2", Some("nets = 1000")),
        ("verify", Some("nets = 500")),
        ("map --size 4 --epochs 4", None),
        ("surface --points 4", None),
        ("trace --epochs 4", None),
    ] {
        let text = printed(folder.path(), &format!("{verb} --print-config"));
        assert_eq!(text.lines().find(|line| line.starts_with("nets")), nets, "{verb}");
        if nets.is_none() {
            std::fs::write(folder.path().join("again.toml"), text).unwrap();
            printed(folder.path(), &format!("{verb} --config again.toml"));
        }
    }
}

#[test]
fn a_file_leads_to_the_same_run_as_flags() {
    let folder = tempfile::tempdir().unwrap();
    let text = "task = \"parity:2\"\nlayers = \"2,4,1\"\nlr = 3\nupdate = \"online\"\nnets = 40\nepochs = 400\n";
    std::fs::write(folder.path().join("run.toml"), text).unwrap();
    let by_file = json(folder.path(), "run --config run.toml");
    let by_flags = json(folder.path(), "--task parity:2 --layers 2,4,1 --lr 3 --update online --nets 40 --epochs 400");
    for key in ["spec", "solved", "net_epochs", "fates"] {
        assert_eq!(by_file[key], by_flags[key], "{key}");
    }
    assert!(by_file["solved"].as_u64().unwrap() > 0);
}

#[test]
fn printing_settings_trains_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), "--print-config --nets 1e12 --out results --weights-out w.npz");
    assert!(names(folder.path()).is_empty());
    assert_eq!(run(folder.path(), "--print-config --lr -1").status.code(), Some(2));
}

/// A file has the options of a verb too; flag, then environment, then file.
#[test]
fn options_of_a_verb_come_from_files_and_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let text = "nets = 3\nepochs = 4\nvary = [\"lr=1,2\", \"loss=mse,cross-entropy\"]\nagainst = \"lr=1,loss=mse\"\n";
    std::fs::write(folder.path().join("sweep.toml"), text).unwrap();
    let points = |arguments: &str, variables: &[(&str, &str)]| {
        let mut command = basins(folder.path());
        command.args(arguments.split(' ')).args(["--json", "--backend", "reference"]).envs(variables.iter().copied());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (object["points"].as_array().unwrap().len(), object["against"]["best"].clone())
    };
    let file = "sweep --config sweep.toml";
    assert_eq!(points(file, &[]), (4, false.into()));
    let rest = "--vary lr=1,2,4 --vary loss=mse,mae";
    assert_eq!(points(&format!("{file} {rest}"), &[]), (6, false.into()));
    assert_eq!(points(&format!("{file} {rest} --vary momentum=0,0.5 --against lr=1,loss=mse,momentum=0"), &[]).0, 12);
    assert_eq!(points("sweep --nets 3 --epochs 4", &[("BASINS_VARY", "lr=1,2,3")]), (3, true.into()));
    std::fs::write(folder.path().join("flags.toml"), "points = 4\nno-paths = true\ntrained = false\n").unwrap();
    let surface = json(folder.path(), "surface --config flags.toml --epochs 3");
    assert_eq!((&surface["x"]["points"], surface["paths"].as_array().map(Vec::len)), (&4.into(), Some(0)));
    for (verb, text, expected) in [
        ("run", "vary = \"lr=1,2\"\n", "vary is an option of basins sweep, not of basins run"),
        ("sweep", "until-width = 0.1\ncontinue-unsolved = 2\n", "is an option of basins run, not of basins sweep"),
        ("run", "until-widht = 0.1\n", "did you mean until-width?"),
        ("run", "until-width = 2\n", "--until-width takes a number between 0 and 1"),
        ("surface", "no-paths = 3\n", "no-paths is true or false"),
        ("surface", "no-paths = true\npath = [\"1,2\"]\n", "cannot be combined with"),
    ] {
        std::fs::write(folder.path().join("wrong.toml"), text).unwrap();
        let output = run(folder.path(), &format!("{verb} --config wrong.toml --nets 2"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}: {said}");
        assert!(said.starts_with("error: --config wrong.toml: ") && said.contains(expected), "{text}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// What is printed has the options too, and means the same.
#[test]
fn options_are_printed_with_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    for (verb, line) in [
        ("run --until-width 0.1 --continue-unsolved 10x --rows csv", "until-width = 0.1"),
        ("sweep --vary lr=1,2 --vary layers=2,3,1;2,4,1", "vary = [\"lr=1,2\", \"layers=2,3,1;2,4,1\"]"),
        ("map --size 40x30 --starts each:3 --colour loss", "size = \"40x30\""),
        ("surface --path 1,2 --path=-3,4.5 --range=-2,3", "path = [\"1,2\", \"-3,4.5\"]"),
        ("trace --net 7 --every 3 --fix 4=1.5", "fix = [\"4=1.5\"]"),
        ("bench --quick --against simd,reference", "quick = true"),
        ("verify --nets 30", "nets = 30"),
    ] {
        let first = printed(folder.path(), &format!("{verb} --print-config"));
        assert!(first.lines().any(|there| there == line), "{line} is not in\n{first}");
        std::fs::write(folder.path().join("again.toml"), &first).unwrap();
        let name = verb.split(' ').next().unwrap();
        assert_eq!(printed(folder.path(), &format!("{name} --config again.toml --print-config")), first, "{verb}");
    }
}

#[test]
fn a_variable_that_means_nothing_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let said = |variable: &str, arguments: &str| {
        let mut command = basins(folder.path());
        let output = command.env(variable, "3").args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let warning =
        "warning: the environment variable BASINS_EPOCH means nothing to basins; did you mean BASINS_EPOCHS?\n";
    assert_eq!(said("BASINS_EPOCH", "--nets 2 --print-config"), warning);
    assert_eq!(said("BASINS_EPOCH", "--nets 2 --print-config --quiet"), "");
    assert_eq!(said("BASINS_KEEP_SECONDS", "--nets 2 --print-config"), "");
    assert_eq!(said("BASINS_EPOCHS", "--nets 2 --print-config"), "");
}
