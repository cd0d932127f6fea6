//! The list of checks.

use crate::backend::Backend;

use super::{CheckResult, checks, counted, cuts, own_rates};

/// A named check.
#[derive(Clone, Copy)]
pub struct Check {
    /// What it is called in test reports.
    pub name: &'static str,
    /// Runs it.
    pub run: fn(&mut dyn Backend) -> CheckResult,
}

macro_rules! checks {
    ($($file:ident::$name:ident),+ $(,)?) => { &[$(Check { name: stringify!($name), run: $file::$name }),+] };
}

/// All checks, in the order in which a failure is easiest to understand.
pub const CHECKS: &[Check] = checks![
    checks::starts_have_the_same_bits,
    checks::imported_starts_are_kept,
    checks::short_runs_agree,
    checks::every_criterion_agrees,
    own_rates::own_rates_are_kept,
    checks::populations_agree,
    cuts::cuts_change_nothing,
    counted::counts_are_those_of_rows,
    checks::solved_networks_keep_their_weights,
    checks::divergence_is_noticed,
    checks::poisoned_starts_are_survived,
    checks::work_is_accounted,
    checks::interruption_keeps_what_is_known,
];
