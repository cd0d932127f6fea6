//! Where a backend trains, as reports name it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::foreign::Source;

/// What kind of device it is. A software GPU is never passed off as a real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DeviceKind {
    /// The processor, directly.
    Cpu,
    /// A GPU imitated by the processor, such as lavapipe or WARP.
    Software,
    /// A GPU that shares the processor's memory.
    Integrated,
    /// A GPU with memory of its own.
    Discrete,
    /// A virtual GPU, or one of unknown kind.
    Other,
}

#[cfg(feature = "gpu")]
impl From<crate::gpu::AdapterKind> for DeviceKind {
    fn from(kind: crate::gpu::AdapterKind) -> Self {
        match kind {
            crate::gpu::AdapterKind::Software => Self::Software,
            crate::gpu::AdapterKind::Integrated => Self::Integrated,
            crate::gpu::AdapterKind::Discrete => Self::Discrete,
            crate::gpu::AdapterKind::Other => Self::Other,
        }
    }
}

impl std::fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cpu => "CPU",
            Self::Software => "software GPU",
            Self::Integrated => "integrated GPU",
            Self::Discrete => "discrete GPU",
            Self::Other => "GPU",
        })
    }
}

/// A device as it is named in reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DeviceInfo {
    /// Name by vendor or operating system.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Driver and version; for a CPU the vector instructions in use.
    pub driver: String,
}

impl DeviceInfo {
    /// The processor, with how it is used.
    pub fn cpu(driver: impl Into<String>) -> Self {
        Self { name: cpu_name(), kind: DeviceKind::Cpu, driver: driver.into() }
    }
}

/// Most bytes of what the system says of its processors, of which there may be hundreds.
const CPU_LIMIT: u64 = 16 << 20;

/// The processor's name where the operating system tells, else its architecture.
fn cpu_name() -> String {
    let named = Source::open(Path::new("/proc/cpuinfo")).and_then(|file| file.text(CPU_LIMIT)).ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    named.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}
