//! `basins rerun`: trains again what a result says of itself, and tells whether it agrees.

use std::path::PathBuf;

use serde_json::Value;

use crate::backend::{Choice, Precision};
use crate::error::{Error, Result};
use crate::report::{pretty, rerun_json, rerun_text};
use crate::study::{Recorded, Rerun};

use super::again::Again;
use super::arguments::OutputArgs;
use super::count::Count;
use super::ending::Ending;
use super::print::print;
use super::record;
use super::settings::Settings;
use super::stamp::{as_typed, stamped};
use super::verb::{Example, Execute, Verb};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// A result, or a folder that holds one
    ///
    /// run.json, sweep.json, map.json, what --json printed, Parquet files, report.html, a map's PNG files
    #[arg(value_name = "FILE|DIR")]
    file: PathBuf,

    /// Who trains this time [default: as then]
    ///
    /// auto, fused, grouped, staged, simd, reference
    #[arg(long, help_heading = "Machine", value_name = "NAME")]
    backend: Option<Choice>,

    /// f32 or f64, of CPU backends [default: as then]
    #[arg(long, help_heading = "Machine", value_name = "FORMAT")]
    precision: Option<Precision>,

    /// GPU by index or name [default: as then]
    ///
    /// Part of its name is enough; see `basins devices`
    #[arg(long, help_heading = "Machine", value_name = "INDEX|NAME", allow_hyphen_values = true)]
    device: Option<String>,

    /// Of a CPU backend [default: all cores]
    #[arg(long, help_heading = "Machine", value_name = "COUNT", allow_hyphen_values = true)]
    threads: Option<Count>,

    #[command(flatten)]
    output: OutputArgs,
}

impl Execute for Args {
    const NAME: &'static str = "rerun";
    const ABOUT: &'static str = "Train a result again and say whether it agrees; exit 4 if not";
    const EXAMPLES: &'static [Example] = &[
        ("rerun results", "trained again: does it agree?"),
        ("rerun results/report.html --backend simd", "by another backend"),
    ];

    fn execute(self, verbs: &[Verb]) -> Result<Ending> {
        self.output.start_log(0);
        let (path, object) = record::read(&self.file)?;
        let file = path.display().to_string();
        let fail = |what: String| Error::input(format!("{file}: {what}"));
        let schema = object["schema"].as_str().unwrap_or_default();
        let all = || verbs.iter().filter_map(|verb| verb.again);
        let Some(again) = all().find(|again| again.schema == schema) else {
            let known: Vec<&str> = all().map(|again| again.schema).collect();
            let of = schema.strip_prefix("basins.").and_then(|rest| Some(rest.split_once('/')?.0));
            // Of a verb whose results are trained again it is another version.
            if let Some(of) = of.filter(|of| !known.iter().any(|known| known.starts_with(&format!("basins.{of}/")))) {
                let again = object["command"].as_str().map_or(String::new(), |command| format!(": {command}"));
                let what =
                    format!("holds a result of basins {of}; those of {} can be rerun", listed(&verbs_again(verbs)));
                return Err(fail(format!("{what}, of this the command can be run again{again}")));
            }
            return Err(fail(format!("its schema is {schema:?}, but this version trains {} again", listed(&known))));
        };
        if !again.whole_parts && object["interrupted"] == true {
            return Err(fail("was interrupted, and where cannot be repeated; run its command again".into()));
        }
        if object["continued"]["interrupted"] == true {
            let what = "was interrupted while unsolved networks were trained on, and where cannot be repeated";
            return Err(fail(format!("{what}; run its command again")));
        }
        let recorded = Recorded::read(&object).map_err(|what| fail(format!("is damaged: {what}")))?;
        let settings = self.settings(&object, &recorded, again).map_err(fail)?;
        let trained = (again.train)(&settings, &object["options"], &self.output);
        let trained = trained.map_err(|what| fail(format!("is damaged: options: {what}")))??;
        if trained["interrupted"] == true {
            return Ok(Ending::Interrupted);
        }
        let mut now = Recorded::read(&trained).map_err(Error::failure)?;
        if object["interrupted"] == true {
            // Of an interrupted result those parts were kept that are whole.
            now.counts.truncate(recorded.counts.len());
        }
        let rerun = Rerun::compare(&recorded, &now);
        print(&match self.output.json {
            true => pretty(&stamped(rerun_json(&rerun, &file, &object), as_typed())),
            false => rerun_text(&rerun, &file),
        })?;
        match rerun.agrees() {
            true => Ok(Ending::Complete),
            false => Err(Error::verification(format!("{file} does not agree with its training done again"))),
        }
    }
}

/// Names of the verbs whose results are trained again.
fn verbs_again(verbs: &[Verb]) -> Vec<&'static str> {
    verbs.iter().filter(|verb| verb.again.is_some()).map(|verb| verb.name).collect()
}

/// "a, b and c".
fn listed(names: &[&str]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.concat(),
    }
}

impl Args {
    /// What was asked then, every setting said, with who trains now. Nothing is written.
    fn settings(&self, object: &Value, recorded: &Recorded, again: Again) -> Result<Settings, String> {
        let damaged = |part: &str, error: &dyn std::fmt::Display| format!("is damaged: {part}: {error}");
        let given = Settings::deserialize_from(&object["settings"]).map_err(|error| damaged("settings", &error))?;
        // The spec says all, also what was left to defaults that may be others by now.
        let spec = Settings::deserialize_from(&object["spec"]).map_err(|error| damaged("spec", &error))?;
        let number =
            |name: &str| object[name].as_u64().map(Count).ok_or_else(|| format!("is damaged: it has no {name}"));
        // Where no population is trained, the options say which networks are.
        let population = || -> Result<Settings, String> {
            let asked = if object["nets_asked"].is_null() { "nets" } else { "nets_asked" };
            let (nets, first, seed) = (Some(number(asked)?), Some(number("first")?), Some(number("seed")?));
            Ok(Settings { nets, first, seed, ..Settings::default() })
        };
        let population = if again.population { population()? } else { Settings::default() };
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
