//! What a bench measured: tables, JSON and CSV.

mod object;
#[cfg(feature = "pictures")]
mod page;
#[cfg(feature = "pictures")]
mod picture;

use std::fmt::Write;

use crate::report::number::{grouped, short};
use crate::report::table::{wrapped, write_table};
use crate::report::words::dashed;
use crate::study::bench::{BenchResult, Measurement};

#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::object::BenchObject;
pub use self::object::bench_json;
#[cfg(feature = "pictures")]
pub use self::page::bench_page;
#[cfg(feature = "pictures")]
pub use self::picture::{bench_picture, bench_title};

/// What the columns count.
const UNITS: &str = "A net-epoch is one pass over all examples by one network. Net-epochs/s: the median of the timed runs; \
                     quartiles: half of them lie between. Gop/s: thousand million additions, multiplications and the like \
                     in a second; Gspec/s: exponentials, divisions and roots. Setup s: seconds to open, compile and \
                     allocate; 1 epoch: seconds of a run of one epoch, which every run costs at least. Limit: share of what \
                     the device's arithmetic allows, where that is known.";

/// Two tables and who was left out, for a person.
pub fn bench_text(result: &BenchResult) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_text(&mut text, result);
    text
}

fn write_text(text: &mut String, result: &BenchResult) -> std::fmt::Result {
    if let Some(first) = result.populations.first() {
        let (layers, task) = (dashed(&first.layers), &first.task);
        wrapped(text, "", &format!("Net-epochs/s of {layers} on {task}, by how many networks train at once"))?;
        write_table(text, &population_table(result), &[0], 1)?;
        for crossover in result.crossovers() {
            let from = match crossover.nets {
                Some(nets) => format!("faster than the CPU from {} networks on", grouped(nets)),
                None => "never faster than the CPU here".into(),
            };
            let most = short(crossover.ratio_at_most_nets);
            let words = format!("{}: {from}; at the most networks {most} times the fastest CPU", crossover.gpu);
            wrapped(text, "   ", &words)?;
        }
        writeln!(text)?;
    }
    let telling = result.telling();
    for same in telling.chunk_by(|a, b| (&a.layers, a.nets) == (&b.layers, b.nets)) {
        let (layers, nets) = (dashed(&same[0].layers), grouped(same[0].nets));
        writeln!(text, "{layers}, {nets} networks")?;
        let head = ["who", "net-epochs/s", "quartiles", "Gop/s", "Gspec/s", "setup s", "1 epoch s", "limit"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(same.iter().map(|one| telling_row(one)));
        write_table(text, &rows, &[0], 1)?;
        writeln!(text)?;
    }
    if !telling.is_empty() {
        wrapped(text, "", UNITS)?;
        writeln!(text)?;
    }
    for refused in &result.refused {
        let at = refused.layers.as_ref().map_or(String::new(), |layers| format!(" at {layers}"));
        wrapped(text, "left out: ", &format!("{}{at}: {}", refused.contestant, refused.reason))?;
    }
    if result.interrupted {
        writeln!(text, "Interrupted: only what was measured until then.")?;
    }
    Ok(())
}

/// Throughput by who and by how many networks, its head first.
fn population_table(result: &BenchResult) -> Vec<Vec<String>> {
    let nets = populations(result);
    let mut rows =
        vec![std::iter::once("networks".to_owned()).chain(nets.iter().map(|count| grouped(*count))).collect()];
    for name in contestants(&result.populations) {
        let found = |count: &u64| result.populations.iter().find(|one| one.contestant == name && one.nets == *count);
        let cells = nets.iter().map(|count| found(count).map_or("-".into(), |one| short(one.median())));
        rows.push(std::iter::once(name.clone()).chain(cells).collect());
    }
    rows
}

/// A contestant at one network and work.
fn telling_row(one: &Measurement) -> Vec<String> {
    vec![
        one.contestant.clone(),
        short(one.median()),
        format!("{} to {}", short(one.quantile(0.25)), short(one.quantile(0.75))),
        short(1e-9 * one.median() * one.cost.operations as f64),
        short(1e-9 * one.median() * one.cost.specials as f64),
        format!("{:.3}", one.setup_seconds),
        format!("{:.4}", one.single_epoch_seconds),
        one.limit_share().map_or("-".into(), |share| format!("{:.0}%", 100.0 * share)),
    ]
}

/// The tables in Markdown.
pub fn bench_markdown(result: &BenchResult) -> String {
    let mut text = String::new();
    let nets = populations(result);
    if let Some(first) = result.populations.first() {
        let _ = writeln!(
            text,
            "Net-epochs/s of {} on {}, by networks trained at once:\n",
            dashed(&first.layers),
            first.task
        );
        let heads: Vec<String> = nets.iter().map(|count| grouped(*count)).collect();
        let _ = writeln!(text, "| who | {} |\n|---|{}", heads.join(" | "), "---:|".repeat(nets.len()));
        for name in contestants(&result.populations) {
            let cells: Vec<String> = nets
                .iter()
                .map(|count| {
                    let found = result.populations.iter().find(|one| one.contestant == name && one.nets == *count);
                    found.map_or("-".into(), |one| short(one.median()))
                })
                .collect();
            let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
        }
        let _ = writeln!(text);
    }
    let _ = writeln!(text, "{UNITS}\n");
    let _ = writeln!(
        text,
        "| network | networks | who | net-epochs/s | quartiles | Gop/s | setup s |\n|---|---:|---|---:|---|---:|---:|"
    );
    for one in result.telling() {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} to {} | {} | {:.3} |",
            dashed(&one.layers),
            grouped(one.nets),
            one.contestant,
            short(one.median()),
            short(one.quantile(0.25)),
            short(one.quantile(0.75)),
            short(1e-9 * one.median() * one.cost.operations as f64),
            one.setup_seconds
        );
    }
    text
}

/// One row a measurement.
pub fn bench_csv(result: &BenchResult) -> String {
    let mut text = String::from(
        "part,contestant,backend,device,kind,task,layers,nets,epochs,median,quartile_low,quartile_high,setup_seconds,\
         single_epoch_seconds,difference\n",
    );
    let quoted = |field: &str| format!("\"{}\"", field.replace('"', "\"\""));
    for (part, rows) in [("populations", &result.populations), ("networks", &result.networks)] {
        for one in rows {
            let _ = writeln!(
                text,
                "{part},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
                quoted(&one.contestant),
                one.backend,
                quoted(&one.device.name),
                quoted(&one.device.kind.to_string()),
                one.task,
                dashed(&one.layers),
                one.nets,
                one.epochs,
                one.median(),
                one.quantile(0.25),
                one.quantile(0.75),
                one.setup_seconds,
                one.single_epoch_seconds,
                one.difference
            );
        }
    }
    text
}

fn populations(result: &BenchResult) -> Vec<u64> {
    let mut nets: Vec<u64> = result.populations.iter().map(|one| one.nets).collect();
    nets.sort_unstable();
    nets.dedup();
    nets
}

fn contestants(rows: &[Measurement]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for one in rows {
        if !names.contains(&one.contestant) {
            names.push(one.contestant.clone());
        }
    }
    names
}
