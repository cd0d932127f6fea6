//! What a run writes: weights, and the files of `--out`.

use std::fs::File;
use std::io::BufWriter;

use crate::error::Result;
use crate::outcome::WeightsFile;
use crate::report::{OutcomeRows, RowForm, escape_json, survival_csv};
use crate::spec::Problem;
use crate::study::{Delivered, EscapeRate};

use super::folder::Folder;
use super::settings::Settings;

/// What a run writes.
pub(super) struct Output {
    weights: Option<WeightsFile>,
    folder: Option<(Folder, OutcomeRows<BufWriter<File>>)>,
}

impl Output {
    /// Opens everything before work starts.
    pub(super) fn open(settings: &Settings, rows: RowForm, problem: &Problem) -> Result<Self> {
        let weights = settings.weights_out.as_ref().map(|path| WeightsFile::create(path, problem.layers()));
        let folder = settings.out.as_ref().map(|path| {
            let mut folder = Folder::open(path)?;
            let writer = folder.stage(rows.file_name())?;
            let seed = settings.seed.unwrap_or(0);
            let rows = OutcomeRows::new(writer, rows, problem, seed).map_err(|error| folder.fail(&error))?;
            Ok::<_, crate::Error>((folder, rows))
        });
        Ok(Self { weights: weights.transpose()?, folder: folder.transpose()? })
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

    /// Puts the files in place.
    pub(super) fn finish(self, answer: &EscapeRate, run: &crate::report::RunObject) -> Result<()> {
        if let Some(weights) = self.weights {
            weights.finish()?;
        }
        if let Some((mut folder, rows)) = self.folder {
            let text = run.to_string();
            rows.finish(&text, &run.spec()).map_err(|error| folder.fail(&error))?;
            folder.add("run.json", format!("{text}\n").as_bytes())?;
            folder.add("survival.csv", survival_csv(answer).as_bytes())?;
            folder.place()?;
        }
        Ok(())
    }
}
