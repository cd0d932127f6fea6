//! The command line as clap builds it from the list of verbs: groups, colours, examples.

use std::fmt::Write;

use clap::builder::StyledStr;
use clap::builder::styling::{AnsiColor, Style, Styles};
use clap::{Arg, ArgAction, Command};

use super::verb::{Example, Verb};

/// Headings, what is typed, what stands for a value.
const HEADING: Style = AnsiColor::Yellow.on_default().bold();
const TYPED: Style = AnsiColor::Green.on_default();
const VALUE: Style = AnsiColor::Cyan.on_default();
/// The group of what is printed and written, which comes last.
const LAST: &str = "Output";

fn colours() -> Styles {
    Styles::styled().header(HEADING).usage(HEADING).literal(TYPED).placeholder(VALUE)
}

/// The whole command line of these verbs; the first is also what `basins` does without one.
pub(super) fn command(verbs: &[Verb]) -> Command {
    let about = "Trains millions of tiny neural networks at once and tells how often they learn their task.";
    let root = Command::new("basins").version(env!("CARGO_PKG_VERSION")).styles(colours()).max_term_width(110);
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).help("Print the version");
    let without = "Without a command, the same as `basins run`: 100,000 of the tutorial's XOR networks.";
    helped((verbs[0].arguments)(root), "", verbs[0].examples)
        .disable_version_flag(true)
        .arg(version.help_heading(LAST))
        .about(about)
        .long_about(format!("{about}\n\n{without}"))
        .args_conflicts_with_subcommands(true)
        .subcommands(verbs.iter().map(verb))
}

fn verb(verb: &Verb) -> Command {
    let command = (verb.arguments)(Command::new(verb.name));
    helped(command, verb.name, verb.examples).about(verb.about).long_about(None)
}

/// With `-h`, a line an option, and `--help`, all there is to say and examples.
fn helped(command: Command, name: &str, examples: &[Example]) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help_heading(LAST);
    let name = if name.is_empty() { "basins".to_owned() } else { format!("basins {name}") };
    command
        .disable_help_flag(true)
        .arg(help.help("-h in short, --help with examples"))
        .after_help(format!("More of each, and examples: {name} --help"))
        .after_long_help(listed(examples))
}

fn listed(examples: &[Example]) -> StyledStr {
    let mut text = format!("{HEADING}Examples:{HEADING:#}");
    for (arguments, what) in examples {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {TYPED}basins {arguments}{TYPED:#}\n          {what}");
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::super::ALL;
    use super::*;

    /// Arguments as a shell parts them.
    fn words(arguments: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for c in arguments.chars() {
            match c {
                '"' | '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().expect("one at least").push(c),
            }
        }
        words
    }

    #[test]
    fn every_example_is_understood() {
        let parsed = |arguments: &str| {
            let typed = std::iter::once("basins".to_owned()).chain(words(arguments));
            command(&ALL).try_get_matches_from(typed).map_err(|error| error.to_string())
        };
        assert!(parsed("run --netz 3").is_err(), "a wrong one must be found");
        for verb in &ALL {
            assert!((2..=5).contains(&verb.examples.len()), "{} has {} examples", verb.name, verb.examples.len());
            for (arguments, what) in verb.examples {
                let name = parsed(arguments).map(|matches| matches.subcommand_name().map(str::to_owned));
                assert_eq!(name, Ok(Some(verb.name.to_owned())), "basins {arguments}");
                assert!(what.len() > 10 && arguments.len() < 70, "{arguments}: {what}");
            }
        }
    }

    /// An option has one line of 80 columns in `-h`, and a group; what the verb alone has comes first. So has a verb.
    #[test]
    fn short_help_is_a_line_an_option() {
        let help = command(&ALL).term_width(80).render_help().to_string();
        let (_, verbs) = help.split_once("Commands:\n").expect("verbs");
        assert_eq!(verbs.lines().take_while(|line| !line.is_empty()).count(), ALL.len() + 1, "{help}");
        for verb in command(&ALL).get_subcommands() {
            let groups: Vec<&str> = verb.get_arguments().filter_map(Arg::get_help_heading).collect();
            assert_eq!(groups.last(), Some(&LAST), "{}", verb.get_name());
            let help = verb.clone().term_width(80).render_help().to_string();
            let options = help.lines().filter(|line| line.trim_start().starts_with('-')).count();
            let shown = verb.get_arguments().filter(|argument| !argument.is_hide_set() && !argument.is_positional());
            assert_eq!(options, shown.count(), "{}:\n{help}", verb.get_name());
            for line in
                help.lines().skip_while(|line| !line.starts_with("Usage")).filter(|line| line.starts_with("    "))
            {
                assert!(line.contains("--"), "{}: {line:?} goes on from the line before", verb.get_name());
            }
        }
    }
}
