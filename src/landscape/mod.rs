//! The loss surface around one network, in f64: exact gradient and Hessian, descent by Newton's method, and what kind of
//! place a network has come to rest at.
//!
//! A gradient that is small, or even exactly zero in f32, does not make a minimum: a saturated sigmoid has a slope that f32
//! rounds away. So slopes are formed here as g(z) g(-z), which keeps its digits, and the surface is followed to where it
//! leads.

mod evidence;
mod loss_function;
mod newton;
mod number;
mod units;

pub use evidence::{Evidence, PlaceKind, examine};
pub use loss_function::LossFunction;
pub use newton::{Descent, Halt};
pub use units::{UnitCheck, idle_units};
