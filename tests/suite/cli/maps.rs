//! `map`: files, going on, single pixels and the commands that replay them.

use std::path::Path;
use std::process::Stdio;

use super::{basins, json, names, printed, run};

const SMALL: &str = "map --layers 2,2,1 --loss mse --update batch-sum --lr 2 --epochs 300";

/// The object that a PNG carries in its text chunk.
fn embedded(path: &Path) -> serde_json::Value {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
    let reader = decoder.read_info().unwrap();
    let text = reader.info().uncompressed_latin1_text.iter().find(|text| text.keyword == "basins");
    serde_json::from_str(&text.expect("a text chunk").text).expect("JSON")
}

#[test]
fn a_map_is_drawn_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = format!("{SMALL} --x 0=-6..6 --y theta2[1,0]=-6..6 --size 40x30 --out m");
    let object = json(folder.path(), &arguments);
    let out = folder.path().join("m");
    assert_eq!(names(&out), ["map.json", "map.npz", "map.png", "map.svg", "pixels.png", "report.html", "tiles"]);
    assert_eq!(object["schema"], "basins.map/1");
    assert_eq!((&object["x"]["name"], &object["x"]["pixels"]), (&"theta1[0,0]".into(), &40.into()));
    assert_eq!((&object["options"]["size"], &object["settings"]["lr"]), (&"40x30".into(), &2.0.into()));
    let count = |value: &serde_json::Value| value.as_u64().unwrap();
    assert_eq!(object["fates"].as_object().unwrap().values().map(count).sum::<u64>(), 1_200);
    assert!(count(&object["solved"]) > 100 && count(&object["solved"]) < 1_200);
    let written: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("map.json")).unwrap()).unwrap();
    for other in [&written, &embedded(&out.join("map.png")), &embedded(&out.join("pixels.png"))] {
        assert_eq!(*other, object);
    }
    let pixels = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(out.join("pixels.png")).unwrap()));
    assert_eq!(pixels.read_info().unwrap().info().size(), (40, 30));
    let numbers = std::fs::read(out.join("map.npz")).unwrap();
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("<dt>lr</dt><dd>2</dd>") && page.contains("<dt>net-epochs</dt>"));

    // Once more: nothing is trained, and another colouring is no other map.
    let again = json(folder.path(), &format!("{arguments} --colour fate"));
    assert_eq!((&again["pixels_before"], &again["net_epochs"]), (&1_200.into(), &0.into()));
    assert_eq!((&again["fates"], &again["boundary"]), (&object["fates"], &object["boundary"]));
    assert_eq!(std::fs::read(out.join("map.npz")).unwrap(), numbers);
    let other = run(folder.path(), &arguments.replace("--lr 2", "--lr 3"));
    assert_eq!(other.status.code(), Some(2));
    let said = String::from_utf8(other.stderr).unwrap();
    assert!(said.contains("holds other work: there lr is 2, here it is 3"), "{said}");
    assert_eq!(std::fs::read(out.join("map.npz")).unwrap(), numbers);
}

/// What `--pixel` prints is what the map has there, and its command, pasted, trains that network.
#[test]
fn a_pixel_is_replayed_by_its_command() {
    let folder = tempfile::tempdir().unwrap();
    json(folder.path(), "run --layers 2,2,1 --nets 3 --epochs 5 --weights-out w.npz");
    for axes in [
        "--x theta1[0,0]=-6..6 --y 7=-6..6 --net 4 --seed 2 --fix 1=0.75",
        "--x lr1=0.1..10:log --y momentum=0..0.9 --init normal:1",
        "--x init=0.2..5:log --y lr=0.5..8 --init uniform:1 --starts each --net 100",
        "--x beta1=0..0.99 --y weight-decay=1e-6..0.01:log --optimizer adam --init normal:1",
        "--x 0=-6..6 --y slope=0.01..0.5 --activation leaky-relu:0.1,sigmoid",
        "--x 0=-6..6 --y 1=-6..6 --trained",
        "--x 0=-6..6 --y 1=-6..6 --weights-in w.npz --net 2",
    ] {
        let map = format!("{SMALL} {axes} --size 9");
        let object = json(folder.path(), &map);
        let value = |axis: &str, share: f64| {
            let axis = &object[axis];
            let (low, high) = (axis["low"].as_f64().unwrap(), axis["high"].as_f64().unwrap());
            if axis["log"] == true { low * (high / low).powf(share) } else { low + share * (high - low) }
        };
        let solved = object["solved"].as_u64().unwrap();
        let mut counted = 0;
        for at in 0..81 {
            let (x, y) = (value("x", (f64::from(at % 9) + 0.5) / 9.0), value("y", (f64::from(at / 9) + 0.5) / 9.0));
            if at % 10 != 0 {
                continue;
            }
            let pixel = json(folder.path(), &format!("{map} --pixel {x},{y}"));
            assert_eq!(pixel["pixel"], serde_json::json!([at % 9, at / 9]));
            let command = pixel["trace"].as_str().unwrap();
            let arguments = command.strip_prefix("basins ").unwrap().replace('\'', "");
            let trace = json(folder.path(), &arguments);
            for part in ["solved_epoch", "stop_epoch", "start"] {
                assert_eq!(trace[part], pixel[part], "{part}: {command}");
            }
            counted += u64::from(pixel["fate"] == "solved");
        }
        assert!(counted <= solved);
    }
    let text = printed(folder.path(), &format!("{SMALL} --pixel 1,1"));
    assert!(text.contains("Start\n   theta1[0,:]") && text.contains("   basins trace --layers 2,2,1"), "{text}");
}

/// A map with several networks a pixel: its files, done again, and one of its pixels.
#[test]
fn several_networks_a_pixel() {
    let folder = tempfile::tempdir().unwrap();
    let map =
        format!("{SMALL} --init uniform:1 --x init=0.2..5:log --y lr=0.5..8:log --starts each:7 --net 5 --size 9x8");
    let object = json(folder.path(), &format!("{map} --out m"));
    let count = |value: &serde_json::Value| value.as_u64().unwrap();
    assert_eq!((&object["pixels"], &object["starts_per_pixel"]), (&72.into(), &7.into()));
    assert_eq!(object["fates"].as_object().unwrap().values().map(count).sum::<u64>(), 72 * 7);
    assert_eq!(object["pixels_by_share_solved"].as_object().unwrap().values().map(count).sum::<u64>(), 72);
    assert_eq!((&object["boundary"], &object["epochs_to_solve"]), (&().into(), &().into()));
    let out = folder.path().join("m");
    assert_eq!(embedded(&out.join("pixels.png")), object);
    // What the axes set is no setting of all pixels.
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("<dt>init</dt><dd>uniform</dd>") && !page.contains("<dt>lr</dt>"));
    let svg = std::fs::read_to_string(out.join("map.svg")).unwrap();
    assert!(svg.contains("share of 7 starts that training solves"));
    let mut archive = zip::ZipArchive::new(std::fs::File::open(out.join("map.npz")).unwrap()).unwrap();
    let mut counts = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name("counts.npy").unwrap(), &mut counts).unwrap();
    let (header, counts) = counts.split_at(counts.len() - 8 * 9 * 10 * 2);
    assert!(String::from_utf8_lossy(header).contains("'<u2', 'fortran_order': False, 'shape': (8, 9, 10, )"));
    let counts: Vec<u16> = counts.chunks_exact(2).map(|bytes| u16::from_le_bytes(bytes.try_into().unwrap())).collect();
    assert!(counts.chunks(10).all(|pixel| pixel.iter().sum::<u16>() == 7));
    assert_eq!(counts.iter().step_by(10).map(|count| u64::from(*count)).sum::<u64>(), count(&object["solved"]));

    for colour in ["fate", "epochs", "loss", "all-half"] {
        let again = json(folder.path(), &format!("{map} --out m --colour {colour}"));
        assert_eq!((&again["pixels_before"], &again["fates"]), (&72.into(), &object["fates"]), "{colour}");
    }
    let again = json(folder.path(), "rerun m/map.png");
    assert_eq!(
        (&again["agrees"], &again["exact"], &again["rows"][0]["now"]),
        (&true.into(), &true.into(), &504.into())
    );
    let changed = std::fs::read_to_string(out.join("map.json")).unwrap();
    let changed = changed.replace("\"starts_per_pixel\": 7", "\"starts_per_pixel\": 6");
    std::fs::write(folder.path().join("changed.json"), changed).unwrap();
    assert_eq!(run(folder.path(), "rerun changed.json").status.code(), Some(4));

    // The pixel in the middle: its networks are those of its index, and each command trains the network that it names.
    let pixel = json(folder.path(), &format!("{map} --pixel 1,2"));
    let at = pixel["pixel"][1].as_u64().unwrap() * 9 + pixel["pixel"][0].as_u64().unwrap();
    let nets = pixel["nets"].as_array().unwrap();
    assert_eq!((nets.len(), &nets[0]["net"]), (7, &(5 + 7 * at).into()));
    assert_eq!(pixel["solved"].as_u64().unwrap(), u64::from(counts[10 * at as usize]));
    for net in &nets[..3] {
        let trace = net["trace"].as_str().unwrap().strip_prefix("basins ").unwrap();
        let trace = json(folder.path(), &trace.replace('\'', ""));
        assert_eq!((&trace["start"], &trace["stop_epoch"]), (&net["start"], &net["stop_epoch"]));
    }
    let text = printed(folder.path(), &format!("{map} --pixel 1,2"));
    assert!(text.contains("of 7 = ") && text.contains("95% interval"), "{text}");
}

#[test]
fn zooms_and_fine_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let object = json(folder.path(), &format!("{SMALL} --size 8 --zoom 2,-3,10"));
    assert_eq!((&object["x"]["low"], &object["y"]["high"]), (&1.0.into(), &(-2.0).into()));
    assert_eq!(object["warnings"], serde_json::json!([]));
    let deep = run(folder.path(), &format!("{SMALL} --size 8 --zoom 2,-3,1e7 --precision f32"));
    let said = String::from_utf8(deep.stderr).unwrap();
    assert!(deep.status.success(), "{said}");
    assert!(said.starts_with("warning: pixels along theta1[0,0] are"), "{said}");
    assert!(said.contains("steps of single precision apart") && said.contains("--precision f64"), "{said}");
    let double = run(folder.path(), &format!("{SMALL} --size 8 --zoom 2,-3,1e7"));
    assert!(double.status.success() && double.stderr.is_empty());
    // Where nobody says who trains, it is done in f64, and said.
    let free = format!("{SMALL} --size 8 --zoom 2,-3,1e7 --json");
    let free = basins(folder.path()).args(free.split_whitespace()).output().unwrap();
    let said = String::from_utf8(free.stderr).unwrap();
    assert!(free.status.success() && said.starts_with("note: pixels lie closer than single precision"), "{said}");
    let object: serde_json::Value = serde_json::from_slice(&free.stdout).unwrap();
    assert_eq!(object["warnings"], serde_json::json!([]));
    assert!(object["device"]["driver"].as_str().unwrap().contains("f64"), "{}", object["device"]);
}

/// Ctrl-C finishes the tile at hand; the same command goes on and ends with the map of a run at one go.
#[test]
#[cfg(unix)]
fn an_interrupted_map_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let map = "map --layers 2,2,1 --lr 0.05 --size 192 --epochs 75 --colour loss";
    let arguments = format!("{map} --threads 1 --out m --json");
    let mut command = basins(folder.path());
    let child = command
        .env("BASINS_BACKEND", "reference")
        .args(arguments.split_whitespace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let tiles = folder.path().join("m/tiles");
    let some = || tiles.is_dir() && names(&tiles).len() > 2;
    for _ in 0..6_000 {
        if some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(some(), "no tile was finished");
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let part: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&part["interrupted"], &part["fates"]), (&true.into(), &serde_json::Value::Null));
    let done = part["pixels_done"].as_u64().unwrap();
    assert!(done > 0 && done < 36_864, "{done}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("goes on where this one ended"));
    assert_eq!(names(&folder.path().join("m")), ["map.json", "map.png", "tiles"]);

    let whole = json(folder.path(), &format!("{map} --out m"));
    assert_eq!((&whole["interrupted"], whole["pixels_before"].as_u64()), (&false.into(), Some(done)));
    let fresh = json(folder.path(), &format!("{map} --out fresh"));
    assert_eq!((&fresh["fates"], &fresh["boundary"]), (&whole["fates"], &whole["boundary"]));
    let read = |name: &str| std::fs::read(folder.path().join(name).join("map.npz")).unwrap();
    assert!(read("m") == read("fresh"), "the same numbers");
}
