//! What another program asks of a verb, and what it is answered.

use serde_json::Value;

use crate::backend::Watch;
use crate::error::Result;
use crate::front::{Keep, Networks};
use crate::report::plot::{Scene, Sheet};
use crate::report::{labelled, run_page, survival_picture, survival_title, sweep_page, sweep_picture, sweep_title};
use crate::spec::Given;
use crate::study::{RunAnswer, Sweep};

/// A verb with its arguments, and what words cannot say.
#[derive(Clone)]
pub struct Question<'a> {
    /// The verb, then flags and values, as a shell hands them over.
    pub words: Vec<String>,
    /// Examples in place of `--task`.
    pub given: Option<Given>,
    /// What is kept of every network of a run.
    pub keep: Keep,
    /// Hears of progress, and may interrupt.
    pub watch: &'a dyn Watch,
}

/// What a verb answered.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Reply {
    /// What `--json` prints.
    pub object: Value,
    /// What is printed for people.
    pub text: String,
    /// What is said on stderr, a sentence each.
    pub warnings: Vec<String>,
    /// The command that asks the same again.
    pub command: String,
    /// Page, pictures and tables by name, where they do not stand in a folder of `--out`. Those of runs and sweeps are made
    /// when they are asked for.
    pub files: Vec<(String, Vec<u8>)>,
    /// Whether it ended before its time.
    pub interrupted: bool,
    /// The answer itself, of runs and sweeps.
    pub answer: Option<Answer>,
}

/// An answer to go on with.
#[derive(Debug)]
pub enum Answer {
    /// Of a run, with its networks if they were kept.
    Run(Box<RunAnswer>, Option<Box<Networks>>),
    /// Of a sweep.
    Sweep(Box<Sweep>),
}

impl Reply {
    /// The page `report.html`, where there is one.
    ///
    /// # Errors
    /// A picture cannot be encoded.
    pub fn page(&self) -> Result<Option<String>> {
        match &self.answer {
            Some(Answer::Run(answer, _)) => run_page(answer, &self.object, &self.command).map(Some),
            Some(Answer::Sweep(sweep)) => sweep_page(sweep, &self.object, &self.command).map(Some),
            None => Ok(self.file("report.html").map(|bytes| String::from_utf8_lossy(bytes).into_owned())),
        }
    }

    /// The picture of a run or a sweep: its survival curve, its rates.
    pub fn picture(&self) -> Option<Scene> {
        let titled = |title: &str| labelled(title, &self.object);
        Some(match self.answer.as_ref()? {
            Answer::Run(answer, _) => {
                survival_picture(answer, &titled(&survival_title(answer.problem.spec())), Sheet::Wide)
            }
            Answer::Sweep(sweep) => sweep_picture(sweep, &titled(&sweep_title(sweep)), Sheet::Wide),
        })
    }

    /// A file by its name.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.iter().find(|(other, _)| other == name).map(|(_, bytes)| bytes.as_slice())
    }
}
