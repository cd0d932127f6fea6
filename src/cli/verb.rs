//! What a verb is: a row with its name, its arguments, its examples, what runs, and what trains its results again. The list:
//! `mod.rs`. How all of it is shown: `help.rs`.

use clap::{ArgMatches, Args, Command};

use crate::error::{Error, Result};

use super::again::Again;
use super::ending::Ending;
use super::parts::Joins;
use super::reply::{Question, Reply};

/// A command as typed, without `basins`, and what it does.
pub(super) type Example = (&'static str, &'static str);

/// The arguments of a verb, and what it makes of them.
pub(super) trait Execute: Args {
    /// As typed.
    const NAME: &'static str;
    /// In help, in a sentence.
    const ABOUT: &'static str;
    /// Two or more commands that work as they stand.
    const EXAMPLES: &'static [Example];
    /// What trains its results again, if they are results of training.
    const AGAIN: Option<Again> = None;
    /// What joins parts of its work, if it can be cut.
    const JOINS: Option<Joins> = None;

    /// Its arguments in help, where they are not just those of its struct.
    fn arguments(command: Command) -> Command {
        Self::augment_args(command)
    }

    /// What was asked, by the command line and by whatever else says so.
    fn read(matches: &ArgMatches, _verbs: &[Verb]) -> Result<Self> {
        Self::from_arg_matches(matches).map_err(|error| Error::input(error.to_string()))
    }

    /// Runs it; `verbs` are all there are.
    fn execute(self, verbs: &[Verb]) -> Result<Ending>;

    /// Answers another program; without an object, where what is printed says all.
    fn reply(self, verbs: &[Verb], _question: &Question<'_>) -> Result<Reply> {
        let ending = self.execute(verbs)?;
        Ok(Reply { interrupted: ending == Ending::Interrupted, ..Reply::default() })
    }
}

/// A row of the list.
pub(super) struct Verb {
    pub name: &'static str,
    pub about: &'static str,
    pub examples: &'static [Example],
    pub arguments: fn(Command) -> Command,
    pub execute: fn(&ArgMatches, &[Verb]) -> Result<Ending>,
    pub reply: fn(&ArgMatches, &[Verb], &Question<'_>) -> Result<Reply>,
    pub again: Option<Again>,
    pub joins: Option<Joins>,
}

impl Verb {
    pub(super) const fn of<V: Execute>() -> Self {
        Self {
            name: V::NAME,
            about: V::ABOUT,
            examples: V::EXAMPLES,
            arguments: V::arguments,
            execute: |matches, verbs| V::read(matches, verbs)?.execute(verbs),
            reply: |matches, verbs, question| V::read(matches, verbs)?.reply(verbs, question),
            again: V::AGAIN,
            joins: V::JOINS,
        }
    }
}
