//! Answers as JSON, for programs. Fields are only ever added within a schema's number.

use serde_json::{Map, Value, json};

use crate::outcome::Fate;
use crate::study::EscapeRate;

/// The object of `basins run --json`, schema `basins.run/1`.
pub fn escape_json(answer: &EscapeRate) -> Value {
    let fates: Map<String, Value> =
        Fate::ALL.iter().map(|fate| (fate.name().to_owned(), json!(answer.tally.count(*fate)))).collect();
    json!({
        "schema": "basins.run/1",
        "spec": answer.problem.spec(),
        "backend": answer.backend,
        "device": answer.device,
        "nets": answer.tally.networks(),
        "first": answer.population.first(),
        "seed": answer.population.seed(),
        "solved": answer.tally.solved(),
        "solved_rate": answer.rate(),
        "solved_interval": answer.interval(),
        "epochs_to_solve": answer.epochs_to_solve(),
        "fates": fates,
        "net_epochs": answer.tally.net_epochs(),
        "net_epochs_executed": answer.executed_net_epochs,
        "net_epochs_per_second": answer.throughput(),
        "seconds": answer.seconds,
        "interrupted": answer.interrupted,
        "nets_asked": answer.population.count(),
        "starts": if answer.imported_starts { "imported" } else { "drawn" },
    })
}
