//! Lost devices.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use basins::backend::gpu::Tuning;
use basins::backend::{Backend, Chunk, Job, Progress, Trained, Unwatched, Watch};
use basins::gpu::Found;
use basins::outcome::Outcomes;
use basins::spec::Spec;
use libtest_mimic::Failed;

use crate::open;

/// Destroys the device, as a driver's reset would, after so many reports of progress, so many times.
struct Saboteur {
    device: std::sync::Mutex<Option<wgpu::Device>>,
    reports: AtomicU32,
    after: u32,
    net_epochs: AtomicU64,
}

impl Watch for Saboteur {
    fn progress(&self, done: Progress) {
        self.net_epochs.fetch_add(done.net_epochs, Ordering::Relaxed);
        if self.reports.fetch_add(1, Ordering::Relaxed) == self.after
            && let Ok(mut device) = self.device.lock()
            && let Some(device) = device.take()
        {
            device.destroy();
        }
    }
}

fn job_spec() -> Result<Spec, Failed> {
    // Orders are drawn anew from what the host remembers.
    Ok(Spec { epochs: 400, lr: "1".parse()?, update: "online:shuffled".parse()?, ..Spec::default() })
}

fn chunks() -> impl Iterator<Item = Chunk> {
    (0..40).map(|chunk| Chunk::drawn(chunk * 25..(chunk + 1) * 25))
}

fn join(all: &mut Option<Outcomes>, trained: &Trained) {
    match all {
        None => *all = Some(trained.outcomes.clone()),
        Some(all) => all.append(&trained.outcomes),
    }
}

/// What came of a run whose device was destroyed in its middle.
struct Disturbed {
    outcomes: Option<Outcomes>,
    net_epochs_told: u64,
    lost_slices: u32,
}

fn disturbed(found: &Found, tuning: Tuning) -> Result<Disturbed, Failed> {
    let problem = job_spec()?.problem()?;
    let job = Job { slice_epochs: Some(16), ..Job::new(&problem, 5) };
    let mut outcomes = None;
    let mut backend = open(found, "fused", tuning)?;
    let watch = Saboteur {
        device: std::sync::Mutex::new(Some(backend.gpu().device.clone())),
        reports: AtomicU32::new(0),
        after: 30,
        net_epochs: AtomicU64::new(0),
    };
    backend.prepare(&job)?;
    backend.train(&job, &mut chunks(), &watch, &mut |trained| {
        join(&mut outcomes, &trained);
        Ok(())
    })?;
    if watch.device.lock().is_ok_and(|device| device.is_some()) {
        return Err("the device was not lost: the test is blind".into());
    }
    let net_epochs_told = watch.net_epochs.load(Ordering::Relaxed);
    Ok(Disturbed { outcomes, net_epochs_told, lost_slices: backend.lost_slices() })
}

/// The run goes on, from the start of what was in flight or from the last copy of it: the same outcomes, each once, in
/// order, and progress that counts nothing twice. With copies, a loss costs a few slices.
pub(crate) fn lost_device_costs_no_outcome(found: &Found) -> Result<(), Failed> {
    let problem = job_spec()?.problem()?;
    let job = Job { slice_epochs: Some(16), ..Job::new(&problem, 5) };
    let mut undisturbed = None;
    let mut backend = open(found, "fused", Tuning::default())?;
    backend.prepare(&job)?;
    backend.train(&job, &mut chunks(), &Unwatched, &mut |trained| {
        join(&mut undisturbed, &trained);
        Ok(())
    })?;
    if backend.lost_slices() != 0 {
        return Err("slices are called lost where no device was".into());
    }
    let needed = undisturbed.as_ref().map_or(0, Outcomes::net_epochs);
    // Copies after every slice, and none before the loss.
    let [often, never] = [Duration::ZERO, Duration::from_secs(3600)].map(|checkpoint_interval| {
        // Slots for a fourth of the networks: some chunks are delivered before the loss, others wait.
        disturbed(found, Tuning { checkpoint_interval, slot_limit: Some(256), ..Tuning::default() })
    });
    let (often, never) = (often?, never?);
    for (name, run) in [("with copies", &often), ("without copies", &never)] {
        if run.outcomes != undisturbed {
            return Err(format!("{name}, a lost device changes outcomes").into());
        }
        if run.net_epochs_told != needed {
            return Err(format!("{name}, progress tells of {} of {needed} net-epochs", run.net_epochs_told).into());
        }
    }
    // Two slices under way, the one at hand, whose copy is lost with the device, and two since the copy before it.
    if often.lost_slices > 5 || never.lost_slices < 20 {
        return Err(format!("{} slices are lost with copies, {} without", often.lost_slices, never.lost_slices).into());
    }
    Ok(())
}

/// A caller's own device cannot be opened anew, and the error says that it is lost.
pub(crate) fn lost_for_good_is_an_error(found: &Found) -> Result<(), Failed> {
    let problem = job_spec()?.problem()?;
    let job = Job::new(&problem, 5);
    let opened = basins::gpu::Gpu::open(found.clone())?;
    let theirs = basins::gpu::Gpu::from_device(opened.device.clone(), opened.queue.clone());
    if (&theirs.name, theirs.kind, &theirs.driver) != (&opened.name, opened.kind, &opened.driver) {
        return Err(format!("{} is called {}", opened.name, theirs.name).into());
    }
    let mut backend = basins::backend::gpu::GpuBackend::new(theirs, None);
    backend.prepare(&job)?;
    opened.device.destroy();
    let ended = backend.train(&job, &mut chunks(), &Unwatched, &mut |_| Ok(()));
    match ended {
        Err(error) if error.is_device_lost() && error.exit_code() == 5 => Ok(()),
        Err(error) => Err(format!("another error than a lost device: {error}").into()),
        Ok(()) => Err("a destroyed device trains on".into()),
    }
}
