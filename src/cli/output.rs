//! What a run writes: weights, and the files of `--out`.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::outcome::WeightsFile;
use crate::report::{OutcomeRows, RowForm, pretty, run_page, survival_csv, survival_picture, survival_title};
use crate::spec::{Population, Problem};
use crate::study::{Delivered, EscapeRate};

use super::folder::{Folder, check_collisions};
use super::pictures;
use super::settings::Settings;

const SUMMARY: &str = "run.json";
const SURVIVAL: &str = "survival.csv";
const CURVE: &str = "survival";
const PAGE: &str = "report.html";

/// What a run writes.
pub(super) struct Output {
    weights: Option<WeightsFile>,
    folder: Option<(Folder, OutcomeRows<BufWriter<File>>)>,
}

impl Output {
    /// Opens everything before work starts. `config` is the file that settings came from.
    pub(super) fn open(
        settings: &Settings,
        config: Option<&Path>,
        form: RowForm,
        problem: &Problem,
        population: Population,
    ) -> Result<Self> {
        let names = [SUMMARY, SURVIVAL, "survival.svg", "survival.png", PAGE, form.file_name()];
        check_collisions(settings, config, &names)?;
        let folder = settings.out.as_ref().map(|path| {
            let mut folder = Folder::open(path, &names)?;
            let writer = folder.stage(form.file_name())?;
            let rows =
                OutcomeRows::new(writer, form, problem, population.seed()).map_err(|error| folder.fail(&error))?;
            Ok::<_, Error>((folder, rows))
        });
        let folder = folder.transpose()?;
        let weights = settings.weights_out.as_ref();
        let weights = weights.map(|path| WeightsFile::create(path, problem.layers())).transpose()?;
        Ok(Self { weights, folder })
    }

    /// Whether final weights are wanted.
    pub(super) fn keeps_weights(&self) -> bool {
        self.weights.is_some()
    }

    /// Writes a chunk.
    pub(super) fn append(&mut self, problem: &Problem, chunk: &Delivered<'_>) -> Result<()> {
        if let (Some(file), Some(weights)) = (&mut self.weights, chunk.weights) {
            file.append(weights)?;
        }
        if let Some((folder, rows)) = &mut self.folder {
            rows.append(problem, chunk).map_err(|error| folder.fail(&error))?;
        }
        Ok(())
    }

    /// Puts the files in place; `run` is the answer's object, `command` what makes it again.
    pub(super) fn finish(self, answer: &EscapeRate, run: &Value, command: &str) -> Result<()> {
        if let Some(weights) = self.weights {
            weights.finish()?;
        }
        if let Some((mut folder, rows)) = self.folder {
            rows.finish(&run.to_string(), &run["spec"].to_string()).map_err(|error| folder.fail(&error))?;
            folder.add(SUMMARY, pretty(run).as_bytes())?;
            folder.add(SURVIVAL, survival_csv(answer).as_bytes())?;
            let title = survival_title(answer.problem.spec());
            pictures::stage(&mut folder, CURVE, &survival_picture(answer, &title))?;
            folder.add(PAGE, run_page(answer, run, command)?.as_bytes())?;
            folder.place()?;
        }
        Ok(())
    }
}
