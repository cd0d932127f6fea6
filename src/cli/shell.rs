//! `basins completions` and `basins man`: what a shell and `man` read.

use crate::error::{Error, Result};

use super::ending::Ending;
use super::print::print;
use super::verb::{Execute, Verb, command};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Completions {
    /// Which shell
    shell: clap_complete::Shell,
}

impl Execute for Completions {
    const NAME: &'static str = "completions";
    const ABOUT: &'static str = "Print a completion script for a shell";

    fn execute(self, verbs: &[Verb]) -> Result<Ending> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command(verbs), "basins", &mut script);
        print(&String::from_utf8_lossy(&script)).map(|()| Ending::Complete)
    }
}

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Man;

impl Execute for Man {
    const NAME: &'static str = "man";
    const ABOUT: &'static str = "Print the manual page in roff";

    fn execute(self, verbs: &[Verb]) -> Result<Ending> {
        let mut page = Vec::new();
        clap_mangen::Man::new(command(verbs))
            .render(&mut page)
            .map_err(|error| Error::failure(format!("the manual page cannot be made: {error}")))?;
        print(&String::from_utf8_lossy(&page)).map(|()| Ending::Complete)
    }
}
