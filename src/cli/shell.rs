//! `basins completions` and `basins man`: what a shell and `man` read.

use std::path::PathBuf;

use crate::error::{Error, Result};

use super::ending::Ending;
use super::help::command;
use super::print::print;
use super::verb::{Example, Execute, Verb};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Completions {
    /// Which shell
    shell: clap_complete::Shell,
}

impl Execute for Completions {
    const NAME: &'static str = "completions";
    const ABOUT: &'static str = "Print a completion script for a shell";
    const EXAMPLES: &'static [Example] = &[
        ("completions bash", "> ~/.local/share/bash-completion/completions/basins"),
        ("completions zsh", "> ~/.zfunc/_basins, where ~/.zfunc is in fpath"),
        ("completions fish", "> ~/.config/fish/completions/basins.fish"),
    ];

    fn execute(self, verbs: &[Verb]) -> Result<Ending> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command(verbs), "basins", &mut script);
        print(&String::from_utf8_lossy(&script)).map(|()| Ending::Complete)
    }
}

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Man {
    /// Of which verb [default: of basins]
    #[arg(conflicts_with = "out")]
    verb: Option<String>,

    /// Folder for all pages, one a verb
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    out: Option<PathBuf>,
}

impl Execute for Man {
    const NAME: &'static str = "man";
    const ABOUT: &'static str = "Print a manual page in roff, or write all of them";
    const EXAMPLES: &'static [Example] = &[
        ("man run", "the page of `basins run`"),
        ("man --out /usr/local/share/man/man1", "all pages, for `man basins` and `man basins-run`"),
    ];

    fn execute(self, verbs: &[Verb]) -> Result<Ending> {
        let mut all = command(verbs);
        // Names the verbs' pages basins-run and so on.
        all.build();
        if let Some(folder) = &self.out {
            let fail = |error: std::io::Error| Error::file(folder, "cannot be written", &error);
            std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(all, folder)).map_err(fail)?;
            return Ok(Ending::Complete);
        }
        let page = match &self.verb {
            None => all,
            Some(name) => {
                let names: Vec<&str> = verbs.iter().map(|verb| verb.name).collect();
                let found = all.find_subcommand(name).filter(|_| names.contains(&name.as_str())).cloned();
                found
                    .ok_or_else(|| Error::input(format!("there is no verb {name:?}; there are {}", names.join(", "))))?
            }
        };
        let mut roff = Vec::new();
        clap_mangen::Man::new(page)
            .render(&mut roff)
            .map_err(|error| Error::failure(format!("the manual page cannot be made: {error}")))?;
        print(&String::from_utf8_lossy(&roff)).map(|()| Ending::Complete)
    }
}
