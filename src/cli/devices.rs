//! `basins devices`: adapters, limits, what is missing and why.

use crate::backend::Open;
use crate::error::Result;
use crate::report::{DeviceRow, devices_json, devices_text, pretty};

use super::ending::Ending;
use super::print::print;
use super::stamp::{as_typed, stamped};
use super::verb::{Example, Execute, Verb};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

impl Execute for Args {
    const NAME: &'static str = "devices";
    const ABOUT: &'static str = "List what there is to train on, and what is missing";
    const EXAMPLES: &'static [Example] =
        &[("devices", "what there is to train on"), ("devices --json", "the same for programs")];

    fn execute(self, _verbs: &[Verb]) -> Result<Ending> {
        let cpu = Open { choice: crate::backend::Choice::Simd, ..Open::default() }.backend()?.device();
        let (rows, missing) = rows();
        print(&match self.json {
            true => pretty(&stamped(devices_json(&cpu, &rows, &missing), as_typed())),
            false => devices_text(&cpu, &rows, &missing),
        })?;
        Ok(Ending::Complete)
    }
}

#[cfg(feature = "gpu")]
fn rows() -> (Vec<DeviceRow>, String) {
    let found = crate::gpu::adapters();
    let missing = if found.is_empty() { crate::gpu::missing() } else { String::new() };
    let rows = found.iter().map(|found| DeviceRow {
        index: found.index,
        name: found.name.clone(),
        kind: crate::backend::DeviceKind::from(found.kind),
        driver: found.driver.clone(),
        api: found.api.clone(),
        buffer_bytes: found.limits.max_buffer_size.min(found.limits.max_storage_buffer_binding_size),
        workgroup_size: found.limits.max_compute_invocations_per_workgroup,
        storage_buffers: found.limits.max_storage_buffers_per_shader_stage,
        timestamps: found.timestamps,
    });
    (rows.collect(), missing)
}

#[cfg(not(feature = "gpu"))]
fn rows() -> (Vec<DeviceRow>, String) {
    (Vec::new(), "this build was made without the feature gpu".into())
}
