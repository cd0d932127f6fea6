//! The frame around every verb that takes the shared settings: log, settings, files found writable before work starts,
//! progress and Ctrl-C, what is printed and written. A verb says only what is its own.

use std::cell::OnceCell;
use std::path::Path;

use clap::{Args, Command};
use serde_json::{Value, json};

use crate::backend::{Open, Watch};
use crate::error::{Error, Result};
use crate::foreign::Source;
use crate::front::Keep;
use crate::report::pretty;
use crate::spec::{Problem, Task};

use super::again::Again;
use super::arguments::{OutputArgs, SharedArgs};
use super::command::command;
use super::config;
use super::ending::Ending;
use super::folder::{Folder, check_collisions};
use super::interrupt;
use super::parts::Joins;
use super::print::print;
use super::progress::Shown;
use super::reply::{Answer, Question, Reply};
use super::settings::Settings;
use super::verb::{Example, Execute, Verb};

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

    /// The settings in effect as a file that `--config` reads.
    fn print_config(&self, settings: &Settings) -> Result<String> {
        config::print(settings, self.default_count())
    }

    /// The options as objects of results say them; nothing where results say neither settings nor options.
    fn said(&self) -> Value {
        Value::Null
    }

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
    pub command: String,
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
    watch: Option<&'a dyn Watch>,
    /// Whether all is told that is known, and not the summary alone.
    pub verbose: bool,
    /// The options as results say them.
    options: Value,
    problem: OnceCell<Problem>,
}

impl<'a> Frame<'a> {
    /// For options that are asked under these settings.
    pub(super) fn new<S: Study>(options: &S, settings: &'a Settings, output: &'a OutputArgs) -> Self {
        let options = options.said();
        let (require_gpu, fresh, verbose, watch) = (false, false, false, None);
        let (keep, problem) = (Keep::Counts, OnceCell::new());
        Self { settings, output, require_gpu, fresh, verbose, keep, watch, options, problem }
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

    /// An object with what was asked.
    pub(super) fn complete(&self, mut object: Value) -> Value {
        if !self.options.is_null() {
            object["settings"] = json!(self.settings);
            object["options"] = self.options.clone();
        }
        object
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
        let Written { object, failures, .. } = self.write(options, &mut answer, folder);
        print(&if self.output.json { pretty(&object) } else { options.text(&answer, self) })?;
        failures?;
        options.ending(&answer, self)
    }

    /// Writes an answer's files, if there is a folder for them.
    fn write<S: Study>(&self, options: &S, answer: &mut S::Answer, folder: Option<Folder>) -> Written {
        let object = self.complete(options.object(answer));
        let again = command(S::NAME, &object["settings"], &object["options"], &S::defaults());
        let record = Record { object: &object, command: again };
        let mut failures = Ok(());
        if let Some(mut folder) = folder {
            folder.attempt(|folder| options.write(answer, &record, folder));
            folder.attempt(|folder| folder.add(&summary::<S>(), pretty(&object).as_bytes()));
            failures = folder.place();
        }
        let Record { command, .. } = record;
        Written { object, command, failures }
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
        let Written { object, command, failures } = self.write(options, &mut answer, folder);
        failures?;
        let files = made.map(|made| files_of(made.path())).transpose();
        let files = files.map_err(|error| Error::failure(format!("pictures are lost: {error}")))?.unwrap_or_default();
        let text = options.text(&answer, self);
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
    command: String,
    /// What could not be written.
    failures: Result<()>,
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

/// A verb's options and the shared settings.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Asked<S: Args> {
    #[command(flatten)]
    pub options: S,

    #[command(flatten)]
    pub shared: SharedArgs,
}

impl<S: Study> Execute for Asked<S> {
    const NAME: &'static str = S::NAME;
    const ABOUT: &'static str = S::ABOUT;
    const EXAMPLES: &'static [Example] = S::EXAMPLES;
    const AGAIN: Option<Again> = S::AGAIN;
    const JOINS: Option<Joins> = S::JOINS;

    fn arguments(command: Command) -> Command {
        let command = Self::augment_args(command);
        S::FLAGS.iter().fold(command, |command, (name, flag)| {
            command.mut_arg(name.replace('-', "_"), |argument| match flag {
                Flag::Means(help) => argument.help(*help).long_help(*help),
                Flag::Files(files) => argument.long_help(format!("Folder for the results\n\n{files}")),
                Flag::Ignored | Flag::Refused(_) => argument.hide(true),
            })
        })
    }

    fn execute(self, _verbs: &[Verb]) -> Result<Ending> {
        let Self { options, shared } = self;
        shared.output.start_log(shared.verbose);
        let settings = shared.settings()?;
        let (require_gpu, fresh, verbose) = (shared.require_gpu, shared.fresh, shared.verbose > 0);
        let frame = Frame { require_gpu, fresh, verbose, ..Frame::new(&options, &settings, &shared.output) };
        options.check(&frame)?;
        if shared.print_config {
            print(&options.print_config(&settings)?)?;
            return Ok(Ending::Complete);
        }
        frame.refuse(S::FLAGS)?;
        let mut folder = frame.folder(&options, shared.config.as_deref())?;
        let answer = options.answer(&frame, folder.as_mut())?;
        frame.finish(&options, answer, folder)
    }

    fn reply(self, _verbs: &[Verb], question: &Question<'_>) -> Result<Reply> {
        let settings = self.given(question)?;
        let Self { options, shared } = self;
        let frame = Frame {
            require_gpu: shared.require_gpu,
            fresh: shared.fresh,
            keep: question.keep,
            watch: Some(question.watch),
            ..Frame::new(&options, &settings, &shared.output)
        };
        options.check(&frame)?;
        frame.refuse(S::FLAGS)?;
        let mut folder = frame.folder(&options, shared.config.as_deref())?;
        let answer = options.answer(&frame, folder.as_mut())?;
        frame.hand_over(&options, answer, folder)
    }
}

impl<S: Study> Asked<S> {
    /// The settings, examples that were handed over included.
    pub(super) fn given(&self, question: &Question<'_>) -> Result<Settings> {
        let settings = self.shared.settings()?;
        Ok(match question.given.clone().map(Task::Given) {
            Some(_) if settings.task.is_some() => {
                return Err(Error::input("examples are given twice: as arrays and by --task"));
            }
            None => settings,
            task => Settings { task, ..settings },
        })
    }
}
