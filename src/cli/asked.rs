//! What a verb is asked: its own options and the shared settings, each from the command line, else from the environment, else
//! from the file of `--config`, else as it is if nothing is said.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::error::{Error, Result};
use crate::spec::Task;

use super::again::Again;
use super::arguments::SharedArgs;
use super::config::{self, File};
use super::ending::Ending;
use super::environment;
use super::frame::{Flag, Frame, Study};
use super::help;
use super::parts::Joins;
use super::print::print;
use super::reply::{Question, Reply};
use super::settings::Settings;
use super::typed;
use super::usage::{first_line, sentence};
use super::verb::{Example, Execute, Verb};

/// Flags that say where settings come from are none themselves.
const ABOUT_SETTINGS: [&str; 2] = ["config", "print-config"];

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

    fn read(matches: &ArgMatches, verbs: &[Verb]) -> Result<Self> {
        let read =
            |matches: &ArgMatches| Self::from_arg_matches(matches).map_err(|error| Error::input(error.to_string()));
        let mut asked = read(matches)?;
        let file = asked.shared.config.as_deref().map(File::read).transpose()?;
        let command = Self::arguments(Command::new(S::NAME));
        let own: Vec<&Arg> = own_options(&command).collect();
        if let Some(file) = &file {
            let names: Vec<&str> = own.iter().filter_map(|option| option.get_long()).collect();
            file.check(S::NAME, &names, &|name| verb_with(verbs, name))?;
        }
        let more = more(&own, matches, file.as_ref())?;
        if !more.is_empty() {
            // As if they had been typed, so that they are checked as what is typed.
            let words = typed::words();
            let typed = std::iter::once("basins".to_owned()).chain(words.clone()).chain(more);
            let mut command = help::command(verbs);
            let all = command.try_get_matches_from_mut(typed).map_err(|error| {
                let what = sentence(&error, &command, &words).unwrap_or_else(|| first_line(&error));
                file.as_ref().map_or_else(|| Error::input(&what), |file| file.fail(&what))
            })?;
            asked = read(all.subcommand().map_or(&all, |(_, matches)| matches))?;
        }
        asked.shared.file = file.map(|file| file.settings()).transpose()?;
        Ok(asked)
    }

    fn execute(self, _verbs: &[Verb]) -> Result<Ending> {
        let Self { options, shared } = self;
        shared.output.start_log(shared.verbose);
        let settings = shared.settings()?;
        let frame = frame(&options, &settings, &shared);
        options.check(&frame)?;
        if shared.print_config {
            print(&(options.print_config(&settings)? + &config::print_options(&options.said())?))?;
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
        let mut frame = frame(&options, &settings, &shared);
        (frame.keep, frame.watch) = (question.keep, Some(question.watch));
        options.check(&frame)?;
        frame.refuse(S::FLAGS)?;
        let mut folder = frame.folder(&options, shared.config.as_deref())?;
        let answer = options.answer(&frame, folder.as_mut())?;
        frame.hand_over(&options, answer, folder)
    }
}

/// The frame of what is asked.
fn frame<'a, S: Study>(options: &S, settings: &'a Settings, shared: &'a SharedArgs) -> Frame<'a> {
    let mut frame = Frame::new(options, settings, &shared.output);
    (frame.require_gpu, frame.fresh, frame.verbose) = (shared.require_gpu, shared.fresh, shared.verbose > 0);
    frame
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

/// What a verb takes that is no setting.
fn own_options(command: &Command) -> impl Iterator<Item = &Arg> {
    let settings = Settings::names();
    command.get_arguments().filter(move |option| {
        let name = option.get_long().unwrap_or_default();
        !name.is_empty()
            && !option.is_hide_set()
            && !ABOUT_SETTINGS.contains(&name)
            && !settings.iter().any(|one| one == name)
    })
}

/// The verb that takes an option, of those that take settings.
fn verb_with(verbs: &[Verb], name: &str) -> Option<&'static str> {
    let takes = |verb: &&Verb| {
        let command = (verb.arguments)(Command::new(verb.name));
        let has_settings = command.get_arguments().any(|option| option.get_long() == Some("config"));
        has_settings && own_options(&command).any(|option| option.get_long() == Some(name))
    };
    verbs.iter().find(takes).map(|verb| verb.name)
}

/// Own options that the command line does not have, but the environment or the file.
fn more(own: &[&Arg], matches: &ArgMatches, file: Option<&File>) -> Result<Vec<String>> {
    let mut words = Vec::new();
    for option in own {
        let name = option.get_long().unwrap_or_default();
        if matches.value_source(option.get_id().as_str()) == Some(ValueSource::CommandLine) {
            continue;
        }
        let by_variable = || environment::value(name).map(|(origin, text)| (origin, vec![text]));
        let in_file = || file.and_then(|file| Some((file.name(), file.values(name)?)));
        let Some((origin, values)) = by_variable().or_else(in_file) else { continue };
        words.extend(as_typed(option, name, &values).map_err(|what| Error::input(format!("{origin}: {what}")))?);
    }
    Ok(words)
}

/// An option with its values as it would be typed.
fn as_typed(option: &Arg, name: &str, values: &[String]) -> std::result::Result<Vec<String>, String> {
    let flag = format!("--{name}");
    let one = || values.first().map_or("", String::as_str);
    match option.get_action() {
        ArgAction::SetTrue => match one() {
            "true" | "1" => Ok(vec![flag]),
            "false" | "0" | "" => Ok(Vec::new()),
            other => Err(format!("{name} is true or false, but got {other:?}")),
        },
        ArgAction::Count => match one().parse::<u8>() {
            Ok(count) => Ok(vec![flag; count.into()]),
            Err(_) => Err(format!("{name} is a small number, but got {:?}", one())),
        },
        _ => Ok(values.iter().map(|value| format!("{flag}={value}")).collect()),
    }
}
