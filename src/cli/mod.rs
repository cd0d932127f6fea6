//! The command line: one file a verb. Reads what is asked, opens files before work starts, prints to stdout what was
//! found and to stderr all else.
#![allow(clippy::print_stderr, reason = "the one place where the program speaks")]

mod config;
mod count;
mod files;
mod interrupt;
mod network;
mod output;
mod pictures;
mod progress;
mod reproduce;
mod run;
mod settings;
mod surface;

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
    /// Draw the loss over a plane of two weights, with paths of descent
    Surface(Box<surface::Args>),
    /// The tutorial's programs and published results, each figure beside ours with a verdict
    Reproduce(reproduce::Args),
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
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let result = match cli.verb {
        None => cli.run.execute(),
        Some(Verb::Run(args)) => args.execute(),
        Some(Verb::Surface(args)) => args.execute(),
        Some(Verb::Reproduce(args)) => args.execute(),
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
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Help and version go to stdout; for a wrong value our own sentence is enough.
fn usage(error: &clap::Error) -> ExitCode {
    match std::error::Error::source(error) {
        Some(source) if error.kind() == clap::error::ErrorKind::ValueValidation => eprintln!("error: {source}"),
        _ => {
            let _ = error.print();
        }
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
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
