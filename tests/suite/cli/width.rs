//! What is printed fits a terminal of 80 columns.

use std::path::Path;

use super::run;

const COLUMNS: usize = 80;

/// Lines that a terminal would break; no character that is printed takes two columns.
fn too_wide(text: &str) -> Vec<&str> {
    assert!(
        text.chars().all(|c| u32::from(c) < 0x1100 || ('\u{2000}'..'\u{2600}').contains(&c) || c == 'ᵀ'),
        "wide: {text}"
    );
    text.lines().filter(|line| line.chars().count() > COLUMNS).collect()
}

#[track_caller]
fn fits(folder: &Path, arguments: &str) {
    let output = run(folder, arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.is_empty(), "{arguments} prints nothing: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(too_wide(&text), [] as [&str; 0], "{arguments}:\n{text}");
}

#[test]
fn a_line_of_81_is_too_wide() {
    let line = |length: usize| "▁".repeat(length);
    assert_eq!(too_wide(&line(80)), [] as [&str; 0]);
    assert_eq!(too_wide(&format!("{}\n{}", line(80), line(81))), [line(81)]);
}

#[test]
fn runs_fit() {
    let folder = tempfile::tempdir().unwrap();
    let long_names = "--task parity:4 --layers 4,6,1 --lr 4 --epochs 400 --nets 60 --examine 1 --update minibatch:4 \
                      --optimizer adam --betas 0.9,0.999 --weight-decay 0.001 --judge end --init uniform:1";
    for arguments in [
        "--nets 60 --lr 4 --epochs 300 --init uniform:1 --examine 2 --continue-unsolved 2x",
        "--nets 20 --epochs 3 --interval anytime --until-width 0.5",
        "--nets 12 --lr 1e9 --epochs 30",
        long_names,
    ] {
        fits(folder.path(), arguments);
        fits(folder.path(), &format!("{arguments} -v"));
    }
}

#[test]
fn sweeps_and_what_is_done_with_results_fit() {
    let folder = tempfile::tempdir().unwrap();
    let sweep = "sweep --vary lr=0.5,5 --vary loss=mse,cross-entropy --vary layers=2,3,1;2,4,1 --nets 30 --epochs 200";
    fits(folder.path(), &format!("{sweep} --out sweep"));
    fits(folder.path(), "sweep --vary lr=0.01..10:log:3 --nets 30 --epochs 200 --against lr=10");
    let rerun = |arguments: &str| fits(folder.path(), &format!("rerun {arguments}"));
    rerun("sweep/sweep.json");
    rerun("sweep/sweep.json --backend simd");
    let part = |part: u32| format!("run --nets 40 --lr 4 --epochs 200 --examine 1 --shard {part}/2 --out parts/{part}");
    (1..=2).for_each(|number| fits(folder.path(), &part(number)));
    fits(folder.path(), "merge parts --out all");
    rerun("all/run.json --backend simd");
}

#[test]
fn single_networks_maps_and_surfaces_fit() {
    let folder = tempfile::tempdir().unwrap();
    let wide = "--task encoder:8 --layers 8,8,8 --epochs 20";
    for arguments in [
        "trace --net 7 --epochs 200".to_owned(),
        "trace --net 7 --explain".to_owned(),
        format!("trace {wide}"),
        format!("trace {wide} --explain 3 --optimizer adam --update online:shuffled"),
        "surface --points 9 --epochs 20".to_owned(),
        "map --size 4x4 --lr 4 --epochs 50".to_owned(),
        "map --size 4x4 --lr 4 --epochs 50 --starts each:4 --layers 2,3,1".to_owned(),
        "map --size 4x4 --lr 4 --epochs 50 --pixel 1,2".to_owned(),
    ] {
        fits(folder.path(), &arguments);
    }
}

#[test]
fn the_others_fit() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        "devices",
        "power --rate 0.5",
        "power --rate 0.94 --width 0.001",
        "power --rate 0.94 --difference 0.01",
        "power --rate 0.0001 --nets 1e9 --paired 0.01",
        "bench --task and --layers 2,1 --populations 2,70,71,72,73,74 --seconds 0.001 --repeats 2",
        "reproduce --list",
        "reproduce tutorial/one-weight tutorial/descent",
    ] {
        fits(folder.path(), arguments);
    }
}
