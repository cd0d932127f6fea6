//! Variables of the environment that mean something to the program.

use clap::Command;

use crate::spec::keyword::nearest;

/// All of them begin so.
const PREFIX: &str = "BASINS_";
/// Those that stand for no flag: how often results are kept; and those that the program's own tests read.
const OTHERS: [&str; 5] =
    ["BASINS_KEEP_SECONDS", "BASINS_PROGRAM", "BASINS_REQUIRE_GPU", "BASINS_REQUIRE_PYTHON", "BASINS_TEST_SEED"];

/// What stands for a flag.
pub(super) fn variable(flag: &str) -> String {
    format!("{PREFIX}{}", flag.replace('-', "_").to_uppercase())
}

/// What the environment says of a flag.
pub(super) fn value(flag: &str) -> Option<(String, String)> {
    let name = variable(flag);
    let text = std::env::var(&name).ok().filter(|_| !OTHERS.contains(&name.as_str()))?;
    Some((format!("the environment variable {name}"), text))
}

/// A warning of each variable that looks like ours and is none, in the order of their names.
pub(super) fn warnings(command: &Command, variables: impl Iterator<Item = String>) -> Vec<String> {
    let flags = std::iter::once(command).chain(command.get_subcommands()).flat_map(Command::get_arguments);
    let mut known: Vec<String> = flags.filter_map(|flag| flag.get_long()).map(variable).collect();
    known.extend(OTHERS.map(str::to_owned));
    let mut unknown: Vec<String> = variables.filter(|name| name.starts_with(PREFIX) && !known.contains(name)).collect();
    unknown.sort();
    let warning = |name: String| {
        let meant = nearest(&name, known.iter().map(String::as_str));
        let meant = meant.map_or(String::new(), |meant| format!("; did you mean {meant}?"));
        format!("warning: the environment variable {name} means nothing to basins{meant}")
    };
    unknown.into_iter().map(warning).collect()
}
