//! Trains millions of tiny neural networks at once and tells how often they learn their task.
//!
//! In three lines, by the front door [`Run`]:
//!
//! ```
//! use basins::{Run, spec::Spec};
//!
//! let answer = Run::new(Spec { lr: 4.0.into(), epochs: 500, ..Spec::default() }).nets(1_000).run()?;
//! println!("{:.1}% learn XOR, {:?}", 100.0 * answer.rate(), answer.interval());
//! # Ok::<(), basins::Error>(())
//! ```
//!
//! It also takes [examples from arrays](spec::Given), starts, a caller's own wgpu device and a watch; it sweeps and maps; it
//! keeps networks and predicts with them ([`front`]). What stands behind it can be used by itself: data flows one way, and the
//! modules are its stations:
//!
//! ```text
//! spec  ->  plan + seed  ->  backend  ->  outcome  ->  stats  ->  study  ->  report
//! what      who starts      who          what         numbers    the        how it
//! is asked  where, cut      trains       came back    (pure)     question   is shown
//!           into chunks
//! ```
//!
//! # What is asked: [`spec`]
//!
//! A [`Spec`](spec::Spec) holds every setting that decides an outcome, by the names and in the text of the command
//! line. Checked, with the task's examples, it is a [`Problem`](spec::Problem).
//!
//! ```
//! use basins::spec::{Loss, Spec};
//!
//! let spec = Spec { loss: Loss::Mse, lr: "0.5".parse()?, solved: "sse:0.04".parse()?, ..Spec::default() };
//! let problem = spec.problem()?;
//! assert_eq!(problem.examples().targets(), [0.0, 1.0, 1.0, 0.0]);
//! assert_eq!(problem.layers().weight_count(), 13);
//!
//! let wrong = Spec { layers: "3,3,1".parse()?, ..spec };
//! assert!(wrong.problem().unwrap_err().to_string().contains("try --layers 2,3,1"));
//! # Ok::<(), basins::Error>(())
//! ```
//!
//! What the words of a rule mean (an activation, a loss, an optimizer, a distribution of starts, an order of updates, a
//! criterion) is in [`rule`]: a row each, with its formula for every kind of backend.
//!
//! # Who starts where: [`plan`] and [`seed`]
//!
//! A [`Population`](spec::Population) is a range of network indices under a seed. A network's start depends on the seed
//! and its index alone, so populations can be cut into chunks at will, and split and joined between runs and machines.
//!
//! ```
//! use basins::plan;
//! use basins::seed::Starts;
//! use basins::spec::{Population, Spec};
//!
//! let population = Population::new(0, 10, 42)?;
//! let chunks: Vec<_> = plan::chunks(population, 4).collect();
//! assert_eq!(chunks, [0..4, 4..8, 8..10]);
//!
//! let spec = Spec::default();
//! let starts = Starts::new(spec.init, &spec.layers, population.seed());
//! assert_eq!(starts.weights(7).len(), 13);
//! assert_ne!(starts.weights(7), starts.weights(8));
//! # Ok::<(), basins::Error>(())
//! ```
//!
//! # Who trains: [`backend`]
//!
//! Every [`Backend`](backend::Backend) takes the same job and means the same by it; [`backend::conformance`] holds each
//! against the scalar reference. A [`Driver`](backend::Driver) puts one to work, here the reference:
//!
//! ```
//! use basins::backend::{Choice, Driver, Job, Open};
//! use basins::spec::Spec;
//!
//! let problem = Spec { lr: 4.0.into(), epochs: 2_000, ..Spec::default() }.problem()?;
//! let mut backend = Open::from(Choice::Reference).backend()?;
//! let mut driver = Driver::new(backend.as_mut());
//! let mut prepared = driver.begin(Job::new(&problem, 42))?;
//!
//! let mut solved = 0;
//! prepared.drawn(0..50, &mut |trained| {
//!     solved += trained.outcomes.solved_epoch.iter().filter(|epoch| **epoch > 0).count();
//!     Ok(())
//! })?;
//! assert!(solved > 25, "most XOR networks get out");
//! assert_eq!(prepared.effort().networks, 50);
//! # Ok::<(), basins::Error>(())
//! ```
//!
//! # What came back: [`outcome`]
//!
//! Outcomes are columns, one row a network. A [`Fate`](outcome::Fate) names what became of one by its final outputs and
//! loss, a [`Tally`](outcome::Tally) counts them, and tallies merge in any grouping.
//!
//! ```
//! use basins::outcome::{Fate, Outcome, Outcomes, Status, Tally};
//! use basins::spec::Spec;
//!
//! let problem = Spec::default().problem()?;
//! let mut outcomes = Outcomes::with_capacity(0, 4, 1);
//! outcomes.push(Outcome {
//!     network: 0,
//!     status: Status::Unsolved,
//!     solved_epoch: 0,
//!     stop_epoch: 10_000,
//!     loss: 0.3466,
//!     outputs: &[0.01, 0.99, 0.5, 0.5],
//! });
//! let tally = Tally::of(&problem, &outcomes);
//! assert_eq!(tally.count(Fate::OnePairTie), 1);
//! # Ok::<(), basins::Error>(())
//! ```
//!
//! # Numbers: [`stats`]
//!
//! ```
//! use basins::stats::wilson;
//!
//! let interval = wilson(988, 1_000, 0.95);
//! assert!(interval.low > 0.97 && interval.high < 1.0);
//! ```
//!
//! # The question: [`study`], and how it is shown: [`report`]
//!
//! A study asks a backend and makes an answer; a report shows it and computes nothing. [`Mock`](backend::Mock) trains
//! nothing, its fates come from a closure: here every tenth network stays where it is.
//!
//! ```
//! use basins::backend::{Driver, Mock};
//! use basins::report::{run_json, run_text};
//! use basins::spec::{Population, Spec};
//! use basins::study::RunStudy;
//!
//! let problem = Spec::default().problem()?;
//! let mut backend = Mock::new(|network| (network % 10 != 0).then_some(500 + network as u32));
//! let study = RunStudy::new(&problem, Population::new(0, 1_000, 0)?);
//! let answer = study.run(&mut Driver::new(&mut backend))?;
//! assert_eq!(answer.rate(), 0.9);
//! assert!(answer.interval().low < 0.9 && 0.9 < answer.interval().high);
//! assert!(run_text(&answer).contains("Solved within 10,000 epochs: 900 = 90.0%"));
//! assert_eq!(run_json(&answer)["fates"]["all-half"], 100);
//! # Ok::<(), basins::Error>(())
//! ```
//!
//! Beside this way stand [`landscape`], what the loss looks like around one network in f64 (gradient, Hessian, Newton), and
//! [`reproduce`], published results and the tutorial's programs as studies. Below it stands [`arrays`], NumPy's files,
//! and what reads files of others within bounds.
//!
//! # Features
//!
//! `gpu` (default): training on GPUs through wgpu. `cli` (default): the `basins` program, which is the module `cli`; it
//! brings `pictures` (PNG and SVG) and `tables` (Parquet), which libraries can ask for alone. Without all of them this is a
//! CPU-only library whose reports are text, JSON and CSV.

pub mod arrays;
pub mod backend;
#[cfg(feature = "cli")]
pub mod cli;
pub mod error;
mod foreign;
pub mod front;
#[cfg(feature = "gpu")]
pub mod gpu;
#[doc(hidden)]
pub mod kept;
pub mod landscape;
pub mod outcome;
pub mod plan;
pub mod report;
pub mod reproduce;
pub mod rule;
pub mod seed;
pub mod spec;
pub mod stats;
pub mod study;

pub use error::{Error, Result};
pub use front::Run;
