//! The frame around every verb that takes the shared settings: log, settings, files found writable before work starts,
//! progress and Ctrl-C, what is printed and written. A verb says only what is its own.

use std::cell::OnceCell;
use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use crate::backend::{Open, Watch};
use crate::error::{Error, Result};
use crate::foreign::Source;
use crate::front::Keep;
use crate::report::{paragraph, pretty};
use crate::spec::Problem;

use super::again::Again;
use super::arguments::OutputArgs;
use super::command::command;
use super::config;
use super::ending::Ending;
use super::folder::{Folder, check_collisions};
use super::interrupt;
use super::parts::Joins;
use super::print::print;
use super::progress::Shown;
use super::reply::{Answer, Reply};
use super::settings::Settings;
use super::stamp::{Asking, stamped};
use super::verb::Example;
use super::written::{WrittenFile, written};

/// What a shared flag means to a verb to which it does not mean the usual.
pub(super) enum Flag {
    /// Something else, with its line of help.
    Means(&'static str),
    /// The usual folder, with the files that the verb writes into it.
    Files(&'static str),
    /// Nothing, and is not in its help.
    Ignored,
    /// A mistake, and why.
    Refused(&'static str),
}

/// Of `--shard`, where nothing is cut.
pub(super) const NO_SHARDS: Flag = Flag::Refused("is for run, sweep and map, whose work can be cut");

/// A verb that takes the shared settings, by its own options.
pub(super) trait Study: Args {
    /// As typed.
    const NAME: &'static str;
    /// In help, in a sentence.
    const ABOUT: &'static str;
    /// Examples of it.
    const EXAMPLES: &'static [Example];
    /// Shared flags that do not mean the usual.
    const FLAGS: &'static [(&'static str, Flag)] = &[];
    /// What trains its results again.
    const AGAIN: Option<Again> = None;
    /// What joins parts of its work, if it can be cut.
    const JOINS: Option<Joins> = None;

    /// What was found, with all that is needed to show it.
    type Answer;

    /// The answer for another program to go on with, where it can; its files are then made when they are asked for.
    const HANDED_OVER: Option<fn(Self::Answer) -> Answer> = None;

    /// Networks if nothing is said; `None` where no population is trained.
    fn default_count(&self) -> Option<u64> {
        None
    }

    /// Refuses settings that make no sense by themselves.
    fn check(&self, frame: &Frame<'_>) -> Result<()> {
        frame.problem().map(|_| ())
    }

    /// The settings in effect as a file that `--config` reads, the verb's options aside.
    fn print_config(&self, settings: &Settings) -> Result<String> {
        config::print(settings, self.default_count())
    }

    /// The options as objects of results and files of settings say them.
    fn said(&self) -> Value;

    /// Of these, what need not be typed again.
    fn defaults() -> Value {
        Value::Null
    }

    /// Names of the files in `--out`, that of the object aside. `None` where nothing is written.
    fn files(&self) -> Option<Vec<&'static str>> {
        None
    }

    /// Does what is asked.
    fn answer(&self, frame: &Frame<'_>, folder: Option<&mut Folder>) -> Result<Self::Answer>;

    /// The object of the answer.
    fn object(&self, answer: &Self::Answer) -> Value;

    /// Writes the files of `files`.
    fn write(&self, _answer: &mut Self::Answer, _result: &Record<'_>, _folder: &mut Folder) -> Result<()> {
        Ok(())
    }

    /// What is printed where JSON is not asked for.
    fn text(&self, answer: &Self::Answer, frame: &Frame<'_>) -> String;

    /// How it ended.
    fn ending(&self, answer: &Self::Answer, frame: &Frame<'_>) -> Result<Ending>;
}

/// What a result says of itself.
pub(super) struct Record<'a> {
    /// Its object.
    pub object: &'a Value,
    /// The command that makes it again.
    pub command: &'a str,
}

/// What the frame holds for a verb.
pub(super) struct Frame<'a> {
    pub settings: &'a Settings,
    pub output: &'a OutputArgs,
    pub require_gpu: bool,
    /// Whether what is in the folder already goes.
    pub fresh: bool,
    /// What is kept in memory of every network.
    pub keep: Keep,
    /// Who watches, where that is another program.
    pub watch: Option<&'a dyn Watch>,
    /// Whether all is told that is known, and not the summary alone.
    pub verbose: bool,
    verb: &'static str,
    /// The options as results say them.
    options: Value,
    /// Of these, what need not be typed again.
    defaults: Value,
    problem: OnceCell<Problem>,
}

impl<'a> Frame<'a> {
    /// For options that are asked under these settings.
    pub(super) fn new<S: Study>(options: &S, settings: &'a Settings, output: &'a OutputArgs) -> Self {
        let (verb, options, defaults) = (S::NAME, options.said(), S::defaults());
        let (require_gpu, fresh, verbose, watch) = (false, false, false, None);
        let (keep, problem) = (Keep::Counts, OnceCell::new());
        Self { settings, output, require_gpu, fresh, verbose, keep, watch, verb, options, defaults, problem }
    }

    /// The checked problem of the settings.
    pub(super) fn problem(&self) -> Result<&Problem> {
        if self.problem.get().is_none() {
            let _ = self.problem.set(self.settings.spec()?.problem()?);
        }
        self.problem.get().ok_or_else(|| Error::failure("there is no problem"))
    }

    /// How the backend is to be opened.
    pub(super) fn open(&self) -> Result<Open> {
        self.settings.open(self.require_gpu)
    }

    /// The seed of the starts.
    pub(super) fn seed(&self) -> u64 {
        self.settings.seed.map_or(0, |seed| seed.0)
    }

    /// An object with what was asked, by which program, and when.
    pub(super) fn complete(&self, object: Value) -> Value {
        let settings = json!(self.settings);
        let again = command(self.verb, &settings, &self.options, &self.defaults);
        stamped(Asking { object, settings, options: &self.options }, again)
    }

    /// Trains `networks` times `epochs` net-epochs at most, with progress and Ctrl-C.
    pub(super) fn watched<T>(
        &self,
        networks: u64,
        epochs: u32,
        train: impl FnOnce(&dyn Watch) -> Result<T>,
    ) -> Result<T> {
        if let Some(watch) = self.watch {
            return train(watch);
        }
        interrupt::listen(self.output.speaks());
        let shown = Shown::new(self.output.progress(), networks, epochs);
        let trained = train(&shown);
        shown.finish();
        trained
    }

    /// Refuses settings of which the verb makes nothing.
    pub(super) fn refuse(&self, flags: &[(&str, Flag)]) -> Result<()> {
        let given = json!(self.settings);
        for (name, flag) in flags {
            if let Flag::Refused(why) = flag
                && given.get(name).is_some()
            {
                return Err(Error::input(format!("--{name} {why}")));
            }
        }
        Ok(())
    }

    /// Writes and prints an answer. It is printed whatever happens to the files: what could not be written is said after it.
    pub(super) fn finish<S: Study>(
        &self,
        options: &S,
        mut answer: S::Answer,
        folder: Option<Folder>,
    ) -> Result<Ending> {
        let Written { object, files } = self.write(options, &mut answer, folder);
        if self.output.json {
            print(&pretty(&object))?;
        } else {
            print(&self.text(options, &answer))?;
        }
        let files = files?;
        if !self.output.json && !self.output.quiet {
            print(&written(self.settings, &files))?;
        }
        options.ending(&answer, self)
    }

    /// Writes an answer's files, if there is a folder for them.
    fn write<S: Study>(&self, options: &S, answer: &mut S::Answer, folder: Option<Folder>) -> Written {
        let object = self.complete(options.object(answer));
        let mut files = Ok(Vec::new());
        if let Some(mut folder) = folder {
            let record = Record { object: &object, command: object["command"].as_str().unwrap_or_default() };
            folder.attempt(|folder| options.write(answer, &record, folder));
            folder.attempt(|folder| folder.add(&summary::<S>(), pretty(&object).as_bytes()));
            files = folder.place();
        }
        Written { object, files }
    }

    /// What is printed for people, below the name that the result was given.
    fn text<S: Study>(&self, options: &S, answer: &S::Answer) -> String {
        let label = self.settings.label.as_deref().map_or(String::new(), |label| paragraph("", label));
        label + &options.text(answer, self)
    }

    /// Hands an answer over to another program.
    pub(super) fn hand_over<S: Study>(
        &self,
        options: &S,
        mut answer: S::Answer,
        folder: Option<Folder>,
    ) -> Result<Reply> {
        let made = match (&folder, options.files(), S::HANDED_OVER) {
            (None, Some(names), None) => {
                let made = tempfile::TempDir::new();
                let made = made.map_err(|error| Error::failure(format!("no temporary folder can be made: {error}")))?;
                Some((Folder::open(made.path(), &names, false)?, made))
            }
            _ => None,
        };
        let (folder, made) = made.map_or((folder, None), |(folder, made)| (Some(folder), Some(made)));
        let Written { object, files: written } = self.write(options, &mut answer, folder);
        written?;
        let command = object["command"].as_str().unwrap_or_default().to_owned();
        let files = made.map(|made| files_of(made.path())).transpose();
        let files = files.map_err(|error| Error::failure(format!("pictures are lost: {error}")))?.unwrap_or_default();
        let text = self.text(options, &answer);
        let interrupted = options.ending(&answer, self)? == Ending::Interrupted;
        let answer = S::HANDED_OVER.map(|hand_over| hand_over(answer));
        Ok(Reply { object, text, command, files, interrupted, answer, ..Reply::default() })
    }

    pub(super) fn folder<S: Study>(&self, options: &S, config: Option<&Path>) -> Result<Option<Folder>> {
        let Some(mut names) = options.files() else { return Ok(None) };
        let summary = summary::<S>();
        names.insert(0, &summary);
        check_collisions(self.settings, config, &names)?;
        self.settings.out.as_deref().map(|path| Folder::open(path, &names, self.fresh)).transpose()
    }
}

/// What stands of an answer when its files are written.
struct Written {
    object: Value,
    /// What was written, or why not all was.
    files: Result<Vec<WrittenFile>>,
}

/// Most bytes of a file that is handed over: a map of the largest size.
const FILE_LIMIT: u64 = 1 << 32;

/// Files by name.
fn files_of(folder: &Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_file()) {
            files.push((name.to_owned(), Source::open(&path)?.bytes(FILE_LIMIT)?));
        }
    }
    files.sort();
    Ok(files)
}

/// The file of the object.
fn summary<S: Study>() -> String {
    format!("{}.json", S::NAME)
}
