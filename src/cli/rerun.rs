//! `basins rerun`: trains again what a result says of itself, and tells whether it agrees.

use std::path::PathBuf;

use serde_json::Value;

use crate::backend::{Choice, DeviceInfo, Precision};
use crate::error::{Error, Result};
use crate::report::{pretty, rerun_json, rerun_text};
use crate::study::{Counts, Recorded, Rerun, Trainer};

use super::count::Count;
use super::reproduce::Talk;
use super::run::Shared;
use super::settings::Settings;
use super::{Ending, map, record, run, say, sweep};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// A result: run.json, sweep.json, map.json, what --json printed, Parquet files, report.html, a map's PNG files
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Who trains this time: auto, fused, grouped, staged, simd, reference [default: who trained then]
    #[arg(long, value_name = "NAME")]
    backend: Option<Choice>,

    /// f64 or f32, for --backend reference [default: as then]
    #[arg(long, value_name = "FORMAT")]
    precision: Option<Precision>,

    /// GPU by index or part of its name; see `basins devices` [default: as then]
    #[arg(long, value_name = "INDEX|NAME", allow_hyphen_values = true)]
    device: Option<String>,

    /// Threads of a CPU backend [default: all cores]
    #[arg(long, value_name = "COUNT", allow_hyphen_values = true)]
    threads: Option<Count>,

    #[command(flatten)]
    talk: Talk,
}

impl Args {
    pub(super) fn execute(&self) -> Result<Ending> {
        let shared = Shared::without_settings(self.talk.mode(), self.talk.quiet);
        shared.start_log();
        let object = record::read(&self.file)?;
        let file = self.file.display().to_string();
        let fail = |what: String| Error::input(format!("{file}: {what}"));
        let schema = object["schema"].as_str().unwrap_or_default();
        if !["basins.run/1", "basins.sweep/1", "basins.map/1"].contains(&schema) {
            return Err(fail(format!(
                "its schema is {schema:?}, but this version trains basins.run/1, basins.sweep/1 and basins.map/1 again"
            )));
        }
        if schema != "basins.sweep/1" && object["interrupted"] == true {
            return Err(fail("was interrupted, and where cannot be repeated; run its command again".into()));
        }
        if object["continued"]["interrupted"] == true {
            let what = "was interrupted while unsolved networks were trained on, and where cannot be repeated";
            return Err(fail(format!("{what}; run its command again")));
        }
        let recorded = Recorded::read(&object).map_err(|what| fail(format!("is damaged: {what}")))?;
        let settings = self.settings(&object, &recorded).map_err(fail)?;
        let options = |what: serde_json::Error| fail(format!("is damaged: options: {what}"));
        let (now, counted) = match schema {
            "basins.run/1" => {
                let options = serde_json::from_value(object["options"].clone()).map_err(options)?;
                // Nobody compares what is examined.
                let options = run::Options { examine: 0, ..options };
                let (answer, _) = run::train(&settings, &options, &shared)?;
                if answer.interrupted {
                    return Ok(Ending::Interrupted);
                }
                (trainer(answer.backend, &answer.device), Counts::of_run(&answer))
            }
            "basins.map/1" => {
                let options: map::Options = serde_json::from_value(object["options"].clone()).map_err(options)?;
                let (answer, _) = map::train(&settings, &options, &shared, &options.plan(&settings)?)?;
                let Some(finished) = &answer.finished else { return Ok(Ending::Interrupted) };
                (trainer(answer.backend, &answer.device), Counts::of_map(finished))
            }
            _ => {
                let options = serde_json::from_value(object["options"].clone()).map_err(options)?;
                let (answer, _) = sweep::train(&settings, &options, &shared)?;
                if answer.interrupted() {
                    return Ok(Ending::Interrupted);
                }
                // Of an interrupted sweep those points were kept that are whole.
                let mut counts = Counts::of_sweep(&answer);
                if object["interrupted"] == true {
                    counts.truncate(recorded.counts.len());
                }
                (trainer(answer.backend, &answer.device), counts)
            }
        };
        let rerun = Rerun::compare(&recorded, now, &counted);
        say(&match self.talk.json {
            true => pretty(&rerun_json(&rerun, &file, &object)),
            false => rerun_text(&rerun, &file),
        })?;
        match rerun.agrees() {
            true => Ok(Ending::Complete),
            false => Err(Error::verification(format!("{file} does not agree with its training done again"))),
        }
    }

    /// What was asked then, every setting said, with who trains now. Nothing is written.
    fn settings(&self, object: &Value, recorded: &Recorded) -> Result<Settings, String> {
        let damaged = |part: &str, error: &dyn std::fmt::Display| format!("is damaged: {part}: {error}");
        let given = Settings::deserialize_from(&object["settings"]).map_err(|error| damaged("settings", &error))?;
        // The spec says all, also what was left to defaults that may be others by now.
        let spec = Settings::deserialize_from(&object["spec"]).map_err(|error| damaged("spec", &error))?;
        let number =
            |name: &str| object[name].as_u64().map(Count).ok_or_else(|| format!("is damaged: it has no {name}"));
        // A map has a network a pixel, and its options say from which they start.
        let population = || -> Result<Settings, String> {
            let asked = if object["nets_asked"].is_null() { "nets" } else { "nets_asked" };
            let (nets, first, seed) = (Some(number(asked)?), Some(number("first")?), Some(number("seed")?));
            Ok(Settings { nets, first, seed, ..Settings::default() })
        };
        let population = if object["schema"] == "basins.map/1" { Settings::default() } else { population()? };
        if object["starts"] == "imported" && given.weights_in.is_none() {
            return Err("is damaged: its starts are imported, but it does not say from where".into());
        }
        let then: Choice = recorded.trainer.backend.parse().map_err(|error| damaged("backend", &error))?;
        let choice = self.backend.unwrap_or(then);
        let mut settings = spec.or(population).or(given);
        settings.backend = Some(choice);
        // Precision and device of then belong to the backend of then.
        let same = choice == then;
        settings.precision = self.precision.or(settings.precision.filter(|_| same));
        settings.device = self.device.clone().or(settings.device.filter(|_| same));
        settings.threads = self.threads;
        (settings.out, settings.weights_out) = (None, None);
        Ok(settings)
    }
}

fn trainer(backend: &str, device: &DeviceInfo) -> Trainer {
    let kind = serde_json::to_value(device.kind).unwrap_or_default();
    Trainer {
        backend: backend.to_owned(),
        device: device.name.clone(),
        kind: kind.as_str().unwrap_or_default().to_owned(),
        driver: device.driver.clone(),
    }
}
