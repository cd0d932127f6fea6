//! The command line: one file a verb. Reads what is asked, opens files before work starts, prints to stdout what was
//! found and to stderr all else.

mod bench;
mod command;
mod config;
mod count;
mod devices;
mod folder;
mod interrupt;
mod map;
mod map_files;
mod map_trace;
mod network;
mod output;
mod pictures;
mod progress;
mod record;
mod reproduce;
mod rerun;
mod run;
mod settings;
mod surface;
mod sweep;
mod trace;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::error::{Error, Result};

/// Trains millions of tiny neural networks at once and tells how often they get where they should.
///
/// Without a command, the same as `basins run`: 100,000 of the tutorial's XOR networks.
#[derive(Debug, Parser)]
#[command(name = "basins", version, about, args_conflicts_with_subcommands = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,

    #[command(flatten)]
    run: run::Args,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Train a population; print the rate and what became of the rest
    Run(Box<run::Args>),
    /// Replay one network on the f64 reference, epoch by epoch
    Trace(Box<trace::Args>),
    /// Train the same networks under many settings; print rates and whether they differ
    Sweep(Box<sweep::Args>),
    /// Draw what training makes of a plane of weights, rates or widths: one whole training a pixel
    Map(Box<map::Args>),
    /// Draw the loss over a plane of two weights, with paths of descent
    Surface(Box<surface::Args>),
    /// The tutorial's programs and published results, each figure beside ours with a verdict
    Reproduce(reproduce::Args),
    /// Train again what a result says of itself, and say whether it agrees; exit 4 if not
    Rerun(rerun::Args),
    /// Check GPU stages and whole trainings against the CPU reference; exit 4 on disagreement
    Verify(Box<verify::Args>),
    /// Measure GPU against CPU: who is how fast, from how many networks on
    Bench(Box<bench::Args>),
    /// List what there is to train on, and what is missing
    Devices(devices::Args),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page in roff
    Man,
}

/// How a verb ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Complete,
    Interrupted,
}

/// The program.
pub fn main() -> ExitCode {
    quiet_loader();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let result = match cli.verb {
        None => cli.run.execute(),
        Some(Verb::Run(args)) => args.execute(),
        Some(Verb::Trace(args)) => args.execute(),
        Some(Verb::Sweep(args)) => args.execute(),
        Some(Verb::Map(args)) => args.execute(),
        Some(Verb::Surface(args)) => args.execute(),
        Some(Verb::Reproduce(args)) => args.execute(),
        Some(Verb::Rerun(args)) => args.execute(),
        Some(Verb::Verify(args)) => args.execute(),
        Some(Verb::Bench(args)) => args.execute(),
        Some(Verb::Devices(args)) => args.execute(),
        Some(Verb::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "basins", &mut script);
            say(&String::from_utf8_lossy(&script)).map(|()| Ending::Complete)
        }
        Some(Verb::Man) => manual(),
    };
    match result {
        Ok(Ending::Complete) => ExitCode::SUCCESS,
        Ok(Ending::Interrupted) => ExitCode::from(130),
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// Mesa's Vulkan drivers complain on stderr where this variable is missing; they need nothing from it.
fn quiet_loader() {
    if cfg!(target_os = "linux") && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: called first of all in the program, when no other thread runs that could read the environment.
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
}

/// Help and version go to stdout; for a wrong value our own sentence is enough.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return match error.print() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
            _ => ExitCode::SUCCESS,
        };
    }
    match wrong_value(error) {
        Some(sentence) => complain(&format!("error: {sentence}{}", origin(&flag_of(error)))),
        None => {
            let _ = error.print();
        }
    }
    ExitCode::from(2)
}

/// What is wrong with a value, in one sentence; nothing where something else is wrong.
fn wrong_value(error: &clap::Error) -> Option<String> {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
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

/// The flag that an error is about, without the form of its value.
fn flag_of(error: &clap::Error) -> String {
    bare(&error.get(clap::error::ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default())
}

fn bare(argument: &str) -> String {
    match argument.starts_with('-') {
        true => argument.split([' ', '[', '=']).next().unwrap_or_default().to_owned(),
        false => argument.trim_matches(['[', ']', '<', '>', '.']).to_owned(),
    }
}

/// Says where a value comes from that is not on the command line.
fn origin(flag: &str) -> String {
    let typed = std::env::args().any(|argument| argument.split('=').next() == Some(flag));
    let variable = format!("BASINS_{}", flag.trim_start_matches('-').replace('-', "_").to_uppercase());
    if typed || std::env::var_os(&variable).is_none() {
        return String::new();
    }
    format!(" (from the environment variable {variable})")
}

/// Prints a line to stderr. If nobody can hear it, there is nobody to tell.
fn complain(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Prints to stdout. A reader that has gone away, as `head` does, is no failure.
fn say(text: &str) -> Result<()> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::failure(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

fn manual() -> Result<Ending> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| Error::failure(format!("the manual page cannot be made: {error}")))?;
    say(&String::from_utf8_lossy(&page)).map(|()| Ending::Complete)
}
