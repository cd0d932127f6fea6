//! Every shader that a problem is trained with, put together without a device: for checks that validate, translate and
//! count.

use crate::error::Result;
use crate::spec::Problem;

use super::form::Limits;
use super::prelude::Sizes;
use super::{FORMS, count, lists, settling, starting};

/// A shader and what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The form that brings it, `pool` where all have it, or `software` where a form brings it for a device in software alone.
    pub form: &'static str,
    /// Its entry point.
    pub entry: &'static str,
    /// WGSL.
    pub source: String,
}

/// What a pool has as a rule.
pub(super) const SIZES: Sizes =
    Sizes { slot_count: 1 << 16, window_capacity: 1 << 14, workgroup_size: 64, keep_weights: false, own_rates: false };

/// What every device allows.
pub(super) const LIMITS: Limits<'static> = Limits {
    device: "a device",
    hardware: true,
    workgroup_memory: 16 << 10,
    loop_limit: u64::MAX,
    group_size: None,
    sharing: None,
    team_size: None,
    pairs: None,
};

/// Those of every form that takes the problem.
///
/// # Errors
/// A form that takes it cannot be laid out.
pub fn composed_shaders(problem: &Problem, keep_weights: bool, own_rates: bool) -> Result<Vec<Composed>> {
    let sizes = Sizes { keep_weights, own_rates, ..SIZES };
    let composed = |form, entry, source| Composed { form, entry, source };
    let mut all = vec![composed("pool", "start", starting::start_source(problem, sizes))];
    all.push(composed("pool", "import_numbers", starting::import_source(problem, sizes)));
    all.push(composed("pool", "find", settling::find_source(problem, sizes)));
    // With two more entry points.
    all.push(composed("pool", "sort_slots", lists::source(problem, sizes)));
    if count::check(problem, &LIMITS).is_ok() {
        all.push(composed("pool", "count", count::source(problem, sizes)));
    }
    for form in FORMS.iter().filter(|form| (form.check)(problem, &LIMITS).is_ok()) {
        all.push(composed(form.name, "settle", settling::settle_source(problem, sizes, form, &LIMITS)));
        let kernels = (form.kernels)(problem, sizes, &LIMITS)?;
        all.extend(kernels.into_iter().map(|(entry, source)| composed(form.name, entry, source)));
    }
    // What a device in software is given instead.
    let software = Limits { hardware: false, ..LIMITS };
    for form in FORMS.iter().filter(|form| (form.check)(problem, &software).is_ok()) {
        for (entry, source) in (form.kernels)(problem, sizes, &software)? {
            if all.iter().all(|known| known.source != source) {
                all.push(composed("software", entry, source));
            }
        }
    }
    Ok(all)
}
