//! The loss surface around one network, in f64: exact gradient and Hessian, the gradient flow, and what kind of place a
//! network has come to.
//!
//! A gradient that is small, or even exactly zero in f32, does not make a minimum: a saturated sigmoid has a slope that f32
//! rounds away. So slopes are formed here as g(z) g(-z), which keeps its digits, and the surface is followed to where it
//! leads.
//!
//! Where an activation or the loss has kinks, as relu and the absolute error have, gradient and Hessian are those of the side
//! that the point is on, and say nothing of what is beyond a kink. So a minimum or a saddle is claimed there only of a point
//! around which no unit changes side, and within the region where none does; the descent itself, whose every step lowers the
//! loss, may cross kinks. A relu layer that is off on every example is a place of its own: no gradient passes it.

mod evidence;
mod flow;
mod loss_function;
mod number;
mod place;
mod region;
mod stationary;
mod units;

pub use evidence::{Evidence, examine};
pub use flow::{Flow, Halt, Moment};
pub use loss_function::LossFunction;
pub use place::PlaceKind;
pub use units::{DeadLayer, UnitCheck, UnitName, idle_units};
