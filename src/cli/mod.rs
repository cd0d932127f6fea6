//! The command line: one file a verb, listed here. Reads what is asked, opens files before work starts, prints to
//! stdout what was found and to stderr all else.

mod again;
mod arguments;
#[doc(hidden)]
pub mod ask;
mod asked;
mod bench;
mod command;
mod compare;
mod config;
mod count;
mod devices;
#[doc(hidden)]
pub mod doors;
mod ending;
mod environment;
mod folder;
mod frame;
mod framework;
mod help;
mod hints;
mod interrupt;
mod join;
mod keep;
mod keep_sweep;
mod like;
mod map;
mod map_files;
mod map_place;
mod map_trace;
mod merge;
mod network;
mod parts;
mod pictures;
mod power;
mod print;
mod progress;
mod record;
mod repeat;
mod reply;
mod reproduce;
mod rerun;
mod row_parts;
mod run;
#[cfg(test)]
mod schemas;
mod settings;
mod shard;
mod shell;
mod stamp;
mod steps;
mod surface;
mod sweep;
mod trace;
mod typed;
mod usage;
mod verb;
mod verify;
mod written;

use std::process::ExitCode;

use asked::Asked;
use ending::Ending;

use verb::Verb;

/// All verbs, in the order of help.
const ALL: [Verb; 15] = [
    Verb::of::<Asked<run::Options>>(),
    Verb::of::<Asked<trace::Options>>(),
    Verb::of::<Asked<sweep::Options>>(),
    Verb::of::<Asked<map::Options>>(),
    Verb::of::<Asked<surface::Options>>(),
    Verb::of::<reproduce::Args>(),
    Verb::of::<rerun::Args>(),
    Verb::of::<merge::Args>(),
    Verb::of::<compare::Args>(),
    Verb::of::<Asked<verify::Options>>(),
    Verb::of::<Asked<bench::Options>>(),
    Verb::of::<power::Args>(),
    Verb::of::<devices::Args>(),
    Verb::of::<shell::Completions>(),
    Verb::of::<shell::Man>(),
];

/// The program.
pub fn main() -> ExitCode {
    quiet_loader();
    let mut command = help::command(&ALL);
    let matches = match command.try_get_matches_from_mut(std::env::args_os()) {
        Ok(matches) => matches,
        Err(error) => return usage::usage(&error, &command),
    };
    let (name, matches) = matches.subcommand().unwrap_or((ALL[0].name, &matches));
    if !matches!(matches.try_get_one::<bool>("quiet"), Ok(Some(true))) {
        let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        environment::warnings(&command, variables).iter().for_each(|warning| print::eprint_line(warning));
    }
    let verb = ALL.iter().find(|verb| verb.name == name).unwrap_or(&ALL[0]);
    match (verb.execute)(matches, &ALL) {
        Ok(Ending::Complete) => ExitCode::SUCCESS,
        Ok(Ending::Interrupted) => ExitCode::from(130),
        Err(error) => {
            print::eprint_line(&format!("error: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// Mesa's Vulkan drivers print warnings on stderr where this variable is missing; they need nothing from it.
fn quiet_loader() {
    if cfg!(target_os = "linux") && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: called first of all in the program, when no other thread runs that could read the environment.
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
}
