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
        ("verify", Some("nets = 2000")),
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
