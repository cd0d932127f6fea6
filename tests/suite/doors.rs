//! Every parser of bytes that others wrote, with seeds in `tests/seeds` and what becomes of them when bytes are changed:
//! the same in every run. A fuzzer goes through the same doors for as long as it is let (`fuzz/`); what it found stands
//! among the seeds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use basins::cli::doors::{ALL, enter};
use basins::seed::{Purpose, Stream};
use rand::RngExt;

use crate::support::root;

/// Changed seeds that are thrown at each door.
const CASES: u64 = 1_000;

/// Bytes by the file that they are from.
fn seeds(door: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = root().join("tests/seeds").join(door);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| (path.clone(), std::fs::read(path).unwrap());
    paths.into_iter().map(read).collect()
}

/// A place in bytes, and one behind it: mostly near.
fn span(random: &mut Stream, length: usize) -> std::ops::Range<usize> {
    let start = random.random_range(0..=length);
    let most = (length - start).min(if random.random_bool(0.8) { 8 } else { 256 });
    start..start + random.random_range(0..=most)
}

/// One to eight changes, of the kinds that find mistakes: bits, sizes, pieces lost, doubled, and from another seed.
fn changed(random: &mut Stream, seed: &[u8], other: &[u8]) -> Vec<u8> {
    const ODD: [&[u8]; 10] = [
        b"\0",
        b"\xff",
        b"\x7f\xff\xff\xff",
        b"\xff\xff\xff\xff",
        b"\x80",
        b"-",
        b"1e999",
        b"\xef\xbf\xbe",
        b"[[[[",
        b"\"\\\n",
    ];
    let mut bytes = seed.to_vec();
    for _ in 0..random.random_range(1..=8) {
        let place = span(random, bytes.len());
        match random.random_range(0..6) {
            0 if !bytes.is_empty() => {
                let at = random.random_range(0..bytes.len());
                bytes[at] ^= 1 << random.random_range(0..8);
            }
            1 => drop(bytes.splice(place, ODD[random.random_range(0..ODD.len())].iter().copied())),
            2 => drop(bytes.drain(place)),
            3 => {
                let piece = bytes[place.clone()].to_vec();
                drop(bytes.splice(place.start..place.start, piece));
            }
            4 => {
                let piece = other[span(random, other.len())].to_vec();
                drop(bytes.splice(place, piece));
            }
            _ => bytes.iter_mut().skip(place.start).take(place.len()).for_each(|byte| *byte = random.random()),
        }
    }
    bytes
}

#[test]
fn every_door_stands_whatever_comes() {
    for (at, (door, _)) in ALL.iter().enumerate() {
        let seeds = seeds(door);
        assert!(!seeds.is_empty(), "{door}");
        seeds.iter().for_each(|(_, bytes)| enter(door, bytes));
        for case in 0..CASES {
            let mut random = Stream::new(at as u64, case, Purpose::Start);
            let mut pick = || seeds[random.random_range(0..seeds.len())].1.as_slice();
            let (seed, other) = (pick(), pick());
            let bytes = changed(&mut random, seed, other);
            if catch_unwind(AssertUnwindSafe(|| enter(door, &bytes))).is_err() {
                let kept = std::env::temp_dir().join(format!("basins-{door}-{case}"));
                let _ = std::fs::write(&kept, &bytes);
                panic!("door {door} fell at case {case}; its bytes are in {}", kept.display());
            }
        }
    }
}

/// Seeds get through: else nothing behind the first check is tested.
#[test]
fn seeds_are_what_they_are_for() {
    let folder = tempfile::tempdir().unwrap();
    for door in ["json", "parquet", "png", "html"] {
        for (path, bytes) in seeds(door).iter().filter(|(path, _)| !path.ends_with("fuzzed")) {
            let copy = folder.path().join("seed");
            std::fs::write(&copy, bytes).unwrap();
            let output = crate::cli::basins(folder.path()).args(["rerun", "seed"]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_ne!(output.status.code(), Some(2), "{}: {said}", path.display());
        }
    }
}
