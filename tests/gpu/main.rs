//! GPU checks: one trial a check and adapter. Where there is no adapter, they are ignored and say why;
//! `BASINS_REQUIRE_GPU=1` makes that a failure. Those of `portable.rs` need none.

mod counts;
mod forms;
mod lists;
mod loss;
mod numbers;
mod orders;
mod portable;
mod stages;
mod words;

use std::process::ExitCode;

use basins::backend::gpu::{DeviceTuning, FORMS, GpuBackend, Sharing, form};
use basins::gpu::{Found, Gpu, adapters, missing};
use libtest_mimic::{Arguments, Failed, Trial};

/// What a check may do on an adapter.
pub(crate) type Check = fn(&Found) -> Result<(), Failed>;

/// Opens the adapter anew: trials run side by side and must not share a device.
pub(crate) fn open(found: &Found, name: &str, tuning: DeviceTuning) -> Result<GpuBackend, Failed> {
    let form = form(name).ok_or_else(|| format!("there is no form {name}"))?;
    Ok(GpuBackend::tuned(Gpu::open(found.clone())?, Some(form), tuning))
}

fn trials(found: Option<&Found>, required: bool) -> Vec<Trial> {
    type Boxed = Box<dyn Fn(&Found) -> Result<(), Failed> + Send>;
    let mut checks: Vec<(String, Boxed)> = Vec::new();
    let mut add = |name: &str, check: Check| checks.push((name.to_owned(), Box::new(check)));
    // A wrong word tells a bad driver from a bad shader, so the generator comes first.
    add("words::known_answers", words::known_answers);
    add("words::same_as_the_host", words::same_as_the_host);
    add("orders::same_as_the_host", orders::same_as_the_host);
    add("orders::words_that_would_bias_are_drawn_again", orders::words_that_would_bias_are_drawn_again);
    add("lists::slots_are_listed_in_order", lists::slots_are_listed_in_order);
    add("stages::agree_with_f64", stages::agree_with_f64);
    add("stages::faults_are_named", stages::faults_are_named);
    add("forms::checked_and_trusted_agree", forms::checked_and_trusted_agree);
    add("forms::faults_are_found", forms::faults_are_found);
    add("forms::a_network_is_the_same_however_shared_out", forms::however_shared_out);
    add("forms::neighbours_change_nothing", forms::neighbours_change_nothing);
    add("forms::starts_are_counted", forms::starts_are_counted);
    add("forms::size_decides", forms::size_decides);
    add("forms::finished_networks_are_counted", forms::finished_networks_are_counted);
    add("forms::few_slots_suffice", forms::few_slots_suffice);
    add("forms::a_smaller_pool_where_memory_is_short", forms::a_smaller_pool_where_memory_is_short);
    add("forms::powers_that_leave_the_range_are_not_multiplied", forms::powers_that_leave_the_range_are_not_multiplied);
    add("forms::long_slices_end_in_time", forms::long_slices_end_in_time);
    add("numbers::another_number_compiles_nothing", numbers::another_number_compiles_nothing);
    add("loss::lost_device_costs_no_outcome", loss::lost_device_costs_no_outcome);
    add("loss::lost_for_good_is_an_error", loss::lost_for_good_is_an_error);
    for form in FORMS.iter().map(|form| form.name) {
        for check in basins::backend::conformance::CHECKS {
            let name = format!("{form}::{}", check.name);
            let run = check.run;
            checks.push((name, Box::new(move |found| Ok(run(&mut open(found, form, DeviceTuning::default())?)?))));
        }
    }
    // Devices share what pays on them: either way is checked on all, as far as arithmetic can be wrong.
    let arithmetic =
        ["short_runs_agree", "every_criterion_agrees", "divergence_is_noticed", "poisoned_starts_are_survived"];
    // As hardware does it: software devices may take networks in pairs by themselves.
    let [both, nothing] = [true, false].map(|shares| DeviceTuning {
        sharing: Some(Sharing { powers: shares, reciprocals: shares }),
        pairs: Some(false),
        ..DeviceTuning::default()
    });
    // Teams that are not full: some invocations lack a hidden unit.
    let team = DeviceTuning { team_size: Some(4), ..DeviceTuning::default() };
    let with_cuts = [&arithmetic[..], &["cuts_change_nothing"]].concat();
    let ways = [("shared", both, &with_cuts[..]), ("unshared", nothing, &arithmetic[..1]), ("team", team, &with_cuts)];
    for (way, tuning, names) in ways {
        for check in basins::backend::conformance::CHECKS.iter().filter(|check| names.contains(&check.name)) {
            let run = check.run;
            checks.push((
                format!("{way}::{}", check.name),
                Box::new(move |found| Ok(run(&mut open(found, "fused", tuning)?)?)),
            ));
        }
    }
    checks
        .into_iter()
        .map(|(name, check)| match found.cloned() {
            Some(found) => {
                let kind = if found.kind.is_hardware() { "hardware" } else { "software" };
                let device = format!("{} on {}, {kind}", found.name, found.api);
                Trial::test(name, move || check(&found)).with_kind(device)
            }
            None => {
                let why = format!("no GPU: {}", missing());
                let failure = why.clone();
                Trial::test(name, move || if required { Err(failure.into()) } else { Ok(()) })
                    .with_kind(why)
                    .with_ignored_flag(!required)
            }
        })
        .collect()
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let required = std::env::var("BASINS_REQUIRE_GPU").is_ok_and(|value| value == "1");
    let found = adapters();
    let mut all = match found.as_slice() {
        [] => trials(None, required),
        found => found.iter().flat_map(|adapter| trials(Some(adapter), required)).collect(),
    };
    all.extend(portable::trials());
    libtest_mimic::run(&arguments, all).exit_code()
}
