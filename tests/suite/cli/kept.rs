//! Work that outlives its process: killed and gone on with, cut into shards and joined, held by one process at a time.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::{basins, json, names, printed, run};
// In tests the program is built for being built fast.
const RUN: &str =
    "run --backend simd --threads 1 --layers 2,2,1 --loss mse --lr 4 --init uniform:1 --first 7 --examine 2";
const SWEEP: &str =
    "sweep --backend simd --threads 1 --vary lr=1,4 --vary hidden=2,3 --vary momentum=0,0.5 --loss mse --epochs 200";
const MAP: &str = "map --backend simd --threads 1 --lr 2";

/// Kills of each verb: a dozen, or as many as `tests/kills.sh` asks for.
fn kill_count() -> u64 {
    std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

/// An object without what depends on the clock, on where it went and on how lanes were filled.
fn timeless(path: &Path) -> Value {
    let mut object: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for name in ["seconds", "net_epochs_executed", "net_epochs_per_second", "pixels_before", "date", "net_epochs"] {
        // A map's work is that of one process.
        if name != "net_epochs" || object["schema"] == "basins.map/1" {
            object.as_object_mut().unwrap().remove(name);
        }
    }
    object["settings"].as_object_mut().unwrap().remove("out");
    object
}

/// The rows of a Parquet file, to the byte, and how they are grouped; its notes tell of times.
fn parquet_rows(path: &Path) -> (Vec<u8>, String) {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let bytes = fs::read(path).unwrap();
    let (rest, tail) = bytes.split_at(bytes.len() - 8);
    let footer = u32::from_le_bytes(tail[..4].try_into().unwrap()) as usize;
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    (rest[..rest.len() - footer].to_vec(), format!("{:?}", reader.metadata().row_groups()))
}

/// Two folders hold the same result, but for times.
fn assert_same(one: &Path, other: &Path) {
    assert_eq!(names(one), names(other));
    for name in names(one) {
        let (one, other) = (one.join(&name), other.join(&name));
        match name.as_str() {
            "run.json" | "sweep.json" | "map.json" => assert_eq!(timeless(&one), timeless(&other)),
            "outcomes.parquet" | "sweep.parquet" => assert!(parquet_rows(&one) == parquet_rows(&other), "{name}"),
            "parts" | "tiles" | "report.html" => {}
            // Their text holds the object.
            "map.png" | "pixels.png" => {}
            _ => assert!(fs::read(&one).unwrap() == fs::read(&other).unwrap(), "{name} differs"),
        }
    }
}

/// Kills a command at random moments and lets it go on. Whenever it comes to its end it is checked, and begins anew.
/// `span` is what it takes undisturbed.
fn kill_and_go_on(folder: &Path, arguments: &str, span: Duration, check: &dyn Fn()) {
    use rand::RngExt;
    let mut killed = 0;
    while killed < kill_count() {
        let mut command = basins(folder);
        command.env("BASINS_KEEP_SECONDS", "0.02").args(arguments.split_whitespace());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(span.mul_f64(rand::rng().random_range(0.02..0.8)));
        match child.try_wait().unwrap() {
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                killed += 1;
            }
            Some(status) => {
                assert!(status.success(), "{arguments}: {status}");
                check();
                fs::remove_dir_all(folder.join("k")).unwrap();
            }
        }
    }
    let output = basins(folder).args(arguments.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    check();
    let left = |folder: &Path| names(folder).into_iter().filter(|name| name.starts_with('.')).collect::<Vec<_>>();
    assert_eq!(left(&folder.join("k")), [""; 0], "temporary files of the dead are gone, and so is the lock");
}

/// How long a command takes that nobody disturbs.
fn undisturbed(folder: &Path, arguments: &str) -> Duration {
    let began = std::time::Instant::now();
    printed(folder, arguments);
    began.elapsed()
}

fn goes_on(arguments: &str) {
    let folder = tempfile::tempdir().unwrap();
    let span = undisturbed(folder.path(), &format!("{arguments} --out whole"));
    let [whole, k] = ["whole", "k"].map(|name| folder.path().join(name));
    kill_and_go_on(folder.path(), &format!("{arguments} --out k"), span, &|| assert_same(&whole, &k));
}

#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    goes_on(&format!("{RUN} --nets 60000 --epochs 300"));
}

#[test]
fn a_killed_run_with_csv_rows_weights_and_a_second_training_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = format!("{RUN} --nets 5000 --epochs 300 --rows csv --continue-unsolved 8x");
    let span = undisturbed(folder.path(), &format!("{arguments} --out whole --weights-out whole.npz"));
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let check = || {
        assert!(bytes("whole.npz") == bytes("k.npz"));
        let mut settings = ["whole", "k"].map(|name| timeless(&folder.path().join(name).join("run.json")));
        let without = |object: &mut Value| drop(object["settings"].as_object_mut().unwrap().remove("weights-out"));
        settings.iter_mut().for_each(without);
        assert_eq!(settings[0], settings[1]);
        assert!(bytes("whole/outcomes.csv") == bytes("k/outcomes.csv"));
        assert_eq!(names(&folder.path().join("k/parts")), ["manifest.json", "progress.json"], "joined parts are gone");
    };
    kill_and_go_on(folder.path(), &format!("{arguments} --out k --weights-out k.npz"), span, &check);
}

#[test]
fn a_killed_sweep_goes_on_to_the_same_bytes() {
    goes_on(&format!("{SWEEP} --nets 3000 --rows parquet"));
}

#[test]
fn a_killed_map_goes_on_to_the_same_bytes() {
    goes_on(&format!("{MAP} --size 150x120 --epochs 60"));
}

/// The shards of a result joined are the whole, and the joined folder answers the whole's command without training.
fn joins(arguments: &str, shards: u64) {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), &format!("{arguments} --out whole"));
    // In any order.
    for part in (1..=shards).rev() {
        printed(folder.path(), &format!("{arguments} --shard {part}/{shards} --out parts/{part}"));
    }
    let parts: Vec<String> = (1..=shards).map(|part| format!("parts/{part}")).collect();
    // All that a folder holds.
    let object = json(folder.path(), "merge parts --out all");
    assert_eq!(object["interrupted"], false);
    assert_same(&folder.path().join("whole"), &folder.path().join("all"));
    let before = timeless(&folder.path().join("all").join(result(&folder.path().join("all"))));
    printed(folder.path(), &format!("{arguments} --out all"));
    assert_eq!(timeless(&folder.path().join("all").join(result(&folder.path().join("all")))), before);

    // Joined by twos first.
    if shards == 4 && !arguments.starts_with("map") {
        printed(folder.path(), "merge parts/2 parts/1 --out low --partial");
        printed(folder.path(), "merge parts/3 parts/4 --out high --partial");
        printed(folder.path(), "merge high low --out tree");
        assert_same(&folder.path().join("whole"), &folder.path().join("tree"));
    }
    let wrong = |arguments: &str| {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        String::from_utf8(output.stderr).unwrap()
    };
    let said = wrong(&format!("merge {} --out lacking", parts[1..].join(" ")));
    assert!(said.contains(&format!("parts are missing: 1/{shards}")), "{said}");
    let said = wrong(&format!("merge {} parts/1 --out doubled", parts.join(" ")));
    assert!(said.contains("in common") || said.contains("twice"), "{said}");
    assert!(!folder.path().join("lacking").exists() && !folder.path().join("doubled").exists());
}

/// The name of the object in a folder.
fn result(folder: &Path) -> &'static str {
    ["run.json", "sweep.json", "map.json"].into_iter().find(|name| folder.join(name).exists()).unwrap()
}

#[test]
fn shards_of_a_run_are_the_whole() {
    joins(&format!("{RUN} --nets 200000 --epochs 3 --continue-unsolved 2x"), 4);
    joins(&format!("{RUN} --nets 1001 --epochs 200 --rows csv"), 3);
    joins(&format!("{RUN} --nets 1001 --epochs 200 --rows none"), 2);
}

#[test]
fn shards_of_a_sweep_are_the_whole() {
    joins(&format!("{SWEEP} --nets 301 --rows parquet"), 4);
    joins(&format!("{SWEEP} --nets 40"), 2);
    joins(&format!("{SWEEP} --nets 40 --rows csv"), 3);
}

#[test]
fn shards_of_a_map_are_the_whole() {
    joins(&format!("{MAP} --size 300x140 --epochs 30"), 3);
}

#[test]
fn parts_of_other_work_are_not_joined() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), "run --nets 40 --epochs 20 --shard 1/2 --out 1");
    printed(folder.path(), "run --nets 40 --epochs 21 --shard 2/2 --out 2");
    printed(folder.path(), "sweep --vary lr=1,2 --nets 4 --epochs 20 --shard 1/2 --out s");
    fs::create_dir(folder.path().join("empty")).unwrap();
    for (arguments, words) in [
        ("merge 1 2 --out all", "2 and 1 do not belong together: there epochs is 21, here it is 20"),
        ("merge 1 s --out all", "do not belong together: there schema is"),
        ("merge 1 empty --out all", "empty holds no part of a run, a sweep or a map"),
        ("merge 1 --out 1", "is one of the parts"),
        ("merge 1", "--out"),
        ("run --nets 3 --shard 2/4", "more parts than there are networks"),
        ("run --nets 30 --shard 5/4", "there is no shard 5 of 4"),
        ("run --nets 30 --shard 1/2 --until-width 0.1", "does not go with --until-width"),
        ("run --nets 30 --shard auto", "finds no task number"),
        ("trace --shard 1/2", "is for run, sweep and map"),
        ("map --size 4x4 --shard 1/2", "needs --out"),
    ] {
        let output = run(folder.path(), arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(words), "{arguments}: {said}");
    }
    // Rows that are not what was written are found, in whatever form.
    for form in ["parquet", "csv"] {
        let name = format!("outcomes.{form}");
        for part in 1..=2 {
            printed(
                folder.path(),
                &format!("run --nets 40 --epochs 20 --rows {form} --shard {part}/2 --out {form}/{part}"),
            );
        }
        let [one, two] = [1, 2].map(|part| folder.path().join(form).join(part.to_string()).join(&name));
        let written = fs::read(&two).unwrap();
        let mut flipped = written.clone();
        flipped[written.len() / 2] ^= 4;
        for other in [fs::read(one).unwrap(), flipped] {
            fs::write(&two, other).unwrap();
            let output = run(folder.path(), &format!("merge {form} --out all"));
            let said = String::from_utf8(output.stderr).unwrap();
            let words = format!("a part is damaged: {form}/2/{name} is not as it was written");
            assert!(output.status.code() == Some(2) && said.contains(&words), "{said}");
            assert!(!folder.path().join("all").exists());
        }
        fs::write(&two, written).unwrap();
        printed(folder.path(), &format!("merge {form} --out joined-{form}"));
    }
    // Those of a sweep too.
    printed(folder.path(), "sweep --vary lr=1,2 --nets 4 --epochs 20 --rows csv --shard 1/2 --out sweep/1");
    printed(folder.path(), "sweep --vary lr=1,2 --nets 4 --epochs 20 --rows csv --shard 2/2 --out sweep/2");
    let rows = folder.path().join("sweep/2/outcomes.csv");
    let text = fs::read_to_string(&rows).unwrap();
    fs::write(&rows, text.replacen("0.", "1.", 1)).unwrap();
    let output = run(folder.path(), "merge sweep --out all");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && said.contains("sweep/2/outcomes.csv is not as it was written"),
        "{said}"
    );
    // What is not finished is named.
    fs::remove_file(folder.path().join("1/parts/progress.json")).unwrap();
    printed(folder.path(), "run --nets 40 --epochs 20 --shard 2/2 --out 3");
    let output = run(folder.path(), "merge 1 3 --out all");
    assert!(String::from_utf8(output.stderr).unwrap().contains("1 is not finished"));
    assert!(!folder.path().join("all").exists());
}

#[test]
fn engines_tell_which_shard() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = basins(folder.path());
    command.args("run --backend reference --nets 40 --epochs 2 --shard auto --json".split_whitespace());
    command.envs([("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_MIN", "0"), ("SLURM_ARRAY_TASK_COUNT", "4")]);
    let object: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!((&object["first"], &object["nets"]), (&30.into(), &10.into()));
    assert_eq!(object["settings"]["shard"], "4/4");
}

#[test]
fn a_folder_has_one_writer_and_one_work() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = basins(folder.path());
    first.args("run --backend reference --nets 1e6 --epochs 1e6 --after-solved continue --out r".split_whitespace());
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let lock = folder.path().join("r/.basins-lock");
    while !fs::read_to_string(&lock).is_ok_and(|text| text.contains("process")) {
        assert!(first.try_wait().unwrap().is_none(), "the first one is over");
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = run(folder.path(), "run --nets 3 --epochs 2 --out r");
    first.kill().unwrap();
    first.wait().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    let holder = format!("r is being written by process {}", first.id());
    assert!(second.status.code() == Some(2) && said.contains(&holder), "{said}");
    // The dead hold nothing; of their work nothing was finished.
    printed(folder.path(), "run --nets 3 --epochs 2 --rows csv --out r");
    for (arguments, words) in [
        ("run --nets 3 --epochs 3 --rows csv --out r", "there epochs is 2, here it is 3"),
        ("run --nets 3 --epochs 2 --out r", "there rows is csv, here it is parquet"),
        ("sweep --vary lr=1,2 --nets 2 --epochs 2 --out r", "holds results of basins run"),
        ("surface --out r", "holds results of basins run"),
    ] {
        let output = run(folder.path(), arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(words), "{arguments}: {said}");
    }
    printed(folder.path(), "run --nets 3 --epochs 2 --out r --fresh");
    let there = names(&folder.path().join("r"));
    assert!(there.contains(&"outcomes.parquet".into()) && !there.contains(&"outcomes.csv".into()), "{there:?}");
    printed(folder.path(), "surface --out r --fresh");
    let there = names(&folder.path().join("r"));
    assert!(
        !there.iter().any(|name| name.starts_with("outcomes") || name == "run.json" || name == "parts"),
        "{there:?}"
    );
}

/// Final weights go through the parts whatever they are: those of networks that diverged are no numbers.
#[test]
fn weights_of_the_diverged_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "run --activation linear --loss mse --lr 9 --epochs 400 --nets 20";
    let object = json(folder.path(), &format!("{settings} --out r --weights-out kept.npz"));
    assert!(object["fates"]["diverged"].as_u64().unwrap() > 0, "{}", object["fates"]);
    printed(folder.path(), &format!("{settings} --weights-out plain.npz"));
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(bytes("kept.npz") == bytes("plain.npz"));
}

/// Lost rows are no result: what speaks of them begins anew.
#[test]
fn lost_rows_are_trained_again() {
    let folder = tempfile::tempdir().unwrap();
    let command = "run --nets 30 --epochs 50 --rows csv --out r";
    printed(folder.path(), command);
    let rows = folder.path().join("r/outcomes.csv");
    let before = fs::read(&rows).unwrap();
    fs::remove_file(&rows).unwrap();
    let output = run(folder.path(), command);
    assert!(output.status.success() && String::from_utf8(output.stderr).unwrap().contains("begins anew"));
    assert_eq!(fs::read(&rows).unwrap(), before);
}

/// The answer is printed whatever becomes of its files.
#[test]
fn a_lost_folder_does_not_cost_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, size) in [(RUN, "--nets 20000 --epochs 1000"), (SWEEP, "--nets 4000"), (MAP, "--epochs 200")] {
        let mut command = basins(folder.path());
        command.args(arguments.split_whitespace()).args(size.split_whitespace()).args(["--json", "--out", "r"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = folder.path().join("r");
        // Before that it is an error in the arguments.
        while !["parts", "tiles"].iter().any(|name| out.join(name).join("manifest.json").exists()) {
            assert!(child.try_wait().unwrap().is_none(), "{arguments} is over");
            std::thread::sleep(Duration::from_millis(1));
        }
        while out.exists() {
            let _ = fs::remove_dir_all(&out);
        }
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments}: {said}");
        assert!(said.contains("cannot be written"), "{arguments}: {said}");
        let object: Value = serde_json::from_slice(&output.stdout).expect("the answer");
        assert_eq!(object["interrupted"], false, "{arguments}");
    }
}

/// Weights are not joined: shards with and without them make a whole without, which the uncut command goes on with.
#[test]
fn weights_of_shards_are_joined_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "run --backend simd --threads 1 --nets 40 --epochs 30 --rows csv";
    printed(folder.path(), &format!("{settings} --shard 1/2 --out a --weights-out a.npz"));
    printed(folder.path(), &format!("{settings} --shard 2/2 --out b --weights-out b/b.npz"));
    printed(folder.path(), "merge a b --out all");
    let whole = json(folder.path(), &format!("{settings} --out whole"));
    let again = json(folder.path(), &format!("{settings} --out all"));
    assert_eq!((&again["fates"], &again["nets"]), (&whole["fates"], &whole["nets"]));
    let rows = |name: &str| std::fs::read(folder.path().join(name).join("outcomes.csv")).unwrap();
    assert_eq!(rows("all"), rows("whole"));
    // Asked for, they cannot be had: that is another work.
    let refused = run(folder.path(), &format!("{settings} --out all --weights-out all.npz"));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && said.contains("weights"), "{said}");

    printed(folder.path(), "merge a b --out with --weights-out with.npz");
    printed(folder.path(), &format!("{settings} --out third --weights-out third.npz"));
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(bytes("with.npz") == bytes("third.npz"));
    assert_eq!(rows("with"), rows("third"));
    let again = printed(folder.path(), &format!("{settings} --out with --weights-out with.npz"));
    assert!(again.contains("with.npz"), "that is what the folder has: {again}");

    // A shard's file that went with its folder is found there; one that is gone, or of other networks, is told.
    fs::rename(folder.path().join("a.npz"), folder.path().join("a/a.npz")).unwrap();
    fs::create_dir(folder.path().join("moved")).unwrap();
    ["a", "b"]
        .iter()
        .for_each(|part| fs::rename(folder.path().join(part), folder.path().join("moved").join(part)).unwrap());
    printed(folder.path(), "merge moved --out there --weights-out there.npz");
    assert!(bytes("there.npz") == bytes("third.npz"));
    let wrong = |arguments: &str, words: &str| {
        let output = run(folder.path(), arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(words), "{arguments}: {said}");
    };
    fs::copy(folder.path().join("third.npz"), folder.path().join("moved/a/a.npz")).unwrap();
    wrong("merge moved --out m1 --weights-out m.npz", "a.npz has the weights of 40 networks, not of 20");
    fs::remove_file(folder.path().join("moved/a/a.npz")).unwrap();
    wrong("merge moved --out m2 --weights-out m.npz", "the weights of moved/a are not at a.npz");
    printed(folder.path(), "sweep --vary lr=1,2 --nets 4 --epochs 20 --shard 1/1 --out s/1");
    wrong("merge s --out m3 --weights-out m.npz", "a sweep has no weights");
}
