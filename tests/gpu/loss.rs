//! Lost devices.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use basins::backend::gpu::DeviceTuning;
use basins::backend::{Backend, Chunk, Job, Progress, Trained, Unwatched, Watch};
use basins::gpu::Found;
use basins::outcome::{Fates, Outcomes, Tally};
use basins::spec::{Problem, Spec};
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

fn chunks(rows: Fates) -> impl Iterator<Item = Chunk> {
    (0..40).map(move |chunk| Chunk { rows, ..Chunk::drawn(chunk * 25..(chunk + 1) * 25) })
}

fn job(problem: &Problem) -> Job<'_> {
    Job { slice_epochs: Some(16), ..Job::new(problem, 5) }
}

/// Everything that a run says, chunk by chunk.
fn said(trained: &Trained) -> (Outcomes, Tally) {
    (trained.outcomes.clone(), trained.counted.clone())
}

/// What came of a run whose device was destroyed in its middle.
struct Disturbed {
    said: Vec<(Outcomes, Tally)>,
    net_epochs_told: u64,
    lost_slices: u32,
}

fn disturbed(found: &Found, rows: Fates, after: u32, checkpoint_interval: Duration) -> Result<Disturbed, Failed> {
    let problem = job_spec()?.problem()?;
    let job = job(&problem);
    let mut all = Vec::new();
    // Slots for a fourth of the networks: some chunks are delivered before the loss, others wait.
    let tuning = DeviceTuning { checkpoint_interval, slot_limit: Some(256), ..DeviceTuning::default() };
    let mut backend = open(found, "fused", tuning)?;
    let watch = Saboteur {
        device: std::sync::Mutex::new(Some(backend.gpu().device.clone())),
        reports: AtomicU32::new(0),
        after,
        net_epochs: AtomicU64::new(0),
    };
    backend.prepare(&job)?;
    backend.train(&job, &mut chunks(rows), &watch, &mut |trained| {
        all.push(said(&trained));
        Ok(())
    })?;
    if watch.device.lock().is_ok_and(|device| device.is_some()) {
        return Err("the device was not lost: the test is blind".into());
    }
    let net_epochs_told = watch.net_epochs.load(Ordering::Relaxed);
    Ok(Disturbed { said: all, net_epochs_told, lost_slices: backend.lost_slices() })
}

/// The run goes on, from the start of what was in flight or from the last copy of it: the same outcomes, each once, in
/// order, and progress that counts nothing twice. With copies, a loss costs a few slices.
pub(crate) fn lost_device_costs_no_outcome(found: &Found) -> Result<(), Failed> {
    let problem = job_spec()?.problem()?;
    let job = job(&problem);
    let mut backend = open(found, "fused", DeviceTuning::default())?;
    backend.prepare(&job)?;
    let mut undisturbed = |rows: Fates| -> Result<_, Failed> {
        let (mut all, mut needed) = (Vec::new(), 0);
        backend.train(&job, &mut chunks(rows), &Unwatched, &mut |trained| {
            all.push(said(&trained));
            needed += trained.net_epochs();
            Ok(())
        })?;
        Ok((all, needed))
    };
    let ((whole, needed), (counted, needed_again)) = (undisturbed(Fates::ALL)?, undisturbed(Fates::NONE)?);
    if needed_again != needed || counted == whole {
        return Err(format!("{needed} net-epochs in rows, {needed_again} where networks are counted").into());
    }
    if backend.lost_slices() != 0 {
        return Err("slices are called lost where no device was".into());
    }
    // Copies whenever one can be had, which is every third slice: the device is lost at each place between two. Then none.
    let often = [30, 31, 32].map(|after| ("with copies", Fates::ALL, after, Duration::ZERO));
    let never = ("without copies", Fates::ALL, 30, Duration::from_secs(3600));
    let counts = ("with copies of counts", Fates::NONE, 31, Duration::ZERO);
    for (name, rows, after, checkpoint_interval) in often.into_iter().chain([never, counts]) {
        let run = disturbed(found, rows, after, checkpoint_interval)?;
        if run.said != *(if rows == Fates::ALL { &whole } else { &counted }) {
            return Err(format!("{name}, a lost device changes outcomes").into());
        }
        if run.net_epochs_told != needed {
            return Err(format!("{name}, progress tells of {} of {needed} net-epochs", run.net_epochs_told).into());
        }
        // At most two slices under way, the one at hand, whose copy is lost with the device, and two since the copy before.
        let is_as_meant = if checkpoint_interval.is_zero() { run.lost_slices <= 5 } else { run.lost_slices >= 20 };
        if !is_as_meant {
            return Err(format!("{name}, {} slices are lost after {after}", run.lost_slices).into());
        }
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
    let ended = backend.train(&job, &mut chunks(Fates::ALL), &Unwatched, &mut |_| Ok(()));
    match ended {
        Err(error) if error.is_device_lost() && error.exit_code() == 5 => Ok(()),
        Err(error) => Err(format!("another error than a lost device: {error}").into()),
        Ok(()) => Err("a destroyed device trains on".into()),
    }
}
