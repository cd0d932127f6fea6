//! What is wrong with a command line, in one sentence of our own where clap's would be long.

use std::borrow::Cow;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::foreign::visible;

use super::environment::variable;
use super::hints;
use super::print::eprint_line;

/// Help and version go to stdout; for a wrong value our own sentence is enough.
pub(super) fn usage(error: &clap::Error, command: &clap::Command) -> ExitCode {
    if !error.use_stderr() {
        return match error.print() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
            _ => ExitCode::SUCCESS,
        };
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    match sentence(error, command, &words) {
        Some(sentence) => eprint_line(&format!("error: {sentence}")),
        None => {
            // A file's name may have come by a pattern of the shell's; in colour only what needs no changing.
            let text = error.render().to_string();
            match visible(&text) {
                Cow::Borrowed(_) => drop(error.print()),
                Cow::Owned(shown) => eprint_line(shown.trim_end()),
            }
        }
    }
    ExitCode::from(2)
}

/// What is wrong with these words, in one sentence of our own, where there is one.
pub(super) fn sentence(error: &clap::Error, command: &clap::Command, words: &[String]) -> Option<String> {
    let sentence = wrong_value(error).or_else(|| foreign_flag(error, command, words))?;
    Some(format!("{sentence}{}", origin(&flag_of(error), words)))
}

/// What clap says, without how it is used.
pub(super) fn first_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let line = text.lines().next().unwrap_or_default();
    visible(line.trim_start_matches("error: ")).into_owned()
}

/// What is wrong with a value, in one sentence; nothing where something else is wrong.
fn wrong_value(error: &clap::Error) -> Option<String> {
    let flag = flag_of(error);
    let value = error.get(ContextKind::InvalidValue).map(ToString::to_string).unwrap_or_default();
    match error.kind() {
        ErrorKind::ValueValidation => {
            let source = std::error::Error::source(error)?;
            let sentence = match source.is::<<u64 as std::str::FromStr>::Err>() {
                true => format!("a whole number is needed; got {value:?}"),
                false => source.to_string(),
            };
            Some(if sentence.contains(&flag) { sentence } else { format!("{flag}: {sentence}") })
        }
        ErrorKind::InvalidValue => match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(known)) if !known.is_empty() => {
                Some(format!("{flag} {value:?} is not known; there are {}", known.join(", ")))
            }
            _ if value.is_empty() => Some(format!("{flag} needs a value")),
            _ => None,
        },
        ErrorKind::ArgumentConflict if !flag.is_empty() => {
            let prior = match error.get(ContextKind::PriorArg)? {
                ContextValue::Strings(prior) => prior.first()?.clone(),
                prior => prior.to_string(),
            };
            let prior = bare(&prior);
            Some(match prior == flag {
                true => format!("{flag} is given more than once"),
                false => format!("{flag} cannot be combined with {prior}"),
            })
        }
        _ => None,
    }
}

/// What to write for a flag of another tool, where the verb that was typed has that.
fn foreign_flag(error: &clap::Error, command: &clap::Command, words: &[String]) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let typed = flag_of(error);
    let flag = hints::flag_for(&typed)?;
    let verb = words.iter().find_map(|word| command.find_subcommand(word)).unwrap_or(command);
    verb.get_arguments().find(|argument| argument.get_long() == Some(flag))?;
    Some(format!("{typed} is not known; {}", hints::hint(&typed)?))
}

/// The flag that an error is about, without the form of its value.
fn flag_of(error: &clap::Error) -> String {
    bare(&error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default())
}

fn bare(argument: &str) -> String {
    match argument.starts_with('-') {
        true => argument.split([' ', '[', '=']).next().unwrap_or_default().to_owned(),
        false => argument.trim_matches(['[', ']', '<', '>', '.']).to_owned(),
    }
}

/// Says where a value comes from that is not on the command line.
fn origin(flag: &str, words: &[String]) -> String {
    let typed = words.iter().any(|argument| argument.split('=').next() == Some(flag));
    let variable = variable(flag.trim_start_matches('-'));
    if typed || std::env::var_os(&variable).is_none() {
        return String::new();
    }
    format!(" (from the environment variable {variable})")
}
