//! One opened device: how it is asked for, waited for, and found lost.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

use super::adapter::driver;
use super::library::Library;
use super::{AdapterKind, Found};

/// The device is gone, or no longer answers: what it held is lost.
#[derive(Clone, Debug)]
pub struct Lost(pub String);

/// How long a submission may take before the device counts as dead. No slice is planned to take a hundredth of it.
const DEAD_AFTER: Duration = Duration::from_secs(60);
/// Mesa's software driver lets every loop end early once an invocation has made 65,535 steps of its loops
/// (`LP_MAX_TGSI_LOOP_ITERATIONS` in gallium/auxiliary/gallivm): silently, and with wrong results.
pub const SOFTWARE_LOOP_LIMIT: u64 = 65_000;
/// Bytes past which no buffer grows, whatever the adapter says: drivers count in signed 32 bits.
const BUFFER_LIMIT: u64 = i32::MAX as u64 & !0xff;

/// An opened device with its queue.
pub struct Gpu {
    /// The device.
    pub device: wgpu::Device,
    /// Its one queue.
    pub queue: wgpu::Queue,
    /// Name by the driver.
    pub name: String,
    /// What it is.
    pub kind: AdapterKind,
    /// Driver and version.
    pub driver: String,
    /// Who made it, by the number of PCI.
    limits: wgpu::Limits,
    trouble: Arc<Mutex<Option<String>>>,
    adapter: Option<wgpu::Adapter>,
    library: Mutex<Library>,
}

impl Gpu {
    /// Opens a device with all the memory limits that its adapter has and no features beyond what is used.
    ///
    /// # Errors
    /// The driver refuses.
    pub fn open(found: Found) -> Result<Self> {
        let Found { name, kind, driver, limits, adapter, .. } = found;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("basins"),
            // What the adapter offers is granted, and nothing beyond it is asked for. Of features, only its clock.
            required_limits: limits,
            required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
            memory_hints: wgpu::MemoryHints::Performance,
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| Error::device(format!("{name} cannot be opened: {error}")))?;
        let mut gpu = Self::from_parts(device, queue, name, kind, driver);
        gpu.adapter = Some(adapter);
        Ok(gpu)
    }

    /// A caller's own device with its queue, which the caller may go on using. It needs no features, and trains the larger
    /// networks the more memory its limits allow. It cannot be opened anew when it is lost.
    pub fn from_device(device: wgpu::Device, queue: wgpu::Queue) -> Self {
        let info = device.adapter_info();
        let (kind, driver) = (AdapterKind::of(info.device_type), driver(&info));
        Self::from_parts(device, queue, info.name, kind, driver)
    }

    fn from_parts(device: wgpu::Device, queue: wgpu::Queue, name: String, kind: AdapterKind, driver: String) -> Self {
        let trouble: Arc<Mutex<Option<String>>> = Arc::default();
        let note = |trouble: &Arc<Mutex<Option<String>>>| {
            let trouble = Arc::clone(trouble);
            move |text: String| {
                log::warn!("{text}");
                if let Ok(mut first) = trouble.lock() {
                    first.get_or_insert(text);
                }
            }
        };
        let lost = note(&trouble);
        device.set_device_lost_callback(move |reason, text| lost(format!("the device was lost ({reason:?}): {text}")));
        let uncaptured = note(&trouble);
        device.on_uncaptured_error(Arc::new(move |error| uncaptured(format!("the device reports: {error}"))));
        let limits = device.limits();
        Self { device, queue, name, kind, driver, limits, trouble, adapter: None, library: Mutex::default() }
    }

    /// The same adapter's device anew, after a loss.
    ///
    /// # Errors
    /// The device came from the caller, or does not come back.
    pub fn reopen(&self) -> Result<Self> {
        let Some(adapter) = &self.adapter else {
            return Err(Error::device_lost(format!("{} was lost, and it is not ours to open anew", self.name)));
        };
        // A lost adapter may be stale, so it is looked for again by name.
        let again = super::adapters()
            .into_iter()
            .find(|found| found.name == self.name && found.api == adapter.get_info().backend.to_string());
        let found =
            again.ok_or_else(|| Error::device_lost(format!("{} was lost and is not found again", self.name)))?;
        Self::open(found).map_err(|error| Error::device_lost(format!("{} was lost: {error}", self.name)))
    }

    /// Bytes of the largest buffer that a kernel can read and write.
    pub fn buffer_limit(&self) -> u64 {
        let binding = self.limits.max_storage_buffer_binding_size;
        self.limits.max_buffer_size.min(binding).min(BUFFER_LIMIT)
    }

    /// Distance that offsets into a uniform buffer must keep.
    pub fn uniform_stride(&self) -> u64 {
        u64::from(self.limits.min_uniform_buffer_offset_alignment)
    }

    /// Bytes that a workgroup's invocations can share.
    pub fn workgroup_memory(&self) -> usize {
        self.limits.max_compute_workgroup_storage_size as usize
    }

    /// Steps that one invocation can go through in all loops of a dispatch together.
    pub fn loop_limit(&self) -> u64 {
        if self.kind.is_hardware() { u64::MAX } else { SOFTWARE_LOOP_LIMIT }
    }

    /// Largest number of workgroups along one axis of a dispatch.
    pub fn workgroup_limit(&self) -> u32 {
        self.limits.max_compute_workgroups_per_dimension
    }

    /// What it has compiled. A library is never left half changed, so a panic elsewhere does not matter.
    pub(super) fn library(&self) -> MutexGuard<'_, Library> {
        self.library.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kernels compiled since the device was opened.
    pub fn compiled_count(&self) -> usize {
        self.library().compiled_count()
    }

    /// What went wrong since the device was opened, if anything.
    ///
    /// # Errors
    /// Something did.
    pub fn check(&self) -> Result<(), Lost> {
        match self.trouble.lock().map(|trouble| trouble.clone()) {
            Ok(None) => Ok(()),
            Ok(Some(text)) => Err(Lost(text)),
            Err(_) => Err(Lost("the device's callbacks failed".into())),
        }
    }

    /// Runs what creates things on the device and turns its refusal into an error.
    ///
    /// # Errors
    /// The device refuses: out of memory, or a shader or limit that it cannot do.
    pub fn guarded<T>(&self, what: &str, make: impl FnOnce() -> T) -> Result<T> {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let internal = self.device.push_error_scope(wgpu::ErrorFilter::Internal);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = make();
        // In the reverse order of pushing.
        let invalid = pollster::block_on(validation.pop());
        let internal = pollster::block_on(internal.pop());
        if let Some(error) = pollster::block_on(memory.pop()) {
            return Err(Error::out_of_memory(format!("{}: {what} failed: {error}", self.name)));
        }
        match invalid.or(internal) {
            None => Ok(made),
            Some(error) => Err(Error::failure(format!("{}: {what} failed: {error}", self.name))),
        }
    }

    /// Waits until a submission is done.
    ///
    /// # Errors
    /// The device is lost or dead.
    pub fn wait(&self, submission: &wgpu::SubmissionIndex) -> Result<(), Lost> {
        let began = Instant::now();
        loop {
            self.check()?;
            let poll = wgpu::PollType::Wait {
                submission_index: Some(submission.clone()),
                timeout: Some(Duration::from_secs(5)),
            };
            match self.device.poll(poll) {
                Ok(_) => return self.check(),
                Err(wgpu::PollError::Timeout) if began.elapsed() < DEAD_AFTER => {}
                Err(error) => return Err(Lost(format!("{} does not answer: {error}", self.name))),
            }
        }
    }

    /// Lets finished work call back, without waiting.
    ///
    /// # Errors
    /// The device is lost.
    pub fn poll(&self) -> Result<(), Lost> {
        self.check()?;
        match self.device.poll(wgpu::PollType::Poll) {
            Ok(_) => self.check(),
            Err(error) => Err(Lost(error.to_string())),
        }
    }
}
