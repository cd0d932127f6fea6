//! Instructions of a net-epoch, counted by callgrind and held against a table: a slower kernel is found whatever else
//! the machine is doing. Run by `instructions.sh`.
//!
//! A run of twice as many epochs less a run of once as many is the training alone: start-up, starts and results fall out.
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

/// Whose instructions: valgrind knows AVX2 but not AVX-512.
const BACKENDS: [&str; 2] = ["avx2", "reference"];

/// Instructions of a net-epoch by row, `backend task layers`.
type Counts = BTreeMap<String, f64>;

/// What callgrind watches: networks trained on one thread, for so many epochs.
fn train(backend: &str, task: &str, layers: &str, networks: u64, epochs: u32) -> Result<(), Failure> {
    let (task, layers, after_solved) = (task.parse()?, layers.parse()?, AfterSolved::Continue);
    let problem = Spec { task, layers, epochs, after_solved, ..Spec::default() }.problem()?;
    let mut backend: Box<dyn Backend> = match backend {
        "avx2" => Box::new(Simd::with_vectors(Vectors::Avx2, Some(1))?),
        _ => Box::new(Reference::new(Precision::F64, Some(1))?),
    };
    let job = Job::new(&problem, 42);
    backend.prepare(&job)?;
    let mut chunks = std::iter::once(Chunk::drawn(0..networks));
    Ok(backend.train(&job, &mut chunks, &Unwatched, &mut |_| Ok(()))?)
}

/// Instructions of a whole run of this program.
fn instructions(work: &[&str; 3], networks: u64, epochs: u32) -> Result<f64, Failure> {
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

fn measure() -> Result<Counts, Failure> {
    let mut counts = Counts::new();
    for backend in BACKENDS {
        for (task, layers, _) in Course::NETWORKS {
            // A turn of two vectors; the reference, one network at a time, needs no more than one.
            let networks = if backend == "avx2" { 16 } else { 1 };
            let epochs = if task == "parity:8" { 8 } else { 800 };
            let work = [backend, task, layers];
            let more = instructions(&work, networks, 2 * epochs)? - instructions(&work, networks, epochs)?;
            let count = more / (networks * u64::from(epochs)) as f64;
            println!("{backend:10} {task:9} {layers:8} {count:12.1}");
            counts.insert(work.join(" "), (10.0 * count).round() / 10.0);
        }
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
    if rises(&counts, &less).len() != counts.len() || counts.len() != BACKENDS.len() * Course::NETWORKS.len() {
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
        ["train", backend, task, layers, networks, epochs] => match (networks.parse(), epochs.parse()) {
            (Ok(networks), Ok(epochs)) => train(backend, task, layers, networks, epochs),
            _ => Err("networks and epochs are numbers".into()),
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
