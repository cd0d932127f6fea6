//! Arrays of numbers as NumPy keeps them: one array, and archives of several. What arrays mean is known by those who use
//! them: weights in [`outcome`](crate::outcome), a task's examples in [`spec`](crate::spec).

mod npy;
mod npz;
mod python;
mod real;

pub(crate) use npy::Element;
pub use npz::{Array, npz_bytes};
pub(crate) use npz::{ArraysFile, ArraysReader, damaged};
