//! The one integration binary. What lies where: `tests/README.md`.

#![allow(clippy::print_stdout, reason = "tests tell their seeds and what they found")]

mod archives;
mod circles;
#[cfg(feature = "cli")]
mod cli;
mod conformance;
mod coverage;
#[cfg(feature = "cli")]
mod doors;
mod front;
mod golden;
mod gradients;
mod landscape;
mod maps;
mod npz_tasks;
mod plan;
mod random_words;
mod reproductions;
mod rules;
mod settings;
mod starts_and_orders;
mod statistics;
mod structure;
mod support;
mod tallies;
mod tasks;
mod weight_files;
