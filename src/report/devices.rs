//! What there is to train on, as text and as JSON.

use serde::Serialize;
use serde_json::{Value, json};

use crate::backend::{DeviceInfo, DeviceKind};

use super::table::wrapped;

const SCHEMA: &str = "basins.devices/1";

/// A GPU as it is listed.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DeviceRow {
    /// What `--device` takes.
    pub index: usize,
    /// Name by the driver.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Driver and version.
    pub driver: String,
    /// Graphics interface.
    pub api: String,
    /// Largest buffer that a kernel can use, in bytes: bounds how many networks are in flight.
    pub buffer_bytes: u64,
    /// Most invocations of a workgroup.
    pub workgroup_size: u32,
    /// Most storage buffers of a kernel; 8 are needed.
    pub storage_buffers: u32,
    /// Whether it can time its own work.
    pub timestamps: bool,
}

/// A table for a person.
pub fn devices_text(cpu: &DeviceInfo, rows: &[DeviceRow], missing: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = wrapped(&mut text, "CPU    ", &format!("{} ({})", cpu.name, cpu.driver));
    for row in rows {
        let DeviceRow { index, name, kind, driver, api, workgroup_size, storage_buffers, .. } = row;
        let timestamps = if row.timestamps { "timestamps" } else { "no timestamps" };
        let size = row.buffer_bytes as f64 / f64::from(1 << 30);
        let _ = wrapped(&mut text, &format!("GPU {index:<3}"), &format!("{name} ({kind}; {driver} through {api})"));
        let limits = format!(
            "buffers up to {size:.1} GiB, workgroups up to {workgroup_size}, {storage_buffers} storage buffers a \
             kernel, {timestamps}"
        );
        let _ = wrapped(&mut text, "       ", &limits);
    }
    let hardware = rows.iter().find(|row| row.kind != DeviceKind::Software);
    let ending = match hardware {
        _ if !missing.is_empty() => format!("No GPU: {missing}"),
        Some(row) => format!("--backend auto trains on GPU {}", row.index),
        None => {
            "No hardware GPU: --backend auto trains on the CPU; a software GPU is used only when asked for".to_owned()
        }
    };
    let _ = wrapped(&mut text, "", &ending);
    text
}

/// What there is to train on.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DevicesObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// The processor.
    cpu: &'a DeviceInfo,
    /// Every GPU that is found.
    gpus: &'a [DeviceRow],
    /// Why there are none; empty if there are.
    missing: &'a str,
}

/// The object of `basins devices --json`, schema `basins.devices/1`.
pub fn devices_json(cpu: &DeviceInfo, rows: &[DeviceRow], missing: &str) -> Value {
    json!(DevicesObject { schema: SCHEMA, cpu, gpus: rows, missing })
}
