//! `report.html` of a bench.

use serde_json::Value;

use crate::error::Result;
use crate::report::html::{Fact, Page};
use crate::report::number::{grouped, short};
use crate::report::words::{dashed, labelled};
use crate::study::bench::{BenchResult, Measurement};

use super::{UNITS, bench_picture, bench_title, contestants, populations, telling_row};

/// The page; `object` is the bench's, `command` what makes it again.
///
/// # Errors
/// The picture cannot be encoded.
pub fn bench_page(result: &BenchResult, object: &Value, command: &str) -> Result<String> {
    let mut page = Page::new(&labelled("Throughput of backends", object), UNITS);
    if result.interrupted {
        page.warning("Interrupted: only what was measured until then.");
    }
    page.facts(&facts(result));
    if let Some(first) = result.populations.first() {
        page.section(&format!("{} on {}, by how many networks train at once", dashed(&first.layers), first.task));
        let caption = "Net-epochs in a second over networks trained at once, both axes in factors: medians of the timed runs, \
                       and bands between their quartiles.";
        let title = labelled(&bench_title(result), object);
        page.picture(|sheet| bench_picture(result, &title, sheet), caption)?;
        let nets = populations(result);
        let heads: Vec<String> = nets.iter().map(|count| grouped(*count)).collect();
        let head: Vec<&str> = ["networks"].into_iter().chain(heads.iter().map(String::as_str)).collect();
        let rows: Vec<Vec<String>> = contestants(&result.populations)
            .into_iter()
            .map(|name| {
                let median = |count: &u64| {
                    let found = result.populations.iter().find(|one| one.contestant == name && one.nets == *count);
                    found.map_or("-".into(), |one| short(one.median()))
                };
                let cells: Vec<String> = nets.iter().map(median).collect();
                [vec![name], cells].concat()
            })
            .collect();
        page.table(&head, &rows, &[0]);
    }
    let telling = result.telling();
    if !telling.is_empty() {
        page.section("Network by network");
        let head = [
            "network",
            "networks",
            "who",
            "net-epochs/s",
            "quartiles",
            "Gop/s",
            "Gspec/s",
            "setup s",
            "1 epoch",
            "limit",
        ];
        let rows: Vec<Vec<String>> = telling.into_iter().map(row).collect();
        page.table(&head, &rows, &[0, 2]);
    }
    for refused in &result.refused {
        let at = refused.layers.as_ref().map_or(String::new(), |layers| format!(" at {layers}"));
        page.paragraph(&format!("Left out: {}{at}: {}.", refused.contestant, refused.reason));
    }
    let mut devices: Vec<Vec<String>> = Vec::new();
    for one in result.populations.iter().chain(&result.networks) {
        let device = vec![one.device.name.clone(), one.device.kind.to_string(), one.device.driver.clone()];
        if !devices.contains(&device) {
            devices.push(device);
        }
    }
    page.section("Where it ran");
    page.table(&["device", "kind", "driver"], &devices, &[0, 1, 2]);
    page.made_by(command);
    page.data(&object.to_string());
    Ok(page.finish())
}

fn row(one: &Measurement) -> Vec<String> {
    [vec![dashed(&one.layers), grouped(one.nets)], telling_row(one)].concat()
}

/// Who is fastest, and from how many networks on a GPU is faster than the CPU.
fn facts(result: &BenchResult) -> Vec<Fact> {
    let all = result.populations.iter().chain(&result.networks);
    let best = all.max_by(|a, b| a.median().total_cmp(&b.median()));
    let mut facts: Vec<Fact> = best
        .map(|one| {
            let label = format!(
                "net-epochs/s at most: {}, {} networks {}",
                one.contestant,
                grouped(one.nets),
                dashed(&one.layers)
            );
            Fact::new(short(one.median()), label)
        })
        .into_iter()
        .collect();
    for crossover in result.crossovers() {
        facts.push(match crossover.nets {
            Some(nets) => {
                Fact::new(grouped(nets), format!("networks from which {} is faster than the CPU", crossover.gpu))
            }
            None => Fact::new("none", format!("networks here at which {} is faster than the CPU", crossover.gpu)),
        });
    }
    facts
}
