//! What the rules of training mean: activations, losses, optimizers, starts, orders of updates, criteria.
//!
//! A rule is a row: its names, its limits, the scalar formula of the reference, the vector formula of the CPU backend (a
//! formula of its own, so that comparing the two compares something), its WGSL, and its words in explanations. A row
//! stands in one file; a registry line makes it known everywhere, and what is not a row matches no rule by name.
//! `docs/adding.md` adds one as an example.
//!
//! Formulas are written in two kinds of numbers: [`Number`] for scalars (`f32`, `f64`, and in `landscape` a value with its
//! derivative), `vector::Vector` for a number a lane. Nothing here knows a spec, a task or a device.

mod activation;
mod criterion;
mod error;
mod init;
pub(crate) mod keyword;
mod loss;
pub(crate) mod number;
mod optimizer;
mod order;
mod schedule;
pub(crate) mod vector;

pub use activation::Activation;
pub(crate) use activation::{Activate, rows as activation_rows, with_activation};
pub use criterion::Criterion;
pub(crate) use criterion::{Judgement, Standard};
pub use error::SpecError;
pub use init::{BiasInit, Draw, Init, InitShape, Place};
pub use loss::Loss;
pub(crate) use loss::{Lose, rows as loss_rows, with_loss};
pub use number::{Number, Real};
pub(crate) use optimizer::{Optimize, Shared, rows as optimizer_rows, with_optimizer};
pub use optimizer::{Optimizer, Tuning};
pub use order::{AfterSolved, Judge, Order, Update};
pub use schedule::Schedule;
