//! The verbs for other programs: asked in the words of the command line, answered by a value. Nothing is printed, and no
//! signal is listened for. The Python package stands on this.

use crate::error::{Error, Result};
use crate::front::{Networks, Run, Share};
use crate::spec::Shard;
use crate::study::RunAnswer;

use super::asked::Asked;
use super::frame::Frame;
pub use super::reply::{Answer, Question, Reply};
use super::verb::Execute;
use super::{ALL, help, interrupt, print, run, typed, usage, verb};

/// Asks, on this thread.
///
/// # Errors
/// As the command line says them.
pub fn ask(question: &Question<'_>) -> Result<Reply> {
    let (reply, said) = print::captured(|| {
        interrupt::begin_embedded();
        let (verb, matches) = parsed(&question.words)?;
        typed::asked_by(&question.words, || (verb.reply)(&matches, &ALL, question))
    });
    let mut reply = reply?;
    if reply.object.is_null() {
        reply.object = serde_json::from_str(&said.printed).unwrap_or_default();
        reply.text = said.printed;
    }
    reply.warnings = said.lines;
    Ok(reply)
}

/// What `--help` says of a verb, plainly.
///
/// # Errors
/// There is no such verb.
pub fn help_of(name: &str) -> Result<String> {
    let mut command = help::command(&ALL);
    let verb = command.find_subcommand_mut(name).ok_or_else(|| Error::input(format!("there is no verb {name:?}")))?;
    Ok(verb.render_long_help().to_string())
}

/// Whether these words are a question; nothing is read, and nothing runs.
///
/// # Errors
/// As the command line says them.
pub fn check(words: &[String]) -> Result<()> {
    parsed(words).map(drop)
}

/// Has every question that is being answered end soon.
pub fn interrupt() {
    interrupt::ask();
}

/// Trains a shard of a run's networks, for [`join`].
///
/// # Errors
/// As the command line says them; or the question is not one of a run whose answer stays in memory.
pub fn share(question: &Question<'_>, shard: Shard) -> Result<Share> {
    shared(question, |run, _| run.shard(shard).keep(question.keep).watch(question.watch).share())
}

/// The answer from the shares of all shards.
///
/// # Errors
/// As [`Run::join`].
pub fn join(question: &Question<'_>, shares: Vec<Share>) -> Result<Reply> {
    shared(question, |run, asked| {
        let (answer, networks) = run.join(shares)?;
        asked.joined(question, answer, networks)
    })
}

fn shared<T>(question: &Question<'_>, then: impl FnOnce(Run<'static>, Asked<run::Options>) -> Result<T>) -> Result<T> {
    let (done, _) = print::captured(|| {
        let (verb, matches) = parsed(&question.words)?;
        if verb.name != ALL[0].name {
            return Err(Error::input(format!("{} is not cut into shards here; run is", verb.name)));
        }
        typed::asked_by(&question.words, || {
            let asked = Asked::<run::Options>::read(&matches, &ALL)?;
            then(asked.run(question)?, asked)
        })
    });
    done
}

/// The verb of these words, with what they say.
fn parsed(words: &[String]) -> Result<(&'static verb::Verb, clap::ArgMatches)> {
    let mut command = help::command(&ALL);
    let all = std::iter::once("basins").chain(words.iter().map(String::as_str));
    let matches = command.try_get_matches_from_mut(all).map_err(|error| {
        let sentence = usage::sentence(&error, &command, words);
        Error::input(sentence.unwrap_or_else(|| usage::first_line(&error)))
    })?;
    let verb = matches.subcommand().and_then(|(name, _)| ALL.iter().find(|verb| verb.name == name));
    let verb = verb.ok_or_else(|| Error::input("the first word is a verb, as run"))?;
    let matches = matches.subcommand().map(|(_, matches)| matches.clone()).unwrap_or_default();
    Ok((verb, matches))
}

impl Asked<run::Options> {
    /// What is asked, for a run that other processes share.
    fn run(&self, question: &Question<'_>) -> Result<Run<'static>> {
        let settings = self.given(question)?;
        for (given, flag) in [(&settings.out, "--out"), (&settings.weights_out, "--weights-out")] {
            if given.is_some() {
                return Err(Error::input(format!("{flag} does not go with a run that several processes share")));
            }
        }
        let open = settings.open(self.shared.require_gpu)?;
        let problem = settings.spec()?.problem()?;
        self.options.run(&settings, &problem, open)
    }

    /// The reply of a run that was shared.
    fn joined(self, question: &Question<'_>, answer: RunAnswer, networks: Option<Networks>) -> Result<Reply> {
        let settings = self.given(question)?;
        let frame = Frame::new(&self.options, &settings, &self.shared.output);
        frame.hand_over(&self.options, run::Answer::of(answer, networks), None)
    }
}
