//! Which adapters there are, what they are, and what is missing where there is none.

use crate::error::{Error, Result};

/// What an adapter is. Software is never passed off as hardware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdapterKind {
    /// A GPU imitated by the processor, such as lavapipe or WARP.
    Software,
    /// Shares the processor's memory.
    Integrated,
    /// Has memory of its own.
    Discrete,
    /// Virtual or unknown.
    Other,
}

impl AdapterKind {
    pub(super) fn of(kind: wgpu::DeviceType) -> Self {
        match kind {
            wgpu::DeviceType::Cpu => Self::Software,
            wgpu::DeviceType::IntegratedGpu => Self::Integrated,
            wgpu::DeviceType::DiscreteGpu => Self::Discrete,
            wgpu::DeviceType::VirtualGpu | wgpu::DeviceType::Other => Self::Other,
        }
    }

    /// Whether it is a GPU in hardware.
    pub fn is_hardware(self) -> bool {
        self != Self::Software
    }
}

/// An adapter that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Position in the list of [`adapters`].
    pub index: usize,
    /// Name by the driver.
    pub name: String,
    /// What it is.
    pub kind: AdapterKind,
    /// Driver and version.
    pub driver: String,
    /// Graphics interface: vulkan, metal, dx12.
    pub api: String,
    /// What the adapter offers.
    pub limits: wgpu::Limits,
    /// Whether it can tell the time of its own work.
    pub timestamps: bool,
    pub(super) adapter: wgpu::Adapter,
}

/// All adapters, hardware first, otherwise in the order of the system. wgpu's own variables are heard: `WGPU_BACKEND`
/// (vulkan, metal, dx12) narrows the search, `WGPU_POWER_PREF` (low, high) puts integrated or discrete GPUs first,
/// `WGPU_DX12_COMPILER`, `WGPU_VALIDATION` and the like are handed on.
pub fn adapters() -> Vec<Found> {
    let descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
    let backends = descriptor.backends;
    let instance = wgpu::Instance::new(descriptor);
    let mut adapters = pollster::block_on(instance.enumerate_adapters(backends));
    let preference = wgpu::PowerPreference::from_env().unwrap_or_default();
    adapters.sort_by_key(|adapter| rank(AdapterKind::of(adapter.get_info().device_type), preference));
    adapters.into_iter().enumerate().map(|(index, adapter)| describe(index, adapter)).collect()
}

/// Place of an adapter in the list: the lower, the earlier.
fn rank(kind: AdapterKind, preference: wgpu::PowerPreference) -> u8 {
    let first = match preference {
        wgpu::PowerPreference::None => None,
        wgpu::PowerPreference::LowPower => Some(AdapterKind::Integrated),
        wgpu::PowerPreference::HighPerformance => Some(AdapterKind::Discrete),
    };
    match kind {
        AdapterKind::Software => 2,
        kind => u8::from(first.is_some_and(|first| first != kind)),
    }
}

fn describe(index: usize, adapter: wgpu::Adapter) -> Found {
    let info = adapter.get_info();
    Found {
        index,
        kind: AdapterKind::of(info.device_type),
        driver: driver(&info),
        name: info.name,
        api: info.backend.to_string(),
        limits: adapter.limits(),
        timestamps: adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY),
        adapter,
    }
}

/// Driver and version.
pub(super) fn driver(info: &wgpu::AdapterInfo) -> String {
    let parts = [info.driver.as_str(), info.driver_info.as_str()];
    parts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The adapter that a user means: by index, by part of its name (any case), or else `WGPU_ADAPTER_NAME`, or else the
/// first. Where only hardware will do, software adapters are passed over.
///
/// # Errors
/// Nothing matches; the message lists what there is.
pub fn select(mut found: Vec<Found>, wanted: Option<&str>, hardware_only: bool) -> Result<Found> {
    let environment = std::env::var("WGPU_ADAPTER_NAME").ok().filter(|name| !name.is_empty());
    let (source, wanted) = match wanted {
        Some(wanted) => ("--device", Some(wanted.to_owned())),
        None => ("WGPU_ADAPTER_NAME", environment),
    };
    // Every name holds the empty one, also that of a software adapter that nobody asked for.
    if source == "--device" && wanted.as_ref().is_some_and(|text| text.trim().is_empty()) {
        return Err(Error::input("--device needs the index of a GPU or part of its name; `basins devices` lists them"));
    }
    let fits = |adapter: &Found| match &wanted {
        None => true,
        Some(text) => match text.trim().parse::<usize>() {
            Ok(index) => adapter.index == index,
            Err(_) => adapter.name.to_lowercase().contains(&text.trim().to_lowercase()),
        },
    };
    let matching: Vec<usize> = (0..found.len()).filter(|at| fits(&found[*at])).collect();
    match (matching.iter().find(|at| !hardware_only || found[**at].kind.is_hardware()), wanted) {
        (Some(at), _) => Ok(found.swap_remove(*at)),
        (None, _) if found.is_empty() => Err(Error::device(format!("no GPU was found: {}", missing()))),
        (None, None) => {
            let names: Vec<&str> = found.iter().map(|adapter| adapter.name.as_str()).collect();
            Err(Error::device(format!("only a software GPU was found: {}", names.join(", "))))
        }
        (None, Some(_)) if !matching.is_empty() => Err(Error::device(format!(
            "{source} names {}, which is no hardware GPU; there are {}",
            found[matching[0]].name,
            list(&found)
        ))),
        (None, Some(text)) => {
            Err(Error::device(format!("{source} {text:?} matches no GPU; there are {}", list(&found))))
        }
    }
}

fn list(found: &[Found]) -> String {
    let one = |adapter: &Found| {
        let software = if adapter.kind.is_hardware() { "" } else { ", software" };
        format!("{} ({}{software})", adapter.index, adapter.name)
    };
    found.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What is most likely missing where no adapter was found.
pub fn missing() -> String {
    if cfg!(target_os = "linux") {
        linux_missing()
    } else {
        "neither a GPU nor a driver for it answers; install the vendor's driver".into()
    }
}

fn linux_missing() -> String {
    let loader_folders = ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib"];
    let exists = |path: String| std::path::Path::new(&path).exists();
    if !loader_folders.iter().any(|folder| exists(format!("{folder}/libvulkan.so.1"))) {
        return "the Vulkan loader libvulkan.so.1 is not installed (Debian and Ubuntu: apt-get install libvulkan1; a \
                software GPU comes with mesa-vulkan-drivers)"
            .into();
    }
    let manifests = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    let has_driver =
        manifests.iter().any(|folder| std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()));
    if !has_driver && std::env::var_os("VK_DRIVER_FILES").is_none() {
        return "the Vulkan loader is there, but no driver is registered in /usr/share/vulkan/icd.d or \
                /etc/vulkan/icd.d (in an NVIDIA container, NVIDIA_DRIVER_CAPABILITIES must include graphics; a software \
                GPU comes with mesa-vulkan-drivers)"
            .into();
    }
    if exists("/dev/nvidiactl".into()) {
        return "an NVIDIA driver is there, but its Vulkan part does not answer (in a container, \
                NVIDIA_DRIVER_CAPABILITIES must include graphics)"
            .into();
    }
    "Vulkan is installed, but its drivers find no device (check permissions of /dev/dri; a software GPU comes with \
     mesa-vulkan-drivers)"
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_comes_first_and_of_it_what_is_preferred() {
        use wgpu::PowerPreference::{HighPerformance, LowPower, None};
        let order = |preference| {
            let mut kinds = [AdapterKind::Software, AdapterKind::Integrated, AdapterKind::Discrete];
            kinds.sort_by_key(|kind| rank(*kind, preference));
            kinds
        };
        assert_eq!(order(LowPower)[0], AdapterKind::Integrated);
        assert_eq!(order(HighPerformance)[0], AdapterKind::Discrete);
        assert_eq!(order(None), [AdapterKind::Integrated, AdapterKind::Discrete, AdapterKind::Software]);
    }
}
