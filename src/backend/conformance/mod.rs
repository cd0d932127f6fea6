//! One meaning, several backends: what every backend must do, checked against the f64 reference.
//!
//! [`CHECKS`] drives everything: [`conformance!`](crate::conformance) turns it into tests for one backend, and a caller
//! with devices of their own can go through it at run time. [`Fault`] plants mistakes that the checks must find.

mod brief;
mod checks;
mod counted;
mod cuts;
mod fault;
mod list;
mod own_rates;
mod specs;

pub use brief::Brief;
pub use fault::{Fault, Faulty};
pub use list::{CHECKS, Check};
pub use specs::{OPTIMIZERS, cut_specs, pairs_of, short_specs, slow_specs};

/// A check's verdict; the text says what differed.
pub type CheckResult = Result<(), String>;

/// Tests for one backend, one a check: `conformance!(my_backend, || MyBackend::new());`
#[macro_export]
macro_rules! conformance {
    ($name:ident, $open:expr) => {
        $crate::conformance!(@tests $name, $open,
            starts_have_the_same_bits, imported_starts_are_kept, short_runs_agree, every_criterion_agrees,
            own_rates_are_kept, populations_agree, cuts_change_nothing, counts_are_those_of_rows,
            solved_networks_keep_their_weights, divergence_is_noticed, poisoned_starts_are_survived, work_is_accounted,
            interruption_keeps_what_is_known);
    };
    (@tests $name:ident, $open:expr, $($check:ident),+) => {
        mod $name {
            use super::*;

            $(#[test]
            fn $check() {
                let name = stringify!($check);
                let check = $crate::backend::conformance::CHECKS.iter().find(|check| check.name == name);
                let mut backend = $open();
                if let Err(difference) = (check.expect("a check of this name").run)(&mut backend) {
                    panic!("{difference}");
                }
            })+

            #[test]
            fn no_check_is_missing() {
                let here = [$(stringify!($check)),+];
                let all: Vec<&str> = $crate::backend::conformance::CHECKS.iter().map(|check| check.name).collect();
                assert_eq!(all, here);
            }
        }
    };
}
