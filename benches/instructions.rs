//! Instructions of a net-epoch, counted by callgrind and held against a table: a slower kernel is found whatever else
//! the machine is doing. Run by `instructions.sh`.
//!
//! Vectors are those of AVX2: valgrind does not know AVX-512. A run of twice as many epochs less a run of once as many is the
//! training alone: start-up, starts and results fall out. `instructions train simd ...`, with the widest vectors that there are,
//! is for clocks.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports to a terminal")]

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};

use basins::backend::{Backend, Chunk, Job, Precision, Reference, Simd, Unwatched, Vectors};
use basins::spec::{AfterSolved, Spec};
use basins::study::bench::Course;
use serde_json::json;

type Failure = Box<dyn std::error::Error>;

/// A count may be so much above the table's.
const TOLERATED_RISE: f64 = 0.03;
/// A rise that must be found in every row, or the comparison is blind.
const PLANTED_RISE: f64 = 0.05;

/// What is counted of the vectors beside the networks that are timed: every rule should cost little more than plain descent,
/// and every size little more than those compiled apart.
const RULES: [(&str, &str, &str); 16] = [
    ("xor", "2,3,1", r#"{"momentum":0.9}"#),
    ("xor", "2,3,1", r#"{"optimizer":"nesterov","momentum":0.9}"#),
    ("xor", "2,3,1", r#"{"optimizer":"rmsprop","lr":0.01}"#),
    ("xor", "2,3,1", r#"{"optimizer":"adam","lr":0.01}"#),
    ("xor", "2,3,1", r#"{"weight-decay":0.0001}"#),
    ("xor", "2,3,1", r#"{"activation":"tanh","loss":"mse","inputs":"-1,1","targets":"-1,1"}"#),
    ("xor", "2,3,1", r#"{"update":"online"}"#),
    ("xor", "2,3,1", r#"{"update":"online:shuffled"}"#),
    ("xor", "2,5,1", "{}"),
    ("xor", "2,8,1", "{}"),
    ("xor", "2,3,3,1", "{}"),
    ("xor", "2,3,1", r#"{"update":"minibatch:2"}"#),
    ("xor", "2,4,4,1", r#"{"update":"online"}"#),
    ("parity:3", "3,3,1", "{}"),
    ("parity:3", "3,3,1", r#"{"optimizer":"adam","lr":0.01}"#),
    ("parity:4", "4,8,8,1", "{}"),
];

/// Instructions of a net-epoch by row: backend, task, layers and other settings.
type Counts = BTreeMap<String, f64>;

/// What callgrind watches: networks trained on one thread, for so many epochs.
fn train([backend, task, layers, settings]: [&str; 4], networks: u64, epochs: u32) -> Result<(), Failure> {
    let spec = serde_json::from_str(settings)?;
    let (task, layers, after_solved) = (task.parse()?, layers.parse()?, AfterSolved::Continue);
    let problem = Spec { task, layers, epochs, after_solved, ..spec }.problem()?;
    let mut backend: Box<dyn Backend> = match backend {
        "avx2" => Box::new(Simd::with_vectors(Vectors::Avx2, Some(1))?),
        "simd" => Box::new(Simd::with_vectors(Vectors::widest(), Some(1))?),
        "reference" => Box::new(Reference::new(Precision::F64, Some(1))?),
        other => return Err(format!("{other} is none of avx2, simd and reference").into()),
    };
    let job = Job::new(&problem, 42);
    backend.prepare(&job)?;
    let mut chunks = std::iter::once(Chunk::drawn(0..networks));
    Ok(backend.train(&job, &mut chunks, &Unwatched, &mut |_| Ok(()))?)
}

/// Instructions of a whole run of this program.
fn instructions(work: &[&str; 4], networks: u64, epochs: u32) -> Result<f64, Failure> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .arg("train")
        .args(work)
        .args([networks.to_string(), epochs.to_string()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().filter_map(|line| line.split_once("Collected : ")).next_back();
    match collected {
        Some((_, count)) if output.status.success() => Ok(count.trim().parse()?),
        _ => Err(format!("valgrind did not count {work:?}:\n{said}").into()),
    }
}

/// The rows of the table.
fn rows() -> Vec<[&'static str; 4]> {
    let timed = |backend| Course::NETWORKS.map(|(task, layers, _)| [backend, task, layers, "{}"]);
    let rules = RULES.map(|(task, layers, settings)| ["avx2", task, layers, settings]);
    [&timed("avx2")[..], &rules, &timed("reference")].concat()
}

fn measure() -> Result<Counts, Failure> {
    let mut counts = Counts::new();
    for work in rows() {
        let [backend, task, _, settings] = work;
        // A turn of two vectors; the reference, one network at a time, needs no more than one.
        let networks = if backend == "avx2" { 16 } else { 1 };
        let epochs = if task == "parity:8" { 8 } else { 800 };
        let more = instructions(&work, networks, 2 * epochs)? - instructions(&work, networks, epochs)?;
        let count = more / (networks * u64::from(epochs)) as f64;
        let name = if settings == "{}" { work[..3].join(" ") } else { work.join(" ") };
        println!("{count:12.1} {name}");
        counts.insert(name, (10.0 * count).round() / 10.0);
    }
    Ok(counts)
}

/// Rows that rose too much, or that only one side knows.
fn rises(counts: &Counts, table: &Counts) -> Vec<String> {
    let mut wrong: Vec<String> =
        table.keys().filter(|row| !counts.contains_key(*row)).map(|row| format!("{row}: not counted")).collect();
    for (row, count) in counts {
        match table.get(row) {
            None => wrong.push(format!("{row}: not in the table")),
            Some(known) if *count > known * (1.0 + TOLERATED_RISE) => {
                wrong.push(format!("{row}: {count} instead of {known}, {:+.1}%", 100.0 * (count / known - 1.0)));
            }
            Some(_) => {}
        }
    }
    wrong
}

fn check(path: &str) -> Result<(), Failure> {
    let table: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    println!("table of {}, {}", table["date"], table["rustc"]);
    let table: Counts = serde_json::from_value(table["instructions_per_net_epoch"].clone())?;
    let counts = measure()?;
    // Negative control: a table that says less must be failed in every row.
    let less = counts.iter().map(|(row, count)| (row.clone(), count / (1.0 + PLANTED_RISE))).collect();
    if rises(&counts, &less).len() != counts.len() || counts.len() != rows().len() {
        return Err("a planted rise is not found: the comparison is blind".into());
    }
    let wrong = rises(&counts, &table);
    for (row, count) in counts.iter().filter(|(row, count)| table.get(*row).is_some_and(|known| **count < known * 0.97))
    {
        println!("{row}: fell from {} to {count}; --write keeps that", table[row]);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn write(path: &str, rustc: &str, date: &str) -> Result<(), Failure> {
    let table = json!({ "rustc": rustc, "date": date, "instructions_per_net_epoch": measure()? });
    Ok(std::fs::write(path, format!("{table:#}\n"))?)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["train", work @ .., networks, epochs] => match (work.try_into(), networks.parse(), epochs.parse()) {
            (Ok(work), Ok(networks), Ok(epochs)) => train(work, networks, epochs),
            _ => Err("it takes backend, task, layers, settings, networks and epochs".into()),
        },
        ["check", table] => check(table),
        ["write", table, rustc, date] => write(table, rustc, date),
        _ => Err("run benches/instructions.sh".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
