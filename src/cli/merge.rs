//! `basins merge`: what was trained in parts, joined to what the whole would have been.

use std::path::PathBuf;

use crate::error::{Error, Result};

use super::arguments::OutputArgs;
use super::ending::Ending;
use super::parts::{Joined, Parts, expanded};
use super::verb::{Example, Execute, Verb};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Folders of shards, or a folder of such
    ///
    /// To which one run, sweep or map wrote by --out
    #[arg(value_name = "DIR", required = true)]
    parts: Vec<PathBuf>,

    /// Folder for what the whole had written
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// File for the weights of all, as NPZ
    ///
    /// Of shards of a run that were trained with --weights-out
    #[arg(long, value_name = "FILE")]
    weights_out: Option<PathBuf>,

    /// Join parts that are not the whole
    ///
    /// But follow one another; the result can be joined with others
    #[arg(long)]
    partial: bool,

    /// Replace results that are in --out
    #[arg(long)]
    fresh: bool,

    #[command(flatten)]
    output: OutputArgs,
}

impl Execute for Args {
    const NAME: &'static str = "merge";
    const ABOUT: &'static str = "Join the shards of a run, a sweep or a map to the whole";
    const EXAMPLES: &'static [Example] = &[
        ("merge shards --out all", "every shard in a folder of folders"),
        ("merge shards/1 shards/2 --out first --partial", "some that follow one another"),
    ];

    fn execute(self, verbs: &[Verb]) -> Result<Ending> {
        self.output.start_log(0);
        let folders = expanded(&self.parts)?;
        let out = self.out.canonicalize().ok();
        if out.is_some() && folders.iter().any(|part| part.canonicalize().ok() == out) {
            return Err(Error::input(format!("--out {} is one of the parts; choose another", self.out.display())));
        }
        let mut parts = Parts::open(&folders, self.partial)?;
        let schema = parts.schema();
        let joins = verbs.iter().filter_map(|verb| verb.joins).find(|joins| joins.schema == schema);
        let Some(joins) = joins else {
            return Err(Error::input(format!(
                "{} holds parts of schema {schema:?}, which this version does not join",
                folders[0].display()
            )));
        };
        let Self { out, weights_out, fresh, output, .. } = &self;
        (joins.run)(&mut parts, &Joined { out, weights_out: weights_out.as_deref(), fresh: *fresh, output })
    }
}
