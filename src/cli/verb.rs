//! What a verb is: a row with its name, its arguments, what runs, and what trains its results again. The list: `mod.rs`.

use clap::{ArgMatches, Args, Command};

use crate::error::{Error, Result};

use super::again::Again;
use super::ending::Ending;
use super::parts::Joins;
use super::reply::{Question, Reply};

/// The arguments of a verb, and what it makes of them.
pub(super) trait Execute: Args {
    /// As typed.
    const NAME: &'static str;
    /// In help, in a sentence.
    const ABOUT: &'static str;
    /// What trains its results again, if they are results of training.
    const AGAIN: Option<Again> = None;
    /// What joins parts of its work, if it can be cut.
    const JOINS: Option<Joins> = None;

    /// Its arguments in help, where they are not just those of its struct.
    fn arguments(command: Command) -> Command {
        Self::augment_args(command)
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
    about: &'static str,
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
            arguments: V::arguments,
            execute: |matches, verbs| read::<V>(matches)?.execute(verbs),
            reply: |matches, verbs, question| read::<V>(matches)?.reply(verbs, question),
            again: V::AGAIN,
            joins: V::JOINS,
        }
    }

    fn command(&self) -> Command {
        (self.arguments)(Command::new(self.name)).about(self.about).long_about(None)
    }
}

fn read<V: Execute>(matches: &ArgMatches) -> Result<V> {
    V::from_arg_matches(matches).map_err(|error| Error::input(error.to_string()))
}

/// The whole command line of these verbs; the first is also what `basins` does without one.
pub(super) fn command(verbs: &[Verb]) -> Command {
    let about = "Trains millions of tiny neural networks at once and tells how often they learn their task.";
    let root = Command::new("basins").version(env!("CARGO_PKG_VERSION")).max_term_width(110);
    (verbs[0].arguments)(root)
        .about(about)
        .long_about(format!(
            "{about}\n\nWithout a command, the same as `basins run`: 100,000 of the tutorial's XOR networks."
        ))
        .args_conflicts_with_subcommands(true)
        .subcommands(verbs.iter().map(Verb::command))
}
