//! The one integration binary. What lies where: `tests/README.md`.

mod conformance;
mod statistics;
